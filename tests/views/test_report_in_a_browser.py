"""The report as a browser shows it: nothing fetched, nothing wrong, folds that open, and a phone's width."""

from __future__ import annotations

import datetime
import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.assessment import judgement
from engine.case import case, opening
from engine.knowledge_base.store import cache
from engine.views.report import handout
from engine.views.report import html as page

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium here to look at the report with")

PROBE = """
<pre id="probe"></pre>
<script>
const wrong = [];
const frame = document.querySelector("iframe");
frame.onload = () => {
  const seen = frame.contentDocument, view = frame.contentWindow;
  const folds = [...seen.querySelectorAll("details")];
  const closed = folds.filter(one => !one.open).length;
  folds.slice(0, 5).forEach(one => one.querySelector("summary").click());
  const opened = folds.slice(0, 5).filter(one => one.open).length;
  document.getElementById("probe").textContent = JSON.stringify({
    wide: seen.documentElement.scrollWidth, room: view.innerWidth, folds: folds.length, closed, opened,
    scripts: seen.scripts.length, images: seen.images.length, alerts: view.alerted || 0,
    outside: [...seen.querySelectorAll("[src],link[href]")].length,
    unnamed: [...seen.querySelectorAll("svg")].filter(
      one => !one.getAttribute("aria-label") && !one.querySelector("title")
        && one.getAttribute("aria-hidden") !== "true"
    ).length,
    text: seen.body.innerText,
  });
};
</script>
"""


def report(text: str, for_patient: bool = False) -> str:
    """The page for one patient of the shipped knowledge base."""
    prepared = case.prepare_kept(cache.load(ROOT))
    terms = opening.terms(prepared.kb, None, None, datetime.date(2026, 11, 21), "counting")
    patients = opening.patients(prepared, text.encode(), "patient.yaml", terms, datetime.date(2026, 11, 21))
    shown = [(one.record.name, judgement.judge(one.case)) for one in patients]
    if for_patient:
        return "".join(page.handouts([handout.handout(one, prepared.names, name) for name, one in shown], ""))
    return page.page(shown, prepared.names)


def looked_at(text: str, width: int, directory: Path) -> tuple[dict[str, Any], str]:
    """What a browser window of this width makes of a page, and what it complained of."""
    outer = directory / "outer.html"
    frame = f'<iframe width="{width}" height="800" srcdoc="{html.escape(text, quote=True)}"></iframe>'
    outer.write_text(f"<!doctype html><meta charset=utf-8>{frame}{PROBE}", "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    command += ["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"]
    command += [f"--user-data-dir={directory / 'profile'}", "--virtual-time-budget=4000", "--dump-dom", outer.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=90)
    probe = re.search(r'<pre id="probe">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert probe is not None, ran.stderr
    assert probe.group(1), ran.stderr
    return json.loads(html.unescape(probe.group(1))), "\n".join(re.findall(r".*CONSOLE.*", ran.stderr))


PATIENT = (ROOT / "examples" / "on-prednisolone.yaml").read_text("utf-8")


@pytest.mark.parametrize("width", [360, 1200])
def test_the_report_fits_and_folds_without_a_complaint(width: int, tmp_path: Path) -> None:
    seen, console = looked_at(report(PATIENT), width, tmp_path)
    assert console == ""
    assert seen["wide"] <= seen["room"]
    assert seen["folds"] > 20
    assert seen["closed"] == seen["folds"]
    assert seen["opened"] == 5
    assert seen["outside"] == 0
    assert seen["unnamed"] == 0
    for words in (
        "Alerts",
        "Bone density",
        "osteoporosis",
        "alendronate",
        "vitamin D replaced",
        "Where guidelines differ",
    ):
        assert words.lower() in seen["text"].lower()


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    hostile = "name: '<script>window.alerted=1</script><img src=x onerror=window.alerted=2>'\ngiven: {age: 67}\n"
    seen, console = looked_at(report(hostile), 800, tmp_path)
    assert (console, seen["alerts"], seen["images"]) == ("", 0, 0)
    assert "<script>window.alerted=1</script>" in seen["text"]


def test_the_page_for_the_patient_prints_on_one_sheet_and_fits_a_phone(tmp_path: Path) -> None:
    longest = (ROOT / "examples" / "denosumab-stopped.yaml").read_text("utf-8")
    written = report(longest, for_patient=True)
    seen, console = looked_at(written, 360, tmp_path)
    assert console == ""
    assert seen["wide"] <= seen["room"]
    source, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    source.write_text(written, "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}", source.as_uri()]
    subprocess.run(command, capture_output=True, timeout=90, check=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1
