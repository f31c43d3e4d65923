"""The ground productions as a program over bit-vectors: many cases at once, each a bit of plain Python integers."""
