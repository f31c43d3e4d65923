"""Values behind a key: scalars, and those with parts of their own."""
