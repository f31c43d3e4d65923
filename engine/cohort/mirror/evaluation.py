"""The mirror of `premises/evaluation`: one function for each kind of node that a premise or formula can hold.

A kind without its mirror raises `Unmirrored`, and the rows that would need it go to the engine.
"""

from __future__ import annotations

from . import fields, lists, numbers, truths
from .scope import Mirror

MIRROR = Mirror({**truths.TRUTHS, **lists.TRUTHS}, {**numbers.NUMBERS, **fields.NUMBERS, **lists.NUMBERS})
