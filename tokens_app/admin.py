from django.contrib import admin

from authcompare.users.admin import LogInAdmin

from .models import TokenFamily


@admin.register(TokenFamily)
class TokenFamilyAdmin(LogInAdmin):
    """As sessions, plus how far the refresh token has rotated."""

    fields = (*LogInAdmin.fields, "generation", "rotated_at")
