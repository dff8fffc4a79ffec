"""The pages of what was measured: the tables have what the results have."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from authcompare.lab import measured, results
from authcompare.lab.measured import TITLES
from authcompare.lab.strategies import LEVERS, WITH

from .lab_pages import Outline, page

pytestmark = pytest.mark.django_db

PAGES = {
    "/lab/costs/": "lab bench --write",
    "/lab/growth/": "lab grow --write",
    "/lab/load/": "lab load --write",
    "/lab/tabs/": "lab tabs --write",
}


class Tables(HTMLParser):
    """Collects what the tables of a page say: names of rows, and figures as scripts read them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.rows: list[tuple[str, list[float]]] = []
        self._in_name = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if "data-picture" in given:
            self.pictures.append(given["data-picture"])
        if tag == "data" and self.rows:
            self.rows[-1][1].append(float(given["value"]))
        self._in_name = given.get("class") == "lab-name"

    def handle_data(self, data: str) -> None:
        if self._in_name:
            self.rows.append((data, []))
        self._in_name = False


def row(address: str, name: str, number: int = 0) -> list[float]:
    """Return the figures of the row that has this name; `number` says which of several."""
    return [figures for title, figures in Tables(page(address)).rows if title == name][number]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_keeps_to_the_policy_and_the_first_page_leads_to_it(address: str) -> None:
    response = Client().get(address)

    assert "style-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert Outline(response.content.decode()).unsafe == []
    assert f'href="{address}"' in page(reverse("lab:index"))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_read_only(address: str) -> None:
    assert Client().head(address).status_code == 200
    assert Client().post(address).status_code == 405


@pytest.mark.parametrize(("address", "command"), PAGES.items())
def test_before_the_first_run_a_page_says_which_command_makes_it(
    no_run: Path, address: str, command: str
) -> None:
    text = page(address)

    assert f"<code>manage.py {command}</code>" in text
    assert Tables(text).pictures == []
    assert Outline(text).headings == []


@pytest.mark.parametrize("name", ["bench", "growth", "load"])
def test_a_page_names_its_run_and_how_to_repeat_it(name: str) -> None:
    address = {"bench": "/lab/costs/", "growth": "/lab/growth/", "load": "/lab/load/"}[name]
    machine = results.read(name)["machine"]
    text = re.sub(r"\s+", " ", page(address))

    assert f"<code>{machine['command']}</code> made it on {machine['date']}" in text
    assert f"processor {machine['processor']}, cores {machine['cores']}" in text


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was measured is known, and a test may write over it."""
    for name in ("bench", "growth", "load", "tabs"):
        shutil.copy(results.FOLDER / f"{name}.json", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path)


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("address", PAGES)
def test_a_page_can_do_without_knowing_who_shows_the_credential(address: str) -> None:
    assert Tables(page(address)).rows


def test_what_an_action_costs_stands_with_the_cheapest_first() -> None:
    text = page("/lab/costs/")
    actions = results.read("bench")["actions"]

    apart = [
        "What makes ours fast",
        "Signatures and password hashes by themselves",
        "About this run",
    ]
    assert Outline(text).headings == [*map(str.capitalize, actions), *apart]
    assert Tables(text).pictures == ["bars"] * len(actions)
    rows = iter(Tables(text).rows)
    for by_slug in actions.values():
        means = [found["us"]["mean"] for slug, found in by_slug.items() if slug in TITLES]
        assert [next(rows)[1][0] for _ in means] == sorted(means)


def test_each_lever_stands_where_it_surely_makes_a_difference() -> None:
    shown = measured.levers("bench")

    assert {(row["name"], row["without"]) for row in shown if row["action"] == "read"} == {
        (TITLES[slug], LEVERS[without].about) for without, slug in WITH.items()
    }
    rows = [figures[:2] for _, figures in Tables(page("/lab/costs/")).rows]
    assert [row for row in shown if row["us"] not in rows] == []


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize(
    ("alone", "is_told"), [([200, 210], True), ([100, 99], False), ([300], True)]
)
def test_a_lever_that_may_do_nothing_is_not_told(alone: list[float], is_told: bool) -> None:
    bench = results.read("bench")
    bench["actions"]["read"]["session"]["starts"] = [100, 101]
    bench["actions"]["read"]["session-uncompiled"]["starts"] = alone
    results.write("bench", bench)

    told = [(row["action"], row["without"]) for row in measured.levers("bench")]

    assert (("read", LEVERS["session-uncompiled"].about) in told) == is_told


def test_a_row_of_costs_has_every_figure() -> None:
    slug, found = next(iter(results.read("bench")["actions"]["log in"].items()))

    assert row("/lab/costs/", TITLES[slug]) == [
        *(found["us"][name] for name in ("mean", "low", "high", "q1", "q3")),
        *(found[name]["mean"] for name in ("above", "floor")),
        *(found[name] for name in ("statements", "cache", "bytes_sent", "bytes_answered")),
    ]


def test_growth_has_rows_bytes_and_times_at_each_size() -> None:
    slug, found = next(iter(results.read("growth")["strategies"].items()))
    sizes = found["sizes"]

    space, *times = (row("/lab/growth/", TITLES[slug], number) for number in range(4))

    # No entry is left in the cache, which is a nought; their bytes have no place on the picture.
    assert space == [size[name] for name in ("rows", "bytes", "cache entries") for size in sizes]
    assert space[-1] == 0
    found = [size[name] for name in ("log in", "read", "renew") for size in sizes]
    assert times == [
        [figures[name] for figures in found if figures] for name in ("mean", "low", "high")
    ]


def test_growth_has_one_picture_of_space_and_one_of_times() -> None:
    assert Tables(page("/lab/growth/")).pictures == ["curves", "curves"]


def test_growth_names_those_that_leave_nothing() -> None:
    text = page("/lab/growth/")

    assert all(TITLES[slug] in text for slug in results.read("growth")["still"])


def test_those_that_grow_alike_share_their_space_and_not_their_times() -> None:
    space, rest = page("/lab/growth/").split("What that does to the next request")
    alike = [
        TITLES[other]
        for slug, found in results.read("growth")["strategies"].items()
        for other in found["same"]
        if other != slug
    ]

    assert alike
    assert [name for name in alike if name not in space or name in rest] == []


def cleaned(**figures: Any) -> str:
    """Return the page's row of the first strategy, as if its clean-up had gone like this."""
    growth = results.read("growth")
    slug, found = next(iter(growth["strategies"].items()))
    found["clean_up"] = figures
    results.write("growth", growth)
    section = page("/lab/growth/").partition('<h2 id="clean-up">')[2]
    row = section.partition(f'<th scope="row">{TITLES[slug]}</th>')[2].partition("</tr>")[0]
    return " ".join(re.sub("<[^>]*>", " ", row).split())


