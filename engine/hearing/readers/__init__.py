"""Readers of a typed line: results, scores, entries of lists, phrases, risks, each from mentions and their scope."""
