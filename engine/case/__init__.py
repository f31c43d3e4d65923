"""The case of one patient: what is known, what follows, and the proof of it."""
