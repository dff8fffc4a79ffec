"""BROKEN ON PURPOSE: the guard of the control `weak-refresh`. NEVER COPY OR IMPORT THIS."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from .weak_refresh import COOKIE, KEPT


class TwoMinds(JWTAuthentication):
    """Reads for whose token it is, and writes for whose refresh cookie comes along with it."""

    def authenticate(self, request: Request) -> Any:
        found = super().authenticate(request)
        user_id = cache.get(KEPT, {}).get(request.COOKIES.get(COOKIE))
        if found is None or user_id is None or request.method in SAFE_METHODS:
            return found
        return get_user_model().objects.get(pk=user_id), found[1]
