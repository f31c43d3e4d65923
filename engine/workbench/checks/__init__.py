"""Questions put to the knowledge base, one a file, each answered with problems."""
