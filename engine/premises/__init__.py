"""Premises: their grammar and tree, what they mean for a patient, and how they read in words."""
