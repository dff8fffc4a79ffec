"""The API's side of an account's life. `sessions_app.account_views` has the same verbs."""

from typing import cast

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from authcompare.users import accounts

from .account_serializers import (
    CloseSerializer,
    EmailChangeSerializer,
    PasswordChangeSerializer,
    PasswordResetConfirmSerializer,
    PasswordResetSerializer,
    SignUpSerializer,
    VerifyEmailSerializer,
)
from .authentication import (
    Authenticator,
    BearerAuthentication,
    BrowserSessionAuthentication,
    refused_if_over,
)

# The one answer for every address, in the time of every address.
SENT = {"detail": "If that can be done, a mail is on its way. Read it to go on."}


class BadKey(APIException):
    """The key or token of a mailed link is forged, used, too old or out of date."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = "This link is no longer valid. Ask for a new one."
    default_code = "invalid_key"


class AccountView(GenericAPIView):
    """A call by Bearer token or session cookie, for which the log-in alone is not enough."""

    authentication_classes = (BearerAuthentication, BrowserSessionAuthentication)

    def save(self, request: Request) -> None:
        """Do what the request's valid input asks. Raises `ValidationError` (400) for any other."""
        serializer = self.get_serializer(data=request.data)
        try:
            serializer.is_valid(raise_exception=True)
            with refused_if_over(request):
                serializer.save()
        except accounts.BadKeyError as error:
            raise BadKey from error


class OpenAccountView(AccountView):
    """A call that nobody is logged in for; what it needs is in its body."""

    authentication_classes = ()  # type: ignore[assignment]
    permission_classes = ()


class SignUpView(OpenAccountView):
    """`POST {email, password}` → 202, the same for every address."""

    serializer_class = SignUpSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(SENT, status=status.HTTP_202_ACCEPTED)


class VerifyView(OpenAccountView):
    """`POST {key}` → 204, also for the second time; 400 for a key that proves nothing."""

    serializer_class = VerifyEmailSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordChangeView(AccountView):
    """`POST {old_password, new_password}` → 204; only this log-in goes on, in either mode."""

    serializer_class = PasswordChangeSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(OpenAccountView):
    """`POST {email}` → 202, the same for every address."""

    serializer_class = PasswordResetSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(SENT, status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(OpenAccountView):
    """`POST {uid, token, new_password}` → 204; 400 for a token that is no good."""

    serializer_class = PasswordResetConfirmSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EmailChangeView(AccountView):
    """`POST {email, password}` → 202, the same for every other address; the mailed key does it."""

    serializer_class = EmailChangeSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        return Response(SENT, status=status.HTTP_202_ACCEPTED)


class CloseView(AccountView):
    """`POST {password}` → 204, and there is no such account any more."""

    serializer_class = CloseSerializer

    def post(self, request: Request) -> Response:
        self.save(request)
        cast(Authenticator, request.successful_authenticator).leave(request)
        return Response(status=status.HTTP_204_NO_CONTENT)
