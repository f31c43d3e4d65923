"""Patients that one record could be, where two of its values contradict, and the strictest of what each is shown."""
