"""Skeletons of new entries: the keys that are needed, empty, each with what belongs there, and not a word of medicine.

What is empty is an error of the knowledge base until it is filled in, so nothing half-written reaches a patient.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...knowledge_base.files import source
from ...knowledge_base.files.layout import Written
from ...knowledge_base.files.nodes import ListNode, MapNode, Text
from ...knowledge_base.reading import entries, rules
from ...knowledge_base.reading.values.scalars import KEBAB, SNAKE, article
from ...premises.grammar import RESERVED
from ...values.problems import Place, Problem, Refused, did_you_mean
from ...values.types import TYPES
from . import meanings

KINDS = {
    "rule": "rules",
    "finding": "findings",
    "condition": "conditions",
    "intervention": "interventions",
    "source": "sources",
    "guideline": "guidelines",
    "state": "states",
    "scale": "scales",
    "quantity": "quantities",
    "threshold": "thresholds",
    "alert": "alerts",
    "investigation": "investigations",
    "invariant": "invariants",
    "hazard": "hazards",
    "clash": "clashes",
    "unavailable": "unavailable",
    "disagreement": "disagreements",
    "group": "groups",
    "topic": "topics",
    "choice": "choices",
    "code": "codes",
    "unit": "units",
    "analyte": "analytes",
    "scope": "scope",
    "section": "sections",
    "term": "glossary",
    "phrase": "words",
}
"""What can be made, and the kind of entry it is."""
WITHIN = {"units": "units", "analytes": "units"}
"""The kinds that stand below a key of their own, and the kind of file they share."""
_KEYS: Mapping[str, tuple[str, ...]] = {
    "findings": ("label", "type", "question", "section", "sources"),
    "conditions": ("label", "definition", "mechanism", "frequency", "pursue", "sources"),
    "interventions": ("label", "kind", "mechanism", "dose", "monitoring", "sources"),
    "sources": ("label", "citation", "year", "kind", "address", "licence"),
    "guidelines": ("label", "region", "population", "year", "sources"),
    "states": ("label", "note"),
    "scales": ("label", "levels", "sources"),
    "quantities": ("label", "unit", "sources"),
    "thresholds": ("label", "unit", "value", "sources"),
    "alerts": ("label", "action", "plain", "sources"),
    "investigations": ("label", "tells", "findings", "sources"),
    "invariants": ("title", "never", "harm", "evidence", "sources"),
    "hazards": ("title", "reads", "members", "effect", "for", "because", "evidence", "sources"),
    "clashes": ("title", "advice", "against", "because"),
    "unavailable": ("title", "medicines", "because", "sources"),
    "disagreements": ("question", "positions"),
    "groups": ("label", "question", "findings"),
    "topics": ("question", "ask", "answer", "see", "sources"),
    "choices": ("members", "classes"),
    "codes": ("means", "loinc", "snomed", "sources"),
    "units": ("label", "synonyms", "dimension", "factor", "ucum", "sources"),
    "analytes": ("label", "factors", "sources"),
    "scope": ("label", "when", "refusal", "assumption", "disclaimer", "sources"),
}
"""What the skeleton of an entry opens with; more where its type asks for it."""
_BY_TYPE = {name: (*one.needs, *one.opens) for name, one in TYPES.items()}
ABOUT = {
    "state or scale": ("states", "scales"),
    "quantity": ("quantities",),
    "cause": ("conditions",),
    "diagnosis": ("conditions",),
    "investigation": ("investigations",),
    "intervention": ("interventions",),
    "alert": ("alerts",),
}
_LONGEST_HINT = 110


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new entry is to be: `values` are keys that are known already, as the author wrote them."""

    kind: str
    id: str
    verb: str = ""
    about: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Addition:
    """Text that goes to the end of a file, which is named as seen from its room, or from the folder of cases."""

    inside: str
    text: str
    is_case: bool = False
    under: str = ""
    """The key of the file below which it stands, where it stands below one."""


