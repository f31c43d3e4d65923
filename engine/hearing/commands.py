"""Lines that are meant as a command, in the words people use for it."""

from __future__ import annotations

import re

_REST = r"(?P<rest>[^?]+?)\??$"
_ASKING = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"what (?:does|do)\s+(?P<rest>.+?)\s+mean\??$", "explain"),
        (rf"(?:what(?:'s| is| are)|define|explain|describe|meaning of)\s+{_REST}", "explain"),
        (rf"(?:please )?(?:tell me (?:more )?about|more (?:about|on))\s+{_REST}", "explain"),
        (rf"why (?:not|isn't|can't she have|no)\s+{_REST}", "whynot"),
        (
            r"(?:can|could|may|should)\s+(?:she|he|i|they|we|the patient)\s+"
            rf"(?:have|take|get|use|give|start|be given)\s+(?:her |him )?{_REST}",
            "whynot",
        ),
        (
            r"(?:is|are|would)\s+(?P<rest>[^?]+?)\s+(?:be\s+)?(?:safe|ok|okay|allowed|possible|suitable"
            r"|contraindicated|indicated)(?:\s+(?:here|for (?:her|him)))?\??$",
            "whynot",
        ),
        (r"(?:what if|whatif|suppose|supposing)\s+(?P<rest>.+?)\??$", "whatif"),
        (
            r"(?:delete|remove|drop(?!\s+(?:foot|attacks?)\b)|forget|clear(?!\s+(?:cell|of)\b))\s+"
            r"(?:the |her |his )?(?P<rest>.+)$",
            "forget",
        ),
        (r"save\s+(?:as|to|in)\s+(?P<rest>\S+)$", "save"),
    )
)
"""Questions and orders, and the command each is meant as."""
_WHOLE = {
    "what should i prescribe": "plan", "what do i prescribe": "plan", "what now": "plan", "what next": "plan",
    "treatment": "plan", "what treatment": "plan", "h": "help", "help me": "help", "commands": "help", "?": "help",
    "skip this": "skip", "skip it": "skip", "pass": "skip", "next": "skip", "next question": "skip", "skip": "skip",
    "skip question": "skip", "skip this one": "skip", "move on": "skip", "later": "skip", "why": "why", "why?": "why",
    "why do you ask": "why", "undo that": "undo", "undo": "undo", "take that back": "undo", "what do you know": "facts",
    "list": "facts", "summary": "report", "show report": "report", "the report": "report", "finish": "done",
    "that's all": "done", "that is all": "done", "finished": "done", "stop asking": "done", "im done": "done",
}  # fmt: skip
_SETTING = re.compile(
    r"(?:please\s+)?(?:change|set|make(?!\s+(?:that|it)\b)|update|correct)\s+(?P<rest>.*\d.*|.*\bto\b.*)$",
    re.IGNORECASE,
)


def asked(line: str) -> tuple[str, str] | None:
    """The command a line is meant as, and its words; None for an answer."""
    words = " ".join(line.split())
    plain = words.casefold().rstrip("?!. ") or words.strip()
    if plain in _WHOLE:
        return _WHOLE[plain], ""
    for pattern, name in _ASKING:
        match = pattern.match(words)
        if match is not None:
            return name, match["rest"].strip()
    return None


def setting(line: str) -> str | None:
    """What a line says that sets a finding anew: `age 68` of `change age to 68`."""
    match = _SETTING.match(" ".join(line.split()))
    return re.sub(r"\s+to\s+", " ", match["rest"], count=1) if match is not None else None
