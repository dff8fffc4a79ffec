"""The pages of what was played: each cell of the results is on them, and leads to its evidence."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from authcompare.lab import report, results
from authcompare.lab.attacks import load
from authcompare.lab.events import EVENTS
from authcompare.lab.strategies import CONTESTANTS, CONTROLS
from authcompare.lab.strategies.base import Strategy

from .lab_pages import Outline, page

pytestmark = pytest.mark.django_db

MATRIX = "/lab/attacks/"
PAGES = {
    MATRIX: "lab attack --write",
    "/lab/delays/": "lab delay --write",
    "/lab/credentials/": "lab facts --write",
    "/lab/claims/": "lab attack --write",
}
ATTACKS = list(load())
WORDS = {"held": ("●", "held"), "breached": ("✗", "breached"), "inapplicable": ("–", "n/a")}


def links(address: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page(address))


@pytest.mark.parametrize("address", [*PAGES, f"{MATRIX}{ATTACKS[0]}/"])
def test_a_page_keeps_to_the_policy(address: str) -> None:
    response = Client().get(address)

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert Outline(response.content.decode()).unsafe == []


@pytest.mark.parametrize("address", PAGES)
def test_the_first_page_leads_to_it_and_nothing_can_be_posted(address: str) -> None:
    assert address in links(reverse("lab:index"))
    assert Client().post(address).status_code == 405


@pytest.mark.parametrize(("address", "command"), PAGES.items())
def test_before_the_first_run_a_page_says_which_command_makes_it(
    no_run: Path, address: str, command: str
) -> None:
    assert f"<code>manage.py {command}</code>" in page(address)


def columns(address: str, attack: str) -> list[str]:
    """Return the strategies that an attack's row of the matrix leads to."""
    start = f"{MATRIX}{attack}/#"
    return [link.removeprefix(start) for link in links(address) if link.startswith(start)]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_matrix_has_a_cell_for_each_attack_and_contestant(attack: str) -> None:
    assert columns(MATRIX, attack) == [strategy.slug for strategy in CONTESTANTS]


def test_a_cell_is_a_word_and_a_shape_as_the_run_found_it() -> None:
    text = page(MATRIX)
    cells = [
        row[s.slug]["verdict"] for row in results.read("attacks").values() for s in CONTESTANTS
    ]

    for verdict, (shape, word) in WORDS.items():
        assert text.count(f'<td class="lab-{verdict}">') == cells.count(verdict)
        assert text.count(f'aria-hidden="true">{shape}</span>') == cells.count(verdict)
        assert text.count(f'<span class="lab-word">{word}</span>') == cells.count(verdict)


def test_attacks_by_somebody_who_has_the_signing_key_are_counted_apart() -> None:
    _, _, foot = page(MATRIX).partition("<tfoot>")
    rows = re.findall(r'<th scope="row">([^<]+)</th>\s+((?:<td>\d+</td>)+)', foot)
    keyed = [slug for slug, attack in load().items() if attack.needs_key]
    row = results.read("attacks")
    breached = [
        {slug for slug in ATTACKS if row[slug][s.slug]["verdict"] == "breached"}
        for s in CONTESTANTS
    ]

    assert "another-audience" in keyed
    assert [(title, re.findall(r"\d+", cells)) for title, cells in rows] == [
        ("Breached", [str(len(slugs - {*keyed})) for slugs in breached]),
        ("Breached with the signing key", [str(len(slugs & {*keyed})) for slugs in breached]),
    ]
    assert page(MATRIX).count("counted apart") == 1


def test_the_reader_chooses_the_columns_controls_among_them() -> None:
    chosen = [CONTESTANTS[0].slug, CONTROLS[0].slug]
    query = "&".join(f"strategy={slug}" for slug in chosen)

    assert columns(f"{MATRIX}?{query}", ATTACKS[0]) == chosen


@pytest.mark.parametrize("strategy", ["nobody", "", "../x", "session&strategy=nobody"])
def test_an_unknown_strategy_is_not_found(strategy: str) -> None:
    assert Client().get(f"{MATRIX}?strategy={strategy}").status_code == 404


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_has_a_section_for_each_who_was_attacked(attack: str) -> None:
    text = page(f"{MATRIX}{attack}/")

    for slug, cell in results.read("attacks")[attack].items():
        assert text.count(f'id="{slug}"') == 1
        assert f"lab-played lab-{cell['verdict']}" in text
    assert f"manage.py lab attack --attack {attack}" in text


