"""The lab's tables and the pictures of them, in a real browser under the site's policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .steps import has_no_horizontal_scroll

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/lab/costs/", "/lab/growth/", "/lab/load/", "/lab/tabs/"]


@pytest.mark.parametrize("path", PAGES)
def test_each_table_that_asks_for_a_picture_has_one(page: Page, path: str) -> None:
    page.goto(path)
    page.locator(".lab-picture svg").first.wait_for()

    figures = page.locator("figure.lab-picture")
    assert figures.count() == page.locator("table[data-picture]").count() > 0
    for figure in figures.all():
        assert figure.locator("svg path").count() > 0
        assert figure.get_attribute("aria-hidden") == "true"


@pytest.mark.parametrize("path", PAGES)
def test_without_script_the_tables_are_there(open_page: OpenPage, path: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(path)

    assert page.locator("svg").count() == 0
    assert all(table.is_visible() for table in page.locator("table[data-picture]").all())


def test_a_panel_is_drawn_for_each_row_and_a_point_for_each_figure(page: Page) -> None:
    page.goto("/lab/tabs/")
    page.locator(".lab-panel").first.wait_for()

    assert page.locator(".lab-panel-name").all_inner_texts() == [
        name.strip() for name in page.locator(".lab-name").all_inner_texts()
    ]
    points = page.locator(".lab-panel [aria-label=dot] > *")
    assert points.count() == page.locator("tbody data").count()


def test_a_bar_is_as_long_as_its_figure(page: Page) -> None:
    page.goto("/lab/costs/")
    first = page.locator("figure").first
    first.locator("svg").wait_for()

    drawn = first.locator("[aria-label=bar] rect").evaluate_all(
        "bars => bars.map((bar) => Number(bar.getAttribute('width')))"
    )
    told = (
        page.locator("table")
        .first.locator("tbody tr td:nth-child(2) data")
        .evaluate_all("cells => cells.map((cell) => Number(cell.value))")
    )
    ratios = [bar / figure for bar, figure in zip(sorted(drawn), sorted(told), strict=True)]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.01)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390])
def test_no_page_scrolls_sideways_on_a_phone(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 700})
    page.goto(path)
    page.locator(".lab-picture svg").first.wait_for()

    assert has_no_horizontal_scroll(page)


A4 = 794  # pixels, of which CSS has 96 to the inch


@pytest.mark.parametrize("path", [*PAGES, "/lab/attacks/", "/lab/delays/", "/lab/credentials/"])
def test_on_paper_no_table_is_cut_off_and_sums_stand_once(open_page: OpenPage, path: str) -> None:
    page = open_page(viewport={"width": A4, "height": 1123})
    page.emulate_media(media="print")
    page.goto(path)

    assert page.locator(".scroll").evaluate_all(
        "parts => parts.every((part) => part.scrollWidth <= part.clientWidth)"
    )
    # A table's foot is repeated below each page.
    for foot in page.locator("tfoot").all():
        assert foot.evaluate("foot => getComputedStyle(foot).display") == "table-row-group"


def test_a_panel_shows_the_others_too_and_the_legend_says_so(page: Page) -> None:
    page.goto("/lab/tabs/")
    page.locator(".lab-panel").first.wait_for()

    assert page.locator(".lab-legend").inner_text().endswith("the other strategies")


def test_a_picture_is_drawn_again_for_another_width(page: Page) -> None:
    page.goto("/lab/costs/")
    svg = page.locator("figure svg").first
    svg.wait_for()

    page.set_viewport_size({"width": 390, "height": 700})
    page.wait_for_function("document.querySelector('figure svg').getAttribute('width') < 390")
    assert (svg.bounding_box() or {})["width"] < 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_the_colours_of_the_page(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto("/lab/costs/")
    label = page.locator("figure text").first
    label.wait_for()

    colour = "getComputedStyle(document.body).color"
    assert label.evaluate("label => getComputedStyle(label).fill") == page.evaluate(colour)
