"""Outcomes of worked cases, mutation and invariants, for people and for programs."""
