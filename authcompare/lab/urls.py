"""The lab's pages. They show what runs have found; no run is started from here."""

from django.urls import path

from . import measured_views, trace_views, verdict_views

app_name = "lab"
urlpatterns = [
    path("", trace_views.index, name="index"),
    path("traces/", trace_views.traces, name="traces"),
    path("attacks/", verdict_views.attacks, name="attacks"),
    path("attacks/<slug:slug>/", verdict_views.attack, name="attack"),
    path("delays/", verdict_views.delays, name="delays"),
    path("credentials/", verdict_views.credentials, name="credentials"),
    path("spread/", verdict_views.spread, name="spread"),
    path("costs/", measured_views.costs, name="costs"),
    path("costs/<slug:database>/", measured_views.costs, name="costs"),
    path("growth/", measured_views.growth, name="growth"),
    path("growth/<slug:database>/", measured_views.growth, name="growth"),
    path("load/", measured_views.load, name="load"),
    path("load/<slug:database>/", measured_views.load, name="load"),
    path("tabs/", measured_views.tabs, name="tabs"),
    path("claims/", verdict_views.claims, name="claims"),
]
