"""What a line leaves over, as the answer to what was asked: a bare number, a word, one result among several."""

from __future__ import annotations

from ..intake.answers.sheet import clipped
from ..intake.figures.numbers import Quantity
from .hearing import Hearing, idle
from .pending import close, told
from .segments import Segment


class LeftOver:
    """Reads what nothing else on a line has claimed."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.asked = hearing, hearing.asked

    def left(self) -> None:
        """A bare number, or a word, that nothing else on the line claims, as the answer to the one question."""
        self._dose_of_smoking()
        if len(self.asked) != 1:
            self._among_several()
            return
        (name,) = self.asked
        self._opening_word(name)
        if self._as_it_stands(name) or self._a_day(name) or self._none_lately(name):
            return
        self._result_word(name)
        if self.hearing.type_of(name) == "number" and name not in self.hearing.reading.results:
            self._bare_number(name)
        elif self.hearing.type_of(name) == "yes_no" and name not in self.hearing.reading.results:
            self._yes_or_no(name)

    def _a_day(self, name: str) -> bool:
        """`about 600 mg daily`, of what is eaten or drunk: nobody knows it exactly."""
        loose = [one for one in self.hearing.open if not idle(one) and one.kind != "mark"]
        finding = self.hearing.finding(name)
        if len(loose) != 2 or finding is None or not finding.unit.endswith("/day") or loose[0].number is None:
            return False
        amount, often = loose
        number = amount.number
        assert number is not None
        if often.time is None or (often.time.kind, often.time.text) != ("every", "day") or not number.unit:
            return False
        if number.bad or not self.hearing.fits(
            name, value := Quantity(number.low, number.high, number.bound).text(f"{number.unit}/day")
        ):
            return False
        self.hearing.use(amount, often)
        self.hearing.reading.say(name, value)
        self.hearing.reading.answered = True
        if number.about:
            self.hearing.reading.leave(f"about (in {self.hearing.told(amount, often)})")
        return True

    def _none_lately(self, name: str) -> bool:
        """`none this year, one in 2024`, of what is counted over the last year."""
        telling = told(self.hearing)
        if (
            len(telling) < 2
            or telling[0].cue("nothing") is None
            or telling[0].used
            or self.hearing.type_of(name) != "number"
        ):
            return False
        own = [one for one in telling if one.part == telling[0].part]
        lately = telling[1].text.casefold().strip() in ("this year", "last year", "this past year", "in the last year")
        if len(own) != 2 or not lately or not self.hearing.fits(name, "none"):
            return False
        self.hearing.use(*own)
        self.hearing.reading.say(name, "0")
        self.hearing.reading.answered = True
        return True

    def _result_word(self, name: str) -> None:
        """`normal`, of the one result that was asked for; of one that has no such word, the number is asked for."""
        words = [one for one in self.hearing.open if one.cue("result") is not None]
        others = [one for one in self.hearing.open if one not in words and one.kind != "mark" and not idle(one)]
        if len(words) != 1 or self.hearing.type_of(name) == "records":
            return
        (one,) = words
        value = str(one.cue("result").value)  # type: ignore[union-attr]
        reading = self.hearing.reading
        if not others and name not in reading.results and self.hearing.fits(name, value):
            self.hearing.use(one)
            reading.say(name, value)
            reading.answered = True
        elif one.cue("weak") is not None and not (reading.results or reading.lists):
            self.hearing.use(one)
            reading.ask(f"'{one.text.strip()}' of what?", "write it behind the name", "OL322")

    def _dose_of_smoking(self) -> None:
        if self.asked != ("smoking",) or "smoking" in self.hearing.reading.results:
            return
        numbers = [one for one in self.hearing.open if one.kind == "number"]
        rest = [one for one in self.hearing.open if one.kind not in ("number", "mark", "time") and not idle(one)]
        rest = [one for one in rest if one.cue("field") is None]
        if len(numbers) == 1 and not rest:
            self.hearing.use(*self.hearing.segments)
            self.hearing.reading.say("smoking", "current")
            self.hearing.reading.answered = True

    def _bare_number(self, name: str) -> None:
        loose = [one for one in self.hearing.open if one.kind == "number" or self._as_time(one, name)]
        others = [one for one in self.hearing.open if one not in loose and not idle(one) and one.kind != "mark"]
        others = [one for one in others if one.text.casefold() != "x"]
        aged = [one for one in loose if one.time is not None and one.kind == "time" and one.time.kind == "age"]
        if len(aged) == 1 and not any(one.kind == "number" for one in loose):
            loose = aged
        at_age = (
            len(loose) == 1 and loose[0].kind == "time" and loose[0].time is not None and loose[0].time.kind == "age"
        )
        if len(loose) == 1 and len(others) == 1 and loose[0].index + 1 == others[0].index and others[0].kind == "word":
            _, problems = self.hearing.readable(name, self.hearing.told(loose[0], others[0]))
            if problems and problems[0].code == "OL302":
                self.hearing.reading.problems += problems[:1]
                self.hearing.use(loose[0], others[0])
                return
        countable = self.hearing.sheet.measured(name).countable
        if not loose and len(others) == 1 and others[0].cue("several") is not None and countable:
            self.hearing.use(others[0])
            said = others[0].text.strip()
            self.hearing.reading.ask(f"'{said}': how many?", "write the number, a range (2..3) or a bound (>= 2)")
            return
        counted = [one for one in others if one.cue("number") is not None]
        if not loose and len(counted) == 1 == len(others) and counted[0].cue("number") is not None:
            value = str(counted[0].cue("number").value)  # type: ignore[union-attr]
            if self.hearing.fits(name, value):
                close(self.hearing, name, value)
                return
        opens = (
            loose[:1]
            if loose and loose[0].part == told(self.hearing)[0].part == 0 and not self._shares_its_part(loose[0])
            else []
        )
        loose = opens or loose
        if len(loose) != 1 or (others and not at_age and not opens) or self._shares_its_part(loose[0]):
            return
        one = loose[0]
        number = one.number or self._as_time(one, name)
        if number is None:
            return
        if number.about or one.unsure:
            self.hearing.use(one)
            self.hearing.reading.ask(
                f"'{one.text.strip()}': about, or exactly?", f"write {number.low}, or a range ({number.low}..)"
            )
            return
        if "_score" in name and self._doubted(number):
            self.hearing.use(one)
            self.hearing.reading.ask(
                f"'{one.text.strip()}': above zero, or a minus left out?", f"write -{number.low} or +{number.low}"
            )
            return
        plain = (
            number
            if number.signed and "_score" in name
            else Quantity(number.low.lstrip("-"), number.high, number.bound, number.unit)
        )
        if self.hearing.number(name, plain, {}) if "_score" not in name else self._score(name, plain):
            self.hearing.use(one)
            self.hearing.reading.answered = not self.hearing.reading.problems
        else:
            _, problems = self.hearing.readable(name, one.text.strip())
            self.hearing.reading.problems += problems[:1]
            self.hearing.use(one)

    def _score(self, name: str, number: Quantity) -> bool:
        if not self.hearing.fits(name, number.text("")):
            return False
        self.hearing.reading.say(name, number.text(""))
        return True

    def _doubted(self, number: Quantity) -> bool:
        return number.bad or (not number.signed and not number.bound and number.value > 0)

    def _shares_its_part(self, one: Segment) -> bool:
        return any(
            each.part == one.part and each is not one and each.kind != "mark" and not idle(each)
            and not (each.used and each.sense("answer") is not None)
            for each in self.hearing.segments
        )  # fmt: skip

    def _as_time(self, one: Segment, name: str) -> Quantity | None:
        """`51 years`, `at 51`, `in her fifties` where an age is asked for."""
        unit = self.hearing.sheet.measured(name).unit
        if one.time is None or one.kind != "time" or unit != "year":
            return None
        if one.time.kind in ("age", "ages"):
            low, _, high = one.time.text.partition("..")
            return Quantity(low, high)
        if one.time.kind == "length" and one.time.text.endswith(("year", "years")) and " to " not in one.time.text:
            return Quantity(one.time.text.split()[0])
        return None

    def _opening_word(self, name: str) -> None:
        """`yes, wrist`, `no, only omeprazole`: what opens an answer that goes on says nothing more."""
        first = told(self.hearing)[0] if told(self.hearing) else None
        said = name in self.hearing.reading.lists and bool(self.hearing.reading.lists[name].entries)
        if first is not None and not first.used and said and first.cue("yes", "no", "nothing") is not None:
            self.hearing.use(first)

    def _as_it_stands(self, name: str) -> bool:
        """`f`, `twice`: a word that a patient file takes as the answer."""
        text = self.hearing.line.text.strip().rstrip(".!")
        reading = self.hearing.reading
        if reading.results or reading.lists or reading.problems or self.hearing.type_of(name) == "records":
            return False
        if len(text) > 20 or not text.replace(" ", "").isalpha() or not self.hearing.fits(name, text):
            return False
        self.hearing.use(*self.hearing.segments)
        reading.say(name, text)
        reading.answered = True
        return True

    def _yes_or_no(self, name: str) -> None:
        words = [one for one in self.hearing.open if not idle(one) and one.kind != "mark"]
        if words and words[0].cue("yes", "no", "nothing") is not None and words[0].index == told(self.hearing)[0].index:
            self.hearing.use(words[0])
            self.hearing.reading.say(name, "yes" if words[0].cue("yes") else "no")
            self.hearing.reading.answered = True

    def _is_reference(self, one: Segment) -> bool:
        """A range behind a number, or behind its flag: what is usual, and no result."""
        if one.number is None or not one.number.high or not one.index:
            return False
        before = [each for each in self.hearing.segments[: one.index] if each.clause == one.clause][-3:]
        return any(each.kind == "number" for each in before)

    def _among_several(self) -> None:
        """A result that several of those asked can have is asked; one with a unit of only one is that: `85 umol/L`."""
        for one in list(self.hearing.open):
            number = one.number
            result = one.cue("result")
            alone = [each for each in told(self.hearing) if not each.used] == [one]
            if result is not None and alone and not self.hearing.reading.results:
                fit = [name for name in self.asked if self.hearing.fits(name, str(result.value))]
                if len(fit) > 1:
                    labels = ", ".join(self.hearing.names.label(name) for name in fit)
                    self.hearing.use(one)
                    self.hearing.reading.ask(
                        f"'{one.text.strip()}' can be {labels}", "write which it is, or 'all normal'"
                    )
                    continue
            if one.kind != "number" or number is None or number.bad or number.about or self._is_reference(one):
                continue
            left = [
                name
                for name in self.asked
                if name not in self.hearing.reading.results and self.hearing.type_of(name) == "number"
            ]
            if "_score" in "".join(left[:1]):
                continue
            fitting = [name for name in left if number.unit and self.hearing.fits(name, number.text())]
            if not number.unit and self._shares_its_part(one):
                continue
            if not number.unit:
                fitting = [
                    name
                    for name in left
                    if self.hearing.fits(name, number.text(sign=False)) or self.hearing.units_of(name, number)
                ]
            if len(fitting) == 1 and number.unit:
                self.hearing.use(one)
                self.hearing.number(fitting[0], number, {})
            elif len(fitting) > 1 or (fitting and not number.unit):
                self.hearing.use(one)
                labels = ", ".join(self.hearing.names.label(name) for name in fitting)
                self.hearing.reading.ask(f"'{clipped(one.text.strip())}' can be {labels}", "write which it is")
