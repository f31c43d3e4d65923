"""The knowledge base: read from YAML into one frozen model, or into a list of problems."""
