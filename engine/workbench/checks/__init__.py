"""Questions put to the knowledge base, one a code, each answered with problems; and the manual of every code."""

from .registry import CHECKS, CODES, NEED_A_SOLVER, pages, run

__all__ = ["CHECKS", "CODES", "NEED_A_SOLVER", "pages", "run"]
