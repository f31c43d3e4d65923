"""Lines that are nothing but an answer to what was asked: a word, a place in a list, several in order, a gap."""

from __future__ import annotations

from .hearing import Hearing, idle
from .in_order import InOrder
from .scope import names_something
from .segments import Segment


def told(hearing: Hearing) -> list[Segment]:
    """The segments of a line that say something."""
    return [one for one in hearing.segments if not (idle(one) or one.kind == "mark")]


def close(hearing: Hearing, name: str, value: str) -> None:
    """Take the whole line as the answer to what was asked."""
    hearing.use(*hearing.segments)
    hearing.reading.answered = True
    if hearing.is_list(name):
        hearing.reading.list(name).complete = True
    else:
        hearing.reading.say(name, value)


class Pending:
    """Reads one line as an answer to what was asked."""

    def __init__(self, hearing: Hearing, any_of: bool = False) -> None:
        self.hearing, self.asked, self.any_of = hearing, hearing.asked, any_of

    # --- the whole line ---

    def whole(self) -> bool:
        """A line that is nothing but an answer: `n/a`, `none`, `yes`, `no / yes / low / 1`."""
        telling = told(self.hearing)
        if not self.asked:
            return False
        if not telling:
            return self._stroke()
        if (
            telling[0].cue("gap") is not None
            and len(self.asked) == 1
            and not any(names_something(one) for one in telling)
        ):
            self._gap(str(telling[0].cue("gap").value))  # type: ignore[union-attr]
            self._left_over(telling)
            return True
        if all(one.cue("gap") is not None for one in telling):
            self._gap(str(telling[-1].cue("gap").value))  # type: ignore[union-attr]
            return True
        if len(self.asked) > 1 and self._rest():
            return True
        nothing = all(one.cue("nothing", "no") is not None for one in telling)
        if (len(telling) == 1 or nothing) and self._one_word(telling[-1]):
            return True
        if self._by_place(telling):
            return True
        if len(self.asked) > 1 and self._both(telling):
            return True
        return len(self.asked) > 1 and InOrder(self.hearing).read(telling)

    def _left_over(self, telling: list[Segment]) -> None:
        for one in telling:
            if one.cue("gap") is None and one.part != telling[0].part:
                one.used = False

    def _stroke(self) -> bool:
        if self.hearing.line.text.strip() not in ("-", "--", "---", "?"):
            return False
        self._gap("not measured" if self.hearing.line.text.strip()[0] == "-" else "unknown")
        return True

    def _gap(self, gap: str) -> None:
        self.hearing.use(*self.hearing.segments)
        reading = self.hearing.reading
        reading.answered = True
        reading.not_known = self.asked
        for name in self.asked:
            if gap == "not measured" or self._is_test(name):
                reading.say(name, "not measured")
            else:
                reading.say(name, "unknown")

    def _is_test(self, name: str) -> bool:
        finding = self.hearing.finding(name)
        return finding is not None and finding.known_by != "person" and finding.form != "records"

    def _one_word(self, one: Segment) -> bool:
        """`none`, `no`, `yes`, to one question or to several that are alike."""
        nothing = one.cue("nothing") is not None or one.text.strip().casefold() in (
            "no",
            "n",
            "nope",
            "neither",
            "none",
        )
        if one.cue("yes") is None and not nothing:
            return False
        cue = one.cue("nothing")
        if cue is not None and cue.value:
            self._list_nothing(one, str(cue.value))
            return True
        kinds = {self.hearing.type_of(name) for name in self.asked}
        if len(self.asked) > 1:
            return self._to_which(one, kinds, nothing)
        (name,) = self.asked
        kind = kinds.pop()
        if kind == "yes_no":
            close(self.hearing, name, "no" if nothing else "yes")
        elif kind == "records" and nothing:
            close(self.hearing, name, "none")
        elif kind == "choice" and self.hearing.fits(name, "no" if nothing else "yes"):
            told = one.text.strip().casefold()
            close(self.hearing, name, told if self.hearing.fits(name, told) else "no" if nothing else "yes")
        elif kind == "number" and nothing:
            if self.hearing.fits(name, "none"):
                close(self.hearing, name, "0")
            else:
                self._gap("unknown")
        else:
            return False
        return True

    def _by_place(self, telling: list[Segment]) -> bool:
        """`2`: a choice by its place among a few; `1 3`: those of several that are the case."""
        numbers = [one.number.low for one in telling if one.number is not None and one.number.low.isdigit()]
        if len(numbers) < len(telling) or any(one.kind != "number" for one in telling):
            return False
        places = [int(one) - 1 for one in numbers]
        if len(self.asked) == 1 and len(places) == 1 and self.hearing.type_of(self.asked[0]) == "choice":
            members = list(self.hearing.names.members(self.asked[0]))
            if 0 <= places[0] < min(len(members), 9):
                close(self.hearing, self.asked[0], members[places[0]])
                return True
        if self.any_of and len(self.asked) > 1 and all(0 <= one < len(self.asked) for one in places):
            self.hearing.use(*self.hearing.segments)
            self.hearing.reading.answered = True
            for index, name in enumerate(self.asked):
                self.hearing.reading.say(name, "yes" if index in places else "no")
            return True
        return False

    def _list_nothing(self, one: Segment, name: str) -> None:
        self.hearing.use(*self.hearing.segments)
        self.hearing.reading.list(name).complete = True
        self.hearing.reading.by_name.add(name)
        self.hearing.reading.answered = name in self.asked

    def _to_which(self, one: Segment, kinds: set[str], nothing: bool) -> bool:
        told = one.text.strip()
        whole = told.casefold() not in ("no", "n", "yes", "y")
        if kinds == {"yes_no"} and (self.any_of or whole) and nothing:
            self.hearing.use(*self.hearing.segments)
            self.hearing.reading.answered = True
            for name in self.asked:
                self.hearing.reading.say(name, "no")
            return True
        if "yes_no" not in kinds and nothing and any(self._is_test(name) for name in self.asked):
            self._gap("not measured")
            return True
        none = {name: self._none_of(name) for name in self.asked}
        if "yes_no" not in kinds and nothing and not any(none.values()):
            self._gap("unknown")
            return True
        if "yes_no" not in kinds and nothing and all(none.values()):
            self.hearing.use(*self.hearing.segments)
            self.hearing.reading.answered = True
            for name, value in none.items():
                self.hearing.reading.say(name, value)
            return True
        self.hearing.use(one)
        labels = ", ".join(self.hearing.names.label(name) for name in self.asked)
        self.hearing.reading.ask(f"'{told}' to which? {labels}", "answer each, in this order")
        return True

    def _none_of(self, name: str) -> str:
        """What `none` says of a finding: `0` of what is counted or drunk, the word that a choice has for it."""
        if self.hearing.type_of(name) == "number":
            return "0" if self.hearing.fits(name, "none") else ""
        return "none" if self.hearing.type_of(name) == "choice" and self.hearing.fits(name, "none") else ""

    def _rest(self) -> bool:
        """`all normal`: the same of every test that was asked; `except` names those of which something else is said."""
        rest = next((one for one in told(self.hearing) if one.cue("rest") is not None), None)
        if rest is None:
            return False
        word = next((one for one in self.hearing.segments[rest.index + 1 :] if not idle(one)), None)
        result = word.cue("result") if word is not None else None
        value = str(result.value) if result is not None else ""
        if (
            word is None
            or value not in ("normal",)
            or any(self.hearing.type_of(name) == "yes_no" for name in self.asked)
        ):
            return False
        self.hearing.use(rest, word)
        self.hearing.reading.gone["rest"] = frozenset(self.asked)
        return False

    def rest(self) -> None:
        """After all else was read: what was not named is normal."""
        if "rest" not in self.hearing.reading.gone:
            return
        self.hearing.reading.gone.pop("rest")
        named = {*self.hearing.reading.results, *(one.finding for one in self.hearing.reading.bare)}
        for name in self.asked:
            if name not in named and self.hearing.fits(name, "normal"):
                self.hearing.reading.say(name, "normal")
        self.hearing.reading.answered = not self.hearing.reading.problems

    def _both(self, telling: list[Segment]) -> bool:
        """`both no`, `neither`."""
        words = [one.text.strip().casefold() for one in telling]
        kinds = {self.hearing.type_of(name) for name in self.asked}
        if kinds != {"yes_no"} or len(telling) != 2 or words[0] not in ("both", "all"):
            return False
        yes = telling[1].cue("yes") is not None
        if not yes and telling[1].cue("no", "nothing") is None:
            return False
        self.hearing.use(*self.hearing.segments)
        self.hearing.reading.answered = True
        for name in self.asked:
            self.hearing.reading.say(name, "yes" if yes else "no")
        return True