TOOK = {"seconds": 3.04, "peak_mb": 80.4}


@pytest.mark.usefixtures("copied")
def test_a_clean_up_says_what_it_left_and_whom_it_kept_out() -> None:
    waited = {"tried": 210, "refused": 3, "longest_wait": 1.234, "longest_refusal": 20.06}

    assert cleaned(**TOOK, left=1200, **waited) == "3.0 80 1,200 1.23 3 of 210, after up to 20.1 s"


@pytest.mark.usefixtures("copied")
def test_a_clean_up_during_which_nobody_waits_says_so() -> None:
    waited = {"tried": 210, "refused": 0, "longest_wait": 0.02, "longest_refusal": None}

    assert cleaned(**TOOK, left=0, **waited) == "3.0 80 0 0.02 0 of 210"


@pytest.mark.usefixtures("copied")
def test_a_clean_up_during_which_nobody_gets_in_has_no_longest_log_in() -> None:
    waited = {"tried": 1, "refused": 1, "longest_wait": None, "longest_refusal": 20.06}

    assert cleaned(**TOOK, left=0, **waited) == "3.0 80 0 – 1 of 1, after up to 20.1 s"


@pytest.mark.usefixtures("copied")
def test_where_there_is_no_clean_up_the_page_says_why() -> None:
    assert cleaned(seconds=None, why="There is none.") == "There is none."


def test_the_growth_page_says_whose_rows_were_copied() -> None:
    assert "Everybody who logs in is Alice, and every copied row is hers" in page("/lab/growth/")


def loaded(figure: str) -> tuple[str, list[float]]:
    """Return the first strategy that was loaded, and one of its figures at each size."""
    found = results.read("load")
    slug, by_processes = next(iter(found["strategies"].items()))
    seen = [by_people.get(str(n)) for by_people in by_processes.values() for n in found["users"]]
    return TITLES[slug], [cell[figure] for cell in seen if cell]


def test_load_has_a_table_for_each_figure_and_pictures_of_two() -> None:
    assert Tables(page("/lab/load/")).pictures == ["curves", "curves"]
    for number, figure in enumerate([name for name, *_ in measured.LOAD]):
        title, figures = loaded(figure)
        assert row("/lab/load/", title, number) == figures


@pytest.mark.usefixtures("copied")
def test_what_was_not_measured_is_a_dash() -> None:
    load = results.read("load")
    first = next(iter(load["strategies"].values()))
    first["1"] = {}
    results.write("load", load)

    title, figures = loaded("per_second")

    assert row("/lab/load/", title) == figures
    assert '<td class="lab-first">–</td>' in page("/lab/load/")


def test_tabs_has_each_policy_once_with_all_who_follow_it() -> None:
    text = page("/lab/tabs/")
    policies = {str(played): played for played in results.read("tabs").values()}

    assert len(Tables(text).rows) == len(policies)
    assert all(TITLES[slug] in text for slug in results.read("tabs"))
    assert [figures for _, figures in Tables(text).rows] == [
        [played[share] for share in ("honest_out", "stopped") for played in policy]
        for policy in policies.values()
    ]


DATABASES = {"/lab/costs/": "bench", "/lab/growth/": "growth", "/lab/load/": "load"}


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize(("address", "name"), DATABASES.items())
def test_what_was_measured_on_another_database_has_a_page_of_its_own(
    address: str, name: str
) -> None:
    assert "On PostgreSQL" not in page(address)
    found = results.read(name)
    found["machine"]["date"] = "2001-01-01"
    results.write(results.name_on(name, "postgresql"), found)

    assert f'href="{address}postgresql/"' in page(address)
    assert "on 2001-01-01" not in page(address)
    assert "on 2001-01-01" in page(f"{address}postgresql/")


@pytest.mark.parametrize("address", DATABASES)
def test_a_database_that_nobody_measures_on_is_not_found(address: str) -> None:
    assert Client().get(f"{address}mysql/").status_code == 404


@pytest.mark.parametrize("address", DATABASES)
def test_a_database_without_a_run_says_how_to_make_it(no_run: Path, address: str) -> None:
    text = page(f"{address}postgresql/")

    assert "<code>DATABASE_URL</code> and <code>CACHE_URL</code>" in text
