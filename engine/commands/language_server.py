"""`language-server`: serve an editor over standard input and output, until it leaves."""

from __future__ import annotations

import sys
from pathlib import Path

from . import surroundings

LACKS = "the language server needs two more libraries: pip install 'osteologic[editor]'"


def run(knowledge: Path | None = None) -> int:
    """Nothing but the protocol is written to standard output; exit 2 where the libraries are not installed."""
    try:
        from ..editor import server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        surroundings.note(LACKS)
        return 2
    output = sys.stdout.buffer
    sys.stdout = sys.stderr
    server.made(surroundings.ROOT, knowledge).start_io(sys.stdin.buffer, output)
    return 0
