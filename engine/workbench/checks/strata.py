"""Whether scales are set and read so that an unknown higher level takes nothing away."""

from __future__ import annotations

from collections.abc import Iterator

from ...premises import propositions
from ...premises.expression import All, Applies, Not, Proposition
from ...values.problems import Level
from .check import Told, check
from .subject import Subject


@check("OL521", Level.WARNING)
def level_without_rule(subject: Subject) -> Iterator[Told]:
    """A scale has a level that no rule sets.

    Avoid:
        fracture_risk: {levels: [low, moderate, high, very_high]}   # with rules for high and very_high only
    Prefer:
        fracture_risk: {levels: [low, high, very_high]}
    Why:
        Nobody is ever said to be at that level; whoever belongs there is shown at the one below.
    """
    set_by_rule = {(rule.targets[0], rule.level) for rule in subject.of("sets") if rule.level}
    for scale in subject.kb.scales.values():
        if not any(name == scale.id for name, _ in set_by_rule):
            continue  # told when it was read
        for level in scale.levels[1:]:
            if (scale.id, level) not in set_by_rule:
                place = scale.places.get("levels", scale.place)
                yield Told(f"no rule sets '{scale.id} >= {level}'", place, "write the rule, or leave the level out")


@check("OL522", Level.WARNING)
def recommended_at_one_level(subject: Subject) -> Iterator[Told]:
    """A recommendation reads `scale is level`.

    Avoid:
        recommends: oral_bisphosphonate
        when: acr_risk is high
    Prefer:
        recommends: oral_bisphosphonate
        when: acr_risk >= high
    Why:
        As long as it is not known whether the level above is reached, `is` is unknown: the patient who surely needs
        the medicine is not offered it. A higher level adds choices and takes none away.
    """
    for rule in subject.of("recommends"):
        for premise in subject.of_rules.get(rule.id, ()):
            for node in premise.nodes:
                if isinstance(node, All) and len(node.items) == 2 and _is_level(node):
                    hint = f"write `{node.source.replace(' is ', ' >= ')}`"
                    yield Told(f"'{rule.id}' is held back where a higher level is unknown", node.place, hint)


def _is_level(node: All) -> bool:
    reached, above = node.items
    if not isinstance(reached, (Proposition, Applies)) or not isinstance(above, Not):
        return False
    scale = reached.atom.split(" ")[0]
    higher = above.item
    by_level = isinstance(higher, Proposition) and higher.atom.startswith(propositions.level(scale, ""))
    return by_level and " is " in node.source and " is not " not in node.source
