"""What is compiled once does what the ORM's own does, on whichever database the suite runs."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from authcompare.users.clients import Client
from authcompare.users.compiled import LookUp, insert, update
from authcompare.users.models import BY_EMAIL, AuthEvent, User
from sessions_app.models import Session
from sessions_app.store import BY_DIGEST, digest
from tokens_app.models import TokenFamily
from tokens_app.revocation import BY_ID

CLIENT = Client("2001:db8::1", "100 % \U0001f600")


def values(row: models.Model) -> dict[str, Any]:
    """Return all that an instance's columns hold, and the type of each."""
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: (type(value), value) for name, value in held.items()}


def family_of(user: User) -> TokenFamily:
    family = TokenFamily.log_in(user, CLIENT, remember=True)
    assert family is not None
    return family


def session_of(user: User | None, key: str) -> Session:
    session = Session.begin(user, CLIENT)
    session.key_digest = digest(key)
    session.save()
    return session


@pytest.mark.django_db
class TestWhatItFinds:
    def test_a_family_is_what_the_orm_makes_of_it(self, alice: User, bob: User) -> None:
        family_of(bob)
        key = family_of(alice).pk

        found = BY_ID.find(key)
        expected = TokenFamily.objects.select_related("user").get(pk=key)

        assert found == expected
        assert values(found) == values(expected)
        assert values(found.user) == values(expected.user)
        assert found._state.db == expected._state.db
        assert not found._state.adding

    def test_a_session_is_what_the_orm_makes_of_it(self, alice: User, bob: User) -> None:
        session_of(bob, "Bob's")
        expected = session_of(alice, "Alice's")

        found = BY_DIGEST.find(digest("Alice's"))

        assert found == expected
        assert values(found) == values(expected)
        assert values(found.user) == values(expected.user)

    def test_every_column_may_be_empty_or_odd(self, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(name="'; -- %s", last_login=None, is_staff=True)
        family = family_of(alice)
        TokenFamily.objects.filter(pk=family.pk).update(ip_address=None, user_agent="%")

        found = BY_ID.find(family.pk)

        assert values(found) == values(TokenFamily.objects.get(pk=family.pk))
        assert values(found.user) == values(User.objects.get(pk=alice.pk))

    def test_a_row_that_refers_to_nobody_has_no_user(self) -> None:
        session = session_of(None, "nobody's")

        found = BY_DIGEST.find(digest("nobody's"))

        assert found == session
        assert found.user is None

    @pytest.mark.parametrize("value", ["", "' OR ''='", "%s", "?"])
    def test_what_is_not_there_is_none(self, alice: User, value: str) -> None:
        session_of(alice, "Alice's")

        assert BY_DIGEST.find(value) is None

    def test_another_id_is_nobodys(self, alice: User) -> None:
        family_of(alice)

        assert BY_ID.find(uuid.uuid4()) is None

    def test_a_user_is_what_the_orm_makes_of_it(self, alice: User, bob: User) -> None:
        found = BY_EMAIL.find(" ALICE@example.com")

        assert found == alice
        assert values(found) == values(User.objects.get(pk=alice.pk))

    def test_the_users_of_a_named_database_are_djangos_to_find(self, alice: User) -> None:
        with patch.object(BY_EMAIL, "find", side_effect=AssertionError):
            manager = User.objects.db_manager("default")
            assert manager.get_by_natural_key(alice.email) == alice

    def test_nobody_is_found_by_an_unknown_address(self, alice: User) -> None:
        with pytest.raises(User.DoesNotExist):
            User.objects.get_by_natural_key("nobody@example.com")

    def test_it_never_remembers_a_row(self, alice: User) -> None:
        family = family_of(alice)
        assert BY_ID.find(family.pk).user.name == "Alice"
        User.objects.filter(pk=alice.pk).update(name="Alicia")

        assert BY_ID.find(family.pk).user.name == "Alicia"

    def test_the_value_is_prepared_as_the_field_prepares_it(self, alice: User) -> None:
        family = family_of(alice)

        assert BY_ID.find(str(family.pk)) == family


@pytest.mark.django_db
class TestItsStatement:
    def test_it_is_one_and_is_seen_by_whoever_counts(self, alice: User) -> None:
        family = family_of(alice)

        with CaptureQueriesContext(connection) as seen:
            found = BY_ID.find(family.pk)
            assert found.user.email == alice.email

        assert len(seen) == 1

    def test_it_is_the_orms(self, alice: User) -> None:
        key = family_of(alice).pk
        with CaptureQueriesContext(connection) as seen:
            BY_ID.find(key)
            list(TokenFamily.objects.select_related("user").filter(pk=key))

        ours, orms = [query["sql"] for query in seen]
        assert ours == orms

    def test_it_is_compiled_once(self, alice: User) -> None:
        by_id, family = LookUp(TokenFamily, "id", "user"), family_of(alice)
        with patch.object(
            SQLCompiler, "as_sql", autospec=True, side_effect=SQLCompiler.as_sql
        ) as c:
            assert [by_id.find(family.pk) for _ in range(3)] == [family] * 3

        assert c.call_count == 1


@pytest.mark.django_db
class TestUpdate:
    NEW: ClassVar = {
        "generation": 7,
        "rotated_at": datetime(2030, 1, 1, 12, 30, 15, 123456, tzinfo=UTC),
        "ip_address": "2001:db8::7",
        "user_agent": "'; -- %s ? 100 %",
        "remember": False,
    }

    def test_it_writes_what_the_orm_writes(self, alice: User, bob: User) -> None:
        ours, orms = family_of(alice), family_of(bob)

        assert update(TokenFamily, {"id": ours.pk, "generation": 0}, self.NEW) == 1
        assert TokenFamily.objects.filter(pk=orms.pk, generation=0).update(**self.NEW) == 1

        ours.refresh_from_db(), orms.refresh_from_db()
        assert [getattr(ours, name) for name in self.NEW] == [*self.NEW.values()]
        assert [getattr(orms, name) for name in self.NEW] == [*self.NEW.values()]

    def test_its_sql_is_the_orms(self, alice: User) -> None:
        key = family_of(alice).pk
        with CaptureQueriesContext(connection) as seen:
            update(TokenFamily, {"id": key, "ended_at": None}, self.NEW)
            TokenFamily.objects.filter(id=key, ended_at=None).update(**self.NEW)

        ours, orms = [query["sql"] for query in seen]
        assert ours == orms

    @pytest.mark.parametrize(
        "where",
        [
            {"generation": 1},
            {"ended_at": datetime(2030, 1, 1, tzinfo=UTC)},
            {"rotated_at": None, "remember": False},
            {"idle_expires_at__gt": datetime(9000, 1, 1, tzinfo=UTC)},
            {"idle_expires_at__lt": datetime(2000, 1, 1, tzinfo=UTC)},
        ],
    )
    def test_a_row_that_does_not_fit_stays(self, alice: User, where: dict[str, Any]) -> None:
        family = family_of(alice)

        assert update(TokenFamily, {"id": family.pk, **where}, self.NEW) == 0
        assert values(TokenFamily.objects.get()) == values(family)

    def test_a_condition_may_be_none_at_one_time_and_not_at_another(self, alice: User) -> None:
        key, moment = family_of(alice).pk, datetime(2030, 1, 1, tzinfo=UTC)

        assert update(TokenFamily, {"id": key, "rotated_at": None}, {"rotated_at": moment}) == 1
        assert update(TokenFamily, {"id": key, "rotated_at": None}, {"rotated_at": moment}) == 0
        assert update(TokenFamily, {"id": key, "rotated_at": moment}, {"rotated_at": None}) == 1
        assert update(TokenFamily, {"id": key, "rotated_at": None}, {"rotated_at": None}) == 1

    def test_an_error_spoils_the_transaction_as_the_orms_would(self, alice: User) -> None:
        families = [family_of(alice), family_of(alice)]
        with transaction.atomic():
            with pytest.raises(IntegrityError):
                update(TokenFamily, {"id": families[0].pk}, {"id": families[1].pk})
            with pytest.raises(TransactionManagementError):
                alice.refresh_from_db()

    def test_it_is_compiled_once(self, alice: User) -> None:
        key = family_of(alice).pk
        once = patch.object(
            SQLUpdateCompiler, "as_sql", autospec=True, side_effect=SQLUpdateCompiler.as_sql
        )
        with once as compiler:
            for number in range(3):
                assert update(TokenFamily, {"id": key, "remember": True}, {"generation": number})

        assert compiler.call_count == 1


@pytest.mark.django_db
class TestInsert:
    def test_it_writes_what_the_orm_writes(self, alice: User) -> None:
        ours, orms = (TokenFamily.begin(alice, CLIENT, remember=True) for _ in range(2))
        orms.created_at = ours.created_at
        orms.see(ours.created_at)
        orms.expires_at = ours.expires_at

        insert(ours)
        orms.save(force_insert=True)

        rows = {row.pk: values(row) | {"id": None} for row in TokenFamily.objects.all()}
        assert rows == {ours.pk: rows[orms.pk], orms.pk: rows[orms.pk]}
        assert (ours._state.adding, ours._state.db) == (orms._state.adding, orms._state.db)

    def test_its_sql_is_the_orms(self, alice: User) -> None:
        session = Session.begin(alice, CLIENT)
        session.key_digest = digest("one")
        with CaptureQueriesContext(connection) as seen:
            insert(session)
            session.pk, session.key_digest = uuid.uuid4(), digest("two")
            session.save(force_insert=True)

        ours, orms = [query["sql"].split(" VALUES ")[0] for query in seen]
        assert ours == orms

    def test_the_database_gives_the_key_where_it_did(self) -> None:
        for what in (AuthEvent.What.REVOKED, AuthEvent.What.LOGGED_OUT):
            insert(AuthEvent(what=what, mode="token", user_agent="%s"))

        assert list(AuthEvent.objects.order_by("pk").values_list("what", "user_agent")) == [
            ("revoked", "%s"),
            ("logged_out", "%s"),
        ]

    def test_a_field_prepares_what_is_stored(self) -> None:
        insert(User(email=" ALICE@example.com", password="!"))

        assert User.objects.get().email == "alice@example.com"

    def test_a_row_that_is_there_is_refused(self, alice: User) -> None:
        with pytest.raises(IntegrityError):
            insert(User(email=alice.email, password="!"))


@pytest.mark.django_db(transaction=True)
class TestThreads:
    def test_each_reads_for_itself(self, alice: User, bob: User) -> None:
        families = [family_of(user) for user in (alice, bob)] * 20
        together = threading.Barrier(4)

        def read(some: list[TokenFamily]) -> list[str]:
            together.wait()
            try:
                return [BY_ID.find(family.pk).user.email for family in some]
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(read, [families] * 4))

        assert found == [[family.user.email for family in families]] * 4

    def test_it_goes_on_after_the_connection_was_closed(self, alice: User) -> None:
        family = family_of(alice)
        assert BY_ID.find(family.pk) is not None

        connection.close()

        assert BY_ID.find(family.pk).user == alice
