"""The two doors as one client sees them: the same verbs, each in its own way."""

from collections.abc import Callable
from typing import Any, Protocol

from django.test import Client
from rest_framework.test import APIClient


class Door(Protocol):
    """One client of one user, who comes through one of the doors."""

    mode: str

    def log_in(self, email: str, password: str) -> Any: ...
    def is_logged_in(self) -> bool: ...
    def renew(self) -> bool: ...
    def renew_by_guess(self) -> Any: ...
    def log_out(self) -> Any: ...
    def log_out_everywhere(self) -> Any: ...
    def change_password(self, old: str, new: str) -> Any: ...
    def ask_for_reset(self, email: str) -> Any: ...
    def reset(self, link: str, new: str) -> Any: ...
    def change_email(self, email: str, password: str) -> Any: ...
    def verify(self, link: str) -> Any: ...
    def sign_up(self, email: str, password: str) -> Any: ...
    def close(self, password: str) -> Any: ...


class SessionDoor:
    """A browser: forms and a cookie."""

    mode = "session"

    def __init__(self) -> None:
        self.client = Client()

    def log_in(self, email: str, password: str) -> Any:
        return self.client.post("/sessions/login/", {"email": email, "password": password})

    def is_logged_in(self) -> bool:
        return self.client.get("/api/me/").status_code == 200

    def renew(self) -> bool:
        """Use the session, which renews it."""
        return self.is_logged_in()

    def renew_by_guess(self) -> Any:
        return Client(headers={"cookie": f"sessionid={'x' * 32}"}).get("/api/me/")

    def log_out(self) -> Any:
        return self.client.post("/sessions/logout/")

    def log_out_everywhere(self) -> Any:
        return self.client.post("/sessions/logout/all/")

    def change_password(self, old: str, new: str) -> Any:
        fields = {"old_password": old, "new_password1": new, "new_password2": new}
        return self.client.post("/sessions/password/change/", fields)

    def ask_for_reset(self, email: str) -> Any:
        return self.client.post("/sessions/password/reset/", {"email": email})

    def reset(self, link: str, new: str) -> Any:
        return self.client.post(link, {"new_password1": new, "new_password2": new})

    def change_email(self, email: str, password: str) -> Any:
        return self.client.post("/sessions/email/change/", {"email": email, "password": password})

    def verify(self, link: str) -> Any:
        return self.client.post(link)

    def sign_up(self, email: str, password: str) -> Any:
        fields = {"email": email, "password1": password, "password2": password}
        return self.client.post("/sessions/signup/", fields)

    def close(self, password: str) -> Any:
        return self.client.post("/sessions/close/", {"password": password})


class TokenDoor:
    """A program: JSON and two tokens."""

    mode = "token"

    def __init__(self) -> None:
        self.client = APIClient()
        self.refresh = ""

    def log_in(self, email: str, password: str) -> Any:
        return self._keep(APIClient().post("/api/token/", {"email": email, "password": password}))

    def _keep(self, answer: Any) -> Any:
        if answer.status_code == 200:
            self.refresh = answer.json()["refresh"]
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
        return answer

    def is_logged_in(self) -> bool:
        return self.client.get("/api/me/").status_code == 200

    def renew(self) -> bool:
        answer = APIClient().post("/api/token/refresh/", {"refresh": self.refresh or "none"})
        return self._keep(answer).status_code == 200

    def renew_by_guess(self) -> Any:
        return APIClient().post("/api/token/refresh/", {"refresh": "a.b.c"})

    def log_out(self) -> Any:
        return APIClient().post("/api/token/logout/", {"refresh": self.refresh})

    def log_out_everywhere(self) -> Any:
        return self.client.post("/api/token/logout/all/")

    def change_password(self, old: str, new: str) -> Any:
        fields = {"old_password": old, "new_password": new}
        return self.client.post("/api/password/change/", fields)

    def ask_for_reset(self, email: str) -> Any:
        return APIClient().post("/api/password/reset/", {"email": email})

    def reset(self, link: str, new: str) -> Any:
        uid, token = link.split("/")[-3:-1]
        body = {"uid": uid, "token": token, "new_password": new}
        return APIClient().post("/api/password/reset/confirm/", body)

    def change_email(self, email: str, password: str) -> Any:
        return self.client.post("/api/email/change/", {"email": email, "password": password})

    def verify(self, link: str) -> Any:
        return APIClient().post("/api/email/verify/", {"key": link.split("/")[-2]})

    def sign_up(self, email: str, password: str) -> Any:
        return APIClient().post("/api/signup/", {"email": email, "password": password})

    def close(self, password: str) -> Any:
        return self.client.post("/api/account/close/", {"password": password})


DOORS: list[Callable[[], Door]] = [SessionDoor, TokenDoor]
