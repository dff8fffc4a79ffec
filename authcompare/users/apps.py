from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "authcompare.users"
    verbose_name = "Users"

    def ready(self) -> None:
        from . import checks, signals  # noqa: F401  (importing them registers them)
