"""What can be asked back at the prompt, and how one moves about in a consultation: the commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..assessment.contrasts import contrast
from ..assessment.questions import Asked, in_asking_order
from ..assessment.verdict import Verdict
from ..case.case import Case, answered_names
from ..intake import record
from ..intake.answers.sheet import clipped, folded
from ..intake.lookup import Lookup, Named
from ..intake.record import Answer
from ..knowledge_base.model import Condition, Intervention
from ..values.problems import Place, Problem, Refused, nearest
from ..values.value import UNKNOWN, Gap, Known, Records
from .agenda import doubts, relevance
from .agenda.relevance import Agenda
from .agenda.stakes import Stake
from .asking import not_understood
from .progress import Progress
from .understanding import Reader
from .understood import PROMPT, Understood

_TRIED = 2
"""Of how many findings of one question the answers are tried."""


class Session(Protocol):
    """The consultation a command works on."""

    case: Case
    progress: Progress
    reader: Reader
    pages: Any
    whys: int
    unread: tuple[str, ...]

    @property
    def verdict(self) -> Verdict: ...

    @property
    def full(self) -> Verdict: ...

    @property
    def agenda(self) -> Agenda: ...

    def move(self, **changes: object) -> None: ...

    def note(self, text: str) -> None: ...

    def tell(self, mark: str, text: str) -> None: ...

    def wrong(self, problem: Problem) -> None: ...

    def withdraw(self, name: str) -> None: ...

    def say(self, name: str, known: Known, typed: str = "") -> None: ...

    def finished(self) -> Verdict: ...


Run = Callable[[Any, "Asked | None", str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, how it is written, one line about it. `takes`: none, may or must have words."""

    run: Run
    written: str
    summary: str
    takes: str = "none"


# --- what the words of a command mean ---------------------------------------------------------------------------------


def command(line: str) -> tuple[str, str] | None:
    """The command that a line is, and its words; None for an answer."""
    words = " ".join(line.split())
    for alias, name in _ALIASES.items():
        if words.casefold() == alias or words.casefold().startswith(f"{alias} "):
            words = name + words[len(alias) :]
            break
    word, _, rest = words.partition(" ")
    name = word.casefold()
    known = COMMANDS.get(name)
    if known is None or (known.takes == "none" and rest) or (known.takes == "must" and not rest):
        return (name, "") if known is not None and known.takes == "must" and not rest else None
    return name, rest


def completions() -> tuple[str, ...]:
    """What can be typed as a command."""
    return tuple(COMMANDS)


def _subject(session: Session, words: str, kinds: tuple[str, ...]) -> Named | None:
    """What is meant by id, label, synonym or beginning; when it is none of these kinds, that is said."""
    lookup = Lookup(session.case.kb)
    found = [named for named in lookup.named(words) if named.kind in kinds]
    found = found or [named for named in lookup.meant(words) if named.kind in kinds]
    if not found:
        begun = {
            named.id: named
            for named in lookup.all
            if named.kind in kinds and len(words) > 2 and folded(named.label).startswith(folded(words))
        }
        found = list(begun.values()) if len(begun) == 1 else []
    if found:
        return found[0]
    of_kind = {
        name: named
        for named in lookup.all
        if named.kind in kinds
        for name in (named.id, named.label, *(named.entry.synonyms if named.entry is not None else ()))
    }
    near = nearest(words[:80], of_kind)
    if near is not None and _close(words, near):
        session.note(f"({of_kind[near].label} is meant, I take it.)")
        return of_kind[near]
    hint = f"did you mean '{near}'?" if near else "name a diagnosis, medicine, measure, test, alert or number"
    session.wrong(Problem("OL322", f"nothing of that kind is called '{clipped(words)}'", PROMPT, hint=hint))
    return None


