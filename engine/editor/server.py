"""The language server: each request of an editor, and who answers it.

`initialize` is answered before anything is read, or even imported that reads: the rest of the house comes with the
first request that needs it, and then with the knowledge base as it was last kept.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from ..values.problems import Refused
from ..version import VERSION
from .verbs import CLEAR, EVALUATE, FOLLOWS, RUN

if TYPE_CHECKING:
    from .answers import Answers
    from .session import Session


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
        self._answers: Answers | None = None

    @property
    def answers(self) -> Answers:
        """Who answers, on the knowledge base of the folders that are open."""
        if self._answers is None:
            from .answers import Answers

            self._answers = Answers(self._begun())
        return self._answers

    @property
    def session(self) -> Session:
        return self.answers.session

    def _begun(self) -> Session:
        from ..knowledge_base.files.hospital import home_of
        from .base import Base
        from .session import Session
        from .text.buffers import Columns, to_path

        workspace = self.workspace
        roots = [folder.uri for folder in workspace.folders.values()] or [workspace.root_uri or ""]
        folders = [path for uri in roots if (path := to_path(uri)) is not None]
        root, local = (self.shipped, self.local) if self.local is not None else home_of(folders, self.shipped)
        base = Base(root, local)
        base.columns = Columns(
            str(getattr(workspace.position_encoding, "value", workspace.position_encoding or "utf-16"))
        )
        base.begin()
        return Session(self, base)

    def serve(self, source: BinaryIO, target: BinaryIO) -> None:
        """Until the editor leaves. A pipe is waited for by the loop itself: a thread for each line, as pygls has it,
        would have to get the interpreter back from the thread that reads, four times a request."""
        if os.name != "posix" or not (stat.S_ISFIFO(mode := os.fstat(source.fileno()).st_mode) or stat.S_ISSOCK(mode)):
            self.start_io(source, target)
            return
        self._stop_event = Event()
        self.protocol.set_writer(StdoutWriter(target))
        try:
            asyncio.run(self._listen(source))
        except (BrokenPipeError, KeyboardInterrupt, SystemExit):
            pass
        finally:
            if self._answers is not None:
                self._answers.session.end()
            self.shutdown()  # type: ignore[no-untyped-call]  # pygls does not annotate it

    async def _listen(self, source: BinaryIO) -> None:
        assert self._stop_event is not None
        reader = asyncio.StreamReader(limit=2**24)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        await run_async(
            stop_event=self._stop_event, reader=reader, protocol=self.protocol, error_handler=self.report_server_error
        )


def made(shipped: Path, local: Path | None = None) -> Server:
    """The server with every feature it has."""
    server = Server(shipped, local)
    _documents(server)
    _looking(server)
    _writing(server)
    _lenses(server)
    return server


def _documents(server: Server) -> None:
    """What is told, taken in at once and in order: the question behind it is about the text that it leaves."""

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        server.session.again()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.session.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.session.changed(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.session.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.session.again()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.session.again()


def _looking(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        return server.answers.hover(params)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> types.Location | None:
        return server.answers.definition(params)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        return server.answers.references(params)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return server.answers.symbols(params)

    @server.feature(types.WORKSPACE_SYMBOL)
    def everywhere(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return server.answers.everywhere(params)


def _writing(server: Server) -> None:
    options = types.CompletionOptions(trigger_characters=[" ", "(", "{", "[", ":", ","])
    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, types.CodeActionKind.SourceFixAll]

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completed(params: types.CompletionParams) -> types.CompletionList:
        return server.answers.completion(params)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepared(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        return server.answers.before_renaming(params)

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit | None:
        try:
            return server.answers.rename(params)
        except Refused as refused:
            _say(server, str(refused.problems[0]), types.MessageType.Error)
            return None

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatted(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return await server.answers.formatted(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_WILL_SAVE_WAIT_UNTIL)
    async def saving(params: types.WillSaveTextDocumentParams) -> list[types.TextEdit] | None:
        if params.reason is not types.TextDocumentSaveReason.Manual:
            return None  # an editor that saves by itself would move what is being written
        return await server.answers.formatted(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        return server.answers.actions(params)


def _lenses(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lensed(params: types.CodeLensParams) -> list[types.CodeLens]:
        return server.answers.lenses(params)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hinted(params: types.InlayHintParams) -> list[types.InlayHint]:
        return server.answers.hints(params)

    @server.command(RUN)
    async def ran(name: str) -> str:
        told = await server.session.run(name)
        _say(server, told, types.MessageType.Info if " failed" not in told else types.MessageType.Warning)
        return told

    @server.command(FOLLOWS)
    async def followed(name: str) -> str | None:
        return await server.answers.what_follows(name)

    @server.command(EVALUATE)
    async def evaluated(*given: str) -> str | None:
        told = await server.answers.evaluate(*given[:2])
        _refresh(server)
        return told

    @server.command(CLEAR)
    def cleared() -> None:
        server.session.evaluated.clear()
        _refresh(server)


def _say(server: Server, told: str, kind: types.MessageType) -> None:
    server.window_show_message(types.ShowMessageParams(kind, told))


def _refresh(server: Server) -> None:
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
        server.workspace_inlay_hint_refresh(None)
