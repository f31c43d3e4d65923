"""What lays out the rows of a scan: a site on a line above its scores, sites above columns, heads of columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..hearing import Hearing, idle
from ..segments import Segment

_LEVEL = re.compile(r"L[1-5]", re.IGNORECASE)


@dataclass(slots=True)
class Row:
    """One site of a scan with the numbers that stand with it."""

    site: str = ""
    named: Segment | None = None
    region: str = ""
    numbers: list[tuple[str, Segment]] = field(default_factory=list)
    date: str = ""
    sides: list[Segment] = field(default_factory=list)
    gap: Segment | None = None
    segments: list[Segment] = field(default_factory=list)
    kinds: list[Segment] = field(default_factory=list)
    earlier: Segment | None = None
    """The word that says that its number is one of before: `previously -2.2 in 2021`."""


class Table:
    """What the lines above a row of scores say of it."""

    def __init__(self, hearing: Hearing, site_of: Callable[[Segment], str], heads: Callable[[Segment], bool]) -> None:
        self.hearing, self._site_of, self._heads = hearing, site_of, heads
        self.columns: list[str] = []
        """What the columns hold, as their heads say: T, Z, BMD, other."""
        self._above: Segment | None = None
        """The site on a line of its own above: `Femoral neck`, and its scores on the lines below."""
        self._across: list[Segment] = []
        """The sites that head the columns of a table with a row of T-scores."""

    def heads_lines(self, clause: list[Segment], numbers: list[Segment]) -> bool:
        """Whether a line only names the site, or the sites, of the lines below it."""
        telling = [one for one in clause if one.kind != "mark" and not idle(one) and not self._heads(one)]
        sites = [one for one in telling if self._site_of(one)]
        rest = [one for one in telling if one not in sites and one.cue("side", "imaging") is None]
        rest = [one for one in rest if not ((one.kind == "word" or is_level(one)) and self._in_brackets(one))]
        below = bool(clause) and self._scored_below(clause[0].clause)
        if not sites or rest or numbers or not below:
            if telling and not numbers and any(one.kind == "name" for one in rest):
                self._above, self._across = None, []
            return False
        total = [one for one in sites if _is_total(one)]
        if len(sites) == 2 and len(total) == 1:
            sites = [one for one in sites if one not in total]
        sites = sites[:1] if len({self._site_of(one) for one in sites}) == 1 else sites
        self._above, self._across = (sites[0], []) if len(sites) == 1 else (None, sites)
        self.hearing.use(*clause)
        return True

    def _in_brackets(self, one: Segment) -> bool:
        for before in reversed(self.hearing.segments[: one.index]):
            if before.text in ("(", "["):
                return True
            if before.text != "," and not is_level(before):
                return False
        return False

    def _scored_below(self, clause: int) -> bool:
        """Whether scores without a site of their own, or rows of one, stand on the lines below."""
        below = [one for one in self.hearing.segments if one.clause > clause and one.kind != "mark"]
        kinds = [one for one in below[:12] if one.cue("kind") is not None]
        return bool(kinds) or any(one.cue("region") is not None for one in below[:2])

    def crossed(self, clause: list[Segment], numbers: list[Segment]) -> list[Row] | None:
        """The rows of a line of T-scores below the sites that head its columns; None where it is no such line."""
        kinds = [one for one in clause if one.cue("kind") is not None]
        if not self._across or len(kinds) != 1 or any(self._site_of(one) for one in clause):
            return None
        kind = str(kinds[0].cue("kind").value)  # type: ignore[union-attr]
        self.hearing.use(*kinds, *numbers)
        if len(numbers) != len(self._across) or any(one.number is None for one in numbers):
            told = self.hearing.told(*kinds, *numbers)
            self.hearing.reading.ask(f"'{told}': of which sites?", "write 'hip -2.7', 'spine -2.1'")
            return []
        return [
            Row(site=self._site_of(site), numbers=[(kind, number)], kinds=kinds)
            for site, number in zip(self._across, numbers, strict=True)
        ]

    def place(self, rows: list[Row]) -> None:
        """Rows below the name of a site are of that site, and so is its `Total`."""
        if self._above is None:
            return
        site = self._site_of(self._above)
        for row in rows:
            if row.site and row.named is not None and _is_total(row.named):
                row.site = site if site not in ("femoral_neck",) else row.site
            elif row.site:
                self._above = None
                return
            elif not row.region and row.numbers and (row.kinds or row.numbers[0][0]):
                row.site, row.named = site, row.named or self._above

    def last_columns(self, plain: list[tuple[str, Segment]]) -> list[tuple[str, Segment]] | None:
        """The last numbers of a row by the columns, where a column that is no score, as age, stands before them."""
        spare = len(plain) - len(self.columns)
        if not self.columns or spare <= 0 or "BMD" not in self.columns:
            return None
        found = [(label, one) for label, (_, one) in zip(self.columns, plain[spare:], strict=True)]
        right = all(is_density(one) == (label == "BMD") for label, one in found)
        signed = [one for _, one in plain[:spare] if one.number is not None and one.number.signed]
        return found if right and not signed else None


def told_in_words(
    hearing: Hearing,
    clause: list[Segment],
    site_of: Callable[[Segment], str],
    heads: Callable[[Segment], bool],
    scan_asked: bool,
) -> None:
    """`hip low`, `T-score normal`: a score without its number; `hip normal` only where a scan is spoken of."""
    scan = scan_asked or any(one.cue("kind") is not None or heads(one) for one in clause)
    for part in dict.fromkeys(one.part for one in clause):
        own = [one for one in clause if one.part == part and one.kind != "mark" and not idle(one)]
        words = [one for one in own if one.cue("result") is not None]
        named = [one for one in own if site_of(one)]
        kinds = [one for one in own if one.cue("kind") is not None and one not in named]
        rest = [one for one in own if one not in (*words, *named, *kinds) and one.cue("side") is None]
        told = str(words[0].cue("result").value) if len(words) == 1 else ""  # type: ignore[union-attr]
        if rest or len(named) > 1 or not (named or kinds) or any(one.used or one.blocked for one in own):
            continue
        if told not in ("low", "normal") or (told == "normal" and not scan):
            continue
        kind = str(kinds[0].cue("kind").value).casefold() if kinds else "t"  # type: ignore[union-attr]
        finding = f"{kind}_score_{site_of(named[0]) if named else 'unspecified'}".replace(
            "z_score_unspecified", "z_score"
        )
        if kind in ("t", "z") and finding in hearing.kb.findings and hearing.fits(finding, told):
            hearing.use(*own)
            hearing.reading.say(finding, told)


def is_level(one: Segment) -> bool:
    """Whether it is a vertebra by itself: of `spine (L2, L3, L4)` what was measured, and no site of its own."""
    return _LEVEL.fullmatch(one.text.strip()) is not None


def _is_total(one: Segment) -> bool:
    return one.text.strip().casefold() in ("total", "tot")


def is_density(one: Segment) -> bool:
    """Whether a number is a density, by its unit or its three decimals."""
    number = one.number
    if number is None or number.high or number.bad:
        return False
    return number.unit.casefold().startswith("g/") or (
        not number.signed and number.decimals == 3 and 0.2 <= number.value <= 2.0
    )
