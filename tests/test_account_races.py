"""An account's events in parallel, on whichever database the suite runs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users import accounts
from authcompare.users.models import AuthEvent, User
from sessions_app import middleware
from sessions_app.models import Session
from tokens_app.authentication import BearerAuthentication
from tokens_app.models import TokenFamily

from .conftest import PASSWORD, member
from .doors import DOORS, Door, SessionDoor, TokenDoor
from .flows import bearer, log_in_by_form, log_in_by_token, mailed_link, outbox
from .test_races import PARALLEL, crowd

__all__ = ["crowd"]

# As many as the limits have room for.
ROUNDS = 5

ALICE, CAROL = "alice@example.com", "carol@example.com"
NEW = "another correct horse battery"

pytestmark = pytest.mark.django_db(transaction=True)


def statuses(crowd: ThreadPoolExecutor, calls: list[Callable[[], Any]]) -> list[int]:
    """Make the calls in parallel and return what each was answered."""
    return [answer.status_code for answer in crowd.map(lambda call: call(), calls)]


def test_a_key_used_in_parallel_is_good_news_to_everybody(crowd: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        email = f"alice{number}@example.com"
        TokenDoor().sign_up(email, PASSWORD)
        link = mailed_link(email)

        assert (
            statuses(crowd, [lambda link=link: TokenDoor().verify(link)] * PARALLEL)
            == [204] * PARALLEL
        )
    assert AuthEvent.objects.filter(what=AuthEvent.What.EMAIL_VERIFIED).count() == ROUNDS


@pytest.mark.parametrize("open_door", DOORS)
def test_a_reset_link_used_in_parallel_sets_one_password(
    crowd: ThreadPoolExecutor, open_door: Callable[[], Door]
) -> None:
    done, refused = (302, 200) if open_door is SessionDoor else (204, 400)
    alice = member("Alice")
    for number in range(ROUNDS):
        open_door().ask_for_reset(alice.email)
        link = mailed_link()
        passwords = [f"the new password {number}-{other}" for other in range(PARALLEL)]
        calls = [lambda new=new, link=link: open_door().reset(link, new) for new in passwords]

        answers = statuses(crowd, calls)

        assert sorted(answers) == sorted([done] + [refused] * (PARALLEL - 1))
        alice.refresh_from_db()
        assert alice.check_password(passwords[answers.index(done)])
    told = [mail for mail in outbox() if mail[1] == "A new password was chosen"]
    assert len(told) == ROUNDS


def test_closing_beside_log_ins_leaves_nothing_and_breaks_nothing(
    crowd: ThreadPoolExecutor,
) -> None:
    def log_in_by_form() -> Any:
        return SessionDoor().log_in(ALICE, PASSWORD)

    def log_in_to_the_admin() -> Any:
        fields = {"username": ALICE, "password": PASSWORD}
        return Client().post("/admin/login/", fields)

    def log_in_by_api() -> Any:
        return APIClient().post("/api/token/", {"email": ALICE, "password": PASSWORD})

    for _ in range(3 * ROUNDS):
        client = bearer(log_in_by_token(member("Alice", is_staff=True)))
        calls = [log_in_by_form, log_in_by_api, log_in_to_the_admin] * 5

        def close(client: Any = client) -> Any:
            return client.post("/api/account/close/", {"password": PASSWORD})

        calls.insert(7, close)
        answers = statuses(crowd, calls)

        assert answers.pop(7) == 204
        assert set(answers) <= {302, 200, 401, 400}, answers
        assert not User.objects.exists()
        assert not Session.objects.exists()
        assert not TokenFamily.objects.exists()


def close_now(user: User, **kwargs: Any) -> None:
    """Close the account in the middle of its log-in."""
    User.objects.filter(pk=user.pk).delete()


@pytest.fixture
def _closing() -> Iterator[None]:
    user_logged_in.connect(close_now)
    yield
    user_logged_in.disconnect(close_now)


@pytest.mark.usefixtures("_closing")
class TestClosedInTheMiddleOfALogIn:
    """The one moment that the parallel test above may miss."""

    def test_the_form_says_wrong_credentials(self, client: Client) -> None:
        member("Alice")
        answer = client.post("/sessions/login/", {"email": ALICE, "password": PASSWORD})

        assert answer.status_code == 200
        assert "do not belong together" in answer.content.decode()
        assert "Log in by session" in answer.content.decode()
        assert not client.cookies.get("sessionid")

    def test_the_admins_form_says_that_it_did_not_work(self, client: Client) -> None:
        member("Carol", is_staff=True)
        answer = client.post("/admin/login/", {"username": CAROL, "password": PASSWORD})

        assert answer.status_code == 400
        assert not client.cookies.get("sessionid")


def writes() -> dict[str, Callable[[Any], Any]]:
    """Return what a logged-in user writes to the own account, by page and by call."""
    passwords = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    email = {"email": "new@example.com", "password": PASSWORD}
    change = {"old_password": PASSWORD, "new_password": NEW}
    in_json: Any = {"content_type": "application/json"}
    return {
        "/sessions/password/change/": lambda c: c.post("/sessions/password/change/", passwords),
        "/sessions/email/change/": lambda c: c.post("/sessions/email/change/", email),
        "/api/password/change/": lambda c: c.post("/api/password/change/", change, **in_json),
        "/api/email/change/": lambda c: c.post("/api/email/change/", email, **in_json),
        "/api/me/": lambda c: c.patch("/api/me/", {"name": "Mallory"}, **in_json),
    }


PAGES = [address for address in writes() if address.startswith("/sessions/")]
CALLS = [address for address in writes() if address.startswith("/api/")]


def by_cookie() -> Client:
    """Return a browser in which Alice is logged in."""
    browser = Client()
    log_in_by_form(browser, User.objects.get(email=ALICE))
    return browser


def by_token() -> Client:
    """Return a program that shows Alice's access token."""
    pair = log_in_by_token(User.objects.get(email=ALICE))
    return Client(headers={"authorization": f"Bearer {pair['access']}"})


