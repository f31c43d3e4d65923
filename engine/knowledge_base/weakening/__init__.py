"""Comparison of a hospital's directory with what is shipped: what it takes away from safety."""
