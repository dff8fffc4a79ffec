"""The rules of the layout: who may import whom, and that the README lists every setting."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authcompare.settings import SHAPES
from sessions_app.urls import urlpatterns as session_urls
from tokens_app.urls import urlpatterns as token_urls

ROOT = Path(__file__).resolve().parent.parent
OURS = ("authcompare", "sessions_app", "tokens_app", "tests")

# What the modules of a package may import of ours, beside the package itself. The longest name
# that fits decides; the project's own modules (urls, views, settings) tie the apps together.
MAY_IMPORT = {
    "authcompare.users": (),
    "sessions_app": ("authcompare.users",),
    "tokens_app": ("authcompare.users",),
    # The table of strategies and their interface; see test_lab_layout for what it may not do.
    "authcompare.lab": ("authcompare.users", "authcompare.lab.strategies"),
    "authcompare.lab.strategies": (
        *("authcompare.lab", "authcompare.users", "sessions_app", "tokens_app"),
    ),
    "authcompare": ("authcompare.users", "sessions_app", "tokens_app"),
}
# The project's modules that the site works without, and must go on working without.
URLS = "authcompare.urls"


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def package_of(module: str) -> str:
    """Return the package whose rule holds for a module."""
    return max((package for package in MAY_IMPORT if within(module, package)), key=len)


def imports(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Return the absolute names that a module imports, those inside functions too."""
    base = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = base[: len(base) - node.level + 1] if node.level else []
            name = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import name` may mean a module, so the name counts as one.
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))


def trespasses(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """Return what a module imports of ours and may not."""
    package = package_of(module)
    allowed = (package, *MAY_IMPORT[package])
    found = []
    for name in imports(source, module, is_package=is_package):
        ours = name.split(".")[0] in OURS
        mine = ours and any(within(name, package) for package in allowed)
        # `authcompare.lab` is within `authcompare`, and `lab.strategies` within `lab`, by name
        # only: what has a rule of its own is another package.
        other = ours and name.split(".")[0] != "tests" and package_of(name) not in allowed
        # Settings and paths of the project are nobody's, but they are read through Django.
        if (
            ours
            and (other or not mine)
            and not (module == URLS and within(name, "authcompare.lab"))
        ):
            found.append(name)
    return found


def modules() -> list[tuple[str, Path]]:
    """Return the name and the file of every module of the project."""
    files = [ROOT / "manage.py", *(f for top in OURS[:3] for f in (ROOT / top).rglob("*.py"))]
    parts = [(file, file.relative_to(ROOT).with_suffix("").parts) for file in files[1:]]
    return [(".".join(p[:-1] if p[-1] == "__init__" else p), file) for file, p in parts]


@pytest.mark.parametrize(("module", "file"), modules(), ids=lambda value: str(value).split("/")[-1])
def test_a_module_imports_only_what_its_package_may(module: str, file: Path) -> None:
    assert trespasses(file.read_text(), module, is_package=file.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("authcompare.users.models", "import sessions_app"),
        ("authcompare.users.models", "def f():\n from tokens_app.keys import Key"),
        ("authcompare.users.models", "from authcompare import views"),
        ("authcompare.users.models", "from ..lab import arena"),
        ("sessions_app.store", "from tokens_app import keys"),
        ("sessions_app.store", "if True:\n import authcompare.lab.arena as a"),
        ("sessions_app.store", "from authcompare.views import error_response"),
        ("sessions_app.store", "importlib.import_module('tokens_app.keys')"),
        ("tokens_app.views", "class A:\n def f(self):\n  import sessions_app.store"),
        ("tokens_app.views", "from tests.conftest import PASSWORD"),
        ("authcompare.views", "from .lab import arena"),
        ("authcompare.lab.arena", "from sessions_app.store import SessionStore"),
        ("authcompare.lab.arena", "def f():\n import tokens_app.views"),
        ("authcompare.lab.strategies.ours", "from authcompare.views import HomeView"),
    ],
)
def test_a_breach_is_found(module: str, source: str) -> None:
    assert trespasses(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("authcompare.users.models", "from .fields import NormalizedEmailField"),
        ("authcompare.users.models", "import json, django.conf"),
        ("sessions_app.store", "from .models import Session\nfrom authcompare.users import models"),
        ("tokens_app.views", "from . import keys\nfrom authcompare.users.models import User"),
        ("authcompare.urls", "from tokens_app.views import jwks\nimport authcompare.lab.urls"),
        (
            "authcompare.lab.arena",
            "from .traces import Trace\nfrom authcompare.users import models",
        ),
        (
            "authcompare.lab.strategies.ours",
            "import sessions_app.store, tokens_app.views\nfrom .. import arena",
        ),
    ],
)
def test_what_is_allowed_is_no_breach(module: str, source: str) -> None:
    assert trespasses(source, module) == []


# --- The README


def settings_table(readme: str) -> list[str]:
    """Return the variables with a row under the README's heading "Settings": ``| `NAME` | … |``."""
    section = re.search(r"^## Settings$(.*?)(^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| *`([A-Z_]+)` *\|", section[1] if section else "", re.MULTILINE)


def test_the_readme_lists_every_setting_once() -> None:
    readme = ROOT / "README.md"
    listed = settings_table(readme.read_text()) if readme.exists() else []

    assert sorted(listed) == sorted(SHAPES)


def test_no_two_addresses_share_a_name() -> None:
    # Django takes the later one, and a page then calls something else.
    names = [
        f"{app}:{pattern.name}"
        for app, patterns in (("sessions", session_urls), ("tokens", token_urls))
        for pattern in patterns
        if pattern.name
    ]

    assert sorted(names) == sorted(set(names))
