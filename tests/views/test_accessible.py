"""The page in a real browser, by axe-core: no violation by day, in the dark, on a phone; open questions judged here.

axe cannot tell the contrast of words inside a picture and calls them incomplete. The colors of pictures are data, so
their contrast is worked out here, by the formula of WCAG 2.2.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from engine.views.report import pictures
from tests.views.test_report_in_a_browser import ROOT, report

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
EXAMPLES = ("first-fracture", "denosumab-stopped", "soft-bones")
"""Probabilities and scores, a timeline and alerts, a differential."""
SCREENS = {"day": (1280, 900, "light"), "dark": (1280, 900, "dark"), "phone": (390, 844, "light")}
TEXT, SHAPE = 4.5, 3.0
"""The least contrast of words, and of shapes that mean something (WCAG 2.2, 1.4.3 and 1.4.11)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    if not CHROMIUM:
        lacking("no chromium here to look at the pages with")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each example, and a hand-out, as files."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Path] = {}
    for name in EXAMPLES:
        text = (ROOT / "examples" / f"{name}.yaml").read_text("utf-8")
        for kind, written in ((name, report(text)), (f"{name}, for the patient", report(text, for_patient=True))):
            made[kind] = folder / f"{len(made)}.html"
            made[kind].write_text(written, "utf-8")
    return made


def lacking(what: str) -> NoReturn:
    """Without what it needs a test fails in CI; at a desk it says that nothing was looked at."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def opened(browser: Browser, path: Path, screen: str = "day", unfolded: bool = False) -> Page:
    width, height, scheme = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path.as_uri())
    if unfolded:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return page


@pytest.mark.parametrize(
    ("name", "screen"),
    [
        *((name, "day") for name in EXAMPLES),
        ("first-fracture", "dark"),
        ("denosumab-stopped", "dark"),
        ("denosumab-stopped", "phone"),
        ("denosumab-stopped, for the patient", "day"),
        ("denosumab-stopped, for the patient", "dark"),
    ],
)
def test_axe_finds_nothing_wrong_and_leaves_open_only_words_in_pictures(
    browser: Browser, pages: dict[str, Path], name: str, screen: str
) -> None:
    page = opened(browser, pages[name], screen, unfolded=True)
    told = Axe().run(page).response
    page.context.close()
    assert [(one["id"], one["nodes"][0]["html"]) for one in told["violations"]] == []
    left_open = [(one["id"], node["target"]) for one in told["incomplete"] for node in one["nodes"]]
    assert [one for one in left_open if one[0] != "color-contrast" or not in_picture(one[1])] == []


def test_axe_would_notice_a_fault(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    faint = pages["first-fracture"].read_text("utf-8").replace("--soft: #5d5a54", "--soft: #bbb9b4")
    path = tmp_path / "faint.html"
    path.write_text(faint.replace('lang="en"', ""), "utf-8")
    page = opened(browser, path)
    told = Axe().run(page).response
    page.context.close()
    assert {"color-contrast", "html-has-lang"} <= {one["id"] for one in told["violations"]}


def in_picture(target: Any) -> bool:
    """Whether what axe points at lies inside an SVG."""
    return any("svg" in part or part.startswith(("text", "g")) for part in str(target[-1]).split(" "))


@pytest.mark.parametrize("name", EXAMPLES)
def test_diagnosis_and_what_to_do_are_seen_without_much_scrolling(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    for screen, room in (("day", 900), ("phone", 2 * 844)):
        page = opened(browser, pages[name], screen)
        for block in ("finding", "today"):
            box = page.locator(f".answer > .{block}").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= room, (name, screen, block)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.context.close()


def test_all_that_folds_opens_from_the_keyboard_and_focus_is_seen(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["denosumab-stopped"])
    sections, folded = page.locator("details.section").count(), 0
    for _ in range(sections + page.locator(".scores").count()):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            folded += 1
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.parentElement.open")
            page.keyboard.press("Enter")
            assert not page.evaluate("document.activeElement.parentElement.open")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert folded == sections > 5
    page.context.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_prints_on_four_pages_with_folds_closed(browser: Browser, pages: dict[str, Path], name: str) -> None:
    page = opened(browser, pages[name])
    printed = page.pdf(format="A4", margin={"top": "14mm", "bottom": "14mm", "left": "14mm", "right": "14mm"})
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page/") <= 4
    page.emulate_media(media="print")
    assert not page.locator("details.section").first.is_visible()
    page.context.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_weasyprint_prints_it_with_its_pictures_in_color(pages: dict[str, Path], name: str) -> None:
    """A PDF made from the page without a browser: as short, and no picture is a black block."""
    try:
        import weasyprint
    except OSError as error:  # it draws letters by Pango, which the system brings
        lacking(f"WeasyPrint does not run here: {error}")
    document = weasyprint.HTML(filename=pages[name]).render()
    assert len(document.pages) <= 4
    drawn = document.write_pdf(uncompressed_pdf=True).decode("latin-1")
    scored = "T-scores by site" in pages[name].read_text("utf-8")
    shown = ("ink", "band-low", "band-mid", "band-high") if scored else ()
    assert [one for one in shown if not painted(drawn, pictures.COLORS[one][0])] == []


def painted(drawn: str, color: str) -> bool:
    """Whether a page of a PDF fills something with a color."""
    wanted = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    filled = (tuple(map(float, found)) for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|scn?)\b", drawn))
    return any(all(abs(one - other) < 0.003 for one, other in zip(found, wanted, strict=True)) for found in filled)


def test_a_reader_by_ear_gets_headings_names_and_one_main_part(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["first-fracture"])
    told = page.locator("main").aria_snapshot()
    page.context.close()
    assert 'heading "Assessment" [level=1]' in told
    assert "10-year risk of a major osteoporotic fracture (FRAX): 17 %, as entered; 15 %:" in told
    assert "osteopenia (AACE 2020, BHOF 2022)" in told


# --- contrast inside pictures -----------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors (WCAG 2.2, relative luminance)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card", "band-low", "band-mid", "band-high"])
def test_words_in_a_picture_stand_out_from_what_is_behind_them(ground: str, mode: int) -> None:
    assert contrast(pictures.COLORS["ink"][mode], pictures.COLORS[ground][mode]) >= TEXT


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "dark"])
@pytest.mark.parametrize(
    ("shape", "ground"),
    [
        ("given", "track"),
        ("ink", "track"),
        ("course", "paper"),
        ("broken", "paper"),
        ("course", "card"),
        ("broken", "card"),
        ("soft", "card"),
    ],
)
def test_shapes_that_mean_something_stand_out(shape: str, ground: str, mode: int) -> None:
    assert contrast(pictures.COLORS[shape][mode], pictures.COLORS[ground][mode]) >= SHAPE


def test_a_picture_bears_the_colors_of_the_day_itself(pages: dict[str, Path]) -> None:
    """A style sheet does not reach into pictures everywhere: not in a PDF that WeasyPrint makes."""
    told = pages["denosumab-stopped"].read_text("utf-8")
    for name in ("band-low", "band-mid", "band-high", "ink", "track", "course", "broken"):
        assert f'class="{name}" fill="{pictures.COLORS[name][0]}"' in told
