"""Many patients side by side, and premises over them: the mirror of `premises` and `inference/values`."""
