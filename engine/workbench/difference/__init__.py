"""Whom an edit changes: two versions of a knowledge base over the same patients."""
