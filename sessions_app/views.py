"""The browser flow: log in, be somebody, log out. `tokens_app.views` has the same verbs."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.views.generic import TemplateView

from .forms import LogInForm
from .store import session_of


class LogInView(auth_views.LoginView):
    """`POST email, password, remember, next` → 302 to `next`, if it stays on this site, or home."""

    template_name = "sessions/login.html"
    form_class = LogInForm

    def form_valid(self, form: LogInForm) -> HttpResponse:  # type: ignore[override]
        response = super().form_valid(form)
        if form.cleaned_data["remember"]:
            session_of(self.request).remember()
        return response


class LogOutView(auth_views.LogoutView):
    """`POST` → 302 home, and nothing is left: no row, no cookie, no page to go back to."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # Not "cookies": that would also end what the tokens' side keeps in this browser.
        response["Clear-Site-Data"] = '"cache"'
        return response


class MeView(LoginRequiredMixin, TemplateView):
    """The secured page: 302 to the log-in form, with `next`, for whoever is not logged in."""

    template_name = "sessions/me.html"
