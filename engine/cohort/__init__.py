"""Screening of tables of patients by the same rules."""
