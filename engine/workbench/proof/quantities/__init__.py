"""Numbers worked out from others, as arithmetic."""
