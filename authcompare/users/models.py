"""The one user of both modes."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string

from . import compiled
from .clients import USER_AGENT_LENGTH
from .fields import NormalizedEmailField
from .hmacs import salted_sha256
from .passwords import normalized

# Longer than any password manager makes. A megabyte is refused before it would be hashed.
PASSWORD_MAX_LENGTH = 1024
EMAIL_LENGTH = 254


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address; there is no user name."""

    use_in_migrations = True

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the user with this address, as every log-in does. Raises `User.DoesNotExist`."""
        # Somebody names a database, or a migration has a model of its own.
        if self._db or self.model is not User:
            return super().get_by_natural_key(email)
        user = BY_EMAIL.find(email)
        if user is None:
            raise self.model.DoesNotExist
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved user; without a password it cannot log in until it has set one."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        # Whoever calls this vouches for the address; a sign-up does not (users.accounts).
        user = self.model(email=email, **{"email_verified_at": timezone.now()} | fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved user who may do everything, the admin included."""
        return self.create_user(
            email, password, **fields | {"is_staff": True, "is_superuser": True}
        )


def new_stamp() -> str:
    return get_random_string(22)


def no_address() -> str:
    """Return an address that is nobody's, for a sign-up that waits for its own (RFC 2606)."""
    return f"{uuid.uuid4()}@sign-up.invalid"


class User(AbstractBaseUser, PermissionsMixin):
    """Whoever logs in, by whichever door. `id` as text is the `sub` of a token."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = NormalizedEmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField(
        "staff status", default=False, help_text="May this user enter the admin?"
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="Clear this instead of deleting the account: every log-in ends at once.",
    )
    # When the user last proved to read what is sent to the address. Empty: nobody did, and nobody
    # can log in.
    email_verified_at = models.DateTimeField("address verified", null=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Changes with the password, not with its hash: see `set_password` and `check_password`.
    auth_stamp = models.CharField(max_length=22, default=new_stamp, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Set before saving a new password, it names the one log-in that shall go on.
    kept_log_in: uuid.UUID | None = None
    # The log-in by which the present request is made, where there is one.
    log_in_id: uuid.UUID | None = None
    password_changed = False

    class Meta:
        constraints: ClassVar = [
            # The unique index above holds one account a mailbox as long as every row is in
            # normal form; this refuses a row that raw SQL would add beside it.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_lower"),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Set a new password; once saved, every other log-in of the user is over."""
        super().set_password(normalized(raw_password))
        self.auth_stamp = new_stamp()
        self.password_changed = not self._state.adding

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether this is the password, and re-hash it when the hasher has moved on.

        Django's method re-hashes through `set_password`, which here would end all log-ins of a
        user whose password is still the same.
        """

        def rehash(raw: str) -> None:
            # A user who was deleted meanwhile, or has another password by now, stays so.
            unchanged = User.objects.filter(pk=self.pk, password=self.password)
            self.password = make_password(raw)
            unchanged.update(password=self.password)

        return check_password(normalized(raw_password), self.password, rehash)

    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields is not None and self.password_changed:
            update_fields = {*update_fields, "auth_stamp"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django derives this from the password's hash, so that a mere re-hash at log-in would
        # end every session of the user. The stamp changes only with the password itself.
        key_salt = "authcompare.users.models.User.auth_stamp"
        return salted_sha256(key_salt, self.auth_stamp, secret)


BY_EMAIL = compiled.LookUp(User, "email")


class AuthEvent(models.Model):
    """One line of the audit trail. It is only ever added, and holds no secret."""

    class What(models.TextChoices):
        SIGNED_UP = "signed_up", "signed up"
        EMAIL_VERIFIED = "email_verified", "e-mail address verified"
        LOGGED_IN = "logged_in", "logged in"
        LOG_IN_FAILED = "log_in_failed", "log-in failed"
        THROTTLED = "throttled", "too many attempts: refused for a while"
        LOGGED_OUT = "logged_out", "logged out"
        LOGGED_OUT_EVERYWHERE = "logged_out_everywhere", "logged out everywhere"
        REVOKED = "revoked", "a log-in ended from the list of devices"
        OTHERS_REVOKED = "others_revoked", "all other log-ins ended from the list of devices"
        ENDED_BY_OPERATOR = "ended_by_operator", "log-ins ended by an operator"
        STEP_UP_FAILED = "step_up_failed", "current password was wrong"
        PASSWORD_CHANGED = "password_changed", "password changed"
        RESET_ASKED = "reset_asked", "password reset asked for"
        PASSWORD_RESET = "password_reset", "password reset by mailed link"
        EMAIL_CHANGE_ASKED = "email_change_asked", "another e-mail address asked for"
        EMAIL_CHANGED = "email_changed", "e-mail address changed"
        ACCOUNT_CLOSED = "account_closed", "account closed"
        DEACTIVATED = "deactivated", "account deactivated"
        ACTIVATED = "activated", "account activated again"
        RIGHTS_CHANGED = "rights_changed", "rights changed by an operator"
        KEY_ROTATED = "key_rotated", "signing key rotated"
        LOST_RESPONSE = "lost_response", "a spent refresh token again: its answer was lost"
        STALE_BRANCH = "stale_branch", "a long spent refresh token from the same client"
        THEFT_SUSPECTED = "theft_suspected", "a spent refresh token from another client"

    what = models.CharField(max_length=32, choices=What)
    mode = models.CharField(max_length=10)
    when = models.DateTimeField(default=timezone.now, db_index=True)
    # The trail outlives the account and goes on saying whose it was: the id stays, and with it
    # what a thief did before he closed the account. Read `user_id` where the user may be gone.
    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    email = models.CharField("address tried", max_length=EMAIL_LENGTH, blank=True, db_index=True)
    ip_address = models.GenericIPAddressField("IP address", null=True)
    user_agent = models.CharField(max_length=USER_AGENT_LENGTH, blank=True)
    log_in_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.get_what_display()} at {self.when:%Y-%m-%d %H:%M:%S}"
