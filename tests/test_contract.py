"""One contract, two doors: each behaviour is stated once and holds by session and by token.

Where the doors differ on purpose, `DIFFERENCES` says so as data, with the reason; no test asks
which door it has.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.contrib.auth import get_user_model

from authcompare.users.models import AuthEvent, User

from .conftest import PASSWORD
from .doors import DOORS, Door
from .flows import mailed_link

pytestmark = pytest.mark.django_db

NEW = "another correct horse battery"
NEW_EMAIL = "alice@example.org"


class Differs(NamedTuple):
    """What each door answers where they do not answer alike, and why that is so."""

    session: int
    token: int
    reason: str


DIFFERENCES = {
    "done": Differs(302, 204, "A form leads on to a page; a call has nothing to say."),
    "sent": Differs(302, 202, "A form leads on to a page; a call says that it was accepted."),
    "refused": Differs(200, 400, "A refused form is shown again; a refused call is an error."),
    "wrong credentials": Differs(200, 401, "RFC 9110 has a status for this; a form is just shown."),
    "not logged in": Differs(302, 401, "A page leads to the form, a call says what to send."),
    "logged in": Differs(302, 200, "A form leads on to a page; a call answers with the tokens."),
    "guessed too often": Differs(
        401, 429, "A refused token is a failure; a made-up session key is a visitor like any other."
    ),
}

# What is limited by account and by network, as a stranger does it.
TRIES: dict[str, Callable[[Door, str], Any]] = {
    "log_in": lambda door, email: door.log_in(email, "not my password"),
    "sign_up": lambda door, email: door.sign_up(email, PASSWORD),
    "reset": lambda door, email: door.ask_for_reset(email),
}


@pytest.fixture(params=DOORS)
def open_door(request: Any) -> Callable[[], Door]:
    """Make clients that come through one of the doors."""
    return request.param


@pytest.fixture
def door(open_door: Callable[[], Door]) -> Door:
    """A client at the door, logged in as nobody."""
    return open_door()


@pytest.fixture
def here(open_door: Callable[[], Door], alice: User) -> Door:
    """Alice, logged in by this door."""
    return logged_in(open_door(), alice)


@pytest.fixture
def elsewhere(alice: User) -> list[Door]:
    """Alice's other log-ins, by either door."""
    return [logged_in(make(), alice) for make in DOORS]


def logged_in(door: Door, user: User) -> Door:
    """Log the user in, which must succeed."""
    assert answered(door, door.log_in(user.email, PASSWORD), "logged in")
    return door


def answered(door: Door, answer: Any, what: str) -> bool:
    """Tell whether this is the door's answer of that kind."""
    return answer.status_code == getattr(DIFFERENCES[what], door.mode)


def all_over(doors: list[Door]) -> bool:
    """Tell whether none of the log-ins opens anything or can be renewed."""
    return not any(door.is_logged_in() or door.renew() for door in doors)


def all_go_on(doors: list[Door]) -> bool:
    """Tell whether each of the log-ins opens the secured resource and can be renewed."""
    return all(door.is_logged_in() and door.renew() for door in doors)


class TestLogIn:
    """Who may come in."""

    def test_with_the_right_password_alice_is_logged_in(self, here: Door) -> None:
        assert all_go_on([here])

    @pytest.mark.parametrize(
        "fields",
        [{"is_active": False}, {"email_verified_at": None}],
        ids=["inactive", "unverified"],
    )
    def test_whoever_may_not_is_told_the_same_as_with_a_wrong_password(
        self, door: Door, alice: User, fields: dict[str, Any]
    ) -> None:
        wrong = door.log_in(alice.email, "not my password")
        User.objects.update(**fields)
        refused = door.log_in(alice.email, PASSWORD)

        assert answered(door, wrong, "wrong credentials")
        assert answered(door, refused, "wrong credentials")
        assert not door.is_logged_in()

    @pytest.mark.parametrize("email", ["nobody@example.com", "alıce@example.com", "", "x" * 300])
    def test_an_unknown_address_is_nobody(self, door: Door, alice: User, email: str) -> None:
        door.log_in(email, PASSWORD)

        assert not door.is_logged_in()

    @pytest.mark.parametrize("email", ['"alice"@example.com', "=?utf-8?q?=61lice?=@example.com"])
    def test_an_odd_address_is_wrong_credentials(self, door: Door, alice: User, email: str) -> None:
        assert answered(door, door.log_in(email, PASSWORD), "wrong credentials")

    @pytest.mark.parametrize("email", ["ALICE@example.com", " alice@example.com "])
    def test_the_spelling_of_the_address_does_not_matter(
        self, door: Door, alice: User, email: str
    ) -> None:
        assert answered(door, door.log_in(email, PASSWORD), "logged in")


