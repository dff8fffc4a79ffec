"""The probe: one secured resource behind every strategy, the same but for who guards it.

`GET` reads who the server thinks you are; `POST name` changes your name. A second door is for
staff only. Each comes as a plain Django view and as a view of the REST framework, since a strategy
authenticates in one or the other; the open ones are the floor that benchmarks measure from.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from django.views import View
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer

NAME_LENGTH = 150


def identity(request: HttpRequest | Request) -> dict[str, str]:
    """Return who the request is by. It asks for the id only, which a token may know by itself."""
    return {"id": str(request.user.pk)}


def rename(request: HttpRequest | Request, name: str) -> None:
    """Give the request's user another name, in one statement."""
    get_user_model().objects.filter(pk=identity(request)["id"]).update(name=name[:NAME_LENGTH])


class OpenProbe(View):
    """The floor: the same work without authentication."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"id": "nobody"})


class Probe(LoginRequiredMixin, View):
    """The secured resource behind Django's own middleware."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(identity(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        rename(request, request.POST.get("name", ""))
        return JsonResponse(identity(request))


class StaffProbe(UserPassesTestMixin, View):
    """The door for staff behind Django's own middleware."""

    raise_exception = True

    def test_func(self) -> bool:
        return bool(getattr(self.request.user, "is_staff", False))

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(identity(request))


class OpenApiProbe(APIView):
    """The floor of the REST framework."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        return Response({"id": "nobody"})


class ApiProbe(APIView):
    """The secured resource behind an authentication class of the REST framework."""

    parser_classes = (JSONParser, FormParser)
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response(identity(request))

    def post(self, request: Request) -> Response:
        fields: Any = request.data
        rename(request, str(fields.get("name", "")))
        return Response(identity(request))


class StaffApiProbe(APIView):
    """The door for staff behind an authentication class of the REST framework."""

    permission_classes = (IsAdminUser,)

    def get(self, request: Request) -> Response:
        return Response(identity(request))


def probes(guard: str) -> list[URLPattern]:
    """Return the probe's addresses, guarded by authentication classes or, without, by Django."""
    if not guard:
        return [
            path("probe/", Probe.as_view()),
            path("probe/staff/", StaffProbe.as_view()),
            path("probe/open/", OpenProbe.as_view()),
        ]
    guards: dict[str, Any] = {
        "authentication_classes": [import_string(name) for name in guard.split()]
    }
    return [
        path("probe/", ApiProbe.as_view(**guards)),
        path("probe/staff/", StaffApiProbe.as_view(**guards)),
        path("probe/open/", OpenApiProbe.as_view()),
    ]


class StaffClaimSerializer(TokenObtainPairSerializer):
    """Puts the right that a stateless view asks for into the token, as SimpleJWT documents."""

    @classmethod
    def get_token(cls, user: Any) -> Any:
        token = super().get_token(user)
        token["is_staff"] = user.is_staff
        return token
