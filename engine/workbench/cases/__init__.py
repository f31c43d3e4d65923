"""Worked cases: read, run, compared with what they expect, updated, and what they cover."""
