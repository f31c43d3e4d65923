"""Trials on random patients: drawn near thresholds and dangers, with facts deleted, held to invariants."""
