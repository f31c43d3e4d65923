"""The report of a patient as text, Markdown, HTML and JSON."""
