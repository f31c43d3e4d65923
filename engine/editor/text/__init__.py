"""Texts as they are being edited: positions as editors count them, and what stands around a place."""
