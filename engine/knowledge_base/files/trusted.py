"""Whether a folder of ours can be believed: what others could have put there is not."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def trusted(folder: Path) -> bool:
    """Whether a folder belongs to the user (or the system) and nobody else can write in it.

    Where the system has no owners (Windows) the folder is the user's own by where it lies.
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        status = os.stat(folder)
    except OSError:
        return True  # what is not there holds nothing
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
