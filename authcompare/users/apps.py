from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "authcompare.users"
    verbose_name = "Users"

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connecting the receivers is the import's purpose)
