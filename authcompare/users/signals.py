"""What happens to a user's log-ins when the user changes, whoever changed it."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import audit, compiled
from .log_ins import EndReason, end_all
from .models import User


@receiver(post_save, sender=User)
def end_log_ins(instance: User, created: bool, **kwargs: Any) -> None:
    """End the log-ins of a user who was deactivated or has a new password."""
    if not created and not instance.is_active:
        end_all(instance, EndReason.DEACTIVATED)
    elif instance.password_changed:
        end_all(instance, EndReason.PASSWORD_CHANGED, keep=instance.kept_log_in)
        instance.password_changed = False


@receiver(pre_delete, sender=User)
def end_log_ins_of_deleted(instance: User, **kwargs: Any) -> None:
    """End the log-ins before their rows go, so that access tokens die with the account."""
    end_all(instance, EndReason.DEACTIVATED)


# Under the name of Django's own receiver, which is connected later and then stays out.
@receiver(user_logged_in, dispatch_uid="update_last_login")
def note_last_login(user: User, **kwargs: Any) -> None:
    """Write when the user logged in, by a statement that is compiled once."""
    user.last_login = timezone.now()
    compiled.update(User, {"id": user.pk}, {"last_login": user.last_login})


@receiver(user_login_failed)
def record_failed_log_in(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Record the address that was tried, by whichever door."""
    if request is not None:
        email = credentials.get("username") or credentials.get(User.USERNAME_FIELD) or ""
        audit.record(audit.What.LOG_IN_FAILED, request, email=email)
