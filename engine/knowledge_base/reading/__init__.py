"""Reading of entries and rules: from nodes to the model, with every problem at its word."""