def test_an_attack_shows_what_was_sent_and_answered() -> None:
    text = page(f"{MATRIX}replay-after-log-out/")

    assert text.count("What was sent and answered") >= len(CONTESTANTS)
    assert text.count("<pre>") > 2 * len(CONTESTANTS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_story_is_told_in_whole_sentences_and_paragraphs(attack: str) -> None:
    story = page(f"{MATRIX}{attack}/").partition('<div class="lead">')[2].partition("</div>")[0]
    told = re.findall(r"<p>([^<]*)</p>", story)

    assert "<br>" not in story
    assert all(paragraph.endswith(".") and "\n" not in paragraph for paragraph in told)
    assert len(told) == load()[attack].story.count("\n\n") + 1


def test_no_code_of_an_error_is_taken_for_a_secret() -> None:
    evidence = [results.read(f"evidence/{attack}") for attack in ATTACKS]

    assert "‹code" not in json.dumps([evidence, results.read("traces")], ensure_ascii=False)


def test_an_unknown_attack_is_not_found(db: None) -> None:
    assert Client().get(f"{MATRIX}no-such-attack/").status_code == 404


def test_an_attack_that_was_not_played_is_not_found(no_run: Path) -> None:
    assert Client().get(f"{MATRIX}{ATTACKS[0]}/").status_code == 404


def test_the_delays_have_a_row_for_each_contestant_and_a_column_for_each_event() -> None:
    text = page("/lab/delays/")

    assert all(f'<th scope="row">{s.title}</th>' in text for s in CONTESTANTS)
    assert all(f'<th scope="col">{event.title}</th>' in text for event in EVENTS)
    assert len(re.findall(r'<td class="lab-(?:held|breached)">', text)) == len(CONTESTANTS) * len(
        EVENTS
    )


def test_a_delay_is_told_with_the_requests_until_its_end_and_none_where_there_is_no_end(
    no_run: Path,
) -> None:
    ended = {"refused_at": 86_700, "requests": 1445, "why": ""}
    endless = {"refused_at": None, "requests": None, "why": ""}
    events = {
        "log-out": {"as_it_is": ended, "renewed": ended},
        "deletion": {"as_it_is": endless, "renewed": endless},
    }
    results.write("delays", {CONTESTANTS[0].slug: events})
    text = page("/lab/delays/")

    assert "<strong>1 day 5 minutes</strong>" in text
    assert re.findall(r">([^<]+)</data> requests", text) == ["1,445"]
    assert "<strong>never</strong>" in text
    # The other events were added and not played yet.
    assert text.count("<td>not yet</td>") == len(EVENTS) - 2
    assert "| 1 day 5 minutes | – | – | – | never | – |" in report.delays()


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Strategy:
    """A contestant that was added and has not been played yet."""
    added = CONTESTANTS[-1]
    shutil.copytree(results.FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    for name in ("delays", "facts", *(f"evidence/{attack}" for attack in ATTACKS)):
        results.write(name, without(added, results.read(name)))
    verdicts = results.read("attacks")
    results.write("attacks", {attack: without(added, row) for attack, row in verdicts.items()})
    return added


def without(strategy: Strategy, found: dict[str, Any]) -> dict[str, Any]:
    return {slug: what for slug, what in found.items() if slug != strategy.slug}


def test_a_contestant_that_was_not_played_yet_breaks_no_page(newcomer: Strategy) -> None:
    for address in (*PAGES, f"{MATRIX}{ATTACKS[0]}/"):
        page(address)

    assert page(MATRIX).count("<td>not yet</td>") == len(ATTACKS)
    assert columns(MATRIX, ATTACKS[0]) == [s.slug for s in CONTESTANTS if s is not newcomer]
    assert newcomer.title not in page("/lab/delays/")
    assert newcomer.title not in report.delays()


def test_the_credentials_have_a_row_for_each_part_that_was_observed() -> None:
    text = page("/lab/credentials/")
    parts = [part for s in CONTESTANTS for part in results.read("facts")[s.slug]["parts"]]

    assert re.findall(r"<td><code>([^<]+)</code></td>", text) == [part["name"] for part in parts]
    assert text.count("SameSite=") == sum(part["ambient"] for part in parts)


def test_a_claim_leads_to_runs_that_exist() -> None:
    found = [link for link in links("/lab/claims/") if link.startswith("/lab/") and link != "/lab/"]

    assert len(found) > 5
    assert all(Client().get(link).status_code == 200 for link in found)
