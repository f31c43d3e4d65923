"""Type checking of premises: from what an author wrote to a premise whose names, types and units are known."""
