"""The browser's side of an account's life. `tokens_app.account_views` has the same verbs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View

from authcompare.users import accounts, links

from .account_forms import (
    CloseForm,
    EmailChangeForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    SignUpForm,
)
from .store import session_of

# Django's form views would also take PUT for a POST.
FORM_METHODS = ("get", "head", "post", "options")


class SecretAddressMixin(View):
    """A page whose address is a secret, since it came by mail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        # No request made from this page tells its path, to our own log neither. Not
        # "no-referrer": the browser would then send `Origin: null` with the form.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response  # type: ignore[return-value]  # Django's views return this


class RequestFormMixin(FormView):
    """A view whose form knows the request."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}


@method_decorator(sensitive_post_parameters("password1", "password2"), "dispatch")
class SignUpView(RequestFormMixin):
    """`POST email, password1, password2` → 302 to the same page for every address."""

    template_name = "sessions/signup.html"
    form_class = SignUpForm
    success_url = reverse_lazy("sessions:signup-sent")
    extra_context = {"title": "Sign up", "button": "Sign up"}
    http_method_names = FORM_METHODS

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        form.save()
        return super().form_valid(form)


class SignUpSentView(TemplateView):
    """What to do now: read the mail."""

    template_name = "sessions/signup_sent.html"
    extra_context = {"title": "Read your mail", "again": reverse_lazy("sessions:signup")}


class VerifyView(SecretAddressMixin, TemplateView):
    """`GET` asks, `POST` → 302 to the log-in form, or on for whoever is logged in already.

    A key that proves nothing is told so.

    Only a POST uses the key up: a scanner in front of the mailbox opens links, too.
    """

    template_name = "sessions/verify.html"
    http_method_names = FORM_METHODS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(claim=links.claim_of(self.kwargs["key"]), **kwargs)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            user = accounts.verify_email(request, key)
        except accounts.BadKeyError:
            return self.get(request, key=key)
        if request.user == user:
            messages.success(request, "Your e-mail address is verified.")
            return redirect("sessions:me")
        messages.success(request, "Your e-mail address is verified. Log in with it.")
        return redirect("sessions:login")


class OverMixin(View):
    """A page that leads to the log-in form where its log-in ended in the middle of the request."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]
        except (accounts.ClosedError, UpdateError):
            session_of(request).flush()
            return redirect_to_login(request.get_full_path())


class PasswordChangeView(OverMixin, RequestFormMixin, auth_views.PasswordChangeView):
    """`POST old_password, new_password1, new_password2` → 302; only this log-in goes on."""

    template_name = "sessions/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("sessions:me")
    title = "Change your password"
    extra_context = {"button": "Change the password"}
    http_method_names = FORM_METHODS

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:  # type: ignore[override]
        form.save()
        messages.success(self.request, "Your password is changed. Every other log-in has ended.")
        return redirect(self.success_url)


class PasswordResetView(RequestFormMixin, auth_views.PasswordResetView):
    """`POST email` → 302 to the same page for every address."""

    template_name = "sessions/password_reset.html"
    form_class = PasswordResetForm
    success_url = reverse_lazy("sessions:password-reset-sent")
    title = "Choose a new password"
    extra_context = {"button": "Send me a link"}
    http_method_names = FORM_METHODS


class PasswordResetSentView(TemplateView):
    """What to do now: read the mail."""

    template_name = "sessions/password_reset_sent.html"
    extra_context = {"title": "Read your mail", "again": reverse_lazy("sessions:password-reset")}


@method_decorator(sensitive_post_parameters(), "dispatch")
class PasswordResetConfirmView(SecretAddressMixin, RequestFormMixin):
    """`GET` asks, `POST new_password1, new_password2` → 302 to the log-in form.

    Django's form and Django's token. Its view would carry the token over into the visitor's
    session; a visitor here has none, so the token stays in the address, from where
    `SecretAddressMixin` lets it go nowhere. Only a POST uses it up.
    """

    template_name = "sessions/password_reset_confirm.html"
    form_class = SetPasswordForm
    success_url = reverse_lazy("sessions:login")
    extra_context = {"title": "Choose a new password", "button": "Set the new password"}
    http_method_names = FORM_METHODS

    def dispatch(self, request: HttpRequest, uidb64: str, token: str) -> HttpResponse:  # type: ignore[override]
        self.user = accounts.user_of_reset(request, uidb64, token)
        return super().dispatch(request)

    def get(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        return super().get(request) if self.user else self.refuse()

    def post(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        return super().post(request) if self.user else self.refuse()

    def refuse(self) -> HttpResponse:
        return render(self.request, "sessions/password_reset_refused.html")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.user}

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        try:
            form.save()
        except accounts.BadKeyError:
            return self.refuse()
        messages.success(self.request, "Your new password is set. Log in with it.")
        return super().form_valid(form)


@method_decorator(sensitive_post_parameters("password"), "dispatch")
class StepUpView(OverMixin, LoginRequiredMixin, RequestFormMixin):
    """A form for which being logged in is not enough: it asks for the password again."""

    http_method_names = FORM_METHODS

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}


class EmailChangeView(StepUpView):
    """`POST email, password` → 302, the same for every other address; a mailed link does it."""

    template_name = "sessions/email_change.html"
    form_class = EmailChangeForm
    success_url = reverse_lazy("sessions:me")
    extra_context = {"title": "Change your address", "button": "Send me a link"}

    def form_valid(self, form: EmailChangeForm) -> HttpResponse:
        form.save()
        email = form.cleaned_data["email"]
        messages.success(self.request, f"A mail is on its way to {email}. Open the link in it.")
        return super().form_valid(form)


class CloseView(StepUpView):
    """`POST password` → 302 home, and there is no such account any more."""

    template_name = "sessions/close.html"
    form_class = CloseForm
    success_url = reverse_lazy("home")
    extra_context = {
        "title": "Close your account",
        "button": "Close my account for good",
        "button_class": "danger",
    }

    def form_valid(self, form: CloseForm) -> HttpResponse:
        form.save()
        logout(self.request)
        messages.success(self.request, "Your account is closed, and all its log-ins have ended.")
        return super().form_valid(form)