class TestLogOut:
    """What ends."""

    def test_it_ends_this_log_in_and_no_other(self, here: Door, elsewhere: list[Door]) -> None:
        assert answered(here, here.log_out(), "done")

        assert all_over([here])
        assert all_go_on(elsewhere)

    def test_everywhere_ends_all_and_a_log_in_right_after_works(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        assert answered(here, here.log_out_everywhere(), "done")

        assert all_over([here, *elsewhere])
        assert all_go_on([logged_in(here, alice)])


class TestSignUp:
    """An account begins."""

    def test_its_address_is_verified_before_anybody_logs_in(self, door: Door, db: None) -> None:
        assert answered(door, door.sign_up("alice@example.com", PASSWORD), "sent")
        assert answered(door, door.log_in("alice@example.com", PASSWORD), "wrong credentials")

        assert answered(door, door.verify(mailed_link()), "done")
        assert answered(door, door.log_in("alice@example.com", PASSWORD), "logged in")
        assert all_go_on([door])

    def test_a_known_address_is_answered_alike(self, door: Door, alice: User) -> None:
        assert answered(door, door.sign_up(alice.email, NEW), "sent")
        assert answered(door, door.log_in(alice.email, NEW), "wrong credentials")


class TestPasswordChange:
    """The password, by whoever knows it."""

    def test_this_log_in_goes_on_and_every_other_ends(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        assert answered(here, here.change_password(PASSWORD, NEW), "done")

        assert all_go_on([here])
        assert all_over(elsewhere)
        assert answered(here, here.log_in(alice.email, PASSWORD), "wrong credentials")
        assert answered(here, here.log_in(alice.email, NEW), "logged in")

    @pytest.mark.parametrize(
        ("old", "new"), [("not my password", NEW), (PASSWORD, "short"), (PASSWORD, "x" * 2000)]
    )
    def test_refused_it_ends_nothing(
        self, here: Door, elsewhere: list[Door], old: str, new: str
    ) -> None:
        assert answered(here, here.change_password(old, new), "refused")
        assert all_go_on([here, *elsewhere])

    def test_it_is_for_whoever_is_logged_in(self, door: Door, alice: User) -> None:
        assert answered(door, door.change_password(PASSWORD, NEW), "not logged in")


class TestReset:
    """The password, by whoever reads the mail."""

    def test_it_ends_every_log_in_and_begins_none(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        assert answered(here, here.ask_for_reset(alice.email), "sent")
        assert answered(here, here.reset(mailed_link(), NEW), "done")

        assert all_over([here, *elsewhere])
        assert answered(here, here.log_in(alice.email, NEW), "logged in")

    def test_an_unknown_address_is_answered_alike(self, door: Door, db: None) -> None:
        assert answered(door, door.ask_for_reset("nobody@example.com"), "sent")

    def test_a_link_works_once(self, door: Door, alice: User) -> None:
        door.ask_for_reset(alice.email)
        link = mailed_link()
        door.reset(link, NEW)

        assert answered(door, door.reset(link, PASSWORD), "refused")


class TestEmailChange:
    """The address, by whoever knows the password and reads the new one's mail."""

    def test_the_link_changes_it_and_every_log_in_goes_on(
        self, here: Door, elsewhere: list[Door]
    ) -> None:
        assert answered(here, here.change_email(NEW_EMAIL, PASSWORD), "sent")
        assert answered(here, here.verify(mailed_link(NEW_EMAIL)), "done")

        assert all_go_on([here, *elsewhere])
        assert answered(here, here.log_in(NEW_EMAIL, PASSWORD), "logged in")

    def test_it_takes_the_password(self, here: Door) -> None:
        assert answered(here, here.change_email(NEW_EMAIL, "not my password"), "refused")

    def test_a_taken_address_is_answered_alike(self, here: Door, bob: User) -> None:
        assert answered(here, here.change_email(bob.email, PASSWORD), "sent")


class TestTrail:
    """What a stolen log-in tries is seen."""

    @pytest.mark.parametrize(
        "ask",
        [
            lambda door: door.change_password("not my password", NEW),
            lambda door: door.change_email(NEW_EMAIL, "not my password"),
            lambda door: door.close("not my password"),
        ],
        ids=["password change", "e-mail change", "closing"],
    )
    def test_a_wrong_current_password_is_in_it(
        self, here: Door, alice: User, ask: Callable[[Door], Any], caplog: Any
    ) -> None:
        caplog.set_level("INFO", "authcompare.audit")
        assert answered(here, ask(here), "refused")

        event = AuthEvent.objects.get(what="step_up_failed")
        log_in_id = AuthEvent.objects.get(what="logged_in").log_in_id
        told = (event.user, event.email, event.mode, event.log_in_id)
        assert told == (alice, alice.email, here.mode, log_in_id)
        assert any("step_up_failed" in message for message in caplog.messages)

    def test_so_is_the_wish_for_another_address(self, here: Door, alice: User) -> None:
        here.change_email(NEW_EMAIL, PASSWORD)

        event = AuthEvent.objects.get(what="email_change_asked")
        assert (event.user, event.email, event.mode) == (alice, NEW_EMAIL, here.mode)


class TestLimits:
    """What is limited is limited alike, and leaves its trace."""

    @pytest.mark.parametrize(
        ("rule", "scope"),
        [
            ("log_in", "network"),
            ("log_in", "account_and_network"),
            ("log_in", "account_from_new_networks"),
            ("sign_up", "network"),
            ("sign_up", "account"),
            ("reset", "network"),
            ("reset", "account"),
        ],
    )
    def test_the_third_is_too_many_where_two_are_allowed(
        self, door: Door, alice: User, settings: Any, rule: str, scope: str
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {rule: {scope: "2 per 1 hour"}}
        answers = [TRIES[rule](door, alice.email) for _ in range(3)]

        assert [answer.status_code == 429 for answer in answers] == [False, False, True]
        assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
        assert AuthEvent.objects.filter(what=AuthEvent.What.THROTTLED).count() == 1

    @pytest.mark.parametrize("rule", ["log_in", "sign_up", "reset"])
    def test_what_one_door_counted_holds_at_the_other(
        self, alice: User, settings: Any, rule: str
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {rule: {"account": "2 per 1 hour"}}
        answers = [TRIES[rule](make(), alice.email) for make in (*DOORS, *DOORS)]

        assert [answer.status_code == 429 for answer in answers] == [False, False, True, True]

    def test_a_renewal_cannot_be_guessed(self, door: Door, here: Door, settings: Any) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"refresh": {"network": "2 per 1 hour"}}
        answers = [door.renew_by_guess() for _ in range(3)]

        assert [answer.status_code for answer in answers[:2]] == [401, 401]
        assert answered(door, answers[2], "guessed too often")
        assert all_go_on([here])

    def test_a_mailed_link_cannot_be_guessed_for_long(self, door: Door, settings: Any) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"verify": {"network": "2 per 1 hour"}}
        answers = [door.reset("/sessions/password/reset/MQ/a-b/", NEW) for _ in range(3)]

        assert [answer.status_code == 429 for answer in answers] == [False, False, True]
        assert "Retry-After" in answers[2].headers

    def test_a_throttled_password_change_is_in_the_trail(self, here: Door, settings: Any) -> None:
        once = {"log_in": {"network": "1 per 1 hour"}}
        settings.RATE_LIMITS = settings.RATE_LIMITS | once
        answers = [here.change_password("not my password", NEW) for _ in range(2)]

        assert answers[1].status_code == 429
        assert AuthEvent.objects.filter(what=AuthEvent.What.THROTTLED).count() == 1


class TestTheEnd:
    """The account, closed by its user or by an operator."""

    def test_closing_takes_the_password_and_ends_everything(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        assert answered(here, here.close("not my password"), "refused")
        assert answered(here, here.close(PASSWORD), "done")

        assert all_over([here, *elsewhere])
        assert answered(here, here.log_in(alice.email, PASSWORD), "wrong credentials")

    def test_deactivation_ends_everything_and_activation_revives_nothing(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        for active in (False, True):
            alice.is_active = active
            alice.save()
            assert all_over([here, *elsewhere])

    def test_deletion_ends_everything_and_a_new_account_revives_nothing(
        self, here: Door, elsewhere: list[Door], alice: User
    ) -> None:
        alice.delete()
        get_user_model().objects.create_user("alice@example.com", PASSWORD)

        assert all_over([here, *elsewhere])


def test_every_difference_has_its_reason() -> None:
    assert all(d.session != d.token and d.reason.endswith(".") for d in DIFFERENCES.values())
