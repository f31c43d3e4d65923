"""What was proved of all patients, and the patients who refute the rest, with what makes it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...assessment import judgement
from ...case.case import Case
from ...intake.lookup import Named
from ...premises.expression import TruthNode
from ...workbench.proof import proofs as proving
from ...workbench.proof.proofs import Proof, Proofs
from ...workbench.proof.search import PROVED, REFUTED, UNKNOWN, Answer
from .. import dialogue, escape

_KINDS = {"status": "intervention", "caution": "intervention", "diagnosis": "condition", "alert": "alert"}


def text(found: Proofs, width: int) -> str:
    """Each invariant that is not proved, with its patient, then one closing line."""
    lines = [line for one in found.proofs if one.answer.status != PROVED for line in _told(one, width)]
    return "\n".join([*lines, summary(found)]) + "\n"


def summary(found: Proofs) -> str:
    """The closing line."""
    counts = {status: sum(one.answer.status == status for one in found.proofs) for status in _STATUSES}
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count or status == PROVED)
    return f"{len(found.proofs)} invariants over all patients: {told} ({found.seconds:.1f} s)"


def _told(one: Proof, width: int) -> Iterator[str]:
    invariant, answer = one.invariant, one.answer
    yield f"{answer.status.upper()} {invariant.id}  ({invariant.place})"
    yield f"  {escape.line(invariant.label)}"
    yield f"  harm: {escape.line(invariant.harm)}"
    if answer.status == UNKNOWN:
        yield f"  not found out in {answer.seconds:.1f} s; {answer.tried} patients were made, and none breaks it"
        yield ""
        return
    yield "  the smallest patient found, as a file for assess:"
    yield ""
    yield from answer.witness.rstrip("\n").split("\n")
    yield ""
    if one.case is not None and invariant.never is not None:
        yield from derivation(one.case, invariant.never, width)
        yield ""


def derivation(case: Case, node: TruthNode, width: int) -> list[str]:
    """How what a question asks of the report follows for a patient."""
    lines: list[str] = []
    verdict = judgement.judge(case)
    for shown in proving.shown_in(node):
        for member in sorted(shown.members):
            named = _named(case, shown.of, member)
            if named is None or not _said(case, shown.of, member, shown.words):
                continue
            page = dialogue.show("how", case, verdict, (named, False, ()), width, False)
            lines += [f"  {line}" for line in page.split("\n")]
    return lines


def _said(case: Case, of: str, member: str, words: frozenset[str]) -> bool:
    from ...assessment import query
    from ...assessment.outlook import Outlook
    from ...premises.expression import Shown
    from ...values.truth import Truth

    node = Shown(of=of, subject=member, members=frozenset({member}), words=words)
    return query.holds(case, node, Outlook(case)) is Truth.TRUE


def _named(case: Case, of: str, member: str) -> Named | None:
    entries = {"condition": case.kb.conditions, "alert": case.kb.alerts, "intervention": case.kb.interventions}
    kind = _KINDS[of]
    entry = entries[kind].get(member)
    return Named(kind, member, entry.label, entry) if entry is not None else None


def data(found: Proofs, digest: str, width: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "invariants": [
            {
                "id": one.invariant.id,
                "status": one.answer.status,
                "seconds": round(one.answer.seconds, 3),
                "witness": one.answer.witness or None,
            }
            for one in found.proofs
        ],
        "proved": sum(one.answer.status == PROVED for one in found.proofs),
        "refuted": sum(one.answer.status == REFUTED for one in found.proofs),
        "unknown": sum(one.answer.status == UNKNOWN for one in found.proofs),
        "seconds": round(found.seconds, 3),
        "digest": digest,
        "approximated": list(proving.APPROXIMATED),
        "derivations": {
            one.invariant.id: "\n".join(derivation(one.case, one.invariant.never, width))
            for one in found.proofs
            if one.case is not None and one.invariant.never is not None
        },
    }


# --- a single question ------------------------------------------------------------------------------------------------


def found_text(answer: Answer, case: Case | None, node: TruthNode, width: int) -> str:
    """A patient and how it follows, that there is none, or that none was found."""
    if answer.status == PROVED:
        return f"nobody (proved, {answer.seconds:.1f} s)\n"
    if answer.status == UNKNOWN or case is None:
        return f"none found in {answer.seconds:.1f} s, and that there is none is not proved\n"
    lines = [*answer.witness.rstrip("\n").split("\n"), "", *derivation(case, node, width)]
    return "\n".join(lines).rstrip("\n") + "\n"


def found_data(answer: Answer, case: Case | None, node: TruthNode, width: int) -> dict[str, Any]:
    """The same for programs; of a question `found` says whether somebody answers it with yes."""
    words = {PROVED: "nobody", REFUTED: "found", UNKNOWN: "none found"}
    return {
        "answer": words[answer.status],
        "proved": answer.status == PROVED,
        "seconds": round(answer.seconds, 3),
        "patient": answer.witness or None,
        "derivation": "\n".join(derivation(case, node, width)) if case is not None else None,
    }


_STATUSES = (PROVED, REFUTED, UNKNOWN)
