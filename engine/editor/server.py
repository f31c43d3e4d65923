"""The language server: each request of an editor, and who answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from ..values.problems import Refused
from ..version import VERSION
from ..workbench.editing import formatting, renaming
from ..workbench.editing.mending import Edit, Lines
from ..workbench.survey.things import Thing
from . import completion, fixes, hover, lenses, outline
from .base import Base, home_of
from .buffers import Columns, offset_at, position_at, range_at, to_path, to_uri, word_range
from .diagnostics import diagnostic
from .session import Session
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


class Protocol(LanguageServerProtocol):
    """Edits go to our own buffers alone: pygls, which would make them first, moves positions past the end of a line."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


class Server(LanguageServer):
    """A server for one editor; `shipped` is the knowledge base beside the program, `local` one to lay over it."""

    def __init__(self, shipped: Path, local: Path | None) -> None:
        super().__init__(
            "osteologic", VERSION, types.TextDocumentSyncKind.Incremental, protocol_cls=Protocol, max_workers=2
        )
        self.shipped, self.local = shipped, local
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = self._begun()
        return self._session

    def _begun(self) -> Session:
        """A session on the knowledge base of the folders that are open."""
        workspace = self.workspace
        roots = [folder.uri for folder in workspace.folders.values()] or [workspace.root_uri or ""]
        folders = [path for uri in roots if (path := to_path(uri)) is not None]
        root, local = (self.shipped, self.local) if self.local is not None else home_of(folders, self.shipped)
        base = Base(root, local)
        base.columns = Columns(
            str(getattr(workspace.position_encoding, "value", workspace.position_encoding or "utf-16"))
        )
        return Session(self, base)

    @property
    def base(self) -> Base:
        return self.session.base

    def path(self, uri: str) -> Path:
        return to_path(uri) or Path(uri)

    def place(self, uri: str, position: types.Position) -> tuple[Path, int, int, int]:
        """File, line, column and offset of a position."""
        path = self.path(uri)
        lines = self.base.lines(path)
        buffer = self.base.buffers.get(path)
        offset = buffer.offset(position) if buffer is not None else offset_at(lines, position, self.base.columns)
        line, column = lines.place(offset)
        return path, line, column, offset

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


def made(shipped: Path, local: Path | None = None) -> Server:
    """The server with every feature it has."""
    server = Server(shipped, local)
    _documents(server)
    _navigation(server)
    _writing(server)
    _lenses(server)
    return server


# --- documents --------------------------------------------------------------------------------------------------------


