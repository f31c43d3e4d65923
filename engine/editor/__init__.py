"""The language server for those who write rules."""
