from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from authcompare.users import log_ins

        from . import checks, signals  # noqa: F401  (importing them registers them)
        from .models import Session

        log_ins.register(Session)
