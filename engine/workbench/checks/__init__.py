"""Questions put to the knowledge base, one a code, each answered with problems; and the manual of every code."""

from .registry import CHECKS, CODES, pages, run

__all__ = ["CHECKS", "CODES", "pages", "run"]
