"""`manage.py lab`: what it prints, and when it fails."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from authcompare.lab import contest, results
from authcompare.lab.attacks import load
from authcompare.lab.commands import attack, delay, facts
from authcompare.lab.commands.console import wide
from authcompare.lab.strategies import CONTESTANTS, CONTROLS, STRATEGIES

from .lab_run import run

ATTACK, STRATEGY = "theft-by-log", "session"


@pytest.fixture
def _verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each play give what is expected, without playing."""

    def play(task: str, strategies: Any, report: Any, attacks: list[str]) -> None:
        expected = results.read("attacks")
        for strategy in strategies:
            for name in attacks:
                cell = {**expected[name][strategy.slug], "steps": [], "left_out": 0}
                report(strategy, {"attack": name, **cell})

    monkeypatch.setattr(contest, "play", play)


@pytest.mark.usefixtures("_verdicts")
def test_expected_verdicts_are_no_problem(capsys: Any) -> None:
    assert run("attack") == 0
    count = len(load()) * len(STRATEGIES)
    assert f"{count} verdicts, no problems." in capsys.readouterr().out


@pytest.mark.usefixtures("_verdicts")
def test_an_unexpected_verdict_is_named_by_its_cell_and_fails(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = results.read("attacks")
    monkeypatch.setattr(
        "authcompare.lab.commands.attack.expected_verdicts",
        lambda: other | {ATTACK: {STRATEGY: {"verdict": "breached", "reason": "It was."}}},
    )

    assert run("attack", "--attack", ATTACK, "--strategy", STRATEGY) == 1
    out = capsys.readouterr().out
    assert f"{ATTACK} × {STRATEGY}: expected breached: It was." in out
    assert "1 verdicts, 1 problem." in out


def test_an_attack_without_a_breached_control_fails(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(task: str, strategies: Any, report: Any, attacks: list[str]) -> None:
        for strategy in strategies:
            report(strategy, {"attack": ATTACK, "verdict": "held", "reason": "So it is."})

    monkeypatch.setattr(contest, "play", play)

    assert run("attack", "--attack", ATTACK) == 1
    assert f"{ATTACK}: breaches no control" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("_verdicts")
def test_what_is_written_keeps_the_other_attacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = results.read("attacks")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.write("attacks", before)

    assert run("attack", "--attack", ATTACK, "--write") == 0
    assert results.read("attacks") == before
    assert set(results.read(f"evidence/{ATTACK}")) == set(STRATEGIES)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The results in another folder, where a test may write."""
    folder = tmp_path / "results"
    shutil.copytree(results.FOLDER, folder)
    monkeypatch.setattr(results, "FOLDER", folder)
    return folder


@pytest.mark.usefixtures("_verdicts", "copied")
def test_what_is_written_keeps_the_cells_and_the_evidence_of_the_other_strategies() -> None:
    names = ("attacks", f"evidence/{ATTACK}")
    before = [results.read(name) for name in names]

    assert run("attack", "--attack", ATTACK, "--strategy", STRATEGY, "--write") == 0
    verdicts, evidence = (results.read(name) for name in names)
    assert verdicts == before[0]
    assert evidence.pop(STRATEGY) == {"steps": [], "left_out": 0}
    assert before[1].pop(STRATEGY)["steps"]
    assert evidence == before[1]


@pytest.mark.usefixtures("copied")
def test_delays_of_one_strategy_are_written_beside_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = results.read("delays")
    found = [{"event": event, **before["jwt-none"][event]} for event in before["jwt-none"]]
    monkeypatch.setattr(contest, "play", lambda *_, **__: {STRATEGY: found})

    assert run("delay", "--strategy", STRATEGY, "--write") == 0
    assert results.read("delays") == before | {STRATEGY: before["jwt-none"]}
    assert list(results.read("delays")) == list(before)


def test_what_nobody_knows_any_more_is_not_kept() -> None:
    assert results.merged({"gone": 1, "b": 1}, {"a": 2}, ["a", "b", "c"]) == {"a": 2, "b": 1}


def test_what_is_about_one_run_of_all_strategies_is_not_written_in_part() -> None:
    with pytest.raises(CommandError, match="one run of all strategies: name none"):
        run("spread", "--strategy", STRATEGY, "--write")


@pytest.mark.parametrize("option", ["--attack", "--strategy"])
def test_an_unknown_name_is_refused_with_the_known_ones(option: str) -> None:
    with pytest.raises(CommandError, match="theft-by-log" if option == "--attack" else "jwt-row"):
        call_command("lab", "attack", option, "nonsense")


def test_controls_are_played_beside_the_contestants() -> None:
    assert {control.slug for control in CONTROLS} < set(STRATEGIES)


# --- What fits where


def printed(shown: Any, width: int, *, terminal: bool = True) -> str:
    """Return what a console of this width prints."""
    out = StringIO()
    console = wide(Console(file=out, width=width, force_terminal=terminal, color_system=None))
    console.print(shown)
    return out.getvalue()


def matrix_of_all() -> Any:
    return attack.matrix(list(load().values()), list(STRATEGIES.values()), results.read("attacks"))


@pytest.mark.parametrize("width", [80, 100, 200])
def test_the_matrix_keeps_its_columns_on_a_narrow_terminal(width: int) -> None:
    lines = printed(matrix_of_all(), width).splitlines()
    (row,) = [line for line in lines if load()[ATTACK].title in line]

    shapes = [shape for shape in "●✗–" for _ in range(row.count(shape))]
    assert len(shapes) == len(STRATEGIES)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("shown", [facts.table, delay.table], ids=["facts", "delay"])
def test_a_table_folds_its_words_and_cuts_none(shown: Any) -> None:
    name = {facts.table: "facts", delay.table: "delays"}[shown]
    narrow, broad = (printed(shown(results.read(name)), width) for width in (80, 240))

    # The same letters in other lines.
    assert sorted("".join(narrow.split())) == sorted("".join(broad.split()))


def test_what_no_terminal_shows_is_not_folded() -> None:
    text = printed(facts.table(results.read("facts")), 80, terminal=False)

    assert all(f" {strategy.title} " in text for strategy in CONTESTANTS)


@pytest.mark.usefixtures("_verdicts")
def test_the_legend_has_a_line_of_its_own(capsys: Any) -> None:
    run("attack")
    lines = capsys.readouterr().out.splitlines()

    assert lines.count(attack.LEGEND) == 1
    assert lines[lines.index(attack.LEGEND) + 1].endswith("verdicts, no problems.")
