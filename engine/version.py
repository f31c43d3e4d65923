"""Which edition of the program this is; packaging and reports both read it here."""

from __future__ import annotations

VERSION = "1.0.0"
