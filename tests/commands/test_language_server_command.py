"""`language-server` without its libraries: how to get them, and nothing on standard output."""

from __future__ import annotations

import sys

import pytest

from tests.commands.conftest import Run


def test_without_its_libraries_the_language_server_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.startswith(("engine.editor", "pygls", "lsprotocol"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    ended = run("language-server")
    assert (ended.code, ended.out) == (2, "")
    assert "pip install 'osteologic[editor]'" in ended.err
