"""The site's addresses. What is here is a contract: clients rely on it."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from tokens_app.views import jwks

from . import mailbox, views

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("sessions/", include("sessions_app.urls")),
    path("api/", include("tokens_app.urls")),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("healthz", views.healthz, name="healthz"),
    # In the place of the admin's own, whose guesses at the old password nobody would count.
    path("admin/password_change/", RedirectView.as_view(pattern_name="sessions:password-change")),
    path("admin/", admin.site.urls),
]
if apps.is_installed("authcompare.lab"):
    urlpatterns.append(path("lab/", include("authcompare.lab.urls")))
if settings.DEBUG:
    urlpatterns += mailbox.urlpatterns
handler400 = "authcompare.views.bad_request"
handler403 = "authcompare.views.permission_denied"
handler404 = "authcompare.views.not_found"
handler500 = "authcompare.views.server_error"
