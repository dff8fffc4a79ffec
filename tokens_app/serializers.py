"""What the API takes, and the one resource that both modes share."""

import copy
from typing import Any, ClassVar

from django.contrib.auth import authenticate
from django.db import models
from rest_framework import serializers
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from authcompare.users import accounts
from authcompare.users.log_ins import LogIn
from authcompare.users.models import User

from . import transport
from .backend import MAX_TOKEN_LENGTH
from .fields import Flag, Password, TextOnly


class BodySerializer(serializers.Serializer):
    """What a request's body holds: fields that hold no other fields.

    Of those a copy is enough. The REST framework makes each one anew from its arguments, which is a
    twentieth of what a log-in or a refresh costs.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: copy.copy(field) for name, field in self._declared_fields.items()}


class LogInSerializer(BodySerializer):
    """`email`, `password`, `remember`: valid when they are an active user's."""

    # No format is checked: what is no address belongs to nobody, in both modes alike.
    email = TextOnly(max_length=254, write_only=True)
    password = Password()
    remember = Flag(default=False)
    transport = serializers.ChoiceField([transport.BODY, transport.COOKIE], default=transport.BODY)

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


class RefreshSerializer(BodySerializer):
    """`refresh`: a refresh token, or `transport`: "cookie", which says where to find it."""

    refresh = TextOnly(max_length=MAX_TOKEN_LENGTH, write_only=True, required=False)
    transport = serializers.ChoiceField([transport.BODY, transport.COOKIE], default=transport.BODY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a request without a refresh token, and one with two."""
        by_body = attrs["transport"] == transport.BODY
        if by_body and "refresh" not in attrs:
            raise serializers.ValidationError({"refresh": "This field is required."}, "required")
        if not by_body and "refresh" in attrs:
            detail = 'With "transport": "cookie" the token comes by cookie alone.'
            raise serializers.ValidationError({"refresh": detail}, "one_credential")
        return attrs


class DeviceSerializer(serializers.Serializer):
    """A log-in as its user sees it. `current` marks the one by which the request is made."""

    id = serializers.UUIDField()
    mode = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(source="idle_expires_at")
    ip_address = serializers.IPAddressField(allow_null=True)
    user_agent = serializers.CharField()
    current = serializers.SerializerMethodField()

    def get_current(self, log_in: LogIn) -> bool:
        return log_in.pk == self.context["request"].user.log_in_id


class VerifySerializer(BodySerializer):
    """`token`: an access token."""

    token = TextOnly(max_length=MAX_TOKEN_LENGTH, write_only=True)


class MeSerializer(serializers.ModelSerializer[User]):
    """The secured resource. `via` tells by which mode the request was authenticated."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextOnly,
    }
    via = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "email", "name", "via")
        read_only_fields = ("id", "email")

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        accounts.rename(instance, validated_data.get("name", instance.name))
        return instance

    def get_via(self, user: User) -> str:
        return self.context["request"].successful_authenticator.via
