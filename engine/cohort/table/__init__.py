"""Tables on disk: what their columns mean, and their rows as columns of what was said."""
