"""A small knowledge base for the tests of the workbench, with a few rules of one's own and cases on them."""

from __future__ import annotations

from engine.case import case
from engine.case.case import Prepared
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.workbench.cases import cases
from engine.workbench.cases.cases import WorkedCase
from tests.commands.conftest import FILES

KNOWLEDGE = {name: text for name, text in FILES.items() if name.startswith("knowledge/")}


def prepared(rules: str = FILES["rules/bone.yaml"], **knowledge: str) -> Prepared:
    """The small knowledge base with these rules; `knowledge` adds to files by their stem."""
    files = {**KNOWLEDGE, "rules/bone.yaml": rules}
    for stem, text in knowledge.items():
        files[f"knowledge/{stem}.yaml"] = files.get(f"knowledge/{stem}.yaml", "") + text
    kb, problems = reader.read_contents([Written(name, name, text.encode()) for name, text in files.items()])
    assert kb is not None, "\n".join(map(str, problems))
    return case.prepare(kb)


def rule(verb: str, when: str, title: str = "A rule of the test", **more: str) -> str:
    """The body of a rule."""
    lines = [f"title: {title}", verb, f"when: {when}", "because: So it is.", "sources: [article A1]"]
    lines += [f"{key}: {value}" for key, value in {"evidence": "verified", **more}.items()]
    return "".join(f"  {line}\n" for line in lines)


def worked(base: Prepared, text: str) -> list[WorkedCase]:
    found, problems = cases.read_file(base.kb, text.encode(), "cases.yaml")
    assert not problems, "\n".join(map(str, problems))
    return found