def _documents(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        session = server.session
        await session.in_thread(session.base.begin)
        session.again()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.session.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.session.changed(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.session.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.session.again()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.session.again()


# --- looking ----------------------------------------------------------------------------------------------------------


def _navigation(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        path, line, column, _ = server.place(params.text_document.uri, params.position)
        text = hover.hover(server.base, path, line, column)
        owner = server.base.owner(path, line)
        if owner is not None and owner.kind == "rules":
            server.session.worker.submit(server.base.count, owner.id)  # for when it is asked again
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> types.Location | None:
        base = server.base
        path, line, column, _ = server.place(params.text_document.uri, params.position)
        found = base.at(path, line, column)
        place = base.definition(found.thing) if found is not None else None
        if found is None or place is None:
            return None
        target = base.path(place.file)
        return types.Location(to_uri(target), word_range(base.lines(target), place, len(found.thing.id), base.columns))

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        base = server.base
        path, line, column, _ = server.place(params.text_document.uri, params.position)
        found = base.at(path, line, column)
        if found is None:
            return []
        locations = []
        for one in base.everywhere(found.thing):
            if one.defines and not params.context.include_declaration:
                continue
            target = base.path(one.place.file)
            span = word_range(base.lines(target), one.place, len(one.thing.id), base.columns)
            locations.append(types.Location(to_uri(target), span))
        return locations

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return outline.of_file(server.base, server.path(params.text_document.uri))

    @server.feature(types.WORKSPACE_SYMBOL)
    def everywhere(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return outline.everywhere(server.base, params.query)


# --- writing ----------------------------------------------------------------------------------------------------------


def _writing(server: Server) -> None:
    options = types.CompletionOptions(trigger_characters=[" ", "(", "{", "[", ":", ","])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completed(params: types.CompletionParams) -> types.CompletionList:
        base = server.base
        path, _, _, offset = server.place(params.text_document.uri, params.position)
        start, found = completion.choices(base, path, offset)
        lines = base.lines(path)
        typed = lines.text[start:offset]
        span = types.Range(position_at(lines, start, base.columns), position_at(lines, offset, base.columns))
        items = [_item(one, typed, span, rank) for rank, one in _fitting(found, typed)]
        return types.CompletionList(is_incomplete=True, items=items)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepared(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        base = server.base
        path, line, column, _ = server.place(params.text_document.uri, params.position)
        found = base.at(path, line, column)
        if found is None or found.thing.kind in ("units", "analytes", "scope", "sections"):
            return None
        span = word_range(base.lines(path), found.place, len(found.thing.id), base.columns)
        return types.PrepareRenamePlaceholder(span, found.thing.id)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit | None:
        base = server.base
        path, line, column, _ = server.place(params.text_document.uri, params.position)
        found = base.at(path, line, column)
        if found is None:
            return None
        try:
            edits = _rename(base, found.thing, params.new_name)
        except Refused as refused:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(refused.problems[0])))
            return None
        return server.changes(edits)

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatted(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        base, path = server.base, server.path(params.text_document.uri)
        kind, lines = formatting.kind_of(path), base.lines(path)
        if not kind:
            return None
        schema = formatting.schema_for(path, kind)
        laid, problems = await asyncio.to_thread(formatting.formatted, lines.text, kind, base.file(path), schema)
        if problems or laid == lines.text.replace("\r\n", "\n"):
            return []
        laid = laid.replace("\n", "\r\n") if "\r\n" in lines.text else laid
        return [types.TextEdit(range_at(lines, 0, len(lines.text), base.columns), laid)]

    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, types.CodeActionKind.SourceFixAll]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        return _actions(server, params)


def _rename(base: Base, thing: Thing, new: str) -> dict[Path, list[Edit]]:
    """The new id wherever the old one stands. Raises Refused where it is taken."""
    force = base.in_force
    if force is None:
        return {}
    renaming.hold_free(force.things, thing, new)
    found = [one for each in renaming.called_by(thing, force.kb) for one in base.everywhere(each)]
    held: dict[Path, Lines] = {}

    def lines(path: Path) -> Lines:
        if path not in held:
            held[path] = base.lines(path)
        return held[path]

    return renaming.edits(thing, new, found, base.path, lines)


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


def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    base = server.base
    path, line, _, _ = server.place(params.text_document.uri, params.range.start)
    _, last, _, _ = server.place(params.text_document.uri, params.range.end)
    problems = server.session.shown.get(path, [])
    within = [one for one in problems if line <= max(one.place.line, 1) <= max(last, line)]
    wanted = params.context.only
    found: list[types.CodeAction] = []
    for fix in fixes.fixes(base, path, within, line):
        kind = types.CodeActionKind.QuickFix if fix.problem is not None else types.CodeActionKind.RefactorRewrite
        mends = None
        if fix.problem is not None:
            mends = [diagnostic(fix.problem, base.lines(path), base)]
        preferred = True if fix.certain else None
        found.append(types.CodeAction(fix.title, kind, mends, preferred, edit=server.changes(fix.edits)))
    every = fixes.all_certain(base, path, problems)
    if every is not None:
        kind = types.CodeActionKind.SourceFixAll
        found.append(types.CodeAction(every.title, kind, edit=server.changes(every.edits)))
    if wanted:
        found = [one for one in found if any(str(one.kind).startswith(str(kind)) for kind in map(_plain, wanted))]
    return found


def _plain(kind: Any) -> str:
    return str(getattr(kind, "value", kind))


# --- lenses -----------------------------------------------------------------------------------------------------------


def _lenses(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lensed(params: types.CodeLensParams) -> list[types.CodeLens]:
        session = server.session
        return lenses.lenses(session.base, server.path(params.text_document.uri), session.results)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hinted(params: types.InlayHintParams) -> list[types.InlayHint]:
        path = server.path(params.text_document.uri)
        found = server.session.evaluated.get(path)
        return lenses.hints(server.base, path, found[2], found[1]) if found is not None else []

    @server.command(lenses.RUN)
    async def ran(name: str) -> str:
        told = await server.session.run(name)
        kind = types.MessageType.Info if " failed" not in told else types.MessageType.Warning
        server.window_show_message(types.ShowMessageParams(kind, told))
        return told

    @server.command(lenses.FOLLOWS)
    async def followed(name: str) -> str | None:
        session = server.session
        worked, _ = lenses.about(session.base, name)
        force = session.base.in_force
        if force is None or not worked:
            return None
        return await session.in_thread(lambda: what_follows(force.trial, worked[0]))

    @server.command(lenses.EVALUATE)
    async def evaluated(*given: str) -> str | None:
        told = await _evaluate(server, *given[:2])
        _refresh(server)
        return told

    @server.command(lenses.CLEAR)
    def cleared() -> None:
        server.session.evaluated.clear()
        _refresh(server)


async def _evaluate(server: Server, name: str = "", case: str = "") -> str | None:
    """Mark the parts of a rule as they come out for a case; for the nearest, where none is named."""
    session = server.session
    force = session.base.in_force
    rule = force.kb.rules.get(name) if force is not None else None
    if force is None or rule is None or not force.worked:
        return None
    chosen = next((one for one in force.worked if one.name == case), None) if case else nearest(rule, force.worked)[0]
    if chosen is None:
        return None
    parts = await session.in_thread(lambda: force.trial.parts(rule, chosen))
    session.evaluated[session.base.path(rule.place.file)] = (name, chosen.name, parts)
    return chosen.name


def _refresh(server: Server) -> None:
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
        server.workspace_inlay_hint_refresh(None)
