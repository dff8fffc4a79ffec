from django.urls import path

from . import account_views, views

app_name = "sessions"
urlpatterns = [
    path("login/", views.LogInView.as_view(), name="login"),
    path("logout/", views.LogOutView.as_view(), name="logout"),
    path("logout/all/", views.LogOutEverywhereView.as_view(), name="logout-everywhere"),
    path("me/", views.MeView.as_view(), name="me"),
    path("signup/", account_views.SignUpView.as_view(), name="signup"),
    path("signup/sent/", account_views.SignUpSentView.as_view(), name="signup-sent"),
    path("verify/<str:key>/", account_views.VerifyView.as_view(), name="verify"),
    path("password/change/", account_views.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", account_views.PasswordResetView.as_view(), name="password-reset"),
    path(
        "password/reset/sent/",
        account_views.PasswordResetSentView.as_view(),
        name="password-reset-sent",
    ),
    path(
        "password/reset/<str:uidb64>/<str:token>/",
        account_views.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("email/change/", account_views.EmailChangeView.as_view(), name="email-change"),
    path("close/", account_views.CloseView.as_view(), name="close"),
    path("devices/", views.DevicesView.as_view(), name="devices"),
    path("devices/revoke-others/", views.RevokeOthersView.as_view(), name="revoke-others"),
    path("devices/<uuid:log_in_id>/revoke/", views.RevokeView.as_view(), name="revoke"),
]
