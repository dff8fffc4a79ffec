"""Users in the admin, and what the admin pages of both modes' log-ins have in common."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from . import accounts, audit
from .audit import What
from .log_ins import MODELS, EndReason, LogIn
from .models import AuthEvent, User

RIGHTS = {"is_staff", "is_superuser", "groups", "user_permissions"}


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Search, filter, deactivate.

    What staff do to their own address and password they do where everybody does, with the current
    password: a log-in alone may be a stolen one. What they do to others', the others are told.
    """

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "date_joined")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined", "email_verified_at")
    actions = ("deactivate", "activate")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            "Permissions",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("last_login", "date_joined", "email_verified_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "usable_password", "password1", "password2"),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save a user; an address that is set here is the operator's word."""
        email = form.initial.get("email", obj.email)
        if not change or email != obj.email:
            # Links that were mailed for another address die with this.
            obj.email_verified_at = timezone.now()
        super().save_model(request, obj, form, change)
        if change:
            self._tell_of(request, obj, form, email)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> User | None:
        user = super().get_object(request, object_id, from_field)
        if user is None or not transaction.get_connection().in_atomic_block:
            return user
        # Read again and locked, where a form is written. The form saves all columns: it would
        # make an account anew that its owner closed meanwhile, or bring back an old password.
        return User.objects.select_for_update().filter(pk=user.pk).first()

    def _tell_of(self, request: HttpRequest, user: User, form: Any, email: str) -> None:
        if "is_active" in form.changed_data:
            self._record(request, user)
        if email != user.email:
            accounts.changed_by_operator(request, What.EMAIL_CHANGED, user, email)
        if RIGHTS.intersection(form.changed_data):
            accounts.changed_by_operator(request, What.RIGHTS_CHANGED, user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("email",) if obj == request.user else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj != request.user:
            return fieldsets
        change = '<a href="{}">Change your own address</a> as everybody does, with your password.'
        link = format_html(change, reverse("sessions:email-change"))
        return [(None, fieldsets[0][1] | {"description": link}), *fieldsets[1:]]

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (as the address calls it)
        form_url: str = "",
    ) -> HttpResponse:
        """Set another user's password; for one's own there is the page that asks for the old."""
        user = self.get_object(request, unquote(id))
        if user == request.user:
            return redirect("sessions:password-change")
        with transaction.atomic():  # In which `get_object` holds the user's row.
            response = super().user_change_password(request, id, form_url)
        # Where nothing was set it leads back to itself.
        done = isinstance(response, HttpResponseRedirect) and response.url != request.path
        if user and done:
            accounts.changed_by_operator(request, What.PASSWORD_CHANGED, user)
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let log-ins go with their user, though nobody may delete one by hand."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        perms_needed -= {model._meta.verbose_name for model in MODELS}
        return to_delete, counts, perms_needed, protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        user_id, email = obj.pk, obj.email
        if accounts.delete(obj):
            audit.record(What.ACCOUNT_CLOSED, request, user_id=user_id, email=email)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    @admin.action(
        description="Deactivate: end every log-in, allow no new one", permissions=["change"]
    )
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._set_active(request, users.exclude(email=request.user.get_username()), active=False)

    @admin.action(description="Activate again", permissions=["change"])
    def activate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._set_active(request, users, active=True)

    @staticmethod
    def _record(request: HttpRequest, user: User) -> None:
        what = audit.What.ACTIVATED if user.is_active else audit.What.DEACTIVATED
        audit.record(what, request, user_id=user.pk)

    def _set_active(self, request: HttpRequest, users: QuerySet[User], *, active: bool) -> None:
        with transaction.atomic():
            # Locked: an account that is closed meanwhile could not be saved.
            changed = users.filter(is_active=not active).select_for_update()
            count = len(changed)
            # Saved one by one: the signal of each save ends the user's log-ins.
            for user in changed:
                user.is_active = active
                user.save(update_fields=["is_active"])
                self._record(request, user)
                self.log_change(request, user, "Activated." if active else "Deactivated.")
        word = "activated" if active else "deactivated"
        self.message_user(request, f"{count} user(s) {word}.", messages.SUCCESS)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are written by what happens, and by nobody's hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuthEvent)
class AuthEventAdmin(ReadOnlyAdmin):
    """The audit trail, to be read."""

    list_display = ("when", "what", "mode", "whose", "email", "ip_address", "user_agent")
    list_filter = ("what", "mode", "when")
    search_fields = ("user__email", "email", "ip_address")
    date_hierarchy = "when"
    fields = (*list_display, "log_in_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthEvent]:
        # In the same query: alone, `event.user` of a closed account would be looked for in vain.
        return super().get_queryset(request).select_related("user")

    @admin.display(description="user", ordering="user__email")
    def whose(self, event: AuthEvent) -> Any:
        """Return the user, and of one who is gone the id."""
        return event.user or event.user_id


class LiveFilter(admin.SimpleListFilter):
    """Live, or over."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "live"), ("over", "ended or expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "live":
            return queryset.live()  # type: ignore[attr-defined]
        if self.value() == "over":
            return queryset.exclude(pk__in=queryset.live())  # type: ignore[attr-defined]
        return queryset


class LogInAdmin(ReadOnlyAdmin):
    """Log-ins are read here and can be revoked; they are made by logging in only."""

    list_display = ("user", "is_live", "created_at", "last_seen_at", "ip_address", "user_agent")
    list_filter = (LiveFilter, "created_at", "end_reason")
    list_select_related = ("user",)
    search_fields = ("user__email", "ip_address", "user_agent")
    date_hierarchy = "created_at"
    actions = ("revoke",)
    fields: ClassVar[tuple[str, ...]] = (
        "id",
        "user",
        "is_live",
        "created_at",
        "last_seen_at",
        "ip_address",
        "user_agent",
        "remember",
        "idle_expires_at",
        "expires_at",
        "ended_at",
        "end_reason",
    )

    @admin.display(boolean=True, description="live")
    def is_live(self, log_in: LogIn) -> bool:
        return log_in.is_live()

    @admin.action(description="Revoke: end the selected log-ins", permissions=["revoke"])
    def revoke(self, request: HttpRequest, log_ins: QuerySet[Any]) -> None:
        whose = list(log_ins.live().values_list("user_id", "pk"))  # type: ignore[attr-defined]
        count = log_ins.end(EndReason.OPERATOR)  # type: ignore[attr-defined]
        for user_id, log_in_id in whose:
            what = audit.What.ENDED_BY_OPERATOR
            audit.record(what, request, user_id=user_id, log_in_id=log_in_id)
        self.message_user(request, f"{count} log-in(s) ended.", messages.SUCCESS)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may end log-ins: who may "change" them may."""
        return admin.ModelAdmin.has_change_permission(self, request)
