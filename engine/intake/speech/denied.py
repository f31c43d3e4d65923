"""What is not, what is no more, and what was never measured: denials and things of the past."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...values.problems import Problem
from ...values.value import NO, NOT_MEASURED, Known, Records
from ..answers import choices as answers_choices
from ..answers.sheet import clipped, folded
from . import phrases
from .spoken import Spoken
from .understood import PROMPT, Gathered, Understood

_NOT_DONE = re.compile(
    r"(?:no|never had|never did|not had|has not had|hasn't had|without)\s+(?:an?\s+|any\s+)?(?P<before>.+)"
    r"|(?P<after>.+?)\s*:?\s+(?:not done|never done|not measured|not available|unavailable|not known|unknown)",
    re.IGNORECASE,
)


class Denied(Spoken):
    """Reads an item that says that something is not the case, or no longer."""

    def _denial(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`no fever or chills`, `not on omeprazole`, `not postmenopausal`, `fever: no`; all of it or nothing."""
        rest = phrases.denied(part) or phrases.denied_after(part)
        if not rest:
            return None
        whole = self._denied(rest, known)
        if whole is not None:
            return whole
        parts = phrases.denials(rest)
        gathered = Gathered()
        for one in parts if len(parts) > 1 else ():
            found = self._denied(one, {**known, **gathered.said})
            if found is None:
                return None
            gathered.add(found)
        return gathered.understood(False) if gathered.said else None

    def _denied(self, rest: str, known: Mapping[str, Known]) -> Understood | None:
        name = self._one(rest)
        if name is not None and self.is_yes_no(name):
            return Understood({name: NO})
        if name is not None and self.is_list(name):
            return Understood({name: self.opened(name, Records(), known)})
        for meaning in self.words.meanings(rest):
            for statement in meaning.statements[:1]:
                if self.is_yes_no(statement.finding) and statement.value == "yes":
                    return Understood({statement.finding: NO})
                if self.is_list(statement.finding):
                    members = self._all_meant(statement.finding, statement.value)
                    if members:
                        absent = Records((), False, members)
                        return Understood({statement.finding: self.opened(statement.finding, absent, known)})
                if self._is_choice(statement.finding) and not meaning.loose:
                    value, _ = self.answer(statement.finding, f"not {statement.value}")
                    return Understood({statement.finding: value}) if value is not None else None
        chosen = self._by_choice(rest)
        if chosen is not None:
            value, _ = self.answer(chosen[0], f"not {rest}")
            return Understood({chosen[0]: value}) if value is not None else None
        for owner in self.owners(rest):
            members = self._all_meant(owner, rest)
            if members:
                return Understood({owner: self.opened(owner, Records((), False, members), known)})
        return None

    def _all_meant(self, owner: str, words: str) -> frozenset[str]:
        """The members that are denied by a name: with `no PPI`, which names none, all of them."""
        choices = self.sheet.choices(self.choices_of(owner))
        members = answers_choices.meant(self.sheet, choices.id, words) or frozenset()
        for one in members:
            if choices.members[one].label.endswith("(not named)"):
                members = members.union(*(choices.classes.get(kind, ()) for kind in choices.members[one].kinds))
        told = folded(words)
        return members.union(*(choices.classes.get(name, ()) for name in (told, told.removesuffix("s"))))

    def _over(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`stopped alendronate in 2023`, `previous stroke in 2019`: an entry of the past, over where that was said."""
        past = phrases.past(part)
        if past is None:
            return None
        for owner in self.owners(past.what):
            fields = self.kb.findings[owner].fields
            when = "date" if "date" in fields and not past.over else "stopped"
            if when not in fields:
                continue
            if when == "date":
                found = self._entry_of(owner, f"{past.what} {past.when}".strip(), known)
            else:
                found = self._ended(owner, past.what, known) if not past.when else None
                found = found or self._entry_of(owner, f"{past.what} stopped {past.when or 'yes'}", known)
            if found is not None:
                return found
        return None

    def _ended(self, owner: str, words: str, known: Mapping[str, Known]) -> Understood | None:
        """The entry, if it says itself when it ended: `took alendronate 2015 to 2020`."""
        found = self._entry_of(owner, words, {})
        value = found.said[owner] if found is not None else None
        if not isinstance(value, Records) or "stopped" not in value.entries[-1].fields:
            return None
        return Understood({owner: self.opened(owner, value, known)})

    def _had(self, part: str) -> Understood | None:
        """`had prednisolone`: whether it is still taken is asked back."""
        what = phrases.had(part)
        if not what or re.search(r"\blast\b|\bstopped\b|\buntil\b", what, re.IGNORECASE):
            return None
        for owner in self.owners(what):
            if "stopped" in (fields := self.kb.findings[owner].fields) and "dose" in fields:
                name = " ".join(what.split()[:1])
                hint = f"write 'on {clipped(what)}', 'stopped {name} in 2024' or '{name} last given 2024-05'"
                problem = Problem("OL323", f"'{clipped(part)}': is it still taken?", PROMPT, hint=hint)
                return Understood(problems=(problem,))
        return None

    def _not_done(self, told: str) -> Understood | None:
        """`no DXA`, `blood tests not done`: that nothing of a group was measured."""
        match = _NOT_DONE.fullmatch(told)
        group = self._group_names.get(folded(match["before"] or match["after"])) if match else None
        if group is None:
            return None
        return Understood(dict.fromkeys(self.kb.groups[group].findings, NOT_MEASURED))
