from django.urls import path

from . import views

app_name = "sessions"
urlpatterns = [
    path("login/", views.LogInView.as_view(), name="login"),
    path("logout/", views.LogOutView.as_view(), name="logout"),
    path("me/", views.MeView.as_view(), name="me"),
    path("devices/", views.DevicesView.as_view(), name="devices"),
    path("devices/revoke-others/", views.RevokeOthersView.as_view(), name="revoke-others"),
    path("devices/<uuid:log_in_id>/revoke/", views.RevokeView.as_view(), name="revoke"),
]
