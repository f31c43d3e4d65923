"""Why not and what if: a patient's state beside another that could be."""
