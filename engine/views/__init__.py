"""Values turned into text, JSON, Markdown and pages; nothing here prints."""
