"""Checks of what protects: hazards, guards, alerts, medicines, and illnesses concluded beside reported ones."""
