"""What holds for every patient, shown by a solver."""
