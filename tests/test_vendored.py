"""The libraries of others that the site serves from its own folder."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

FOLDER = settings.STATICFILES_DIRS[0] / "authcompare" / "vendor"
LIBRARIES = sorted(FOLDER.glob("*.js"))


def name_and_version(path: Path) -> tuple[str, str]:
    match = re.fullmatch(r"(\w+)-(\d+\.\d+\.\d+)\.min\.js", path.name)
    assert match, f"{path.name} does not say which version it is"
    return match[1], match[2]


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.stem)
class TestALibrary:
    def test_its_name_says_the_version_that_it_says_itself(self, path: Path) -> None:
        name, version = name_and_version(path)
        first_line = path.read_text().partition("\n")[0]

        assert re.search(rf"\b{name}\S* v{re.escape(version)} Copyright", first_line)

    def test_its_licence_is_beside_it_and_names_the_same_owner(self, path: Path) -> None:
        licence = path.with_name("{}-{}.LICENSE".format(*name_and_version(path))).read_text()
        owner = path.read_text().partition("\n")[0].partition("Copyright ")[2]

        assert f"Copyright {owner}".startswith(licence.partition("\n")[0])

    def test_a_page_asks_for_it_by_this_name(self, path: Path) -> None:
        templates = Path(settings.BASE_DIR / "templates").rglob("*.html")

        assert any(path.name in template.read_text() for template in templates)

    def test_the_site_serves_it(self, path: Path) -> None:
        response = Client().get(f"/static/authcompare/vendor/{path.name}")

        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/javascript")
        assert b"".join(response) == path.read_bytes()


def test_there_is_nothing_in_the_folder_but_libraries_and_their_licences() -> None:
    expected = {f"{'-'.join(name_and_version(path))}.LICENSE" for path in LIBRARIES}
    expected |= {path.name for path in LIBRARIES}

    assert {path.name for path in FOLDER.iterdir()} == expected
