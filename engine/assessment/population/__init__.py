"""Statuses of many cases at once, over bit-vectors."""