def _close(words: str, near: str) -> bool:
    """Whether a name is so near that a slip of the finger is all that lies between."""
    one, other = folded(words), folded(near)
    return (
        abs(len(one) - len(other)) <= 1 and len(one) > 5 and sum(a != b for a, b in zip(one, other, strict=False)) <= 2
    )


_THINGS = ("condition", "intervention", "investigation", "alert", "state", "scale", "quantity")


# --- why, how, why not, what if ---------------------------------------------------------------------------------------


def why(session: Session, asked: Asked | None, _: str) -> None:
    """Which conclusions the question can still change and how each answer turns them; again: what those rest on."""
    if asked is None:
        session.note("Nothing is being asked. how X tells why something holds.")
        return
    at_stake = session.agenda.at_stake(asked)
    if session.whys and at_stake:
        _climb(session, asked, at_stake)
        return
    session.whys = 1
    subject = (asked, at_stake, [pair for pair in _tried(session, asked) if pair[1]])
    session.note(session.pages.show("why", session.case, session.verdict, subject))


def _tried(session: Session, asked: Asked) -> list[tuple[str, tuple[contrast.Possible, ...]]]:
    """What answers to a question would turn, by finding; those that would turn the same once."""
    if asked.which:
        return doubts.tried(session.case, session.verdict, asked)
    names = sorted(
        (name for name in asked.findings if name in session.case.kb.findings),
        key=lambda name: -len(session.agenda.stakes.get(name, ())),
    )
    found: list[tuple[str, tuple[contrast.Possible, ...]]] = []
    for name in names[:_TRIED]:
        possible = contrast.prospects(session.case, name)
        if all([one.turns for one in possible] != [one.turns for one in other] for _, other in found):
            found.append((name, possible))
    return found


def _climb(session: Session, asked: Asked, at_stake: tuple[Stake, ...]) -> None:
    """What the conclusions rest on that wait for this question, one at each asking."""
    if session.whys > len(at_stake):
        session.note("That is all it decides. explain X tells what a word means; source X who says so.")
        return
    stake = at_stake[session.whys - 1]
    session.whys += 1
    found = contrast.why_not(session.case, stake.id)
    rules = [
        one
        for one in found.rules
        if asked.which or any(not set(asked.findings).isdisjoint(condition.waits_for) for condition in one.conditions)
    ]
    session.note(session.pages.show("climb", session.case, session.verdict, (stake, rules[:3])))


def how(session: Session, _: Asked | None, words: str) -> None:
    """Why something holds: the smallest proof, down to what was said; all of them with `full`."""
    full = bool(re.search(r"\bfull$", words))
    wanted = re.sub(r"\s*\bfull$", "", words) if full else words
    finding, _problems = session.reader.named(wanted)
    if finding is not None and finding in session.case.said:
        session.note(f"You said so: {session.case.told(finding, session.case.said[finding])}.")
        return
    found = _subject(session, wanted, (*_THINGS, "rule", "finding"))
    if found is not None:
        ways = contrast.each_way(session.case, found.id)
        case = ways[0].case if ways else session.case
        session.note(session.pages.show("how", case, session.verdict, (found, full, ways)))


def whynot(session: Session, _: Asked | None, words: str) -> None:
    """Each rule about something by its distance, with what stands against it, and the nearest way."""
    found = _subject(session, words, ("condition", "intervention", "investigation", "alert", "state", "scale"))
    if found is not None:
        subject = contrast.why_not(session.case, found.id)
        session.note(session.pages.show("whynot", session.case, session.verdict, subject))


