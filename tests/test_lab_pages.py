"""The lab's pages: two strategies side by side, made of what the runs have found."""

import re

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse

from authcompare.lab import results
from authcompare.lab.steps import STEPS
from authcompare.lab.strategies import CONTESTANTS

from .lab_pages import Outline, page

pytestmark = pytest.mark.django_db

INDEX, TRACES = "/lab/", "/lab/traces/"


@pytest.mark.parametrize("address", ["/", "/sessions/login/"])
def test_the_site_leads_to_the_lab(address: str) -> None:
    assert f'href="{reverse("lab:index")}"' in page(address)


def test_the_first_page_names_all_who_play_and_leads_to_the_traces() -> None:
    text = page(INDEX)

    assert f'href="{TRACES}"' in text
    assert all(f"<code>{strategy.slug}</code>" in text for strategy in CONTESTANTS)


@pytest.mark.parametrize("address", [INDEX, TRACES])
def test_a_page_keeps_to_the_policy(address: str) -> None:
    response = Client().get(address)

    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert Outline(response.content.decode()).unsafe == []


def test_both_columns_have_the_same_steps_in_the_same_order() -> None:
    left, right = "Session (ours)", "JWT, row look-up (ours)"
    outline = Outline(page(TRACES))

    steps = [f"{n}. {verb.capitalize()}" for n, verb in enumerate(STEPS, 1)]
    expected = [heading for step in steps for heading in (step, left, right)]
    assert outline.headings == ["At a glance", *expected, "About this run"]
    assert outline.chosen == ["session", "jwt-row"]


def test_the_reader_chooses_which_two() -> None:
    outline = Outline(page(f"{TRACES}?left=simplejwt&right=django-db"))

    assert outline.chosen == ["simplejwt", "django-db"]
    assert outline.headings.count("SimpleJWT") == len(STEPS)


@pytest.mark.parametrize("strategy", CONTESTANTS, ids=lambda s: s.slug)
def test_every_strategy_can_stand_on_either_side(strategy: object) -> None:
    slug = strategy.slug  # type: ignore[attr-defined]
    text = page(f"{TRACES}?left={slug}&right={slug}")

    assert "‹" not in text
    assert Outline(text).chosen == [slug, slug]


@pytest.mark.parametrize("query", ["left=nobody", "right=weak-rotation", "left=", "left=../x"])
def test_a_strategy_without_a_trace_is_not_found(query: str) -> None:
    assert Client().get(f"{TRACES}?{query}").status_code == 404


def test_a_secret_has_the_same_label_from_step_to_step() -> None:
    label = '<span class="lab-secret">__Host-sessionid 1 <small>32</small></span>'

    # Given at the log-in, sent to read, write, log out and replay, and held in between.
    assert page(TRACES).count(label) > 10


def test_a_verdict_is_a_word_and_not_only_a_colour() -> None:
    text = page(f"{TRACES}?left=session&right=jwt-none")

    assert "<strong>Refused:</strong> the copy opens nothing." in text
    assert "<strong>Accepted:</strong> the copy still opens the resource." in text


def test_the_page_names_its_run_and_how_to_repeat_it() -> None:
    text = re.sub(r"\s+", " ", page(TRACES))
    machine = results.read("traces")["machine"]

    assert f"<code>manage.py lab trace --write</code> made it on {machine['date']}" in text
    assert f"Python {machine['Python']}" in text


def test_before_the_first_run_the_page_says_which_command_makes_it(no_run: None) -> None:
    text = page(TRACES)

    assert "manage.py lab trace --write" in text
    assert Outline(text).headings == []


def test_what_a_server_answers_is_text_and_no_markup() -> None:
    template = engines["django"].from_string("{% load lab %}{{ text|chips:secrets }}")
    context = {"text": "<b>‹access 1›</b> ‹unknown›", "secrets": {"‹access 1›": 560}}

    assert template.render(context) == (
        '&lt;b&gt;<span class="lab-secret">access 1 <small>560</small></span>&lt;/b&gt; ‹unknown›'
    )
