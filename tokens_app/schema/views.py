"""The schema and its reader, for everybody."""

from django.conf import settings
from django.views.generic import TemplateView
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .generator import schema


class SchemaView(APIView):
    """`GET` → the schema, as JSON or, where `Accept` asks for it, as YAML."""

    authentication_classes = ()
    permission_classes = ()
    # The first is what a client gets that does not mind.
    renderer_classes = (
        *(OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer),
    )

    def get(self, request: Request) -> Response:
        return Response(schema())


class DocsView(TemplateView):
    """Swagger UI, out of the sidecar package: it needs no other site.

    drf-spectacular's own views are not used, because their pages have inline styles and scripts,
    which the Content-Security-Policy forbids (Redoc makes such styles by itself). `docs.js` starts
    Swagger UI instead.
    """

    template_name = "tokens/docs.html"
    extra_context = {"csrf_cookie_name": settings.CSRF_COOKIE_NAME}