def whatif(session: Session, _: Asked | None, words: str) -> None:
    """What other answers would change; nothing is kept."""
    understood = session.reader.read(words, None, session.case.said, anew=True)
    for problem in understood.problems:
        session.wrong(problem)
    for half in understood.halves:
        session.tell("?", f"{half.number} of which? Write it with {' or '.join(half.units)}.")
    if not understood.said or understood.problems or understood.halves:
        return
    said = {**session.case.said, **understood.said}
    told = {name: Answer(known, "", PROMPT) for name, known in said.items()}
    wrong = [
        *record.check_applies(session.case.kb, told, session.case.today),
        *record.check_ages(session.case.kb, told),
    ]
    if wrong:
        session.wrong(wrong[0])
        return
    other = session.case.supposing(understood.said)
    from ..assessment.judgement import judge

    after = judge(other)
    subject = (
        tuple(understood.said),
        contrast.differences(session.verdict, after),
        _left_open(other, after, understood),
        tuple(one.told for one in after.contradictions),
    )
    session.note(session.pages.show("whatif", other, after, subject))


def _left_open(other: Case, after: Verdict, understood: Understood) -> dict[str, list[str]]:
    """What its neighbors in the group still decide: a filtration rate alone gives no clearance."""
    fellows = {
        name
        for said in understood.said
        if said in other.kb.findings
        for name in _group_of(other, said)
        if name not in understood.said
    }
    found: dict[str, list[str]] = {}
    for item in after.plan:
        if item.kind == "medicine" and item.status in ("conditional", "deferred"):
            for name in item.missing:
                if name in fellows:
                    found.setdefault(name, []).append(item.label)
    return found


def _group_of(case: Case, name: str) -> tuple[str, ...]:
    group = case.kb.groups.get(case.kb.findings[name].group)
    return group.findings if group is not None else ()


# --- what there is ----------------------------------------------------------------------------------------------------


def facts(session: Session, _: Asked | None, words: str) -> None:
    """What was said, and what was taken for granted."""
    case = session.case
    not_understood(session)
    names = in_asking_order(case.names, answered_names(case))
    for name in names:
        known = case.memory.known(name)
        implied = case.why_implied(name)
        if not implied or not isinstance(known, Gap):
            told = case.told(name, known)
            session.tell("", f"{told} (taken for granted: {implied})" if implied else told)
    if not names:
        session.note("Nothing was said yet.")
    for derived in session.verdict.derived if names else ():
        if derived.value and derived.id not in names:
            session.tell("", f"= {derived.label} {derived.text}")
    for one in session.verdict.contradictions:
        session.tell("?", one.told)


def part(what: str) -> Run:
    def show(session: Session, _: Asked | None, words: str) -> None:
        if what == "alerts":
            not_understood(session)
        session.note(session.pages.show(what, session.case, session.full, None))

    return show


def explain(session: Session, _: Asked | None, words: str) -> None:
    """What a word means."""
    lookup = Lookup(session.case.kb)
    found = lookup.meant(words)
    if not found:
        suggested = lookup.suggestion(words[:80])
        hint = f"did you mean '{suggested}'?" if suggested else ""
        session.wrong(Problem("OL322", f"nothing is called '{clipped(words)}'", PROMPT, hint=hint))
        return
    session.note(session.pages.show("explain", session.case, session.verdict, (found[0], lookup.about(found[0]))))


def compare(session: Session, _: Asked | None, words: str) -> None:
    """Two conditions or two measures side by side."""
    lookup = Lookup(session.case.kb)
    parts = re.split(r"\s+(?:and|with|to|vs\.?|versus)\s+|\s*,\s*", words, maxsplit=1)
    cuts = [tuple(parts)] if len(parts) == 2 else []
    tokens = words.split()
    cuts += [(" ".join(tokens[:cut]), " ".join(tokens[cut:])) for cut in range(1, len(tokens))]
    for first, second in cuts:
        one, other = (
            next((named for named in lookup.named(part) if isinstance(named.entry, (Condition, Intervention))), None)
            for part in (first, second)
        )
        if one is not None and other is not None and one.kind == other.kind:
            session.note(session.pages.show("compare", session.case, session.verdict, (one, other)))
            return
    hint = "write: compare osteoporosis osteomalacia"
    session.wrong(Problem("OL322", "two conditions, or two measures, can be compared", PROMPT, hint=hint))


