"""What a server answers when an editor asks: each request by the part of the house that knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from ..values.problems import Place
from ..workbench.editing import renaming
from ..workbench.editing.mending import Edit, Lines
from ..workbench.survey.occurrences import Occurrence
from ..workbench.survey.things import Thing
from . import completion, fixes, hover, lenses, outline
from .diagnostics import diagnostic
from .session import Session
from .text.buffers import offset_at, position_at, range_at, to_path, to_uri, word_range
from .trial import nearest, what_follows

_KINDS = {
    "name": types.CompletionItemKind.Variable,
    "label": types.CompletionItemKind.EnumMember,
    "keyword": types.CompletionItemKind.Keyword,
    "unit": types.CompletionItemKind.Unit,
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
    "snippet": types.CompletionItemKind.Snippet,
}
_MOST_CHOICES = 200


class Answers:
    """What one editor is answered, from its session."""

    def __init__(self, session: Session) -> None:
        self.session, self.base = session, session.base

    def place(self, uri: str, position: types.Position) -> tuple[Path, int, int, int]:
        """File, line, column and offset of a position."""
        path = path_of(uri)
        lines = self.base.lines(path)
        buffer = self.base.buffers.get(path)
        offset = buffer.offset(position) if buffer is not None else offset_at(lines, position, self.base.columns)
        line, column = lines.place(offset)
        return path, line, column, offset

    def _at(self, params: types.TextDocumentPositionParams | Any) -> tuple[Path, Occurrence | None]:
        """The id that is pointed at, and the file."""
        path, line, column, _ = self.place(params.text_document.uri, params.position)
        return path, self.base.at(path, line, column)

    def changes(self, edits: Mapping[Path, Sequence[Edit]]) -> types.WorkspaceEdit:
        """Changes of files, as the editor makes them."""
        made: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
        for path, inside in edits.items():
            lines = self.base.lines(path)
            buffer = self.base.buffers.get(path)
            uri, version = (buffer.uri, buffer.version) if buffer is not None else (to_uri(path), None)
            if buffer is None and not path.exists():
                made.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
            texts = [types.TextEdit(range_at(lines, one.start, one.end, self.base.columns), one.new) for one in inside]
            made.append(types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, version), texts))
        return types.WorkspaceEdit(document_changes=made)

    # --- looking ------------------------------------------------------------------------------------------------------

    def hover(self, params: types.HoverParams) -> types.Hover | None:
        path, line, column, _ = self.place(params.text_document.uri, params.position)
        text = hover.hover(self.base, path, line, column)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    def definition(self, params: types.DefinitionParams) -> types.Location | None:
        _, found = self._at(params)
        place = self.base.definition(found.thing) if found is not None else None
        return self._location(place, found.thing) if found is not None and place is not None else None

    def _location(self, place: Place, thing: Thing) -> types.Location:
        target = self.base.path(place.file)
        return types.Location(
            to_uri(target), word_range(self.base.lines(target), place, len(thing.id), self.base.columns)
        )

    def references(self, params: types.ReferenceParams) -> list[types.Location]:
        _, found = self._at(params)
        if found is None:
            return []
        wanted = [
            one for one in self.base.everywhere(found.thing) if params.context.include_declaration or not one.defines
        ]
        return [self._location(one.place, one.thing) for one in wanted]

    def symbols(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return outline.of_file(self.base, path_of(params.text_document.uri))

    def everywhere(self, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return outline.everywhere(self.base, params.query)

    # --- writing ------------------------------------------------------------------------------------------------------

    def completion(self, params: types.CompletionParams) -> types.CompletionList:
        base = self.base
        path, _, _, offset = self.place(params.text_document.uri, params.position)
        start, found = completion.choices(base, path, offset)
        lines = base.lines(path)
        typed = lines.text[start:offset]
        span = types.Range(position_at(lines, start, base.columns), position_at(lines, offset, base.columns))
        items = [_item(one, typed, span, rank) for rank, one in _fitting(found, typed)]
        return types.CompletionList(is_incomplete=True, items=items)

    def before_renaming(self, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        path, found = self._at(params)
        if found is None or found.thing.kind in ("units", "analytes", "scope", "sections"):
            return None
        span = word_range(self.base.lines(path), found.place, len(found.thing.id), self.base.columns)
        return types.PrepareRenamePlaceholder(span, found.thing.id)

    def rename(self, params: types.RenameParams) -> types.WorkspaceEdit | None:
        """The new id wherever the old one stands. Raises Refused where it is taken."""
        _, found = self._at(params)
        force = self.base.in_force
        if found is None or force is None:
            return None
        renaming.hold_free(force.things, found.thing, params.new_name)
        places = [one for each in renaming.called_by(found.thing, force.kb) for one in self.base.everywhere(each)]
        held: dict[Path, Lines] = {}

        def lines(path: Path) -> Lines:
            if path not in held:
                held[path] = self.base.lines(path)
            return held[path]

        return self.changes(renaming.edits(found.thing, params.new_name, places, self.base.path, lines))

    async def formatted(self, uri: str) -> list[types.TextEdit] | None:
        """A file in the one layout; as it is while its notation cannot be read."""
        from ..workbench.editing import formatting  # the first answer need not wait for it

        base, path = self.base, path_of(uri)
        kind, lines = formatting.kind_of(path), base.lines(path)
        if not kind:
            return None
        schema = formatting.schema_for(path, kind)
        laid, problems = await asyncio.to_thread(formatting.formatted, lines.text, kind, base.file(path), schema)
        if problems or laid == lines.text.replace("\r\n", "\n"):
            return []
        laid = laid.replace("\n", "\r\n") if "\r\n" in lines.text else laid
        return [types.TextEdit(range_at(lines, 0, len(lines.text), base.columns), laid)]

    def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        base = self.base
        path, line, _, _ = self.place(params.text_document.uri, params.range.start)
        _, last, _, _ = self.place(params.text_document.uri, params.range.end)
        problems = self.session.shown.get(path, [])
        within = [one for one in problems if line <= max(one.place.line, 1) <= max(last, line)]
        wanted = params.context.only
        found: list[types.CodeAction] = []
        for fix in fixes.fixes(base, path, within, line):
            kind = types.CodeActionKind.QuickFix if fix.problem is not None else types.CodeActionKind.RefactorRewrite
            mends = None
            if fix.problem is not None:
                mends = [diagnostic(fix.problem, base.lines(path), base)]
            preferred = True if fix.certain else None
            found.append(types.CodeAction(fix.title, kind, mends, preferred, edit=self.changes(fix.edits)))
        every = fixes.all_certain(base, path, problems)
        if every is not None:
            kind = types.CodeActionKind.SourceFixAll
            found.append(types.CodeAction(every.title, kind, edit=self.changes(every.edits)))
        if wanted:
            found = [one for one in found if any(str(one.kind).startswith(str(kind)) for kind in map(_plain, wanted))]
        return found

    # --- lenses -------------------------------------------------------------------------------------------------------

    def lenses(self, params: types.CodeLensParams) -> list[types.CodeLens]:
        return lenses.lenses(self.base, path_of(params.text_document.uri), self.session.results, self.session.notes)

    def hints(self, params: types.InlayHintParams) -> list[types.InlayHint]:
        path = path_of(params.text_document.uri)
        found = self.session.evaluated.get(path)
        return lenses.hints(self.base, path, found[2], found[1]) if found is not None else []

    async def what_follows(self, name: str) -> str | None:
        worked, _ = lenses.about(self.base, name)
        force = self.base.in_force
        if force is None or not worked:
            return None
        return await self.session.in_thread(lambda: what_follows(force.trial, worked[0]))

    async def evaluate(self, name: str = "", case: str = "") -> str | None:
        """Mark the parts of a rule as they come out for a case; for the nearest, where none is named."""
        force = self.base.in_force
        rule = force.kb.rules.get(name) if force is not None else None
        if force is None or rule is None or not force.worked:
            return None
        chosen = (
            next((one for one in force.worked if one.name == case), None) if case else nearest(rule, force.worked)[0]
        )
        if chosen is None:
            return None
        parts = await self.session.in_thread(lambda: force.trial.parts(rule, chosen))
        self.session.evaluated[self.base.path(rule.place.file)] = (name, chosen.name, parts)
        return chosen.name


def path_of(uri: str) -> Path:
    return to_path(uri) or Path(uri)


def _fitting(found: Sequence[completion.Choice], typed: str) -> list[tuple[int, completion.Choice]]:
    """What fits what was typed, by id before by what people say; nothing typed fits all."""
    wanted = typed.casefold()
    if not wanted:
        return list(enumerate(found[:_MOST_CHOICES]))
    ranked = []
    for one in found:
        name = (one.label or one.text).casefold()
        said = [word.casefold() for word in one.words if word]
        if name.startswith(wanted):
            ranked.append((0, one))
        elif any(word.startswith(wanted) for word in said):
            ranked.append((1, one))
        elif any(part.startswith(wanted) for word in (name.replace("_", " "), *said) for part in word.split()):
            ranked.append((2, one))
        elif wanted in name:
            ranked.append((3, one))
    ranked.sort(key=lambda pair: pair[0])
    return ranked[:_MOST_CHOICES]


def _item(one: completion.Choice, typed: str, span: types.Range, rank: int) -> types.CompletionItem:
    snippet = one.kind == "snippet"
    return types.CompletionItem(
        label=one.label or one.text,
        kind=_KINDS[one.kind],
        detail=one.detail or None,
        sort_text=f"{rank:04}",
        filter_text=typed or None,
        text_edit=types.TextEdit(span, one.text),
        insert_text_format=types.InsertTextFormat.Snippet if snippet else types.InsertTextFormat.PlainText,
    )


def _plain(kind: Any) -> str:
    return str(getattr(kind, "value", kind))
