"""One line typed at the prompt, as answers: to the question that was asked, or to anything else that can be said."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping

from ..assessment.questions import Asked
from ..intake.answers import answers
from ..intake.answers.sheet import NOTHING, clipped, folded, gap_of
from ..intake.speech import phrases
from ..intake.speech.spoken import lacks_unit
from ..intake.speech.understood import PROMPT, Gathered, Half, Understood
from ..intake.speech.volunteered import SUGGESTED, Volunteered
from ..knowledge_base.files.nodes import MapNode, Text
from ..knowledge_base.model import Finding
from ..knowledge_base.naming import Names
from ..values.problems import Problem
from ..values.value import NO, NOT_MEASURED, UNKNOWN, YES, Choice, Gap, Known, Records

_NUMERIC = re.compile(r"[-+<>=~]?\s*(?:minus\s+)?[\d.]|(?:about|under|over|at least|at most|below|above)\s+[-\d]", re.I)
_UNKNOWN = re.compile(
    r"(?:(?:i|she|he|we|they|patient)\s+)?(?:don't|dont|do not|doesn't|does not) (?:know|remember|recall)"
    r"(?:\s+(?:my |her |his |their |the |about )*(?P<what>.+))?[.!]?",
    re.IGNORECASE,
)
_ALL_NORMAL = frozenset({"all normal", "all fine", "all ok", "everything normal", "all within range", "normal, all"})
_LONGEST, _FEW_WORDS = 2000, 3
_MOST_ITEMS = 60


def is_gap(line: str) -> bool:
    """Whether a line says no more than that something is not known, or was not measured."""
    words = " ".join(line.split())
    return gap_of(words) is not None or _UNKNOWN.fullmatch(words) is not None


class Reader:
    """Reads lines against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb = names, names.kb
        self._volunteered = Volunteered(names, today)
        self._sheet = self._volunteered.sheet
        self._today = today

    def prepare(self) -> None:
        """Put together what reading needs, by reading a line for nothing: the first answer is as quick as any."""
        self.read("fifty-odd, feels well, no fever", None, {})

    def read(self, line: str, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        """The line as an answer to what was asked; `known` is what was said before."""
        words = " ".join(line.split())
        if len(words) > _LONGEST:
            what = f"a line of {len(words)} characters; {_LONGEST} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        if asked is None:
            return self._volunteered.all(words, None, known)
        if asked.detail is not None:
            return self._detailed(words, asked, known)
        if len(asked.findings) > 1:
            return self._several(words, asked, known)
        return self._single(words, asked, known)

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        return self._volunteered.named(words)

    def complete(self, half: Half, unit: str) -> Known | None:
        """The number with its unit, which was named by itself or by its place in the offer."""
        words = unit.strip()
        if words.isdigit() and 1 <= int(words) <= len(half.units):
            words = half.units[int(words) - 1]
        return self._volunteered.completed(half, words) if re.search(r"[a-zA-Zµμ%]", words) else None

    def value(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding that is known by name."""
        return self._volunteered.answer(name, words)

    # --- one finding ---

    def _single(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        name = asked.findings[0]
        finding = self.kb.findings.get(name)
        gap = self._gap(words, asked)
        if gap is not None:
            return self._not_known((name,), gap)
        words, first = self._opened_by_yes_or_no(words, finding)
        if first is not None:
            more = self._volunteered.all(words, None, known) if words else Understood()
            return dataclasses.replace(more, said={**more.said, name: first}, answered=True)
        value, problems = self._volunteered.answer(name, words)
        if value is None and (picked := self._by_number(finding, words)) is not None:
            value = picked
        if value is None and finding is not None and finding.type != "records":
            member, rest = self._member(words, asked)
            value = self._volunteered.answer(name, rest)[0] if member and rest else None
        if isinstance(value, Records) and not self._plain(value, words):
            value = None
        if value is not None:
            value = phrases.since(value, words, self._today)
            return Understood({name: self._volunteered.answering(name, value, known)}, answered=True)
        if folded(words) in NOTHING and finding is not None and finding.type == "number":
            return self._not_known((name,), UNKNOWN)
        found = self._volunteered.all(words, name, known)
        if found.meaningful or (found.problems and len(phrases.items(words)) > 1):
            return found
        half = self._volunteered.half(name, words) if lacks_unit(problems) else None
        if half is not None:
            return dataclasses.replace(half, answered=not half.halves)
        unlisted = finding is not None and finding.type == "records" and any(one.code == "OL311" for one in problems)
        if found.problems and (found.problems[0].code == "OL323" or unlisted):
            return found
        few = len(words.split()) <= _FEW_WORDS
        vague = not found.problems or (few and not found.problems[0].hint.startswith("did you mean"))
        return Understood(problems=tuple(problems) if vague or _telling(problems, words) else found.problems)

    def _opened_by_yes_or_no(self, words: str, finding: Finding | None) -> tuple[str, Known | None]:
        """What follows a `yes` or `no` that opens an answer: of a question for just that it is the answer."""
        opening = re.match(r"(?P<word>yes|yeah|yep|no|nope)\s*[,;.:]\s*(?=\S)", words, re.IGNORECASE)
        if opening is None or finding is None:
            return words, None
        rest = words[opening.end() :]
        if finding.type == "records":
            return rest, None
        if finding.type != "yes_no":
            return words, None
        value = YES if opening["word"].casefold().startswith("y") else NO
        return ("" if folded(rest) in NOTHING else rest), value

    def _gap(self, words: str, asked: Asked) -> Gap | None:
        """`don't know`, `I don't know my T-scores`: that what was asked is not known."""
        match = _UNKNOWN.fullmatch(words)
        about = self._volunteered.about(match["what"]) if match and match["what"] else frozenset[str]()
        if match is None or (match["what"] and not about & set(asked.findings)):
            return gap_of(words)
        return UNKNOWN

    def _plain(self, value: Records, words: str) -> bool:
        """Whether a list was answered by naming what is in it; what is not, or is no more, is read part by part."""
        if folded(words) in NOTHING:
            return True
        if value.absent or phrases.kin(words):
            return False
        parts = [part for clause in phrases.clauses(words) for part in self._volunteered.items(clause)]
        return not any(phrases.denied(part) or phrases.past(part) or phrases.had(part) for part in parts)

    def _by_number(self, finding: Finding | None, words: str) -> Known | None:
        """A choice by its place among a few."""
        if finding is None or finding.type != "choice" or not words.isdigit():
            return None
        members = list(self.names.members(finding.id))
        return Choice(frozenset({members[int(words) - 1]})) if 1 <= int(words) <= min(len(members), 9) else None

    def _not_known(self, missing: tuple[str, ...], gap: Gap) -> Understood:
        """A test nobody has the result of joins the work-up; what a person does not know stays unknown."""
        said: dict[str, Known] = {name: NOT_MEASURED for name in missing if self._is_test(name) or gap is NOT_MEASURED}
        return Understood(said, answered=True, unknown=missing)

    def _is_test(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding is not None and finding.known_by != "person" and finding.type != "records"

    # --- what is still missing of an entry: when, how much ---

    def _detailed(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        assert asked.detail is not None
        name, (index, field) = asked.findings[0], asked.detail
        before = known.get(name)
        if not isinstance(before, Records) or index >= len(before.entries):
            return self._volunteered.all(words, None, known)
        entry = before.entries[index]
        filled: Known | None = UNKNOWN if gap_of(words) is not None or folded(words) in NOTHING else None
        problems: list[Problem] = []
        if filled is None:
            key = self.kb.findings[name].key
            members: frozenset[str] = getattr(entry.fields.get(key), "members", frozenset())
            spelled = {key: " or ".join(sorted(members)), field: words}
            place = PROMPT
            node = MapNode(tuple((Text(part, place), Text(text, place)) for part, text in spelled.items()), place)
            value, problems = answers.read_with(self._sheet, name, node, place)
            if isinstance(value, Records) and value.entries:
                filled = value.entries[0].fields.get(field)
        if filled is None:
            found = self._volunteered.all(words, None, known)
            return found if found.meaningful else Understood(problems=tuple(problems))
        entries = list(before.entries)
        entries[index] = type(entry)({**entry.fields, field: filled})
        return Understood({name: Records(tuple(entries), before.complete, before.absent)}, answered=True)

    # --- several on one line ---

    def _several(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        gap = self._gap(words, asked)
        if gap is not None:
            return self._not_known(asked.findings, gap)
        kinds = {name: self.kb.findings[name].type for name in asked.findings if name in self.kb.findings}
        checks = set(kinds.values()) == {"yes_no"} and len(kinds) == len(asked.findings)
        if folded(words) in NOTHING:
            if checks and asked.any_of:
                return Understood(dict.fromkeys(asked.findings, NO), answered=True)
            if "yes_no" in kinds.values():
                what = f"'{clipped(words)}' to which? {', '.join(self.names.label(name) for name in asked.findings)}"
                return Understood(problems=(Problem("OL323", what, PROMPT, hint="answer each, in this order"),))
            return Understood(answered=True, unknown=asked.findings if not asked.groups else ())
        if folded(words) in _ALL_NORMAL and (normal := self._all_normal(asked)) is not None:
            return normal
        if asked.any_of and re.fullmatch(r"\d(?: \d)+", words):
            words = words.replace(" ", ", ")
        clauses = [self._volunteered.items(clause) for clause in phrases.clauses(words)]
        parts = [part for clause in clauses for part in clause]
        if len(parts) > _MOST_ITEMS:
            return self._volunteered.all(words, None, known)
        in_order = self._in_order(parts, asked, known)
        if in_order is not None:
            return Understood(in_order, answered=True)
        gathered = Gathered()
        for clause in clauses:
            self._gather(clause, asked, known, gathered)
        said = gathered.said
        met = not said.keys().isdisjoint(asked.findings)
        named = any(said.get(name) == YES for name in asked.findings)
        if checks and asked.any_of and not gathered.problems and named:  # who denies one says nothing of the others
            said = {**{name: NO for name in asked.findings if name not in said}, **said}
        whole = named or not checks or not asked.any_of or set(asked.findings) <= said.keys()
        answered = not gathered.problems and not gathered.halves and met and whole
        return dataclasses.replace(gathered.understood(answered), said=said)

    def _all_normal(self, asked: Asked) -> Understood | None:
        """That every result asked for is normal."""
        found = {name: self._volunteered.answer(name, "normal")[0] for name in asked.findings}
        said = {name: value for name, value in found.items() if value is not None}
        return Understood(said, answered=True) if len(said) == len(found) else None

    def _gather(self, clause: list[str], asked: Asked, known: Mapping[str, Known], gathered: Gathered) -> None:
        """The parts of a clause, each after those before it; what an earlier `no` may reach is asked back."""
        before = ""
        for part in clause:
            so_far = {**known, **gathered.said}
            found = self._volunteered.in_line(gathered.last, part, so_far)
            few = len(gathered.problems) < SUGGESTED
            found = found or self._part(part, asked, so_far, gathered.said, few)
            if before and self._volunteered.reaches(before, part, found):
                found = self._volunteered.which(before, part)
            else:
                before = part
            gathered.add(found)

    def _in_order(self, parts: list[str], asked: Asked, known: Mapping[str, Known]) -> dict[str, Known] | None:
        """Bare answers, one for each that was asked, in the order they were asked."""
        if len(parts) != len(asked.findings):
            return None
        found: dict[str, Known] = {}
        for name, part in zip(asked.findings, parts, strict=True):
            value, _ = self._volunteered.answer(name, part)
            if value is None:
                return None
            found[name] = value
        return found

    def _part(
        self, part: str, asked: Asked, known: Mapping[str, Known], said: Mapping[str, Known], suggest: bool
    ) -> Understood:
        """One part of a line about several: a member by its place or short name, by its unit, or anything else."""
        if asked.any_of and part.isdigit() and 1 <= int(part) <= len(asked.findings):
            return Understood({asked.findings[int(part) - 1]: YES})
        refusing = phrases.denied(part)
        member, rest = self._member(phrases.bare(refusing or part), asked)
        if member and refusing and not rest and self._volunteered.is_yes_no(member):
            return Understood({member: NO})
        if member and not refusing:
            value, problems = self._volunteered.answer(member, rest or "yes")
            if value is not None:
                return Understood({member: value})
            half = self._volunteered.half(member, rest) if lacks_unit(problems) else None
            if half is not None:
                return half
            found = self._volunteered.item(part, None, known, suggest)
            if rest or found.meaningful:
                return found if found.meaningful or not _NUMERIC.match(rest) else Understood(problems=tuple(problems))
        left = [name for name in asked.findings if name not in said]
        fitting = [(name, fits) for name in left if (fits := self._fits(name, part)) is not None]
        if len(fitting) == 1:
            return fitting[0][1]
        found = self._volunteered.item(part, None, known, suggest)
        if fitting and not found.meaningful:
            listed = ", ".join(self.names.label(name) for name, _ in fitting)
            what = f"'{clipped(part)}' can be {listed}"
            return Understood(problems=(Problem("OL323", what, PROMPT, hint="write which it is"),))
        return found

    def _fits(self, name: str, part: str) -> Understood | None:
        """The part as the value of a finding that is not named, be it without its unit."""
        value, problems = self._volunteered.answer(name, part)
        if value is not None:
            return Understood({name: value})
        return self._volunteered.half(name, part) if lacks_unit(problems) else None

    def _member(self, part: str, asked: Asked) -> tuple[str, str]:
        """The one of those asked that the part begins with, by a word only that one has, and what follows."""
        words = part.replace(":", " ").replace("=", " ").split()
        for count in range(min(len(words), 6), 0, -1):
            opening = folded(" ".join(words[:count]))
            meant = self._volunteered.known_names.get(opening, frozenset()) & frozenset(asked.findings)
            if not meant:
                own = set(opening.split())
                meant = frozenset(name for name in asked.findings if own <= self._volunteered.words_of(name))
            if len(meant) == 1 and any(character.isalpha() for character in opening):
                return next(iter(meant)), " ".join(words[count:])
        return "", ""


def _telling(problems: list[Problem], words: str) -> bool:
    """Whether what is wrong with an answer to the question says more than that nothing of it was understood."""
    return bool(problems) and (
        bool(_NUMERIC.match(words)) or any(p.code in ("OL311", "OL312", "OL314") for p in problems)
    )
