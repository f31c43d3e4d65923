"""An editor without a window: it starts the server as editors do, and says what is typed and asked."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest_lsp
from lsprotocol import types
from pytest_lsp import LanguageClient, make_test_lsp_client

ROOT = Path(__file__).parents[2]
_T = TypeVar("_T")
PATIENCE = 120
"""Seconds to wait for an answer; a machine may be busy with other things."""


class Editor:
    """A server with its files, asked from outside its loop."""

    def __init__(self, folder: Path, *options: str, client: str = "visual-studio-code") -> None:
        self.folder = folder.resolve()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: dict[str, float] = {}
        """When problems of a file were last told."""
        self.checks: list[dict[str, Any]] = []
        self._checked = threading.Condition()
        self.ready = 0.0
        self.client = self.ask(self._start(options, client))

    async def _start(self, options: Iterable[str], client: str) -> LanguageClient:
        started = time.perf_counter()
        made = make_test_lsp_client()
        made.feature("$/osteologic/checked")(lambda params: self._told(params))
        made.feature("workspace/codeLens/refresh")(lambda params: None)
        made.feature("workspace/inlayHint/refresh")(lambda params: None)
        keep = made.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = time.perf_counter()
            keep(params)

        made.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published
        await made.start_io(sys.executable, str(ROOT / "cli.py"), "language-server", "--stdio", *options)
        folder = types.WorkspaceFolder(self.folder.as_uri(), "here")
        capabilities = pytest_lsp.client_capabilities(client)
        assert capabilities.general is not None
        capabilities.general.position_encodings = [types.PositionEncodingKind.Utf16]
        await made.initialize_session(
            types.InitializeParams(capabilities, root_uri=folder.uri, workspace_folders=[folder])
        )
        self.ready = time.perf_counter() - started
        return made

    def _told(self, params: Any) -> None:
        versions = {one.uri: one.version for one in params.versions}
        with self._checked:
            self.checks.append({"checks": params.checks, "seconds": params.seconds, "versions": versions})
            self._checked.notify_all()

    def ask(self, what: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(PATIENCE)

    def do(self, work: Any, *given: Any) -> Any:
        """Something done on the loop that has no answer."""

        async def now() -> Any:
            return work(*given)

        return self.ask(now())

    def close(self) -> None:
        self.ask(self.client.shutdown_session())
        stop: Callable[[], Coroutine[Any, Any, None]] = self.client.stop  # pytest-lsp does not annotate it
        self.ask(stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()

    def uri(self, file: str) -> str:
        return (self.folder / file).as_uri()

    def kill(self) -> None:
        """Leave without a word, whatever the server does."""
        server = self.client._server
        assert server is not None
        server.kill()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)

    def settle(self, processor: Callable[[], float], until: float) -> None:
        """Until the server has nothing left to do."""
        while time.perf_counter() < until:
            before = processor()
            time.sleep(2)
            if processor() - before < 0.02:
                return

    # --- files ---

    def open(self, file: str, text: str | None = None) -> str:
        """Open a file, as it is saved or with a text nobody has saved yet; read once everything is."""
        said = self.begin(file, text)
        self.wait()
        return said

    def begin(self, file: str, text: str | None = None) -> str:
        """Open a file, and wait for nothing."""
        said = text if text is not None else (self.folder / file).read_bytes().decode()
        self.texts[file], self.versions[file] = said, 1
        item = types.TextDocumentItem(self.uri(file), "yaml", 1, said)
        self.do(self.client.text_document_did_open, types.DidOpenTextDocumentParams(item))
        return said

    def close_file(self, file: str) -> None:
        identifier = types.TextDocumentIdentifier(self.uri(file))
        self.do(self.client.text_document_did_close, types.DidCloseTextDocumentParams(identifier))
        del self.texts[file], self.versions[file]
        self.wait()

    def change(self, file: str, start: types.Position, end: types.Position, new: str) -> None:
        """Tell the server of an edit; nothing is waited for."""
        self.versions[file] += 1
        identifier = types.VersionedTextDocumentIdentifier(self.versions[file], self.uri(file))
        change = types.TextDocumentContentChangePartial(types.Range(start, end), new)
        self.do(self.client.text_document_did_change, types.DidChangeTextDocumentParams(identifier, [change]))

    def write(self, file: str, old: str, new: str, wait: bool = True) -> None:
        """Put a text in the place of another, which stands once in the file."""
        text = self.texts[file]
        assert text.count(old) == 1, (old, text.count(old))
        start = text.index(old)
        self.change(file, position(text, start), position(text, start + len(old)), new)
        self.texts[file] = text[:start] + new + text[start + len(old) :]
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until everything was read as it is now."""
        wanted = {self.uri(file): version for file, version in self.versions.items()}

        def done() -> bool:
            return bool(self.checks) and self.checks[-1]["versions"] == wanted

        with self._checked:
            assert self._checked.wait_for(done, PATIENCE), "nothing was read"

    # --- questions ---

    def at(self, file: str, words: str, into: int = 0) -> types.Position:
        """The position so many characters into words that stand once in a file."""
        text = self.texts[file]
        assert text.count(words) == 1, (words, text.count(words))
        return position(text, text.index(words) + into)

    def document(self, file: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(file))

    def problems(self, file: str) -> list[types.Diagnostic]:
        return list(self.client.diagnostics.get(self.uri(file), []))

    def told(self, file: str) -> list[tuple[str | int | None, str]]:
        """Code and covered words of each error in a file."""
        errors = [one for one in self.problems(file) if one.severity == types.DiagnosticSeverity.Error]
        return [(one.code, self.covered(file, one.range)) for one in errors]

    def covered(self, file: str, span: types.Range) -> str:
        text = self.texts.get(file) or (self.folder / file).read_bytes().decode()
        return text[offset(text, span.start) : offset(text, span.end)]

    def hover(self, file: str, words: str, into: int = 0) -> str:
        params = types.HoverParams(self.document(file), self.at(file, words, into))
        found = self.ask(self.client.text_document_hover_async(params))
        return found.contents.value if found is not None and isinstance(found.contents, types.MarkupContent) else ""

    def completions(self, file: str, words: str, into: int | None = None) -> list[types.CompletionItem]:
        """What may be written after these words."""
        place = self.at(file, words, len(words) if into is None else into)
        found = self.ask(self.client.text_document_completion_async(types.CompletionParams(self.document(file), place)))
        return list(found.items) if isinstance(found, types.CompletionList) else list(found or [])

    def actions(self, file: str, words: str, only: list[str] | None = None) -> dict[str, types.CodeAction]:
        return self.actions_at(file, self.at(file, words), only)

    def actions_at(
        self, file: str, place: types.Position, only: list[str] | None = None
    ) -> dict[str, types.CodeAction]:
        context = types.CodeActionContext([], only=list(only) if only else None)
        params = types.CodeActionParams(self.document(file), types.Range(place, place), context)
        found = self.ask(self.client.text_document_code_action_async(params)) or []
        return {one.title: one for one in found if isinstance(one, types.CodeAction)}

    def command(self, name: str, *arguments: str) -> Any:
        params = types.ExecuteCommandParams(name, list(arguments))
        return self.ask(self.client.workspace_execute_command_async(params))

    def apply(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """The texts of files as they are after an edit, by file; those that are open are changed in the editor too."""
        found: dict[str, str] = {}
        for change in (edit.document_changes or []) if edit is not None else []:
            if not isinstance(change, types.TextDocumentEdit):
                continue
            path = Path(change.text_document.uri.removeprefix("file://"))
            file = path.relative_to(self.folder).as_posix()
            text = self.texts.get(file) or (path.read_text() if path.exists() else "")
            for one in sorted(change.edits, key=lambda one: (one.range.start.line, one.range.start.character))[::-1]:
                assert isinstance(one, types.TextEdit)
                if file in self.texts:
                    self.change(file, one.range.start, one.range.end, one.new_text)
                text = text[: offset(text, one.range.start)] + one.new_text + text[offset(text, one.range.end) :]
            found[file] = text
            if file in self.texts:
                self.texts[file] = text
        return found


def position(text: str, at: int) -> types.Position:
    """The position of an offset, in UTF-16 units."""
    before = text[:at].replace("\r\n", "\n")
    line = before.count("\n")
    last = before[before.rfind("\n") + 1 :]
    return types.Position(line, len(last.encode("utf-16-le")) // 2)


def offset(text: str, place: types.Position) -> int:
    """The offset of a position, in UTF-16 units."""
    at = 0
    for _ in range(place.line):
        found = text.find("\n", at)
        if found < 0:
            return len(text)
        at = found + 1
    end = text.find("\n", at)
    line = text[at : end if end >= 0 else len(text)].removesuffix("\r")
    return at + len(line.encode("utf-16-le")[: place.character * 2].decode("utf-16-le", "ignore"))