def source(session: Session, _: Asked | None, words: str) -> None:
    """Who says so: a source in full, or those of a rule or conclusion."""
    found = _subject(session, words, ("source", "rule", *_THINGS, "guideline"))
    if found is not None:
        session.note(session.pages.show("source", session.case, session.verdict, found))


def report(session: Session, _: Asked | None, where: str) -> None:
    """Everything that follows from what was said so far."""
    if where not in ("", "full"):
        not_understood(session)
    _written(session, lambda: session.pages.report(session.finished(), where, tuple(dict.fromkeys(session.unread))))


def save(session: Session, _: Asked | None, where: str) -> None:
    """The answers as a worked case."""
    case = session.case
    told = {name: Answer(known, "", Place("")) for name, known in case.said.items() if known is not UNKNOWN}
    text = record.save_record(case.kb, told, case.today, "a consultation")
    _written(session, lambda: session.pages.save(text, where))


def _written(session: Session, write: Callable[[], str]) -> None:
    try:
        session.note(write())
    except Refused as refused:
        for problem in refused.problems:
            session.wrong(problem)


def help(session: Session, asked: Asked | None, words: str) -> None:
    """What can be typed."""
    session.note(session.pages.show("help", session.case, session.verdict, (tuple(COMMANDS.values()), asked)))


# --- moving about -----------------------------------------------------------------------------------------------------


def skip(session: Session, asked: Asked | None, _: str) -> None:
    """Leave the question open and go on; it comes back once."""
    if asked is None:
        session.note("Nothing is being asked.")
        return
    closing = session.progress.again or set(asked.findings) <= set(session.progress.skipped)
    closing = closing or asked.findings[0] in ("age", "sex")
    settled = session.progress.settled | (set(asked.findings) if closing else set())
    skipped = tuple(dict.fromkeys((*session.progress.skipped, *asked.findings)))
    session.move(settled=frozenset(settled), skipped=skipped, forced=None)


def back(session: Session, _: Asked | None, words: str) -> None:
    """Ask the previous question again; its answer stands until it is replaced."""
    trail = session.progress.trail
    if not trail:
        session.note("There is no earlier question.")
        return
    session.move(forced=trail[-1], trail=trail[:-1])


def change(session: Session, _: Asked | None, words: str) -> None:
    """Answer a question anew: `change age`, `change age 70`."""
    name, problems = session.reader.named(re.split(r"\s*[:=]\s*", words, maxsplit=1)[0])
    if name is not None and name in session.case.kb.findings and not re.search(r"[:=]", words):
        session.move(forced=relevance.question(session.case, (name,)))
        return
    understood = session.reader.read(words, None, _without(session, words), anew=True)
    if understood.mended:
        session.wrong(Problem("OL322", understood.mended[0], PROMPT, hint="write what is to be changed in full"))
        return
    if not understood.said:
        for problem in (*understood.problems, *problems)[:1]:
            session.wrong(problem)
    for one, known in understood.said.items():
        session.say(one, known, understood.typed.get(one, ""))
    for half in understood.halves:
        session.move(halves=(*session.progress.halves, half))


def _without(session: Session, words: str) -> Mapping[str, Known]:
    """What was said, but for lists: a list that is changed is said anew."""
    return {name: known for name, known in session.case.said.items() if not isinstance(known, Records)}


def forget(session: Session, _: Asked | None, words: str) -> None:
    """Withdraw an answer; its question is open again."""
    name, problems = session.reader.named(words)
    if name is None:
        for problem in problems:
            session.wrong(problem)
    elif name not in session.case.said:
        session.note(f"Nothing was said of {session.case.names.label(name)}.")
    else:
        session.withdraw(name)


