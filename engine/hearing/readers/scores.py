"""Rows of a scan: sites with their T-scores, Z-scores and densities, in any order people write or print them."""

from __future__ import annotations

from ..hearing import Hearing, idle
from ..scope import clauses
from ..segments import Segment
from .neighbors import EARLIER, T_SCORE, Z_SCORE, Neighbors
from .tables import Row, Table, is_density, is_level, told_in_words

_HIGHEST, _LOWEST, _DOUBTED = 1.5, -8.0, 1.0


class Scores:
    """Reads the scores of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.beside = hearing, Neighbors(hearing)
        self._sites = {
            name.removeprefix(f"{T_SCORE}_"): name for name in hearing.kb.findings if name.startswith(f"{T_SCORE}_")
        }
        self._table = Table(hearing, self._site_of, self._heads)
        self._heading = ""
        asked = {name.partition("_score")[0] for name in hearing.asked if "_score" in name}
        self._asked_kind = "Z" if asked == {"z"} else ""
        self._scan_asked = any(name.startswith((T_SCORE, Z_SCORE)) for name in hearing.asked)

    def read(self) -> None:
        if not self._sites:
            return
        for clause in clauses(self.hearing.segments):
            self._clause(clause)

    # --- rows ---

    def _clause(self, clause: list[Segment]) -> None:
        kinds = [one for one in clause if one.cue("kind") is not None]
        numbers = [one for one in clause if one.kind == "number" or one.kind == "time"]
        if len(kinds) >= 2 and not numbers:
            self._table.columns = [str(one.cue("kind").value) for one in kinds]  # type: ignore[union-attr]
            heads = clause if len(kinds) > 2 else [one for one in clause if idle(one) or self._site_of(one)]
            self.hearing.use(*kinds, *heads)
            return
        if self._table.heads_lines(clause, numbers):
            return
        crossed = self._table.crossed(clause, numbers)
        for row in crossed or ():
            kind, number = row.numbers[0]
            self._number(row, kind, number, self.hearing.headed.get(clause[0].clause, ""))
        if crossed is not None:
            return
        rows = self._rows(clause)
        self._table.place(rows)
        day = self._day_of(clause, rows) or (self.hearing.headed.get(clause[0].clause, "") if clause else "")
        for row in rows:
            self._row(row, day)
        told_in_words(self.hearing, clause, self._site_of, self._heads, self._scan_asked)

    def _rows(self, clause: list[Segment]) -> list[Row]:
        rows: list[Row] = []
        row = Row()
        kind, first_value = "", self.beside.begins_with_value(clause)
        self._heading = "" if clause and clause[0].part == 0 else self._heading
        taken: Segment | None = None
        for index, one in enumerate(clause):
            if one.used or one is taken:
                continue
            site, region = self._site_of(one), one.cue("region")
            label = one.cue("kind")
            if label is not None and not site:
                kind = str(label.value)
                row.kinds.append(one)
                if self.beside.is_heading(clause, index):
                    self._heading = kind
            elif site or region is not None:
                fresh = row.site or row.region or not (first_value and row.numbers)
                if fresh and (row.site or row.region or row.numbers):
                    rows.append(row)
                    row = Row(kinds=row.kinds if not row.numbers and not row.site else [])
                row.named = one
                row.site, row.region = site, str(region.value) if region is not None and not site else ""
                own = self.beside.kind_in(one)
                self._heading = own or self._heading
                kind = own or kind if not row.numbers else kind
                if first_value and row.numbers:
                    rows.append(row)
                    row, kind = Row(), ""
            elif one.kind == "number" and self._can_be(one, kind, row):
                if self.beside.from_to(one):
                    rows.append(row)
                    row, kind = Row(), ""
                    continue
                named = bool(row.kinds)
                bracketed = self._site_in_brackets(one)
                if bracketed is not None and (row.numbers or row.site):
                    if row.numbers:
                        rows.append(row)
                    row = Row(kinds=row.kinds)
                    row.named, row.site, taken = bracketed, self._site_of(bracketed), bracketed
                elif row.numbers and row.site and not kind and self._place_behind(one, named) is not None:
                    rows.append(row)
                    row = Row(kinds=row.kinds)
                elif row.numbers and row.site and not row.date and self._earlier_with_day(one):
                    rows.append(row)
                    row = Row(site=row.site, named=row.named, kinds=row.kinds)
                    row.earlier = self.hearing.segments[one.index - 1]
                elif row.date and row.site and row.numbers and not kind:
                    rows.append(row)
                    row = Row(site=row.site, named=row.named, kinds=row.kinds)
                row.numbers.append((kind, one))
                kind = ""
                place = self._place_behind(one, bool(row.kinds)) if not row.site and not row.region else None
                if place is not None:
                    row.named, row.site = place, self._site_of(place)
                    region = place.cue("region")
                    row.region = str(region.value) if region is not None and not row.site else ""
                    taken = place
            elif row.numbers and self._opens_a_row(one, row):
                rows.append(row)
                row, kind = Row(date=one.time.text, segments=[one]), ""  # type: ignore[union-attr]
            elif self.beside.is_day(one) and (row.numbers or (row.site and self._table.columns)):
                row.date = "" if one.time.unclear else one.time.text  # type: ignore[union-attr]
                row.segments.append(one)
            elif one.cue("side", "both") is not None:
                row.sides.append(one)
            elif one.cue("gap") is not None and (row.site and not row.numbers):
                row.gap = one
            elif not self._passes(one):
                if row.site or row.region or row.numbers:
                    rows.append(row)
                row, kind = Row(), ""
        rows.append(row)
        return [one for one in self._joined(rows) if one.numbers or one.gap]

    def _opens_a_row(self, one: Segment, row: Row) -> bool:
        """`2021 hip -1.8, 2026 hip -2.3`: a day behind a comma, before the site it is of."""
        if one.time is None or one.kind != "time" or one.time.kind != "date" or one.time.unclear:
            return False
        following = self.hearing.after(one)
        place = following is not None and following.part == one.part and bool(self._site_of(following))
        return place and all(number.part != one.part for _, number in row.numbers)

    def _place_behind(self, one: Segment, named: bool = False) -> Segment | None:
        """The site that a preposition ties to the number before it: `-2.8 at the lumbar spine`, or `T -2.8 hip`."""
        following = [each for each in self.hearing.segments[one.index + 1 :][:4] if each.clause == one.clause]
        words: list[str] = []
        for each in following:
            if self._site_of(each) or each.cue("region"):
                following_it = self.hearing.after(each)
                last = following_it is None or following_it.part != each.part or following_it.text == ","
                tied = any(word in ("at", "in", "of", "for", "@") for word in words)
                tied = tied or (last and ("," in words or (named and not words)))
                return each if tied else None
            if each.cue("side") is not None or each.text == ",":
                words.append(each.text)
                continue
            if each.kind == "mark" or not idle(each):
                return None
            words += each.text.casefold().split()
        return None

    def _site_in_brackets(self, one: Segment) -> Segment | None:
        """The site that stands in brackets behind a number, and nothing with it: `left hip T -2.2 (neck)`."""
        behind = self.hearing.segments[one.index + 1 : one.index + 4]
        if len(behind) < 3 or behind[0].text != "(" or behind[2].text != ")":
            return None
        return behind[1] if self._site_of(behind[1]) else None

    def _earlier_with_day(self, one: Segment) -> bool:
        """`(prev -2.2 in 2021)`: a result of before, with its day."""
        if self.beside.word_before(one) not in EARLIER:
            return False
        following = self.hearing.after(one)
        return following is not None and self.beside.is_day(following) and not following.time.unclear  # type: ignore[union-attr]

    def _joined(self, rows: list[Row]) -> list[Row]:
        """A row of Z-scores without a site belongs to the one before it: `T -2.6 fem neck, Z -1.0`."""
        found: list[Row] = []
        for row in rows:
            kinds = {kind for kind, _ in row.numbers}
            homeless = bool(row.numbers) and not row.site and not row.region and "" not in kinds
            if found and homeless and not kinds & {kind or "T" for kind, _ in found[-1].numbers}:
                found[-1].numbers += row.numbers
                found[-1].kinds += row.kinds
                continue
            found.append(row)
        return found

    def _passes(self, one: Segment) -> bool:
        """What may stand within a row."""
        if one.kind == "mark":
            return one.text in ("(", ")", ":", "=", ",", "/", "·", "-", "|", "[", "]")
        if is_level(one) or one.cue("noted") is not None or one.text.casefold().strip() in EARLIER:
            return True
        return idle(one) or one.cue("flag", "imaging", "but", "yes") is not None or self._heads(one)

    def _heads(self, one: Segment) -> bool:
        group = one.sense("group")
        return group is not None and group.target in ("dxa", "z_scores")

    def _site_of(self, one: Segment) -> str:
        """The site that a segment names; empty where it names none."""
        for sense in one.senses:
            if sense.kind == "finding" and sense.target.startswith((f"{T_SCORE}_", f"{Z_SCORE}_")):
                site = sense.target.partition("_score_")[2]
                if site in self._sites and site != "unspecified":
                    return site
        return ""

    def _can_be(self, one: Segment, kind: str, row: Row) -> bool:
        number = one.number
        if number is None:
            return False
        if number.unit and number.unit.casefold() not in ("g/cm2", "g/cm^2", "sd", "sds", "%"):
            return False
        if number.unit == "%":
            return bool(row.numbers)
        if kind or number.unit or (row.numbers and row.site):
            return True
        if row.site or row.region:
            return self._follows_site(one, row)
        return number.signed and (self._scan_asked or row.site != "" or self._named_behind(one))

    def _follows_site(self, one: Segment, row: Row) -> bool:
        """Whether a number behind a site is a score: not a year, a count, or what is said of a broken bone."""
        number = one.number
        assert number is not None
        assert row.named is not None
        between = [mid for mid in self.hearing.between(row.named, one) if mid not in row.segments]
        if any(not self._passes(mid) and mid.cue("side", "kind") is None and mid.kind != "number" for mid in between):
            return False
        return number.signed or number.bad or bool(number.high) or self._scan_asked or abs(number.value) < 30

    def _named_behind(self, one: Segment) -> bool:
        after = self.hearing.after(one)
        return after is not None and bool(self._site_of(after) or after.cue("region"))

    def _day_of(self, clause: list[Segment], rows: list[Row]) -> str:
        """A day that stands before all rows is that of the scan."""
        if not rows:
            return ""
        first = min(
            one.index for row in rows for one in ([row.named] if row.named else []) + [n for _, n in row.numbers]
        )
        days = [one for one in clause if one.kind == "time" and one.index < first and not one.used]
        told = [one for one in days if one.time is not None and one.time.kind == "date" and not self._of_an_entry(one)]
        told = told or [one for one in clause if self.beside.day_alone(one)]
        if len(told) != 1 or told[0].time is None:
            return ""
        self.hearing.use(told[0])
        return told[0].time.text

    def _of_an_entry(self, day: Segment) -> bool:
        """`coeliac dx 3 years ago, T -2.6`: the day of the illness it stands behind, and not of the scan."""
        before = [one for one in self.hearing.segments if one.part == day.part and one.index < day.index]
        named = [one for one in before if one.sense("member") or one.sense("class")]
        return any(one.cue("imaging") is None and not self._heads(one) and not self._site_of(one) for one in named)

    # --- what a row says ---

    def _strange_place(self, row: Row, one: Segment) -> bool:
        """Whether a word that was not understood stands where the site would."""
        around = [each for each in self.hearing.segments if each.part == one.part and each.kind == "word"]
        others = [
            each
            for each in self.hearing.segments
            if each.part == one.part and each.kind == "number" and each is not one
        ]
        places = [
            each
            for each in self.hearing.segments
            if not each.used
            and each.clause == one.clause
            and (self._site_of(each) or (each.part == one.part and each.sense("member", "fracture_sites") is not None))
        ]
        return (
            bool(places)
            or any(len(each.text) > 1 for each in around)
            or any(each not in [n for _, n in row.numbers] for each in others)
        )

    def _row(self, row: Row, day: str) -> None:
        hearing = self.hearing
        used = [
            row.named,
            *row.sides,
            *row.segments,
            *row.kinds,
            *(one for _, one in row.numbers),
            row.gap,
            row.earlier,
        ]
        shown = [one for one in used if one is not None]
        if row.region:
            hearing.use(*shown)
            hearing.reading.leave(f"{hearing.told(*shown)} ({row.region} is not used)")
            return
        if row.gap is not None and not row.numbers:
            hearing.use(*shown)
            hearing.reading.say(f"{T_SCORE}_{row.site}", "not measured")
            return
        named = self._named_numbers(row)
        if named is None:
            return
        hearing.use(*shown)
        self._also_used(shown)
        for kind, one in named:
            self._number(row, kind, one, row.date or day)

    def _also_used(self, shown: list[Segment]) -> None:
        first, last = min(one.index for one in shown), max(one.index for one in shown)
        for one in self.hearing.segments[first : last + 1]:
            if idle(one) or one.cue("imaging") or self._heads(one) or is_level(one):
                one.used = True

    def _named_numbers(self, row: Row) -> list[tuple[str, Segment]] | None:
        """Each number with what it is: T, Z or BMD; None where they are no scores."""
        given = row.numbers if row.earlier is not None else self.beside.without_earlier(row)
        plain = [(kind, one) for kind, one in given if one.number is None or one.number.unit != "%"]
        dense = [one for kind, one in plain if kind == "BMD" or (not kind and is_density(one))]
        rest = [(kind, one) for kind, one in plain if one not in dense and kind != "other"]
        found = [("BMD", one) for one in dense]
        signed = any(one.number is not None and one.number.signed for _, one in rest)
        percents = [one for kind, one in rest if not kind and signed and _is_percent(one)]
        rest = [(kind, one) for kind, one in rest if one not in percents]
        bare = [one for kind, one in rest if not kind]
        found += [(kind, one) for kind, one in rest if kind]
        kinds = {kind for kind, _ in found}
        if self._table.columns and len(self._table.columns) == len(plain):
            return [(label, one) for label, (_, one) in zip(self._table.columns, plain, strict=True)]
        if (columns := self._table.last_columns(plain)) is not None:
            return columns
        default = self._heading or self._asked_kind or "T"
        if bare and len({side.text.casefold() for side in row.sides}) > 1:
            return [*found, *((default, one) for one in bare)]  # of either side: which of them counts is asked
        apart = bool(bare) and bool(found) and len({one.part for _, one in found} | {one.part for one in bare}) > 1
        if len(bare) == 1 and not (apart and not dense):
            other = "Z" if "T" in kinds else "T" if "Z" in kinds else default
            found.append((other, bare[0]))
        elif len(bare) == 2 and (dense or self._table.columns):
            found += [("T", bare[0]), ("Z", bare[1])]
        elif bare:
            told = self.hearing.told(*([row.named] if row.named else []), *bare)
            self.hearing.use(row.named, *bare)
            self.hearing.reading.ask(f"'{told}': which is the T-score, which the Z-score?", "write 'hip T -2.7 Z -1.1'")
        return found or None

    def _number(self, row: Row, kind: str, one: Segment, day: str) -> None:
        number, hearing = one.number, self.hearing
        assert number is not None
        site = row.site or self.beside.asked_site(kind) or "unspecified"
        named = [row.named] if row.named is not None else []
        told = hearing.told(*named, one)
        if kind in ("BMD", "other"):
            hearing.reading.leave(f"{one.text.strip()} (a density; only scores are used)")
            return
        finding = f"{T_SCORE}_{site}" if kind == "T" else (f"{Z_SCORE}_{site}" if site != "unspecified" else Z_SCORE)
        lowest = next((one.target for each in row.kinds for one in each.senses if one.target.startswith("lowest_")), "")
        if site == "unspecified" and lowest and lowest.startswith(f"lowest_{kind.lower()}"):
            finding = lowest
        if site == "unspecified" and self._strange_place(row, one):
            hearing.reading.ask(f"'{told}': at which site?", "write 'hip -2.7', 'spine -2.1'")
            return
        if finding not in hearing.kb.findings and finding not in hearing.kb.quantities:
            hearing.reading.leave(told)
            return
        label = hearing.names.label(finding)
        if number.bad or number.about:
            hearing.reading.ask(f"'{told}': {label}, which number?", f"write it plainly: '{told.split()[0]} -2.7'")
            return
        if not number.high and number.value > -_LOWEST and not hearing.fits(finding, number.text("")):
            hearing.reading.problems += hearing.readable(finding, number.text(""))[1]
            return
        if (doubt := self._doubt(row, kind, one)) is not None:
            hearing.reading.doubted = (finding, number.low)
            low = _with_point(number.low) if number.value < _LOWEST else number.low
            hearing.reading.ask(f"'{told}': {doubt}", f"write the score with its sign, as '{_signed(low)}'")
            return
        text = number.text("")
        if day:
            hearing.reading.say(finding, text, date=day, earlier=row.earlier is not None)
        else:
            hearing.reading.say(finding, text)

    def _doubt(self, row: Row, kind: str, one: Segment) -> str | None:
        """Why a number cannot be believed to be this score."""
        number = one.number
        assert number is not None
        if number.high or number.bound:
            if number.signed or number.low.startswith("-") or number.bound:
                return None
            return "a range, or two columns?"
        value = number.value
        if value < _LOWEST:
            return f"is {_signed(_with_point(number.low))} meant?" if len(number.low) < 5 else "is that right?"
        if number.signed and value > _HIGHEST and kind == "T":
            return "a T-score as high as this?"
        explicit = (
            bool(row.kinds) or bool(self._heading) or (row.named is not None and bool(self.beside.kind_in(row.named)))
        )
        if not number.signed and value > (_HIGHEST if explicit else 0.0) and (kind == "T" or not explicit):
            return "a score above zero, a minus left out, or a density?"
        return None


def _is_percent(one: Segment) -> bool:
    """A whole number such as 86: the column of percent of what is usual, which no score is."""
    number = one.number
    return number is not None and not number.signed and number.low.isdigit() and 20 <= int(number.low) <= 160


def _with_point(low: str) -> str:
    """A score whose point was left out: -2.7 for -27."""
    return low[:2] + "." + low[2:] if low[2:].isdigit() else low


def _signed(low: str) -> str:
    return low if low.startswith("-") else f"-{low}"
