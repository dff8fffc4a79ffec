"""The forms of an account's life: Django's own, with the project's fields."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.http import HttpRequest

from authcompare.users import accounts
from authcompare.users.fields import EmailFormField
from authcompare.users.models import User

from .forms import password_field
from .store import keep_log_in


class RequestMixin:
    """A form that knows the request it came with, whose client is limited and recorded."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)


def email_field(label: str = "E-mail address") -> EmailFormField:
    """Return a field for an address that mail will be sent to."""
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return EmailFormField(label=label, max_length=254, widget=widget)


def new_password_fields(label: str) -> tuple[forms.CharField, forms.CharField]:
    """Return the two fields for a new password, the first of which says what it may be."""
    first = password_field(label, "new-password")
    first.help_text = (
        f"At least {settings.PASSWORD_MIN_LENGTH} characters, of any kind: four or five words that"
        " do not belong together, say. Spaces count."
    )
    return first, password_field(f"{label} again", "new-password")


class SignUpForm(RequestMixin, auth_forms.SetPasswordMixin, forms.Form):
    """Posted as `email`, `password1`, `password2`; valid whether the address is known or not."""

    email = email_field()
    password1, password2 = new_password_fields("Password")

    def clean(self) -> None:
        """Check the password before anybody asks whose address it is."""
        self.validate_passwords()
        self.validate_password_for_user(User(email=self.cleaned_data.get("email", "")))

    def save(self) -> None:
        accounts.sign_up(self.request, self.cleaned_data["email"], self.cleaned_data["password1"])


class PasswordChangeForm(RequestMixin, auth_forms.PasswordChangeForm):
    """Posted as `old_password`, `new_password1`, `new_password2`."""

    old_password = password_field("Current password", "current-password")
    new_password1, new_password2 = new_password_fields("New password")

    def clean_old_password(self) -> str:
        accounts.check_current_password(self.request, self.user, self.cleaned_data["old_password"])
        return self.cleaned_data["old_password"]

    def save(self, commit: bool = True) -> User:
        new_password = self.cleaned_data["new_password1"]
        accounts.change_password(self.request, self.user, new_password, keep_log_in)
        return self.user


class PasswordResetForm(RequestMixin, auth_forms.PasswordResetForm):
    """Posted as `email`; valid whether the address is known or not."""

    email = email_field()

    def save(self, *args: Any, **kwargs: Any) -> None:
        accounts.request_reset(self.request, self.cleaned_data["email"])


class SetPasswordForm(RequestMixin, auth_forms.SetPasswordForm):
    """Posted as `new_password1`, `new_password2`."""

    new_password1, new_password2 = new_password_fields("New password")

    def save(self, commit: bool = True) -> User:
        accounts.reset_password(self.request, self.user, self.cleaned_data["new_password1"])
        return self.user


class StepUpForm(RequestMixin, forms.Form):
    """A form that asks a logged-in user for the current password, posted as `password`."""

    password = password_field("Current password", "current-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        accounts.check_current_password(self.request, self.user, self.cleaned_data["password"])
        return self.cleaned_data["password"]


class EmailChangeForm(StepUpForm):
    """Posted as `email`, `password`; valid whether somebody else has the address or not."""

    email = email_field("New e-mail address")
    field_order = ("email", "password")

    def clean_email(self) -> str:
        accounts.check_new_email(self.user, self.cleaned_data["email"])
        return self.cleaned_data["email"]

    def save(self) -> None:
        accounts.request_email_change(self.request, self.user, self.cleaned_data["email"])


class CloseForm(StepUpForm):
    """Posted as `password`."""

    def save(self) -> None:
        accounts.close(self.request, self.user)
