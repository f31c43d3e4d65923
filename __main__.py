"""`python -m osteologic`: the same as the command."""

from .cli import main

raise SystemExit(main())
