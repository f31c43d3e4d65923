"""Whom an edit changes."""
