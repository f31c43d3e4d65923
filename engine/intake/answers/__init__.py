"""Answers to findings: read from text by type, and written back."""
