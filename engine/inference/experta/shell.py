"""experta, the expert system shell, imported so that it runs on the Python of today and leaves nothing behind.

This is the only module that imports it. Its last release is 1.9.4, and two things are mended here:

* it pins a frozendict that reads `collections.Mapping`, a name Python dropped in 3.10: the name exists again while
  frozendict is imported, and only then;
* it configures the root logger of whoever imports it: that is undone, and its own loggers keep to warnings until
  someone calls `watch`, whatever the level of the root logger is (at DEBUG a run would take three times as long).
"""

from __future__ import annotations

import collections
import collections.abc
import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _mapping_where_frozendict_looks() -> Iterator[None]:
    if hasattr(collections, "Mapping"):
        yield
        return
    collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]  # the name that Python dropped
    try:
        yield
    finally:
        del collections.Mapping  # type: ignore[attr-defined]  # as above


@contextmanager
def _root_logger_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield
    finally:
        for handler in [handler for handler in root.handlers if handler not in before]:
            root.removeHandler(handler)
            handler.close()


with _mapping_where_frozendict_looks():
    import frozendict  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: F401 - imported here so that experta finds it

with _root_logger_as_it_was():
    from experta import Fact, KnowledgeEngine, Rule, unwatch, watch, watchers
    from experta.abstract import Matcher, Strategy
    from experta.activation import Activation
    from experta.agenda import Agenda
    from experta.factlist import FactList
    from experta.matchers import ReteMatcher
    from experta.strategies import DepthStrategy

for _name in watchers.ALL:
    getattr(watchers, _name).setLevel(logging.WARNING)

__all__ = [
    "Activation",
    "Agenda",
    "DepthStrategy",
    "Fact",
    "FactList",
    "KnowledgeEngine",
    "Matcher",
    "ReteMatcher",
    "Rule",
    "Strategy",
    "unwatch",
    "watch",
    "watchers",
]