class Inventory:
    """Every id there is, read from files as they are: an unfinished entry elsewhere is no obstacle."""

    def __init__(self, contents: Sequence[Written], case_files: Sequence[tuple[str, str]] = ()) -> None:
        self.entries: dict[str, dict[str, Place]] = {}
        self.of_file: dict[str, tuple[str, dict[str, MapNode | None]]] = {}
        self.classes: set[str] = set()
        self.case_files = dict(case_files)
        for item in contents:
            self._take(item)

    def _take(self, item: Written) -> None:
        kind = kind_of(item.inside)
        node, _ = source.load_text(item.content, item.file)
        if not kind or not isinstance(node, MapNode):
            return
        known = self.entries.setdefault(kind, {})
        inside: dict[str, MapNode | None] = {}
        for key, value in node.pairs:
            if key.value in WITHIN and kind in WITHIN.values():
                below = value.pairs if isinstance(value, MapNode) else ()
                self.entries.setdefault(key.value, {}).update({name.value: name.place for name, _ in below})
            known.setdefault(key.value, key.place)
            inside[key.value] = value if isinstance(value, MapNode) else None
            classes = value.get("classes") if kind == "choices" and isinstance(value, MapNode) else None
            if isinstance(classes, MapNode):
                self.classes |= {name.value for name, _ in classes.pairs}
        if not item.local:
            self.of_file[item.inside] = (kind, inside)

    def ids(self, *kinds: str) -> dict[str, Place]:
        return {name: place for kind in kinds for name, place in self.entries.get(kind, {}).items()}


def additions(wish: Wish, known: Inventory, file: str = "") -> list[Addition]:
    """What has to be written, and where. Raises Refused where the wish cannot be met."""
    problems = list(_problems(wish, known))
    if problems:
        raise Refused(problems)
    if wish.kind == "case":
        return [_case(wish, known, file)]
    where = file or _file_for(wish, known)
    kind = KINDS[wish.kind]
    found = [Addition(where, entry(wish), under=kind if kind in WITHIN else "")]
    if wish.kind == "rule":
        found.append(Addition(_case_file(where, known), _case_text(wish.id), is_case=True))
    return found


# --- what cannot be ---------------------------------------------------------------------------------------------------


def _problems(wish: Wish, known: Inventory) -> Iterator[Problem]:
    here = Place("new")
    if wish.kind == "case":
        if wish.id not in known.ids("rules"):
            hint = did_you_mean(wish.id, known.ids("rules")) or "a case is about a rule: give the rule's id"
            yield Problem("OL105", f"unknown rule '{wish.id}'", here, hint=hint)
        return
    kind = KINDS[wish.kind]
    kebab = wish.kind == "rule" or (kind in entries.KINDS and entries.KINDS[kind].kebab)
    free = kind in entries.FREE_IDS or kind in ("glossary", "words")
    if not free and not (KEBAB if kebab else SNAKE).fullmatch(wish.id):
        form = "small letters, digits and " + ("hyphens" if kebab else "_")
        spelled = ("-" if kebab else "_").join(re.findall(r"[a-z0-9]+", wish.id.lower()))
        what = f"the id of {article(wish.kind)} takes {form}, not '{wish.id}'"
        yield Problem("OL110", what, here, hint=f"write '{spelled}'" if spelled else "")
    elif wish.kind == "scope" and known.ids("scope"):
        place = next(iter(known.ids("scope").values()))
        yield Problem("OL103", "there is one scope only", here, hint="change it where it stands", elsewhere=place)
    elif wish.kind == "finding" and wish.id in RESERVED:
        yield Problem("OL110", f"'{wish.id}' is a word of the rule language", here, hint="choose another id")
    taken = known.ids(*(entries.READABLE if wish.kind == "finding" else (KINDS[wish.kind],)))
    if wish.id in taken:
        what = f"there is {article(wish.kind)} '{wish.id}' already"
        yield Problem("OL103", what, here, hint=f"see it with: osteologic show {wish.id}", elsewhere=taken[wish.id])
    takes = _taken_keys(wish)
    for key in wish.values:
        if key not in takes:
            hint = did_you_mean(key, takes) or f"it takes {', '.join(sorted(takes)) or 'no key: it is a text'}"
            yield Problem("OL101", f"{article(wish.kind)} takes no '{key}'", here, hint=hint)
    if wish.kind == "rule":
        yield from _verb_problems(wish, known)


