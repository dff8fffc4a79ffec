from django.apps import AppConfig


class TokensAppConfig(AppConfig):
    name = "tokens_app"
    verbose_name = "Tokens"

    def ready(self) -> None:
        from authcompare.users import log_ins

        from . import checks  # noqa: F401  (importing them registers them)
        from .models import TokenFamily

        log_ins.register(TokenFamily)