def go(session: Session, _: Asked | None, words: str) -> None:
    """Ask what belongs to one section next."""
    sections = session.case.kb.sections
    spelled = folded(words)
    found = [name for name, label in sections.items() if spelled in (folded(name), folded(label))]
    found = found or [name for name, label in sections.items() if spelled in folded(label) or spelled in folded(name)]
    if len(found) != 1:
        near = nearest(words[:80], (*sections, *sections.values()))
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(sections.values())}"
        session.wrong(Problem("OL322", f"no section is called '{clipped(words)}'", PROMPT, hint=hint))
        return
    session.move(section=found[0], forced=None, done=False)
    agenda = session.agenda
    if not any(one.section == found[0] for one in (*agenda.now, *agenda.advice, *agenda.tests)):
        session.note(f"Nothing about {sections[found[0]]} can change anything now.")


def _round(session: Session, name: str) -> None:
    session.move(rounds=session.progress.rounds | {name}, done=False)


def lifestyle(session: Session, _: Asked | None, words: str) -> None:
    _round(session, "advice")


def tests(session: Session, _: Asked | None, words: str) -> None:
    _round(session, "tests")


def done(session: Session, asked: Asked | None, words: str) -> None:
    """No more questions: the report."""
    session.move(done=True, forced=None)
    report(session, asked, "")


def _nothing(session: Session, asked: Asked | None, words: str) -> None:
    """Undo and redo are steps of the consultation itself."""


COMMANDS: dict[str, Command] = {
    "why": Command(why, "why", "what the question can still change, and how; again: what that rests on"),
    "how": Command(how, "how X", "why X holds: the smallest proof; how X full: every one", "must"),
    "whynot": Command(whynot, "whynot X", "what stands between here and X, and the nearest way", "must"),
    "whatif": Command(whatif, "whatif F = V, ...", "what other answers would change; nothing is kept", "must"),
    "facts": Command(facts, "facts", "what was said, taken for granted and worked out"),
    "alerts": Command(part("alerts"), "alerts", "what must be said first"),
    "differential": Command(part("differential"), "differential", "what it is or could be, for and against"),
    "plan": Command(part("plan"), "plan", "what to do, in order, and what is barred"),
    "report": Command(
        report, "report [full|FILE]", "the answer; all of it; all in FILE.html, .md, .json; patient: plain words", "may"
    ),
    "explain": Command(explain, "explain X", "what a word, illness, medicine or rule means", "must"),
    "compare": Command(compare, "compare A B", "two illnesses or two medicines side by side", "must"),
    "source": Command(source, "source X", "who says so", "must"),
    "change": Command(change, "change F", "answer F anew; change F V at once", "must"),
    "forget": Command(forget, "forget F", "withdraw an answer", "must"),
    "undo": Command(_nothing, "undo, redo", "take back all that the last line did; do it again"),
    "redo": Command(_nothing, "", ""),
    "back": Command(back, "back", "the previous question again; its answer stands until replaced"),
    "skip": Command(skip, "skip", "go on; it is asked once more. don't know, not done close it"),
    "go": Command(go, "go SECTION", "ask about one section next (labs, medicines, ...)", "must"),
    "lifestyle": Command(lifestyle, "lifestyle, tests", "go on with what changes advice only, or with rarer tests"),
    "tests": Command(tests, "", ""),
    "save": Command(save, "save FILE", "the answers, to go on with or to assess later", "must"),
    "done": Command(done, "done", "no more questions: the report"),
    "help": Command(help, "?", "this list, and help with the question"),
    "quit": Command(_nothing, "quit", "leave"),
}
CHANGING = frozenset({"change", "forget", "undo", "redo", "back", "skip", "go", "lifestyle", "tests", "done"})
"""The commands that are lived through again when a consultation is resumed."""
_ALIASES = {
    "?": "help", "why not": "whynot", "what if": "whatif", "ddx": "differential", "diagnoses": "differential",
    "diagnosis": "differential", "go to": "go", "finish": "done", "sources": "source",
}  # fmt: skip