def _verb_problems(wish: Wish, known: Inventory) -> Iterator[Problem]:
    here = Place("new")
    if wish.verb not in rules.VERBS:
        what = f"'{wish.verb}' is no verb" if wish.verb else "the rule has no verb"
        hint = did_you_mean(wish.verb, rules.VERBS) or f"give one with --verb: {', '.join(rules.VERBS)}"
        yield Problem("OL111", what, here, hint=hint)
    elif not wish.about:
        what = f"it is not said what the rule {wish.verb}"
        yield Problem("OL111", what, here, hint=f"give the id of {article(rules.VERBS[wish.verb])} with --about")
    else:
        aim = rules.VERBS[wish.verb]
        there = {**known.ids(*ABOUT[aim]), **dict.fromkeys(known.classes, here)}
        if wish.about.split(" ")[0] not in there:
            hint = did_you_mean(wish.about, there)
            yield Problem("OL105", f"unknown {aim} '{wish.about}'", here, hint=hint)


def _taken_keys(wish: Wish) -> set[str]:
    if KINDS[wish.kind] in entries.PLAIN:
        return set()
    if wish.kind != "rule":
        return {*entries.KINDS[KINDS[wish.kind]].keys, *entries.EVERY}
    own = {key for key, known in rules.KEYS.items() if not known.verbs or wish.verb in known.verbs}
    return own | {key for key, verbs in rules.PREMISED.items() if not verbs or wish.verb in verbs}


# --- where it goes ----------------------------------------------------------------------------------------------------


def kind_of(inside: str) -> str:
    """`rules`, or the kind of knowledge, of a file as seen from its root."""
    room, _, rest = inside.partition("/")
    return "rules" if room == "rules" else rest.split("/")[0].removesuffix(".yaml")


def _file_for(wish: Wish, known: Inventory) -> str:
    """The file that holds what is most like it. Raises Refused where none stands out."""
    kind = WITHIN.get(KINDS[wish.kind], KINDS[wish.kind])
    files = {name: found for name, (of, found) in known.of_file.items() if of == kind}
    if len(files) == 1:
        return next(iter(files))
    scores = Counter({name: _likeness(wish, found) for name, found in files.items()})
    best = scores.most_common(2)
    if not best or best[0][1] == 0 or (len(best) == 2 and best[0][1] == best[1][1]):
        hint = f"say it with --file; there are {', '.join(sorted(files))}"
        raise Refused(
            [Problem("OL702", f"it cannot be told which file '{wish.id}' belongs in", Place("new"), hint=hint)]
        )
    return best[0][0]


def _likeness(wish: Wish, found: Mapping[str, MapNode | None]) -> int:
    words = set(re.split(r"[-_]", wish.id))
    score = 0
    for name, node in found.items():
        score += len(words & set(re.split(r"[-_]", name)))
        if node is None:
            continue
        score += sum(
            2 for key in ("section", "kind", "group") if key in wish.values and _is(node, key, wish.values[key])
        )
        if wish.verb and _is(node, wish.verb, wish.about):
            score += 20
        elif wish.about and any(_is(node, verb, wish.about) for verb in rules.VERBS):
            score += 1
    return score


def _is(node: MapNode, key: str, wanted: str) -> bool:
    value = node.get(key)
    items = value.items if isinstance(value, ListNode) else (value,)
    return any(isinstance(item, Text) and item.value == wanted for item in items)


def _case_file(rules_file: str, known: Inventory) -> str:
    """The cases of the same name as the file of the rule, else of its topic."""
    parts = Path(rules_file).with_suffix("").parts
    stems = [part for part in reversed(parts) if part != "rules"]
    there = {Path(name).stem for name in known.case_files}
    return f"{next((stem for stem in stems if stem in there), stems[-1] if stems else 'cases')}.yaml"


def appended(text: str, addition: str, kind: str, under: str = "") -> tuple[str, int]:
    """A file with something at its end, a blank line before it, and the line at which that begins.

    With `under` at the end of what stands below that key. Raises Refused where nothing can be written below what
    stands there.
    """
    if under:
        return _below(text, addition, under)
    before = text.rstrip()
    node, problems = source.load_text(before, "") if before else (None, [])
    wanted = ListNode if kind == "cases" else MapNode
    if (
        node is not None
        and not problems
        and (not isinstance(node, wanted) or (before[-1] in "]}" and before[0] in "[{"))
    ):
        what = "nothing can be added below what this file holds"
        raise Refused([Problem("OL113", what, Place("new"), hint="name another with --file")])
    apart = "\n" if kind in entries.PLAIN else "\n\n"
    opening = f"{before}{apart}" if before else ""
    return opening + addition, opening.count("\n") + 1


