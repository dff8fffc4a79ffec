"""The lab's own rules: nobody asks which mode it has, and the site can do without the lab."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver

from authcompare.lab.strategies import CONTROLS, STRATEGIES
from authcompare.lab.visitor import Flow

from .test_layout import ROOT, imports

LAB = ROOT / "authcompare" / "lab"
STRATEGY_MODULES = LAB / "strategies"
# What the rest of the lab may see of the strategies: the table and the interface.
INTERFACE = ("authcompare.lab.strategies", "authcompare.lab.strategies.base")


def modules_outside_strategies() -> list[Path]:
    return [p for p in LAB.rglob("*.py") if STRATEGY_MODULES not in p.parents]


# What a module may use of a flow: the verbs that every flow has.
VERBS = {name for name in vars(Flow) if not name.startswith("_")}
# Tables of one kind only: whoever is in one is of that kind.
KINDS = ("OURS", "STOCK", "WEAK", "SESSIONS", "TOKENS")
# What a strategy is made of, and nobody else's business.
INSIDE = ("guard", "overrides")
ASKING = ("startswith", "endswith", "find", "index", "count", "partition", "split", "removeprefix")
TYPES = ("isinstance", "issubclass", "type", "hasattr", "getattr", "vars")
OF_A_STRATEGY = re.compile(r"(^|\.)slug$|(^|\.)(strategy|s)\.(slug|title|about|documentation)$")


def branches_on_mode(source: str) -> list[str]:
    """Return the places where a module asks which strategy or which kind of one it has."""
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if any(asks(node) for asks in QUESTIONS)]


def is_text_of_a_strategy(node: ast.expr) -> bool:
    return bool(OF_A_STRATEGY.search(ast.unparse(node)))


def names_a_slug(*nodes: ast.AST) -> bool:
    inner = [constant for node in nodes for constant in ast.walk(node)]
    return any(isinstance(n, ast.Constant) and n.value in set(STRATEGIES) for n in inner)


def compares(node: ast.AST) -> bool:
    """Tell equality and what is part of a text; that a strategy is in a result is no question."""
    if not isinstance(node, ast.Compare):
        return False
    equality = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
    within = any(isinstance(op, ast.In | ast.NotIn) for op in node.ops)
    return (
        names_a_slug(node)
        or (equality and "strategy.slug" in ast.unparse(node))
        or (within and any(map(is_text_of_a_strategy, node.comparators)))
        or (within and ast.unparse(node.comparators[-1]).split(".")[-1] in KINDS)
    )


def looks_into_a_text(node: ast.AST) -> bool:
    """Tell `strategy.slug.startswith("jwt-")`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and is_text_of_a_strategy(node.func.value)
    )


def asks_for_a_type(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) in TYPES
        and bool(re.search("strategy|flow|Flow|Strategy", ast.unparse(node)))
    )


def matches(node: ast.AST) -> bool:
    return isinstance(node, ast.Match) and (
        is_text_of_a_strategy(node.subject) or names_a_slug(*(c.pattern for c in node.cases))
    )


def is_a_table_by_slug(node: ast.AST) -> bool:
    """Tell `{"session": 1}[slug]`, and the table where it has a name."""
    return isinstance(node, ast.Dict) and names_a_slug(*filter(None, node.keys))


def looks_inside(node: ast.AST) -> bool:
    """Tell `strategy.guard`, and of a flow whatever is none of its verbs."""
    return isinstance(node, ast.Attribute) and (
        node.attr in INSIDE
        or (ast.unparse(node.value).split(".")[-1] == "flow" and node.attr not in VERBS)
    )


QUESTIONS = (
    compares,
    looks_into_a_text,
    asks_for_a_type,
    matches,
    is_a_table_by_slug,
    looks_inside,
)


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
        "match name:\n case 'session' | 'jwt-row': pass",
        "match slug:\n case _: pass",
        "if strategy.slug.startswith('jwt-'): pass",
        "if slug.endswith('-row'): pass",
        "if strategy.title.startswith('JWT'): pass",
        "if 'jwt' in slug: pass",
        "if 'JWT' not in arena.strategy.title: pass",
        "{'session': 1}[slug]",
        "{'session': 1}.get(slug)",
        "if strategy.guard: pass",
        "if arena.strategy.overrides: pass",
        "hasattr(flow, 'refresh')",
        "getattr(visitor.flow, 'refresh', '')",
        "visitor.flow.refresh",
        "if flow.logout: pass",
        "if strategy in OURS: pass",
        "if slug not in strategies.SESSIONS: pass",
    ],
)
def test_such_a_question_is_found(source: str) -> None:
    assert branches_on_mode(source)


@pytest.mark.parametrize(
    "source",
    [
        "if strategy.slug in verdicts: pass",
        "if attack.slug in verdicts: pass",
        "rows = [s.title for s in CONTESTANTS if s.control]",
        "for slug in SESSIONS: pass",
        "visitor.flow.log_out_everywhere(visitor)",
        "name = slug.replace('-', '_')",
        "DEFAULT = {'left': 'session', 'right': 'jwt-row'}",
    ],
)
def test_what_asks_nothing_is_not_found(source: str) -> None:
    assert branches_on_mode(source) == []


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