def and_then_close(authenticate: Callable[..., Any]) -> Callable[..., Any]:
    """Close Alice's account as soon as a request is known to be hers."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        who = authenticate(*args, **kwargs)
        str(who)  # A user who is read late is read now.
        User.objects.filter(email=ALICE).delete()
        return who

    return wrapped


class TestClosedInTheMiddleOfAWrite:
    """Another request closes the account behind the authentication and before the write."""

    @pytest.fixture(autouse=True)
    def _alice(self) -> None:
        member("Alice")

    @pytest.fixture
    def closing(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        """Return what makes every request from then on meet that moment."""

        def start() -> None:
            for where, name in ((middleware, "get_user"), (BearerAuthentication, "authenticate")):
                monkeypatch.setattr(where, name, and_then_close(getattr(where, name)))

        return start

    def assert_nothing_is_left(self) -> None:
        """Neither the account nor what it did not do: no mail, no event."""
        assert not User.objects.exists()
        assert not outbox()
        assert set(AuthEvent.objects.values_list("what", flat=True)) <= {"logged_in"}

    @pytest.mark.parametrize("page", PAGES)
    def test_a_page_leads_to_the_log_in(self, page: str, closing: Callable[[], None]) -> None:
        browser = by_cookie()
        closing()

        answer = writes()[page](browser)

        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/sessions/login/?next={page}"
        assert not browser.cookies["sessionid"].value
        self.assert_nothing_is_left()

    @pytest.mark.parametrize("revocation", ["row", "denylist", "none"])
    @pytest.mark.parametrize("call", CALLS)
    def test_a_call_by_token_says_that_the_log_in_is_over(
        self, call: str, closing: Callable[[], None], revocation: str, settings: Any
    ) -> None:
        settings.TOKEN_REVOCATION = revocation
        program = by_token()
        closing()

        answer = writes()[call](program)

        assert answer.status_code == 401
        assert answer.json()["code"] == "log_in_over"
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        self.assert_nothing_is_left()

    @pytest.mark.parametrize("call", CALLS)
    def test_a_call_by_cookie_says_that_nobody_is_logged_in(
        self, call: str, closing: Callable[[], None]
    ) -> None:
        browser = by_cookie()
        closing()

        answer = writes()[call](browser)

        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"
        assert not browser.cookies["sessionid"].value
        self.assert_nothing_is_left()

    def test_an_address_asked_for_just_before_gets_no_link(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = by_token()
        answer_later = and_then_close(lambda *_: None)
        behind = accounts.mails.behind_the_answer
        monkeypatch.setattr(
            accounts.mails, "behind_the_answer", lambda *job: (answer_later(), behind(*job))
        )

        assert writes()["/api/email/change/"](program).status_code == 202
        assert not outbox()


def test_a_name_brings_no_password_back_that_was_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    member("Alice")
    program, rename = by_token(), accounts.rename

    def after_a_password_change(*args: Any) -> None:
        other = User.objects.get()
        other.set_password(NEW)
        other.save()
        rename(*args)

    monkeypatch.setattr(accounts, "rename", after_a_password_change)
    writes()["/api/me/"](program)

    alice = User.objects.get()
    assert alice.check_password(NEW)
    assert alice.name == "Mallory"


class TestLoggedOutInTheMiddleOfAPasswordChange:
    """Another request ends the very log-in whose session would get the new password's key."""

    @pytest.fixture
    def browser(self, monkeypatch: pytest.MonkeyPatch) -> Client:
        member("Alice")
        browser, get_user = by_cookie(), middleware.get_user

        def and_then_log_out(request: Any) -> Any:
            user = get_user(request)
            Session.objects.all().end("revoked")
            return user

        monkeypatch.setattr(middleware, "get_user", and_then_log_out)
        return browser

    def assert_nothing_is_changed(self) -> None:
        assert User.objects.get().check_password(PASSWORD)
        assert not outbox()
        assert not AuthEvent.objects.filter(what="password_changed").exists()

    def test_the_page_leads_to_the_log_in_and_changes_nothing(self, browser: Client) -> None:
        answer = writes()["/sessions/password/change/"](browser)

        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sessions/login/")
        self.assert_nothing_is_changed()

    def test_the_call_is_nobodys_and_changes_nothing(self, browser: Client) -> None:
        answer = writes()["/api/password/change/"](browser)

        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"
        self.assert_nothing_is_changed()


@pytest.mark.parametrize("doors", [PAGES, CALLS])
def test_deleting_beside_other_writes_leaves_nothing_and_breaks_nothing(
    crowd: ThreadPoolExecutor, doors: list[str]
) -> None:
    log_in = by_cookie if doors == PAGES else by_token
    for _ in range(3 * ROUNDS):
        alice = member("Alice")
        clients = [(door, log_in()) for door in 2 * doors]
        answers = [crowd.submit(writes()[door], client) for door, client in clients]
        closing = crowd.submit(accounts.delete, alice)

        # 400 and 429: the other password change was faster, the limit of mails is reached.
        assert {a.result().status_code for a in answers} <= {200, 202, 204, 302, 400, 401, 429}
        assert closing.result()
        assert not User.objects.exists()
        assert not Session.objects.exists()
        assert not TokenFamily.objects.exists()
