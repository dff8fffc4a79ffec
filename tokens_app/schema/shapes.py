"""What the API answers, where no serializer of the views says it, and what each field means."""

from typing import Any

from django.conf import settings
from rest_framework import serializers


class TokenPairSerializer(serializers.Serializer):
    """Both tokens of a log-in."""

    access = serializers.CharField()
    refresh = serializers.CharField(required=False)
    access_expires_at = serializers.DateTimeField()
    refresh_expires_at = serializers.DateTimeField()


class SentSerializer(serializers.Serializer):
    """The one answer for every address."""

    detail = serializers.CharField()


# By name, whichever call has it.
FIELDS = {
    "access": "The access token. Show it as `Authorization: Bearer …`; it lives five minutes.",
    "access_expires_at": "When the access token ends (UTC).",
    "created_at": "When the log-in began (UTC).",
    "current": "Whether this request was made by that log-in.",
    "detail": "For people. It may change.",
    "email": "An e-mail address. Case makes no difference.",
    "expires_at": "When the log-in ends unless it is used before (UTC).",
    "id": "A UUID, which never changes.",
    "ip_address": "Where it was used last.",
    "key": "The last part of the mailed link.",
    "last_seen_at": "When it was used last (UTC), within five minutes.",
    "mode": "How the log-in is held: `session` or `token`.",
    "name": "What the user likes to be called; may be empty.",
    "new_password": "The new password: 15 to 1024 characters of any kind, none of the common ones,"
    " no short text again and again, nothing like the address or the name.",
    "old_password": "The present password.",
    "password": "The password, of 1024 characters at most; outer spaces belong to it."
    " A new one has 15 or more.",
    "refresh": "The refresh token, good for one refresh. Absent with `transport: cookie`.",
    "refresh_expires_at": "When the refresh token ends unless it is used before (UTC).",
    "remember": "Whether the log-in may be idle for 14 days instead of 2 hours, and last for 30"
    " days instead of 12 hours.",
    "token": "An access token; for a password reset, the last part of the mailed link.",
    "transport": "How the refresh token travels: in the `body`, or in an HttpOnly `cookie`.",
    "uid": "The last part but one of the mailed link.",
    "user_agent": "What the client called itself.",
    "via": "By which mode this request was authenticated: `token` or `session`.",
}

# What no serializer says of the strings it takes: none of them has a NUL, a password keeps its
# spaces, and the rest is trimmed before it is looked at.
WITHOUT_NUL = {"pattern": r"^[^\u0000]*$"}
A_PASSWORD = {"pattern": r"^[^\u0000]+$"}
SOMETHING = {"pattern": r"^[^\u0000]*\S[^\u0000]*$"}
TEXTS = {
    "name": WITHOUT_NUL,
    "password": A_PASSWORD,
    "old_password": A_PASSWORD,
    "new_password": A_PASSWORD | {"minLength": settings.PASSWORD_MIN_LENGTH},
    **dict.fromkeys(("email", "key", "refresh", "token", "uid"), SOMETHING),
}
# What holds for one body alone.
BODIES: dict[str, dict[str, Any]] = {
    "Refresh": {
        "oneOf": [
            {"required": ["refresh"], "properties": {"transport": {"enum": ["body"]}}},
            {
                "required": ["transport"],
                "properties": {"transport": {"enum": ["cookie"]}},
                "not": {"required": ["refresh"]},
            },
        ]
    },
}

# The two addresses that are no view of the REST framework's.
KEYS: dict[str, Any] = {
    "operationId": "listKeys",
    "tags": ["Keys and health"],
    "summary": "The public keys",
    "description": "The keys with which anybody can verify our access tokens without asking us"
    " (RFC 7517). Choose by the `kid` of the token's header. Keep them for as long as"
    " `Cache-Control` says, and ask again when you meet a `kid` that you do not know.",
    "security": [],
    "responses": {
        "200": {
            "description": "The keys.",
            "headers": {
                "Cache-Control": {
                    "description": "How long the keys may be kept.",
                    "required": True,
                    "schema": {"type": "string", "example": "public, max-age=300"},
                }
            },
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["keys"],
                        "properties": {
                            "keys": {
                                "type": "array",
                                "items": {"$ref": "#/components/schemas/PublicKey"},
                            }
                        },
                    }
                }
            },
        }
    },
}
HEALTH_STATE = {
    "application/json": {
        "schema": {"$ref": "#/components/schemas/Health"},
    }
}
HEALTH: dict[str, Any] = {
    "operationId": "checkHealth",
    "tags": ["Keys and health"],
    "summary": "Whether the site works",
    "description": "For load balancers and monitors.",
    "security": [],
    "responses": {
        "200": {"description": "Database and cache answer.", "content": HEALTH_STATE},
        "503": {"description": "One of them does not.", "content": HEALTH_STATE},
    },
}
COMPONENTS = {
    "PublicKey": {
        "type": "object",
        "description": "A JSON Web Key (RFC 7517). Its kind says which other members there are:"
        " `crv`, `x` and `y` of an elliptic curve, `n` and `e` of RSA (RFC 7518 6).",
        "required": ["kid", "alg", "use", "kty"],
        "properties": {
            "kid": {"type": "string", "description": "The key's RFC 7638 thumbprint."},
            "alg": {"type": "string", "description": "The one algorithm that it is for."},
            "use": {"type": "string", "enum": ["sig"]},
            "kty": {"type": "string", "enum": ["EC", "OKP", "RSA"]},
        },
        "additionalProperties": {"type": "string"},
    },
    "Health": {
        "type": "object",
        "required": ["database", "cache"],
        "properties": {
            name: {"type": "string", "enum": ["ok", "unavailable"]}
            for name in ("database", "cache")
        },
    },
}
