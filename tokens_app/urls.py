from django.urls import path, re_path

from . import account_views, views
from .schema.views import DocsView, SchemaView

app_name = "tokens"
urlpatterns = [
    path("token/", views.LogInView.as_view(), name="login"),
    path("token/refresh/", views.RefreshView.as_view(), name="refresh"),
    path("token/verify/", views.VerifyView.as_view(), name="token-verify"),
    path("token/logout/", views.LogOutView.as_view(), name="logout"),
    path("token/logout/all/", views.LogOutEverywhereView.as_view(), name="logout-everywhere"),
    path("signup/", account_views.SignUpView.as_view(), name="signup"),
    path("email/verify/", account_views.VerifyView.as_view(), name="verify"),
    path("password/change/", account_views.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", account_views.PasswordResetView.as_view(), name="password-reset"),
    path(
        "password/reset/confirm/",
        account_views.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("email/change/", account_views.EmailChangeView.as_view(), name="email-change"),
    path("account/close/", account_views.CloseView.as_view(), name="close"),
    path("me/", views.MeView.as_view(), name="me"),
    path("devices/", views.DevicesView.as_view(), name="devices"),
    path("devices/<uuid:log_in_id>/", views.DeviceView.as_view(), name="device"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    re_path("", views.NotFoundView.as_view()),
]
