"""An account's events in parallel, on whichever database the suite runs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users.models import AuthEvent, User
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .conftest import PASSWORD, member
from .doors import DOORS, Door, SessionDoor, TokenDoor
from .flows import bearer, log_in_by_token, mailed_link, outbox
from .test_races import PARALLEL, crowd

__all__ = ["crowd"]

# As many as the limits have room for.
ROUNDS = 5

ALICE, CAROL = "alice@example.com", "carol@example.com"

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