def _below(text: str, addition: str, key: str) -> tuple[str, int]:
    """A file with something at the end of what stands below a key, which is written where it is not there yet."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    at = next((number for number, line in enumerate(lines) if line.split("#")[0].rstrip() == f"{key}:"), None)
    if at is None:
        lines, at = [*lines, f"{key}:"], len(lines)
    end = next((n for n in range(at + 1, len(lines)) if lines[n] and lines[n][0] not in " #"), len(lines))
    while end > at + 1 and not lines[end - 1].startswith(" "):
        end -= 1
    new = [f"  {line}" if line else line for line in addition.rstrip("\n").split("\n")]
    return "\n".join([*lines[:end], *new, *lines[end:]]) + "\n", end + 1


# --- what is written --------------------------------------------------------------------------------------------------


def entry(wish: Wish) -> str:
    """The skeleton, as it stands in its file."""
    kind = KINDS[wish.kind]
    if kind in entries.PLAIN:
        return f"{_key(wish.id)}:  # {meanings.PLAIN[kind]}\n"
    lines = [f"{_key(wish.id)}:"]
    for key in _keys_of(wish):
        if key == wish.verb:
            lines.append(f"  {key}: {wish.about}")
        elif key in wish.values:
            lines.append(f"  {key}: {_value(wish.values[key])}")
        else:
            lines.append(f"  {key}:  # {_hint(kind, key)}")
    return "\n".join(lines) + "\n"


def _key(identifier: str) -> str:
    """An id as a key: between quotes where it could not be read back."""
    node, problems = source.load_text(f"{identifier}: x\n", "")
    read = isinstance(node, MapNode) and not problems and [key.value for key, _ in node.pairs] == [identifier]
    return identifier if read else '"' + identifier.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _keys_of(wish: Wish) -> list[str]:
    if wish.kind == "rule":
        needed = [key for key, known in rules.KEYS.items() if known.required and wish.verb in known.verbs]
        body = "as" if wish.verb == "derives" and not {"cases", "points"} & wish.values.keys() else ""
        when = "" if wish.verb == "derives" or "levels" in wish.values else "when"
        wanted = ["title", wish.verb, *needed, when, body, "because", "sources", "evidence"]
    else:
        kind = KINDS[wish.kind]
        wanted = [*_KEYS[kind][:2], *_BY_TYPE.get(wish.values.get("type", ""), ()), *_KEYS[kind][2:]]
    found = [key for key in wanted if key]
    more = [key for key in wish.values if key not in found]
    return [*found[:-2], *more, *found[-2:]]


def _hint(kind: str, key: str) -> str:
    words = meanings.of(kind, key)
    short = words if len(words) <= _LONGEST_HINT else words.split(";")[0].split(": ")[0].rstrip(".") + "."
    return short.replace(" #", " no. ")


def _value(text: str) -> str:
    """A value as YAML: as it was written where that can be read back, else between quotes."""
    node, problems = source.load_text(f"key: {text}\n", "")
    value = node.get("key") if isinstance(node, MapNode) else None
    if not problems and (not isinstance(value, Text) or value.value == " ".join(text.split())) and value is not None:
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _case(wish: Wish, known: Inventory, file: str) -> Addition:
    where = next((name for name, (kind, found) in known.of_file.items() if kind == "rules" and wish.id in found), "")
    return Addition(file or _case_file(where, known), _case_text(wish.id), is_case=True)


def _case_text(rule: str) -> str:
    """A patient the rule must catch, and one it must let go."""
    said = "".join(f"  {key}:  # {meanings.CASE[key]}\n" for key in ("given",))
    return "\n".join(
        f"- name:  # {meanings.CASE['name']}\n{said}  expect: {{{outcome}: [{rule}]}}\n"
        for outcome in ("fired", "held")
    )
