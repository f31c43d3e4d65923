"""The manual of problem codes: a page each, what to avoid, what to prefer, and why."""
