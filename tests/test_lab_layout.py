"""The lab's own rules: nobody asks which mode it has, and the site can do without the lab."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver

from authcompare.lab.strategies import CONTROLS, STRATEGIES

from .test_layout import ROOT, imports

LAB = ROOT / "authcompare" / "lab"
STRATEGY_MODULES = LAB / "strategies"
# What the rest of the lab may see of the strategies: the table and the interface.
INTERFACE = ("authcompare.lab.strategies", "authcompare.lab.strategies.base")


def modules_outside_strategies() -> list[Path]:
    return [p for p in LAB.rglob("*.py") if STRATEGY_MODULES not in p.parents]


def branches_on_mode(source: str) -> list[str]:
    """Return the places where a module asks which strategy or which kind of one it has."""
    found = []
    for node in ast.walk(ast.parse(source)):
        text = ast.unparse(node) if isinstance(node, ast.Compare | ast.Call | ast.Match) else ""
        if isinstance(node, ast.Compare) and (names_a_slug(node) or compares_slugs(node)):
            found.append(text)
        if isinstance(node, ast.Match) and ".slug" in ast.unparse(node.subject):
            found.append(text)
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("isinstance", "issubclass", "type")
            and any(word in text for word in ("strategy", "flow", "Flow", "Strategy"))
        ):
            found.append(text)
    return found


def compares_slugs(node: ast.Compare) -> bool:
    """Tell equality; whether a strategy's slug is in a result is no question about its mode."""
    equality = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
    return equality and "strategy.slug" in ast.unparse(node)


def names_a_slug(node: ast.Compare) -> bool:
    constants = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
    return bool(constants & set(STRATEGIES))


@pytest.mark.parametrize("path", modules_outside_strategies(), ids=lambda p: p.stem)
def test_no_module_of_the_lab_asks_which_mode_it_has(path: Path) -> None:
    assert branches_on_mode(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "if strategy.slug == 'session': pass",
        "if slug in ('jwt-row', 'jwt-none'): pass",
        "if arena.strategy.slug == other: pass",
        "isinstance(arena.strategy, OurTokens)",
        "isinstance(visitor.flow, FormFlow)",
        "match strategy.slug:\n case 'session': pass",
    ],
)
def test_such_a_question_is_found(source: str) -> None:
    assert branches_on_mode(source)


@pytest.mark.parametrize("path", modules_outside_strategies(), ids=lambda p: p.stem)
def test_the_lab_sees_of_the_strategies_only_the_table_and_the_interface(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = path.name == "__init__.py"
    module = ".".join(parts[:-1] if is_package else parts)
    seen = imports(path.read_text(), module, is_package=is_package)
    below = [name for name in seen if name.startswith("authcompare.lab.strategies.")]
    # What is taken from the package itself is a name of the table, not a module.
    assert [
        name
        for name in below
        if not name.startswith(INTERFACE[1])
        and (STRATEGY_MODULES / f"{name.split('.')[3]}.py").exists()
    ] == []


def test_every_control_says_that_it_is_one() -> None:
    assert CONTROLS
    assert all("control" in strategy.title for strategy in CONTROLS)


@pytest.mark.parametrize("path", ["/probe/", "/probe/staff/", "/probe/open/", "/login/"])
def test_nothing_of_the_arena_is_an_address_of_the_site(path: str, db: None) -> None:
    assert Client().get(path).status_code == 404


def test_no_pattern_of_the_site_leads_into_the_strategies() -> None:
    views = [str(pattern) for pattern in get_resolver().reverse_dict]
    assert not [view for view in views if "lab.strategies" in view]


def test_nothing_of_the_lab_stands_in_the_site_settings(settings: object) -> None:
    listed = [
        *settings.MIDDLEWARE,  # type: ignore[attr-defined]
        *settings.AUTHENTICATION_BACKENDS,  # type: ignore[attr-defined]
    ]
    assert not [name for name in listed if ".lab" in name]
    assert not list(apps.get_app_config("lab").get_models())


def test_the_site_works_without_the_lab(tmp_path: Path) -> None:
    copy = tmp_path / "site"
    ignored = shutil.ignore_patterns(".git", ".venv", "lab", "__pycache__", "*.sqlite3", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=ignored)
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0); call_command('check')\n"
        "from django.test import Client\n"
        "assert Client().get('/', secure=True, headers={'host': 'localhost'}).status_code == 200\n"
        "assert Client().get('/lab/', headers={'host': 'localhost'}).status_code == 404\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "authcompare.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DEBUG": "1",
    }
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
