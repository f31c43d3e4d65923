"""Storage of what was read: the cache on disk, and the parts of it that are decoded when looked at."""
