"""`language-server`: serve an editor over standard input and output, until it leaves."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

LACKS = "the language server needs two more libraries: pip install 'osteologic[editor]'"
_ROOT = Path(__file__).parent.parent.parent  # `surroundings` knows it too, and imports half the house
_TURN = 0.0005
"""Seconds for which the thread that reads keeps the one that answers waiting; ten times less than usual."""


def run(stdio: bool = True, knowledge: Path | None = None) -> int:
    """Nothing but the protocol is written to standard output; exit 2 where the libraries are not installed.

    `stdio` is what the client library of VS Code says to every server.
    """
    try:
        from ..editor import server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        print(LACKS, file=sys.stderr)
        return 2
    sys.setswitchinterval(_TURN)
    gc.disable()  # until all is read: it would go through it again and again, and find nothing
    output = sys.stdout.buffer
    sys.stdout = sys.stderr
    server.made(_ROOT, knowledge).serve(sys.stdin.buffer, output)
    return 0
