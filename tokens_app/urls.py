from django.urls import path, re_path

from . import views

app_name = "tokens"
urlpatterns = [
    path("token/", views.LogInView.as_view(), name="login"),
    path("token/refresh/", views.RefreshView.as_view(), name="refresh"),
    path("token/verify/", views.VerifyView.as_view(), name="verify"),
    path("token/logout/", views.LogOutView.as_view(), name="logout"),
    path("token/logout/all/", views.LogOutEverywhereView.as_view(), name="logout-everywhere"),
    path("me/", views.MeView.as_view(), name="me"),
    path("devices/", views.DevicesView.as_view(), name="devices"),
    path("devices/<uuid:log_in_id>/", views.DeviceView.as_view(), name="device"),
    re_path("", views.NotFoundView.as_view()),
]
