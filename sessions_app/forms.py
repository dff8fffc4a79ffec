"""The forms of the browser flow: Django's own, with an e-mail address for a user name."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from authcompare.users.models import PASSWORD_MAX_LENGTH


def password_field(label: str, autocomplete: str) -> forms.CharField:
    """Return a field for a password, new or current, that takes whatever a password may be."""
    return forms.CharField(
        label=label,
        max_length=PASSWORD_MAX_LENGTH,
        strip=False,  # Outer spaces are part of a password (NIST SP 800-63B-4 3.1.1.2).
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class LogInForm(AuthenticationForm):
    """Posted as `email`, `password`, `remember`; valid when they are an active user's."""

    # No format is checked: what is no address belongs to nobody, in both modes alike.
    username = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = password_field("Password", "current-password")
    remember = forms.BooleanField(label="Keep me logged in for 30 days", required=False)

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "That e-mail address and password do not belong together. "
        "Check both and try again.",
    }

    def add_prefix(self, field_name: str) -> str:
        # Django's form insists on a field called `username`; what is posted is called `email`.
        return super().add_prefix("email" if field_name == "username" else field_name)
