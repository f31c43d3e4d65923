"""The front page of the program: every verb it knows, one line each, and how it ends.

Run as `python cli.py` in a checkout or as the installed command `osteologic`; the engine is found beside this file
either way. Only click is imported here: each verb imports its own file when it is called.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

ENGINE = f"{__package__}.engine" if __package__ else "engine"
UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130
PIPE_CLOSED = 141
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
COLLECTING = (200_000, 10, 50)
"""When to look for cycles: seldom, for a run makes few, and each look walks the whole knowledge base."""

atexit.register(gc.freeze)  # what is left goes with the process; Python would first look all of it through for cycles

Call = Callable[[], int]


class Day(click.ParamType[date]):
    """A day written in full, as 2026-03-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day written as YYYY-MM-DD", param, ctx)


class Front(click.Group):
    """The table of verbs, listed in the order of the table, with a suggestion for a misspelled one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}; {self._instead(args[0])}")
        return super().resolve_command(ctx, args)

    def _instead(self, word: str) -> str:
        from difflib import get_close_matches

        if near := get_close_matches(word, self.commands, n=1):
            return f"did you mean {near[0]!r}?"
        if os.path.exists(word):
            return f"to assess that file, write: osteologic assess {word}"
        return f"there are: {', '.join(self.commands)}"


def option(*names: str, **settings: Any) -> click.Option:
    return click.Option(names, **settings)


def argument(name: str, **settings: Any) -> click.Argument:
    return click.Argument([name], **settings)


def formats(*names: str) -> click.Option:
    return option("--format", type=click.Choice(names), default=names[0], show_default=True, help="How to print it.")


def ways() -> list[click.Parameter]:
    """The options every verb takes, and the program before it."""
    local = click.Path(path_type=Path)
    return [
        option(
            "--knowledge",
            metavar="DIR",
            type=local,
            multiple=True,
            help="A hospital's own rules and knowledge, laid over ours.",
        ),
        option("--traceback", is_flag=True, expose_value=False, help="Show where an unexpected error came from."),
    ]


def verb(name: str, summary: str, *parameters: click.Parameter) -> click.Command:
    """A verb whose file is imported when it is called; the parsed call is returned, not made."""

    def parsed(**options: Any) -> Call:
        outer = click.get_current_context().find_root().params.get("knowledge")
        options["knowledge"] = _only({*options["knowledge"], *(outer or ())})
        return partial(_run, name, options)

    return click.Command(name, callback=parsed, params=[*parameters, *ways()], help=summary)


def _only(directories: set[Path]) -> Path | None:
    """The one directory that was named, before the verb or after it; of two, one would be left out unseen."""
    if len(directories) > 1:
        raise click.UsageError(f"--knowledge takes one directory, not {' and '.join(sorted(map(str, directories)))}")
    return next(iter(directories), None)


FILE = argument("file", required=False)
TABLE = argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
FILES = argument("files", nargs=-1, required=True, metavar="FILE...")
WORDS = argument("words", nargs=-1, required=True)
LINE = argument("line")
PENDING = option("--pending", default="", metavar="ID", help="The finding, or group of findings, that was asked for.")
QUESTION = argument("question", metavar="QUERY")
INVARIANTS = argument("names", nargs=-1, metavar="[INVARIANT]...")
RULES = argument("names", nargs=-1, metavar="[ID]...")
LIMIT = option(
    "--seconds",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="How long one question may take before it is left open.",
)
FIRST, SECOND = argument("first"), argument("second")
IDENTIFIER = argument("identifier", metavar="ID")
OLD, NEW_ID = argument("old"), argument("new")
KIND_OF = option("--kind", default="", metavar="KIND", help="What it is, where several things have the id.")
NEW = argument(
    "kind",
    type=click.Choice(
        [
            *(
                "rule",
                "case",
                "finding",
                "condition",
                "intervention",
                "source",
                "guideline",
                "state",
                "scale",
                "quantity",
            ),
            *("threshold", "alert", "investigation", "invariant", "hazard", "clash", "disagreement", "group", "topic"),
            *("unavailable", "choice", "code", "unit", "analyte", "scope", "section", "term", "phrase"),
        ]
    ),
)
FOR_NEW = [
    option("--verb", "doing", default="", metavar="VERB", help="What the rule does: contraindicates, diagnoses, ..."),
    option("--about", default="", metavar="ID", help="What the rule is about; for a scale 'acr_risk >= high'."),
    option("--set", "settings", nargs=2, multiple=True, metavar="KEY TEXT", help="A key that is known already."),
    option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Where it goes, if not beside its like."),
]
ANY_FILES = argument("files", nargs=-1, metavar="[FILE]...")
CHECK = option("--check", is_flag=True, help="Change nothing; list the files that would change, and fail.")
STDIO = option("--stdio", is_flag=True, help="As it serves anyway; some editors say so.")
ACTION = argument("action", type=click.Choice(["list", "show", "delete", "prune"]), default="list")
NAMES = argument("names", nargs=-1, metavar="[NAME]...")
OLDER = option(
    "--older-than",
    metavar="DAYS",
    type=click.IntRange(0),
    default=90,
    show_default=True,
    help="With prune: how long ago a consultation was last spoken in.",
)
TARGET = argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
DIRECTORY = argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
REPORT = formats("text", "json", "jsonl", "markdown", "html", "fhir")
DETAIL = option(
    "--detail",
    type=click.Choice(["brief", "full"]),
    help="The answer alone, or everything; text is brief where neither is asked for, jsonl full.",
)
READER = option(
    "--for",
    "reader",
    type=click.Choice(["clinician", "patient"]),
    default="clinician",
    show_default=True,
    help="Who reads it; for a patient one page in plain words, as text or html.",
)
MANY = [
    option("--skip-refused", is_flag=True, help="With jsonl: write why a patient is refused, and go on."),
    option(
        "--workers",
        metavar="COUNT",
        type=click.IntRange(1, 256),
        default=1,
        show_default=True,
        help="How many processes share the patients.",
    ),
]
PROBLEMS = formats("text", "json", "sarif", "github")
PROOF = formats("text", "json")
FIX = option("--fix", is_flag=True, help="Write what problems say to write, where they leave no choice.")
PUT_BACK = option("--put-back", metavar="FILE:LINE", default="", help="Undo the edit at this place, then check.")
PICTURE = formats("svg", "mermaid")
OUTCOME = formats("text", "json", "html")
SHOWING = [
    option("--guideline", metavar="ID", help="Show what this guideline wants, and what belongs to none."),
    option("--region", metavar="ID", help="Show what is in use in this region, and what belongs to none."),
    option("--as-of", metavar="DATE", type=Day(), help="The day to reckon from, as YYYY-MM-DD."),
    option("--matcher", type=click.Choice(["counting", "rete"]), default="counting", help="Who matches the rules."),
]
CONSULTING = [
    option("--resume", is_flag=True, help="Go on with the consultation that was last held."),
    option("--no-journal", is_flag=True, help="Keep nothing of what is typed."),
    *SHOWING[:3],
]
TESTING = [
    option("-k", "keyword", metavar="TEXT", help="Only the cases whose name holds this."),
    option("--fail-fast", is_flag=True, help="Stop at the first case that fails."),
    option("--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML too."),
    option("--update", is_flag=True, help="Write what is concluded into the cases as expected."),
    option("--coverage", is_flag=True, help="Say which rules no case fires or holds back."),
    option("--threshold", metavar="PERCENT", type=click.FloatRange(0, 100), help="Fail when coverage is below this."),
    option(
        "--patients",
        metavar="COUNT",
        type=click.IntRange(0, 1_000_000),
        default=2_000,
        show_default=True,
        help="How many random patients invariants are tried on; 0 tries none.",
    ),
    option("--mutate", is_flag=True, help="Change the rules one by one: a change no case notices is a gap."),
    option("--since", metavar="REV", default="", help="Only the rules and thresholds that differ since a revision."),
]

MAP = option(
    "--map", "mapping", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="What columns mean."
)
MAPPING = [
    option("--map", "mapping", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
           help="Check this mapping of a table instead."),
    option("--table", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
           help="With --map: whether the table has those columns."),
]  # fmt: skip
SCREENING = [
    MAP,
    option("--draft", is_flag=True, help="Write a first mapping of the columns, for you to finish."),
    option("--select", metavar="EXPR", default="", help="Only the rows of which this is true."),
    option("--undecided", is_flag=True, help="With --select: the rows of which it is unknown as well."),
    option("--count", is_flag=True, help="Only count."),
    option(
        "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write rows: .parquet or .csv."
    ),
    option(
        "--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the counts as a page."
    ),
    option("--explain", metavar="ROW", type=click.IntRange(1), help="The report of one row, counted from 1."),
    option("--min-count", metavar="COUNT", type=click.IntRange(1), default=1, help="Hide counts below this."),
    option("--resume", is_flag=True, help="Go on with a run that was cut short."),
    option("--workers", metavar="COUNT", type=click.IntRange(1, 256), default=1, help="How many processes share it."),
    option("--engine", type=click.Choice(["dask", "spark"]), help="Who shares out the work."),
    *SHOWING[:3],
]

DIFFERENCE = [
    argument("old", default="HEAD", metavar="[OLD]"),
    argument("new", default="", metavar="[NEW]"),
    formats("text", "json", "markdown", "html"),
    option(
        "--patients",
        metavar="COUNT",
        type=click.IntRange(0, 1_000_000),
        default=20_000,
        show_default=True,
        help="How many random patients are compared beside the worked cases.",
    ),
    option(
        "--own", metavar="DIR", type=click.Path(path_type=Path), help="A directory of patient files to compare as well."
    ),
    option("--fail-on", type=click.Choice(["loosened"]), help="Fail where somebody is protected less."),
    option("--prove", is_flag=True, help="Ask a solver of what changed of none of them."),
    option(
        "--table",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="A table of patients of whose rows it is counted as well.",
    ),
    MAP,
    option("--as-of", metavar="DATE", type=Day(), help="With --table: the day to reckon from, as YYYY-MM-DD."),
]

VERBS = [
    verb("consult", "Ask, answer and advise at the prompt.", FILE, *CONSULTING),
    verb("assess", "Assess patients from files; - is standard input.", FILES, REPORT, DETAIL, READER, *MANY, *SHOWING),
    verb("unmapped", "List the codes of health records that are not known here.", FILES, formats("text", "json")),
    verb("screen", "Screen a table of patients: Parquet, Arrow or CSV.", TABLE, *SCREENING),
    verb("explain", "Explain a topic, a question, or anything that has a name.", WORDS),
    verb("hear", "Show how a typed line is heard, word by word.", LINE, PENDING),
    verb("compare", "Set two conditions side by side.", FIRST, SECOND),
    verb(
        "check",
        "Find what is wrong in the knowledge base, or in the mapping of a table.",
        PROBLEMS,
        FIX,
        PUT_BACK,
        *MAPPING,
    ),
    verb("test", "Run the worked cases.", RULES, OUTCOME, *TESTING),
    verb("diff", "Say whom an edit changes: two revisions, directories, or the working tree.", *DIFFERENCE),
    verb("prove", "Prove invariants over all patients, or show whom they fail.", INVARIANTS, PROOF, LIMIT),
    verb("find", "Find a patient of whom something holds, or show that there is none.", QUESTION, PROOF, LIMIT),
    verb("show", "Show one rule or entry, and where it stands.", IDENTIFIER),
    verb("graph", "Draw what a conclusion rests on.", IDENTIFIER, PICTURE),
    verb("docs", "Write everything as a static site.", TARGET),
    verb("language-server", "Serve an editor, over standard input and output.", STDIO),
    verb("watch", "Check, and run the cases it touches, after each save."),
    verb("new", "Write the skeleton of a rule, entry or case.", NEW, IDENTIFIER, *FOR_NEW),
    verb("rename", "Give an entry another id, everywhere it is written.", OLD, NEW_ID, KIND_OF),
    verb("fmt", "Lay out rules and knowledge in the one way.", ANY_FILES, CHECK),
    verb("trace", "Follow what was read to the rules that carry it."),
    verb("journal", "List, show or delete the consultations that are kept here.", ACTION, NAMES, OLDER),
    verb("schema", "Write the JSON Schemas that editors complete and check by.", DIRECTORY),
]


def _bare(knowledge: tuple[Path, ...]) -> Call | None:
    """Without a verb, consult; with one, leave it to the verb."""
    context = click.get_current_context()
    return context.invoke(FRONT.commands["consult"]) if context.invoked_subcommand is None else None


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"osteologic {import_module(f'{ENGINE}.version').VERSION}")
        context.exit()


FRONT = Front(
    "osteologic",
    commands={command.name or "": command for command in VERBS},
    callback=_bare,
    invoke_without_command=True,
    params=[
        *ways(),
        option(
            "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
        ),
    ],
    help="Causes, differential, prevention and treatment of bone loss, with reasons. Without a command: consult.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _run(name: str, options: dict[str, Any]) -> int:
    verb = import_module(f"{ENGINE}.commands.{name.replace('-', '_')}")
    if options["knowledge"] is not None:
        import_module(f"{ENGINE}.commands.surroundings").hold_to_be_a_directory(options["knowledge"])
    return int(verb.run(**options))


def _finish() -> None:
    """Keep what was read anew, now that whoever asked has been answered."""
    surroundings = sys.modules.get(f"{ENGINE}.commands.surroundings")
    if surroundings is not None:
        surroundings.finish()


def _say(text: str) -> None:
    """A line on stderr; what came from a file cannot steer the terminal."""
    click.echo("".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text), err=True)


def _ended(trouble: BaseException, show_traceback: bool) -> int:
    """The exit code of a run that was cut short, once the person was told why."""
    if isinstance(trouble, BrokenPipeError):
        # Nobody reads on. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    if isinstance(trouble, (KeyboardInterrupt, click.Abort)):
        _say("")
        return INTERRUPTED
    if isinstance(trouble, click.ClickException):
        trouble.show()
        return trouble.exit_code
    if isinstance(trouble, import_module(f"{ENGINE}.values.problems").Refused):
        _say(str(trouble))
        _finish()
        return 2
    if isinstance(trouble, OSError) and trouble.errno in FULL:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # as above: it would be said again at exit
        _say(f"the result cannot be written: {trouble.strerror}")
        return 2
    if show_traceback:
        import traceback

        traceback.print_exception(trouble)
    _say(f"osteologic stopped on a fault of its own ({type(trouble).__name__}: {trouble}).")
    _say("Please report it, with what you typed; --traceback shows where it happened.")
    return UNEXPECTED


def _standard_streams() -> bool:
    """Whether there is a standard output. Nothing stands in for a stream that the caller closed."""
    there = sys.stdout is not None
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open until the process ends
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the same
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the same
    return there


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, run, and turn however it ends into an exit code: 0 fine, 1 something found wrong, 2 cannot be read."""
    words = list(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(*COLLECTING)
    if not _standard_streams():
        _say("standard output is closed: nothing could be shown")
        return 2
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter gets its code, not a fault
    try:
        call = FRONT.main(words, "osteologic", standalone_mode=False)
        code = call() if callable(call) else int(call or 0)
        sys.stdout.flush()
        _finish()
    except (KeyboardInterrupt, Exception) as trouble:
        return _ended(trouble, "--traceback" in words)
    return code


if __name__ == "__main__":
    sys.exit(main())
