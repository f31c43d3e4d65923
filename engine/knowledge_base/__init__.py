"""What the system knows, read from YAML into one frozen model, or into a list of problems."""
