"""The browser flow: log in, be somebody, log out. `tokens_app.views` has the same verbs."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.views import View
from django.views.generic import TemplateView

from authcompare.users import audit
from authcompare.users.log_ins import EndReason, devices_of, end_all, end_one
from authcompare.users.models import User

from .forms import LogInForm
from .store import session_of

# The latest; of the others the devices page tells the number.
ATTEMPTS_SHOWN = 5


class LogInView(auth_views.LoginView):
    """`POST email, password, remember, next` → 302 to `next`, if it stays on this site, or home."""

    template_name = "sessions/login.html"
    form_class = LogInForm
    http_method_names = ("get", "head", "post", "options")

    def form_valid(self, form: LogInForm) -> HttpResponse:  # type: ignore[override]
        response = super().form_valid(form)
        if form.cleaned_data["remember"]:
            session_of(self.request).remember()
        try:
            # The middleware would do it, but nobody can answer for what it raises.
            session_of(self.request).save()
        except UpdateError:
            return self.refuse(form)
        return response

    def refuse(self, form: LogInForm) -> HttpResponse:
        """Show the form as for wrong credentials: the account was closed since they were right."""
        session_of(self.request).flush()
        self.request.user = AnonymousUser()
        form.add_error(None, form.get_invalid_login_error())
        return self.form_invalid(form)


class LogOutView(auth_views.LogoutView):
    """`POST` → 302 home, and nothing is left: no row, no cookie, no page to go back to."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # Not "cookies": that would also end what the tokens' side keeps in this browser.
        response["Clear-Site-Data"] = '"cache"'
        return response


class LogOutEverywhereView(LoginRequiredMixin, LogOutView):  # type: ignore[misc]
    """`POST` → 302 home, and every log-in of the user is over, tokens too."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        end_all(user, EndReason.EVERYWHERE)
        audit.record(audit.What.LOGGED_OUT_EVERYWHERE, request, user_id=user.pk)
        return super().post(request, *args, **kwargs)


class DevicesView(LoginRequiredMixin, TemplateView):
    """Every live log-in of the user, in both modes, with this one marked."""

    template_name = "sessions/devices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = cast(User, self.request.user)
        attempts = audit.attempts(user)
        return super().get_context_data(
            devices=devices_of(user),
            events=audit.recent(user),
            attempts=attempts[:ATTEMPTS_SHOWN],
            attempts_number=attempts.count(),
            token_revocation=settings.TOKEN_REVOCATION,
            **kwargs,
        )


class RevokeView(LoginRequiredMixin, View):
    """`POST` → 302 to the devices, one less; 404 for what is not a live log-in of one's own."""

    def post(self, request: HttpRequest, log_in_id: UUID) -> HttpResponse:
        user = cast(User, request.user)
        if not end_one(user, log_in_id, EndReason.REVOKED):
            raise Http404
        audit.record(audit.What.REVOKED, request, user_id=user.pk, log_in_id=log_in_id)
        messages.success(request, "That log-in is over.")
        return redirect("sessions:devices")


class RevokeOthersView(LoginRequiredMixin, View):
    """`POST` → 302 to the devices, where only this one is left."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user = cast(User, request.user)
        ended = end_all(user, EndReason.REVOKED, keep=user.log_in_id)
        audit.record(audit.What.OTHERS_REVOKED, request, user_id=user.pk)
        messages.success(request, f"{ended} other log-in{pluralize(ended)} ended.")
        return redirect("sessions:devices")


class MeView(LoginRequiredMixin, TemplateView):
    """The secured page: 302 to the log-in form, with `next`, for whoever is not logged in."""

    template_name = "sessions/me.html"
