"""The REST flow: log in, be somebody, log out. `sessions_app.views` has the same verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.views import TokenViewBase

from authcompare.users import audit, limits
from authcompare.users.clients import Client
from authcompare.users.log_ins import EndReason, devices_of, end_all, end_one
from authcompare.users.models import User

from . import revocation, transport
from .authentication import (
    REALM,
    BearerAuthentication,
    BrowserSessionAuthentication,
    refused_if_over,
    verified,
)
from .backend import current_ring_file
from .keys import JWKS_MAX_AGE
from .models import TokenFamily
from .rotation import refresh
from .serializers import (
    DeviceSerializer,
    LogInSerializer,
    MeSerializer,
    RefreshSerializer,
    VerifySerializer,
    invalid_credentials,
)
from .tokens import LogOutToken, RefreshToken


class TokenView(TokenViewBase):
    """SimpleJWT's view base: no authentication but the token or password in the body."""

    def get_authenticate_header(self, request: Request) -> str:
        return REALM

    def validated(self, request: Request) -> dict[str, Any]:
        """Return the request's valid input. Raises `ValidationError` (400) for any other."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


@contextmanager
def counted_if_refused(request: Request) -> Iterator[None]:
    """Count a refused token against its network; good ones are nobody's business."""
    try:
        yield
    except InvalidToken:
        limits.count(limits.Rule.REFRESH, request)
        raise


class LogInView(TokenView):
    """`POST {email, password}` → 200 and a pair of tokens."""

    serializer_class = LogInSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        data = self.validated(request)
        family = TokenFamily.log_in(data["user"], Client.of(request), remember=data["remember"])
        if family is None:
            raise invalid_credentials()
        user_id, log_in_id = family.user_id, family.pk
        audit.record(audit.What.LOGGED_IN, request, user_id=user_id, log_in_id=log_in_id)
        if data["transport"] == transport.COOKIE:
            transport.replace_earlier(request)
        return transport.answer(request, family, data["transport"])


class RefreshView(TokenView):
    """`POST {refresh}` → 200 and the next pair; a refresh token is good for one."""

    serializer_class = RefreshSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        data = self.validated(request)
        raw_token = transport.shown(request, data)
        if raw_token is None:
            raise NotAuthenticated
        with counted_if_refused(request):
            family = self._refresh(request, raw_token)
        return transport.answer(request, family, data["transport"])

    @staticmethod
    def _refresh(request: Request, raw_token: str) -> TokenFamily:
        try:
            token = RefreshToken(raw_token)
        except TokenError as error:
            raise InvalidToken("This refresh token is invalid or expired.") from error
        return refresh(token, request._request)


class VerifyView(TokenView):
    """`POST {token}` → 200 for an access token that would be accepted now, else 401."""

    serializer_class = VerifySerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # Whatever the revocation costs or spares the other requests, this answer is exact.
        with counted_if_refused(request):
            verified(self.validated(request)["token"], by=revocation.ROW)
        return Response({})


class LogOutView(TokenView):
    """`POST {refresh}` → 204, and the log-in is over, its access tokens too.

    Any refresh token of the log-in will do, an earlier or an expired one as well: whoever wants
    to end it should not fail.
    """

    serializer_class = RefreshSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        data = self.validated(request)
        raw_token = transport.shown(request, data)
        if raw_token is not None:
            self._end(request, raw_token)
        response = Response(status=status.HTTP_204_NO_CONTENT)
        if data["transport"] == transport.COOKIE:
            transport.forget(response)
        return response

    @staticmethod
    def _end(request: Request, raw_token: str) -> None:
        try:
            token = LogOutToken(raw_token)
        except TokenError as error:
            raise InvalidToken("This is no refresh token of this site.") from error
        if TokenFamily.objects.filter(pk=token.family_id).end(EndReason.LOGGED_OUT):
            user_id, log_in_id = token.user_id, token.family_id
            audit.record(audit.What.LOGGED_OUT, request, user_id=user_id, log_in_id=log_in_id)


class LogOutEverywhereView(APIView):
    """`POST` with a Bearer token → 204, and every log-in of the user is over, sessions too."""

    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        end_all(user, EndReason.EVERYWHERE)
        audit.record(audit.What.LOGGED_OUT_EVERYWHERE, request, user_id=user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(RetrieveUpdateAPIView):
    """The secured resource of both modes: `GET`, `PATCH {name}`."""

    authentication_classes = (BearerAuthentication, BrowserSessionAuthentication)
    serializer_class = MeSerializer
    http_method_names = ("get", "head", "patch", "options")

    def get_object(self) -> User:
        return cast(User, self.request.user)

    def perform_update(self, serializer: BaseSerializer) -> None:
        with refused_if_over(self.request):
            serializer.save()


class DevicesView(APIView):
    """`GET` → every live log-in of the user, in both modes, with this one marked."""

    authentication_classes = (BearerAuthentication, BrowserSessionAuthentication)

    def get(self, request: Request) -> Response:
        devices = devices_of(cast(User, request.user))
        return Response(DeviceSerializer(devices, many=True, context={"request": request}).data)


class DeviceView(APIView):
    """`DELETE` → 204, and that log-in is over; 404 for what is not a live log-in of one's own."""

    authentication_classes = (BearerAuthentication, BrowserSessionAuthentication)

    def delete(self, request: Request, log_in_id: UUID) -> Response:
        user = cast(User, request.user)
        if not end_one(user, log_in_id, EndReason.REVOKED):
            raise NotFound("You have no such log-in.")
        audit.record(audit.What.REVOKED, request, user_id=user.pk, log_in_id=log_in_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NotFoundView(APIView):
    """Any other path of the API, in the API's own error shape, under DEBUG too."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this address. Every path of the API ends in a slash.")


@csrf_exempt  # It writes nothing, and any other method shall be a 405.
@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Return the public keys (RFC 7517) with which anybody can verify our access tokens."""
    lifetime = settings.ACCESS_TOKEN_LIFETIME + JWKS_MAX_AGE
    keys = current_ring_file().ring().used_within(lifetime)
    response = JsonResponse({"keys": [key.public_jwk() for key in keys]})
    response["Cache-Control"] = f"public, max-age={JWKS_MAX_AGE.seconds}"
    return response
