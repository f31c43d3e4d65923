"""What a knowledge author works with: checks, worked cases, coverage, formatting and pictures of the rules."""
