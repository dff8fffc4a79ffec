"""What the API takes in an account's life, by the same rules as the forms."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework_simplejwt.serializers import PasswordField

from authcompare.users import accounts
from authcompare.users.fields import normalize_email
from authcompare.users.models import PASSWORD_MAX_LENGTH, User

# Ours have 300 characters at most, and an address of any length.
MAX_KEY_LENGTH = 1024


class EmailField(serializers.EmailField):
    """An address that mail will be sent to; checked and returned in the one spelling."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, write_only=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return normalize_email(super().to_internal_value(data))


class AnyPasswordField(PasswordField):
    """A password, new or current, whatever it may be."""

    def __init__(self, **kwargs: Any) -> None:
        # Outer spaces are part of a password (NIST SP 800-63B-4 3.1.1.2).
        super().__init__(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, **kwargs)


def current_password(serializer: serializers.BaseSerializer, password: str) -> str:
    """Return the password. Raises `ValidationError` where it is not the requesting user's."""
    request = serializer.context["request"]
    try:
        accounts.check_current_password(request, request.user, password)
    except DjangoValidationError as error:
        raise serializers.ValidationError(error.messages) from error
    return password


def check_new_password(password: str, user: User, field: str) -> None:
    """Raise `ValidationError` under the field's name for a password that the rules refuse."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({field: error.messages}) from error


class SignUpSerializer(serializers.Serializer):
    """`email`, `password`: valid whether the address is known or not."""

    email = EmailField()
    password = AnyPasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the password before anybody asks whose address it is."""
        check_new_password(attrs["password"], User(email=attrs["email"]), "password")
        return attrs

    def save(self) -> None:  # type: ignore[override]
        accounts.sign_up(self.context["request"], **self.validated_data)


class VerifySerializer(serializers.Serializer):
    """`key`: from the mailed link."""

    key = serializers.CharField(max_length=MAX_KEY_LENGTH, write_only=True)

    def save(self) -> None:  # type: ignore[override]
        accounts.verify_email(self.context["request"], self.validated_data["key"])


class PasswordChangeSerializer(serializers.Serializer):
    """`old_password`, `new_password`, of the user who makes the request."""

    old_password = AnyPasswordField()
    new_password = AnyPasswordField()

    def validate_old_password(self, password: str) -> str:
        return current_password(self, password)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password(attrs["new_password"], self.context["request"].user, "new_password")
        return attrs

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        accounts.change_password(request, request.user, self.validated_data["new_password"])


class PasswordResetSerializer(serializers.Serializer):
    """`email`: valid whether the address is known or not."""

    email = EmailField()

    def save(self) -> None:  # type: ignore[override]
        accounts.request_reset(self.context["request"], self.validated_data["email"])


class PasswordResetConfirmSerializer(serializers.Serializer):
    """`uid`, `token`: the last two parts of the mailed link; `new_password`."""

    uid = serializers.CharField(max_length=MAX_KEY_LENGTH, write_only=True)
    token = serializers.CharField(max_length=MAX_KEY_LENGTH, write_only=True)
    new_password = AnyPasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Add the `user` whose password it is. Raises `BadKeyError` for a token that is no good."""
        user = accounts.user_of_reset(attrs["uid"], attrs["token"])
        if user is None:
            raise accounts.BadKeyError
        check_new_password(attrs["new_password"], user, "new_password")
        return attrs | {"user": user}

    def save(self) -> None:  # type: ignore[override]
        data = self.validated_data
        accounts.reset_password(self.context["request"], data["user"], data["new_password"])


class StepUpSerializer(serializers.Serializer):
    """`password`: the current one of the user who makes the request."""

    password = AnyPasswordField()

    def validate_password(self, password: str) -> str:
        return current_password(self, password)


class EmailChangeSerializer(StepUpSerializer):
    """`email`, `password`: valid whether the address is taken or not."""

    email = EmailField()

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        accounts.request_email_change(request, request.user, self.validated_data["email"])


class CloseSerializer(StepUpSerializer):
    """`password`."""

    def save(self) -> None:  # type: ignore[override]
        request = self.context["request"]
        accounts.close(request, request.user)
