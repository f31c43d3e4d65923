"""Files of the knowledge base: where they lie, and YAML as nodes that know their place."""
