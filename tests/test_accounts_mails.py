"""How mails are sent, and the page that shows a developer's."""

import importlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import clear_url_caches

from authcompare import settings as project
from authcompare import urls
from authcompare.users import mails

TEMPLATES = Path(project.BASE_DIR) / "templates" / "mail"


@pytest.mark.parametrize("name", mails.SUBJECTS)
def test_each_mail_is_text_and_html_and_says_who_gets_it_and_from_where(name: str) -> None:
    link = "http://testserver/x/?a&b"
    has_link = "{{ link }}" in (TEMPLATES / f"{name}.txt").read_text()
    mails.send(name, "alice@example.com", **({"link": link} if has_link else {}))

    message: Any = mail.outbox[0]
    html = message.alternatives[0].content
    for body in (message.body, html):
        assert "alice@example.com" in body
        assert "http://testserver" in body
        assert "{" not in body.replace("style=", "")
    assert (link in message.body) == has_link == (link.replace("&", "&amp;") in html)
    assert message.subject == f"{mails.SUBJECTS[name]} – authcompare"
    assert "If it was not you" in message.body


def test_every_template_is_sent() -> None:
    names = {path.stem for path in TEMPLATES.iterdir()} - {"base"}

    assert names == set(mails.SUBJECTS)


def test_a_mail_is_sent_on_a_thread_of_its_own(settings: Any) -> None:
    settings.MAILS_IN_BACKGROUND = True
    threads: list[str] = []

    mails.behind_the_answer(lambda: threads.append(threading.current_thread().name))
    mails._worker.submit(int).result()

    assert threads[0].startswith("mails")


def test_a_mail_that_fails_is_logged_without_its_link_and_the_next_is_sent(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAILS_IN_BACKGROUND = True

    def fail(link: str) -> None:
        raise OSError("The mail server does not answer.")

    with caplog.at_level(logging.ERROR):
        mails.behind_the_answer(fail, "/secret/link/")
        mails.behind_the_answer(mails.send, "account_exists", "alice@example.com")
        mails._worker.submit(int).result()

    assert "A mail could not be sent." in caplog.text
    assert "secret" not in caplog.text
    assert len(mail.outbox) == 1


class TestDevelopersMailbox:
    """/mails/, where DEBUG is set."""

    @pytest.fixture(autouse=True)
    def _development(self, settings: Any, tmp_path: Path) -> Iterator[None]:
        settings.DEBUG = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path)
        self.reload_urls()
        yield
        settings.DEBUG = False
        self.reload_urls()

    @staticmethod
    def reload_urls() -> None:
        importlib.reload(urls)
        clear_url_caches()

    def test_it_lists_the_newest_first_and_shows_links_to_follow(self, client: Client) -> None:
        mails.send("account_exists", "alice@example.com")
        mails.send("sign_up", "bob@example.com", link="http://testserver/sessions/verify/k/")

        page = client.get("/mails/").content.decode()
        newest = client.get(f"/mails/{mails_in(page)[0]}/").content.decode()

        assert page.index("bob@example.com") < page.index("alice@example.com")
        assert 'href="http://testserver/sessions/verify/k/"' in newest

    def test_nothing_in_a_mail_is_run(self, client: Client) -> None:
        message = mail.EmailMessage("<b>Hello</b>", "<script>x</script>", to=["a@example.com"])
        message.send()

        page = client.get("/mails/").content.decode()
        shown = client.get(f"/mails/{mails_in(page)[0]}/").content.decode()

        assert "<script>x" not in shown
        assert "<b>" not in page + shown

    @pytest.mark.parametrize("name", ["none", "..", "..%2F..%2Fetc%2Fpasswd"])
    def test_no_name_leads_out_of_the_folder(self, client: Client, name: str) -> None:
        assert client.get(f"/mails/{name}/").status_code == 404

    @pytest.mark.parametrize(
        "text", ["", "Subject: half\nDa", "Subject: x\n\nno date\n" + "-" * 79 + "\n", "\xff\0"]
    )
    def test_a_file_without_a_whole_mail_is_passed_over(
        self, client: Client, tmp_path: Path, text: str
    ) -> None:
        mails.send("account_exists", "alice@example.com")
        (tmp_path / "half.log").write_text(text, encoding="latin-1")

        page = client.get("/mails/").content.decode()
        assert "alice@example.com" in page
        assert "half" not in page
        assert client.get("/mails/half/").status_code == 404

    def test_an_empty_one_says_how_to_fill_it(self, client: Client) -> None:
        assert "There is none yet" in client.get("/mails/").content.decode()

    def test_without_a_folder_it_is_empty(self, client: Client, settings: Any) -> None:
        settings.EMAIL_FILE_PATH = ""

        assert "There is none yet" in client.get("/mails/").content.decode()


def mails_in(page: str) -> list[str]:
    """Return the names of the mails that the list links to."""
    return [part.split("/")[0] for part in page.split('href="/mails/')[1:]]


def test_deployed_the_site_has_no_such_page(client: Client, settings: Any) -> None:
    settings.DEBUG = False
    TestDevelopersMailbox.reload_urls()  # Whoever read them before the tests began had DEBUG.

    assert client.get("/mails/").status_code == 404
