"""Answers to what is asked back at the prompt: why, how, why not, what if, what can be typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..assessment.contrasts.contrast import Possible, Turn, Way, WhyNot
from ..assessment.contrasts.nearest import Condition, Distance
from ..assessment.verdict import Verdict
from ..case.case import Case
from ..case.explanation import Proof
from ..intake.lookup import Named
from ..knowledge_base.model import Cited, Rule
from ..knowledge_base.model import Condition as Illness
from ..knowledge_base.verbs import VERBS
from ..premises import propositions, wording
from ..premises.expression import Always
from ..values.truth import Truth
from .catalog import comparison, entries
from .layout import Page
from .report import outline, text

_TURNED = 5
"""How many turns of one answer are told before the rest are counted."""
_NAMED = 5
_STATUS = {
    "recommended": "recommended",
    "conditional": "recommended once checked",
    "deferred": "NOT YET",
    "contraindicated": "NEVER here",
    "undetermined": "cannot be judged yet",
    "": "not shown",
}
_TRUTHS = {Truth.TRUE: "true", Truth.FALSE: "false", Truth.UNKNOWN: "unknown"}
_ROLES = {"wants": "wanted by", "bars": "barred by", "delays": "held back by", "cautions": "care by"}
_SHOWN_RULES = 3
_TOLD = 2
_AGAINST = ("bars", "delays", "excludes", "cautions", "speaks against")
_SHOWN_CONDITIONS = 6
_DEPTH = 12


def show(what: str, case: Case, verdict: Verdict, subject: Any, width: int, colored: bool) -> str:
    """The page of one inquiry; what `subject` is depends on `what`."""
    if what in ("alerts", "differential", "plan"):
        nothing = {
            "alerts": "No alert is raised, and none is left open.",
            "differential": "Nothing speaks for anything yet.",
            "plan": "Nothing to do yet.",
        }
        return text.part(verdict, case.names, what, width, colored) or nothing[what]
    page = Page(width, colored)
    if what == "explain":
        return entries.page(subject[0], case.names, width, colored, subject[1]).rstrip("\n")
    if what == "compare":
        return _compared(subject, width)
    _PAGES[what](page, case, subject)
    return page.text().rstrip("\n")


def _compared(subject: tuple[Named, Named], width: int) -> str:
    one, other = subject
    made: Any = comparison.conditions if isinstance(one.entry, Illness) else comparison.interventions
    return str(made(one.entry, other.entry, width)).rstrip("\n")


# --- why --------------------------------------------------------------------------------------------------------------


def _why(page: Page, case: Case, subject: Any) -> None:
    asked, at_stake, tried = subject
    if not at_stake:
        page.paragraph(
            "Everything else depends on it."
            if asked.findings[0] in ("age", "sex")
            else "It was asked for; as things stand it changes nothing that is shown."
        )
        return
    by_kind: dict[str, list[str]] = {}
    for stake in at_stake:
        heading = {"alert": "alerts", "diagnosis": "diagnoses", "medicine": "medicines", "test": "tests"}
        heading |= {"cause": "causes", "barred": "barred"}
        by_kind.setdefault(heading.get(stake.kind, "measures"), []).append(stake.label)
    for kind, labels in by_kind.items():
        page.entry(kind, _few(labels), 2, 12)
    for finding, possible in tried:
        page.paragraph(f"{case.names.label(finding)}:", 2, "bold")
        _possible(page, case, finding, possible)
    if not tried:
        page.paragraph("No single answer turns a status by itself; with others it does.")
    page.paragraph(f"It can settle {len(at_stake)} of what is still open. why again: what that rests on.")


def _possible(page: Page, case: Case, finding: str, listed: Sequence[Possible]) -> None:
    for one in listed:
        label = case.names.label(finding)
        told = case.told(finding, one.known).removeprefix(label).strip() or "none"
        page.entry(f"{told} ->", _turns(one.turns), 4, 10)


def _turns(turns: Iterable[Turn]) -> str:
    listed = [turn for turn in turns if turn.kind != "number"] or list(turns)
    alike: dict[str, list[str]] = {}
    for turn in listed:
        alike.setdefault(_turned(turn), []).append(turn.label)
    told = [f"{_few(labels, 3)} {change}" for change, labels in alike.items()]
    return "; ".join(told[:_TURNED]) + (f"; and {len(told) - _TURNED} more" if len(told) > _TURNED else "")


def _turned(turn: Turn) -> str:
    after = _STATUS.get(turn.after, turn.after)
    if turn.kind == "alert":
        return "RAISED" if turn.after else "no longer raised"
    if turn.kind in ("cause", "number"):
        return after if turn.after else "no longer found"
    return after if turn.after else "no longer wanted" if turn.kind != "diagnosis" else "open again"


def _climb(page: Page, case: Case, subject: Any) -> None:
    stake, rules = subject
    page.paragraph(f"{stake.label}:", 2, "bold")
    for one in rules:
        _ruled(page, one.rule, one.role)
        _conditions(page, one.conditions, 6)
        page.entry("because", one.rule.because, 6, 9)
    if not rules:
        page.paragraph("It waits for it through what other conclusions rest on; whynot shows the whole way.", 4)
    page.paragraph("why again: the next. how X, whynot X, source X go deeper.")


def _ruled(page: Page, rule: Rule, role: str, held: str = "") -> None:
    """A rule with what it does; where `held` is said, its truth at the end of the line."""
    words = f"{_ROLES.get(role, role)}: {rule.label.rstrip('.')}{_tags(rule)}"
    page.item(f"{words} -- {held}" if held else words, "-", 4)


def _tags(rule: Rule) -> str:
    tag = outline.tag(rule.sources)
    return (f" [{tag}]" if tag else "") + (" [not verified]" if rule.evidence == "unverified" else "")


# --- how --------------------------------------------------------------------------------------------------------------

_VERBS = ("diagnoses", "causes", "sets", "recommends", "contraindicates", "defers", "orders", "alerts", "excludes",
          "supports", "opposes", "cautions", "derives")  # fmt: skip


def _how(page: Page, case: Case, subject: Any) -> None:
    found, full, ways = subject
    _each_way(page, ways)
    if found.kind == "quantity" or (found.kind == "finding" and case.is_known(found.id)):
        page.paragraph(case.value_told(found.id), 2, "bold")
        proof = case.explanation.value(found.id)
        if proof.rule is not None:
            page.item(f"{proof.rule.label.rstrip('.')}{_tags(proof.rule)}", "by", 4)
        for part in proof.parts:
            _step(page, case, part, 6, full, set())
        return
    proofs = [case.explanation.rule(rule) for rule in _true_rules(case, found)]
    reported = case.memory.truth(propositions.diagnosed(found.id)) if found.kind == "condition" else Truth.UNKNOWN
    if not proofs and reported is not Truth.TRUE:
        page.paragraph(f"{found.label} does not hold. whynot {found.id} tells what is missing.")
        return
    page.paragraph(found.label, 2, "bold")
    if not proofs:
        page.item("it is in the list of illnesses you gave", "-", 4)
    order = {verb: place for place, verb in enumerate(_VERBS)}
    proofs.sort(key=lambda proof: (order.get(proof.rule.verb if proof.rule else "", 99), proof.size))
    seen: set[str] = set()
    for proof in proofs if full else proofs[:1]:
        _proof(page, case, proof, full, seen)
    if len(proofs) > 1 and not full:
        page.paragraph(f"{len(proofs) - 1} more rules hold about it: how {found.id} full.")


def _true_rules(case: Case, found: Named) -> list[Rule]:
    if isinstance(found.entry, Rule):
        return [found.entry] if case.truth(found.entry) is Truth.TRUE else []
    about = [rule for rule in case.kb.rules.values() if found.id in (rule.members or rule.targets)]
    return [rule for rule in about if case.truth(rule) is Truth.TRUE]


def _proof(page: Page, case: Case, proof: Proof, full: bool, seen: set[str]) -> None:
    rule = proof.rule
    assert rule is not None
    _ruled(page, rule, VERBS[rule.verb].told)
    for part in proof.parts:
        _step(page, case, part, 6, full, seen)
    page.entry("because", rule.because, 6, 9)


def _step(page: Page, case: Case, step: Proof, indent: int, full: bool, seen: set[str]) -> None:
    """One step of a proof; junctions are passed through, what was told before is not told again."""
    if indent > _DEPTH + 8:
        return
    if step.kind == "junction" or (step.kind == "rule" and step.rule is None):
        for part in step.parts:
            _step(page, case, part, indent, full, seen)
    elif step.kind == "leaf" and step.node is not None and not isinstance(step.node, Always):
        told = "; ".join(dict.fromkeys(_witness(case, name) for name in step.answers[:3]))
        words = wording.words(step.node, case.names)
        denial = "not: " if step.truth is Truth.FALSE else ""
        page.item(f"{denial}{words}" + (f" ({told})" if told else ""), "-", indent)
    elif step.kind == "proposition":
        page.item(f"{'not: ' if step.truth is Truth.FALSE else ''}{case.names.proposition(step.name)}", "-", indent)
        if step.name in seen and not full:
            return
        seen.add(step.name)
        for part in step.parts:
            _step(page, case, part, indent + 2, full, seen)
    elif step.kind == "rule" and step.rule is not None:
        page.item(f"{step.rule.label.rstrip('.')}{_tags(step.rule)}", "by", indent)
        for part in step.parts:
            _step(page, case, part, indent + 2, full, seen)
    elif step.kind in ("answer", "quantity"):
        page.item(_witness(case, step.name), "-", indent)


def _witness(case: Case, name: str) -> str:
    implied = case.why_implied(name)
    words = f" ({outline.IMPLIED_WORDS.get(implied, implied)})" if implied else ""
    return case.value_told(name) + words


# --- why not ----------------------------------------------------------------------------------------------------------


def _each_way(page: Page, ways: Sequence[Way]) -> None:
    """What it comes to by each of two values that contradict; the rest of the page goes by the first."""
    if not ways:
        return
    for way in ways:
        page.entry(f"{_STATUS.get(way.status, way.status)}:", f"taking {way.taking}", 4, 10)
    page.paragraph("These contradict, and the stricter counts. What follows is by the first.", 4)


def _whynot(page: Page, case: Case, found: WhyNot) -> None:
    page.columns(found.label, _STATUS.get(found.status, found.status), 2, "bold")
    _each_way(page, found.each_way)
    if not found.rules:
        page.paragraph("No rule concludes it.")
        return
    if found.nearest:
        page.entry("nearest way", "; ".join(found.nearest), 4, 12)
    against = [one for one in found.rules if one.role in _AGAINST]
    favoring = [one for one in found.rules if one.role not in _AGAINST]
    holding = [one for one in favoring if one.truth is Truth.TRUE]
    for one in holding[:_TOLD]:
        _ruled(page, one.rule, one.role, "true")
    if len(holding) > _TOLD:
        page.paragraph(f"and {len(holding) - _TOLD} more for it that hold", 4)
    for one in () if holding else favoring[:_SHOWN_RULES]:
        _distant(page, one)
    standing = [one for one in against if one.truth is Truth.TRUE]
    for one in standing[:_SHOWN_RULES]:
        _distant(page, one)
    told = (0 if holding else min(len(favoring), _SHOWN_RULES)) + min(len(standing), _SHOWN_RULES)
    left = len(against) + (0 if holding else len(favoring)) - told
    unknown = sum(one.truth is Truth.UNKNOWN for one in against)
    if left:
        more = "1 more rule about it does" if left == 1 else f"{left} more rules about it do"
        further = "is" if left == 1 else "are"
        could = f"; {unknown} could still stand against it" if unknown else ""
        page.paragraph(f"{more} not hold, or {further} further off{could}.", 4)


def _distant(page: Page, one: Distance) -> None:
    _ruled(page, one.rule, one.role, _TRUTHS[one.truth])
    _conditions(page, one.conditions, 6)


def _conditions(page: Page, conditions: Sequence[Condition], indent: int) -> None:
    for one in conditions[:_SHOWN_CONDITIONS]:
        known = f": {one.known}" if one.known else ""
        page.columns(one.words + known, _TRUTHS[one.truth], indent)
    if len(conditions) > _SHOWN_CONDITIONS:
        page.paragraph(f"and {len(conditions) - _SHOWN_CONDITIONS} more conditions", indent)


# --- what if ----------------------------------------------------------------------------------------------------------


def _whatif(page: Page, case: Case, subject: Any) -> None:
    names, turns, open_, contradictions = subject
    page.paragraph(f"If {', '.join(case.value_told(name) for name in names)}:", 2, "bold")
    for turn in turns:
        before = _STATUS.get(turn.before, turn.before)
        mark = "ALERT: " if turn.kind == "alert" and turn.after else ""
        page.entry(f"{mark}{turn.label}", f"{before} -> {_turned(turn)}", 4, 16)
    if not turns:
        page.paragraph("nothing that is shown would change.", 4)
    for name, labels in open_.items():
        given = ", ".join(case.names.label(one) for one in names)
        page.paragraph(f"{given} alone leaves {case.names.label(name)} open, which {_few(labels)} still need.", 4)
    for told in contradictions:
        page.paragraph(f"{told} The stricter counts.", 4)
    page.paragraph("Nothing kept.")


# --- sources and help -------------------------------------------------------------------------------------------------


def _source(page: Page, case: Case, found: Named) -> None:
    page.paragraph(found.label, 2, "bold")
    known = case.kb.sources.get(found.id) if found.kind == "source" else None
    if known is not None:
        for label, words in (("", known.citation), ("year", str(known.year or "")), ("at", known.address)):
            if words:
                page.entry(label, words, 4, 6)
        cites = sum(any(one.source == found.id for one in rule.sources) for rule in case.kb.rules.values())
        page.paragraph(f"{cites} rules rest on it.", 4)
        return
    about = (
        [found.entry]
        if isinstance(found.entry, Rule)
        else [rule for rule in case.kb.rules.values() if found.id in (rule.members or rule.targets)]
    )
    about.sort(key=lambda rule: case.truth(rule) is not Truth.TRUE)
    cited: dict[str, list[str]] = {}
    for one in (*(found.entry.sources if found.entry is not None else ()), *_cited(about)):
        cited.setdefault(one.source, []).extend([one.where] if one.where else [])
    for name, where in list(cited.items())[:12]:
        entry = case.kb.sources.get(name)
        places = f" ({', '.join(dict.fromkeys(where))})" if where else ""
        page.item(f"{entry.citation if entry is not None and entry.citation else name}{places}", "-", 4)
    if not cited:
        page.paragraph("No source is named.", 4)


def _cited(rules: Iterable[Rule]) -> Iterable[Cited]:
    return [cited for rule in rules for cited in rule.sources]


def _help(page: Page, case: Case, subject: Any) -> None:
    commands, asked = subject
    page.paragraph("Anything you know: weight 58 kg; no fever; stopped alendronate in 2023. Or one of:", 0)
    for one in commands:
        if one.written:
            page.entry(one.written, one.summary, 2, 20)
    if asked is not None and asked.help:
        page.paragraph(f"This question: {asked.help}", 0)


def _few(words: Iterable[str], most: int = _NAMED) -> str:
    listed = list(words)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


_PAGES: dict[str, Callable[[Page, Case, Any], None]] = {
    "why": _why,
    "climb": _climb,
    "how": _how,
    "whynot": _whynot,
    "whatif": _whatif,
    "source": _source,
    "help": _help,
}
