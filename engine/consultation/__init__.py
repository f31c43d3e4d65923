"""One patient: the record, the verdict it leads to, what is still worth asking, and why."""
