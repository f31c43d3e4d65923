"""`fmt`: lay out rules and knowledge in the one way, or say which files are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..knowledge_base.files import hospital, layout
from ..values.problems import Place, Problem, Refused
from ..workbench.editing import formatting
from . import surroundings


def run(files: Sequence[str] = (), check: bool = False, knowledge: Path | None = None) -> int:
    """Without files, those of the knowledge base, or of a hospital's own directory. Exit 1 when `check` finds any."""
    problems = list(hospital.problems(surroundings.ROOT, knowledge)) if knowledge is not None and not files else []
    changed: list[str] = []
    paths = [Path(file) for file in files] or list(_all(knowledge or surroundings.ROOT))
    for path in paths:
        shown = str(path) if files else path.relative_to(knowledge or surroundings.ROOT).as_posix()
        text, laid, wrong = _laid(path, shown)
        problems += wrong
        if laid != text:
            changed.append(shown)
            if not check:
                surroundings.write_all(path.parent, {path.name: laid})
    surroundings.put("".join(f"{name}\n" for name in changed))
    verb = "would change" if check else "changed"
    surroundings.note(f"{len(changed)} of {len(paths)} files {verb}")
    if problems:
        raise Refused(problems)
    return 1 if check and changed else 0


def _all(root: Path) -> Iterator[Path]:
    for path, inside, _, _ in layout.Layout(root).files():
        if formatting.kind_of(Path(inside)) and inside.endswith(".yaml"):
            yield path


def _laid(path: Path, shown: str) -> tuple[str, str, list[Problem]]:
    """The file as it is and as it should be."""
    content, problems = layout.read_bytes(path, shown)
    text = (content or b"").decode("utf-8", errors="replace")
    kind = formatting.kind_of(path.resolve())
    if content is None:
        return text, text, problems
    if not kind:
        hint = "rules lie in rules/, knowledge in knowledge/<kind>.yaml or knowledge/<kind>/"
        what = "by its place this is no file of rules or knowledge"
        return text, text, [Problem("OL113", what, Place(shown), hint=hint)]
    laid, wrong = formatting.formatted(text, kind, shown, formatting.schema_for(path, kind))
    return text, laid, wrong
