"""Dialogue: the consultation at a prompt, what is asked next, and its journal."""
