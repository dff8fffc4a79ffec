"""What the API takes, and the one resource that both modes share."""

from typing import Any

from django.contrib.auth import authenticate
from rest_framework import serializers
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.serializers import PasswordField

from authcompare.users.models import PASSWORD_MAX_LENGTH, User

from .backend import MAX_TOKEN_LENGTH


class LogInSerializer(serializers.Serializer):
    """`email`, `password`, `remember`: valid when they are an active user's."""

    # No format is checked: what is no address belongs to nobody, in both modes alike.
    email = serializers.CharField(max_length=254, write_only=True)
    # Outer spaces are part of a password (NIST SP 800-63B-4 3.1.1.2).
    password = PasswordField(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False)
    remember = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Add the `user` whose credentials these are."""
        user = authenticate(
            self.context["request"], email=attrs["email"], password=attrs["password"]
        )
        if user is None:
            raise invalid_credentials()
        return attrs | {"user": user}


def invalid_credentials() -> AuthenticationFailed:
    """Return the one answer to a wrong password, an unknown address and an inactive user."""
    detail = "That e-mail address and password do not belong together."
    return AuthenticationFailed(detail, "invalid_credentials")


class RefreshSerializer(serializers.Serializer):
    """`refresh`: a refresh token."""

    refresh = serializers.CharField(max_length=MAX_TOKEN_LENGTH, write_only=True)


class VerifySerializer(serializers.Serializer):
    """`token`: an access token."""

    token = serializers.CharField(max_length=MAX_TOKEN_LENGTH, write_only=True)


class MeSerializer(serializers.ModelSerializer[User]):
    """The secured resource. `via` tells by which mode the request was authenticated."""

    via = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "email", "name", "via")
        read_only_fields = ("id", "email")

    def get_via(self, user: User) -> str:
        return self.context["request"].successful_authenticator.via
