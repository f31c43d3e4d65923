"""The catalog: entries of the knowledge base as pages, graphs and a site."""
