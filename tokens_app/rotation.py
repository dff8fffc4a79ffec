"""What a refresh token is worth: a rotation, the same answer again, or the end of its family."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework_simplejwt.exceptions import InvalidToken

from authcompare.users import audit
from authcompare.users.clients import Client
from authcompare.users.log_ins import EndReason
from authcompare.users.models import AuthEvent

from .models import TokenFamily
from .revocation import family_of
from .tokens import RefreshToken


def refresh(token: RefreshToken, request: HttpRequest) -> TokenFamily:
    """Return the family whose current token answers this one.

    Raises `InvalidToken` for a log-in that is over and for a token that was used before; the
    latter ends the family, since thief and owner cannot be told apart (RFC 9700 4.14.2).
    """
    # An ended family enjoys neither rotation nor grace.
    family = family_of(token)
    if token.generation == family.generation:
        if family.rotate(Client.of(request)):
            return family
        # Another request was faster: this one's token has just been superseded, or the log-in
        # has just ended.
        family = family_of(token)
    if _in_grace(token, family):
        return family
    if token.generation < family.generation:
        _end_for_reuse(token, family, request)
    raise InvalidToken("This refresh token was used before; log in again.", "token_reused")


def _end_for_reuse(token: RefreshToken, family: TokenFamily, request: HttpRequest) -> None:
    if TokenFamily.objects.filter(pk=family.pk).end(EndReason.REUSE):
        what = _kind_of_reuse(token, family, Client.of(request))
        audit.record(what, request, user_id=family.user_id, log_in_id=family.pk)


def _kind_of_reuse(token: RefreshToken, family: TokenFamily, client: Client) -> AuthEvent.What:
    """Return what the reuse looks like; whatever it is, it has ended the family."""
    if client != (family.ip_address, family.user_agent):
        return AuthEvent.What.THEFT_SUSPECTED
    if token.generation == family.generation - 1:
        return AuthEvent.What.LOST_RESPONSE
    return AuthEvent.What.STALE_BRANCH


def _in_grace(token: RefreshToken, family: TokenFamily) -> bool:
    return (
        token.generation == family.generation - 1
        and family.rotated_at is not None
        and timezone.now() - family.rotated_at <= settings.REFRESH_GRACE
    )
