"""What the API takes in an account's life, by the same rules as the forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from authcompare.users import accounts
from authcompare.users.models import User

from .fields import Email, Password, TextOnly
from .serializers import BodySerializer

# Ours have 400 characters at most, and an address of any length.
MAX_KEY_LENGTH = 1024


def current_password(serializer: serializers.BaseSerializer, password: str) -> str:
    """Return the password. Raises `ValidationError` where it is not the requesting user's."""
    request = serializer.context["request"]
    with as_refusal():
        accounts.check_current_password(request, request.user, password)
    return password


@contextmanager
def as_refusal() -> Iterator[None]:
    """Raise Django's `ValidationError` as the REST framework's, which is answered with a 400."""
    try:
        yield
    except DjangoValidationError as error:
        raise serializers.ValidationError(error.messages) from error


def check_new_password(password: str, user: User, field: str) -> None:
    """Raise `ValidationError` under the field's name for a password that the rules refuse."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({field: error.messages}) from error


class SignUpSerializer(BodySerializer):
    """`email`, `password`: valid whether the address is known or not."""

    email = Email()
    password = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the password before anybody asks whose address it is."""
        check_new_password(attrs["password"], User(email=attrs["email"]), "password")
        return attrs

    def save(self) -> None:  # type: ignore[override]
        accounts.sign_up(self.context["request"], **self.validated_data)


class VerifyEmailSerializer(BodySerializer):
    """`key`: from the mailed link."""

    key = TextOnly(max_length=MAX_KEY_LENGTH, write_only=True)

    def save(self) -> None:  # type: ignore[override]
        accounts.verify_email(self.context["request"], self.validated_data["key"])


class PasswordChangeSerializer(BodySerializer):
    """`old_password`, `new_password`, of the user who makes the request."""

    old_password = Password()
    new_password = Password()

    def validate_old_password(self, password: str) -> str:
        return current_password(self, password)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password(attrs["new_password"], self.context["request"].user, "new_password")
        return attrs

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        keep_log_in = request.successful_authenticator.keep_log_in
        new_password = self.validated_data["new_password"]
        accounts.change_password(request, request.user, new_password, keep_log_in)


class PasswordResetSerializer(BodySerializer):
    """`email`: valid whether the address is known or not."""

    email = Email()

    def save(self) -> None:  # type: ignore[override]
        accounts.request_reset(self.context["request"], self.validated_data["email"])


class PasswordResetConfirmSerializer(BodySerializer):
    """`uid`, `token`: the last two parts of the mailed link; `new_password`."""

    uid = TextOnly(max_length=MAX_KEY_LENGTH, write_only=True)
    token = TextOnly(max_length=MAX_KEY_LENGTH, write_only=True)
    new_password = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Add the `user` whose password it is. Raises `BadKeyError` for a token that is no good."""
        user = accounts.user_of_reset(self.context["request"], attrs["uid"], attrs["token"])
        if user is None:
            raise accounts.BadKeyError
        check_new_password(attrs["new_password"], user, "new_password")
        return attrs | {"user": user}

    def save(self) -> None:  # type: ignore[override]
        data = self.validated_data
        accounts.reset_password(self.context["request"], data["user"], data["new_password"])


class StepUpSerializer(BodySerializer):
    """`password`: the current one of the user who makes the request."""

    password = Password()

    def validate_password(self, password: str) -> str:
        return current_password(self, password)


class EmailChangeSerializer(StepUpSerializer):
    """`email`, `password`: valid whether somebody else has the address or not."""

    email = Email()

    def validate_email(self, email: str) -> str:
        with as_refusal():
            accounts.check_new_email(self.context["request"].user, email)
        return email

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        accounts.request_email_change(request, request.user, self.validated_data["email"])


class CloseSerializer(StepUpSerializer):
    """`password`."""

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        accounts.close(request, request.user)
