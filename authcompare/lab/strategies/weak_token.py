"""BROKEN ON PURPOSE: the control that attacks on tokens must breach. NEVER COPY IT."""

from dataclasses import dataclass
from typing import Any

from django.urls import path

from ..visitor import Flow
from .flows import TokenFlow
from .ours import signed_by_ring
from .stock import StockStrategy

VIEWS = TokenFlow(obtain="/api/token/", refresh="/api/token/refresh/", logout="/api/token/logout/")


@dataclass(frozen=True, kw_only=True)
class WeakTokens(StockStrategy):
    """Tokens with every hole at once, so that each attack can show that it would see one."""

    guard: str = "authcompare.lab.strategies.weak_views.WeakAuthentication"
    control: bool = True
    flow: Flow = VIEWS

    def settings(self, site: Any) -> dict[str, Any]:
        ring = {name: getattr(site, name) for name in ("SIGNING_KEYS_FILE", "VERIFIED_SIGNATURES")}
        return super().settings(site) | ring

    def doors(self) -> list[Any]:
        from django.views.decorators.csrf import csrf_exempt

        from . import weak_views

        return [
            path("api/token/", csrf_exempt(weak_views.log_in)),
            path("api/token/refresh/", csrf_exempt(weak_views.refresh)),
            path("api/token/logout/", csrf_exempt(weak_views.log_out)),
            path(".well-known/jwks.json", weak_views.public_keys),
        ]

    def mint(self, head: bytes, claims: bytes) -> str | None:
        return signed_by_ring(head, claims)


WEAK_TOKEN = WeakTokens(
    slug="weak-token",
    title="Weak tokens (control)",
    about="Tokens whose verifier has every hole that was ever reported of one.",
    documentation="README.md",
    stores=("the texts of the tokens that were logged out, in the process",),
)
