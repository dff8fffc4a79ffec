"""The addresses of the one strategy that this process plays."""

from . import playing

urlpatterns = playing().urls()
