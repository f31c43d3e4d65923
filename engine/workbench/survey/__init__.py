"""Survey of the knowledge base: its graph, usage, history and traceability to reference rows."""
