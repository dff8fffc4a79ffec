"""Django's database session back end, hardened: `SESSION_ENGINE = "sessions_app.store"`.

What differs from `django.contrib.sessions.backends.db`:

- the table holds the SHA-256 of the key, so a dump of the database opens no session;
- the user is read in the same query as the session;
- a row is a log-in (`users.log_ins`): it is ended, not deleted, and expires by the shared policy;
- a new key is given to the row at its next save, so neither log-in nor log-out writes twice.
"""

import functools
import hashlib
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string

from authcompare.users import compiled
from authcompare.users.clients import NOBODY, Client
from authcompare.users.log_ins import LAST_SEEN_PRECISION, EndReason
from authcompare.users.models import User

from .models import Session

BY_DIGEST = compiled.LookUp(Session, "key_digest", "user")


def session_of(request: HttpRequest) -> "SessionStore":
    """Return the request's session as what it is."""
    return cast("SessionStore", request.session)


def keep_log_in(request: HttpRequest, user: User) -> None:
    """Let the session go on after its user's password changed, under a new key (ASVS 7.2.4).

    Raises `UpdateError` where another request has ended it.
    """
    update_session_auth_hash(request, user)
    session_of(request).save()


def digest(session_key: str | None) -> str:
    """Return what the table holds of a key: its SHA-256 in hex.

    A plain hash is enough, and fast: the key is 165 random bits, which nobody searches through.
    """
    return hashlib.sha256((session_key or "").encode()).hexdigest()


class Text(signing.JSONSerializer):
    """What was signed, as text: reading it is left to each request."""

    def loads(self, data: bytes) -> bytes:
        return data


@functools.lru_cache(maxsize=settings.VERIFIED_SIGNATURES)
def verified(session_data: str, salt: str, *keys: str) -> bytes:
    """Return the text of a session that one of the keys signed, raising for any other.

    What raises is not remembered, and other keys verify anew.
    """
    return signing.loads(session_data, salt=salt, serializer=Text)


class SessionStore(DatabaseStore):
    """One request's view of one session."""

    # The row behind the session: None before it is loaded, and for visitors without one.
    row: Session | None = None
    # Its key and what it held when this request last wrote it.
    written: tuple[str, bytes] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def user(self) -> User | None:
        """The user of the session, read in the same query as the session itself."""
        return self.row.user if self.row else None

    # --- Reading

    def load(self) -> dict[str, Any]:
        """Return what the session holds; an unknown, ended or expired key is an empty session."""
        self.row = self._read_row()
        if self.row is None:
            # The key came from the request, so it is never adopted (session fixation).
            self._session_key = None
            return {}
        self._note_use()
        return self.decode(self.row.session_data)

    def _read_row(self) -> Session | None:
        row = BY_DIGEST.find(digest(self.session_key))
        return row if row and row.is_live() else None

    def _note_use(self) -> None:
        row, now = cast(Session, self.row), timezone.now()
        if now - row.last_seen_at >= LAST_SEEN_PRECISION:
            row.see(now)
            # Only a live row: a log-out in a concurrent request must not be undone.
            row.write("last_seen_at", "idle_expires_at")

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_digest=digest(session_key)).exists()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the sessions that have long been over, batch by batch."""
        for _ in Session.objects.purge():
            pass

    # --- A log-in begins

    def begin(self, user: User, client: Client) -> UUID:
        """Make this the session of a new log-in, whose id is returned; the earlier one is over."""
        self.delete(reason=EndReason.REPLACED)
        self.row = Session.begin(user, client)
        self._session_key = self._get_new_session_key()
        self.modified = True
        return self.row.pk

    def remember(self) -> None:
        """Let the log-in that has just begun last as "remember me" promises."""
        old = cast(Session, self.row)
        client = Client(old.ip_address, old.user_agent)
        self.row = Session.begin(cast(User, old.user), client, remember=True)
        self.row.pk = old.pk  # It is the same log-in: the audit trail has named it already.

    def _get_new_session_key(self) -> str:
        # Django asks the database whether the key is taken. The unique index does that anyway.
        return get_random_string(32, VALID_KEY_CHARS)

    def cycle_key(self) -> None:
        """Give the session a new key, from its next save on; the old one is then worthless."""
        self._get_session()  # type: ignore[attr-defined]
        self._session_key = self._get_new_session_key()
        self.modified = True

    # --- Writing

    def decode(self, session_data: Any) -> dict[str, Any]:
        """Return what the session holds; each request has its own copy."""
        keys = settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS
        try:
            return self.serializer().loads(verified(session_data, self.key_salt, *keys))
        except Exception:  # Django's own says what is wrong with it: the session is an empty one.
            return super().decode(session_data)

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what the table holds of the session, signed as Django does but not compressed.

        A log-in has two hundred bytes, which take longer to compress than they are worth.
        """
        return signing.dumps(session_dict, salt=self.key_salt, serializer=self.serializer)

    def save(self, must_create: bool = False) -> None:
        """Write the session.

        Raises `CreateError` where the key that must be new is taken, and `UpdateError` where the
        session ended or got another key, or its user was deleted, in a concurrent request: what
        this request knows of it is out of date, and writing it would undo that.
        """
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if must_create or self.row is None:
            self.row = Session.begin(None, NOBODY)
        if self.session_key is None:
            self._session_key = self._get_new_session_key()
        content = (cast(str, self.session_key), self.serializer().dumps(data))
        if content == self.written and not self.row._state.adding:
            return  # A view has saved it; the middleware does so for every view.
        self.row.session_data = self.encode(data)
        if self.row._state.adding:
            self._insert(self.row, CreateError if must_create else UpdateError)
        else:
            self._update(self.row)
        self.written = content

    def _insert(self, row: Session, refusal: type[Exception]) -> None:
        row.key_digest = digest(self.session_key)
        try:
            with transaction.atomic():
                compiled.insert(row)
        except IntegrityError as error:
            raise refusal from error

    def _update(self, row: Session) -> None:
        old, row.key_digest = row.key_digest, digest(self.session_key)
        if not row.write("key_digest", "session_data", key_digest=old):
            raise UpdateError

    # --- The end

    def delete(
        self, session_key: str | None = None, *, reason: EndReason = EndReason.LOGGED_OUT
    ) -> None:
        """End the session with this key, by default this one. Ending it twice is no error."""
        if session_key is not None:
            Session.objects.filter(key_digest=digest(session_key)).end(reason)
        elif self.row is not None:
            Session.objects.filter(pk=self.row.pk).end(reason)

    def flush(self) -> None:
        """Log out: end the session and forget its key and what it held."""
        self._get_session()  # type: ignore[attr-defined]
        super().flush()
        self.row = None

    # --- How long

    def get_expire_at_browser_close(self) -> bool:
        return not (self.row and self.row.remember)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Return when the session ends in any case; the idle timeout is the server's business."""
        return self.row.expires_at if self.row else super().get_expiry_date(**kwargs)

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return the seconds until `get_expiry_date`."""
        if self.row is None:
            return super().get_expiry_age(**kwargs)
        return int((self.row.expires_at - timezone.now()).total_seconds())
