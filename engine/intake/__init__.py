"""Intake: what is known of a patient, however it arrives."""
