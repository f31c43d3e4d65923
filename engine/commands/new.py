"""`new`: the skeleton of a rule with its cases, of another entry, or of a case, in the file where its like stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..knowledge_base.files import layout
from ..values.problems import Place, Problem, Refused
from ..workbench.cases import cases
from ..workbench.editing import scaffold
from ..workbench.editing.scaffold import Addition, Inventory, Wish
from . import surroundings


def run(
    kind: str,
    identifier: str,
    doing: str = "",
    about: str = "",
    settings: Sequence[tuple[str, str]] = (),
    file: Path | None = None,
    knowledge: Path | None = None,
) -> int:
    """Nothing is written unless everything can be."""
    root = knowledge or surroundings.ROOT
    contents, problems = layout.contents_of(layout.Layout(surroundings.ROOT, knowledge), to_fill=True)
    if problems:
        raise Refused(problems)
    folder = root / "cases" if knowledge is not None else root / "tests" / "cases"
    known = Inventory(contents, [(path.name, "") for path in cases.files_in(surroundings.ROOT / "tests" / "cases")])
    wish = Wish(kind, identifier, doing, about, dict(settings))
    wanted = scaffold.additions(wish, known, _inside(file, folder if kind == "case" else root, kind))
    written = [(_place(one, root, folder), one) for one in wanted]
    texts = {path: scaffold.appended(_text_of(path), one.text, _kind(one), one.under) for path, one in written}
    for path, (text, _) in texts.items():
        surroundings.write_all(path.parent, {path.name: text})
    surroundings.put("".join(f"{path}:{line}\n" for path, (_, line) in texts.items()))
    surroundings.note("fill in what is empty there, then: osteologic check && osteologic test")
    return 0


def _inside(file: Path | None, folder: Path, kind: str) -> str:
    """The file as seen from where such files lie. Raises Refused for one that lies elsewhere."""
    if file is None:
        return ""
    for base in (Path.cwd(), folder):
        path = (base / file).resolve()
        if path.is_relative_to(folder.resolve()) and path.suffix == ".yaml":
            inside = path.relative_to(folder.resolve()).as_posix()
            if kind == "case" or scaffold.kind_of(inside) == _folder_of(kind):
                return inside
    room = "" if kind == "case" else "rules/<topic>/" if kind == "rule" else f"knowledge/{_folder_of(kind)}/"
    what = f"no {kind} is read from there"
    raise Refused([Problem("OL113", what, Place(str(file)), hint=f"name a file {folder / room}<name>.yaml")])


def _folder_of(kind: str) -> str:
    return scaffold.WITHIN.get(scaffold.KINDS[kind], scaffold.KINDS[kind])


def _place(one: Addition, root: Path, folder: Path) -> Path:
    return (folder if one.is_case else root) / one.inside


def _kind(one: Addition) -> str:
    return "cases" if one.is_case else scaffold.kind_of(one.inside)


def _text_of(path: Path) -> str:
    if not path.exists():
        return ""
    content, problems = layout.read_bytes(path, str(path))
    if content is None:
        raise Refused(problems)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused([Problem("OL003", "the file is not UTF-8 text", Place(str(path)))]) from None
