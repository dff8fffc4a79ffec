"""The load generator: many people at one server, each waiting for an answer before the next.

A process of its own, since Locust makes the standard library its own when it is imported:
`python -m authcompare.lab.load SPEC`, the specification as JSON; `lab.commands.load` starts it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

from .arena import PASSWORD, email_of
from .strategies import strategy_of
from .visitor import Visitor
from .wire import HOST, Request, Response

# How long the server may take until all are logged in, and until all are answered.
PATIENCE_SECONDS = 120
# So many answers everybody gets at least while measured: a shorter time would see no steady state.
ANSWERS_EACH = 4


class Person(FastHttpUser):
    """Somebody with a browser at the site; the class's attributes are the specification."""

    wait_time = constant(0)
    slug = action = ""
    # Seconds of each request that was answered while `measuring`, and how many failed.
    measuring = False
    times: list[float] = []
    failures = 0
    # How many have logged in, and have been answered once more.
    ready = warm = 0
    is_warm = False

    def on_start(self) -> None:
        """Log in, outside of what is measured."""
        # The visitor keeps its cookies by itself.
        self.client.cookiejar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.visitor = Visitor(
            "alice",
            email_of("alice"),
            PASSWORD,
            address="",
            flow=strategy_of(self.slug).flow,
            send=self.send,
        )
        self.visitor.log_in()
        # Whoever did not get in goes on asking all the same, and counts among the failures.
        Person.ready += 1

    @task
    def act(self) -> None:
        """Do what is measured, once."""
        acts = {
            "read": self.visitor.read,
            "write": lambda: self.visitor.write("Alice"),
            "renew": self.visitor.renew,
        }
        acts[self.action]()
        Person.warm += not self.is_warm
        self.is_warm = True

    def send(self, visitor: Visitor, request: Request) -> Response:
        """Send a request as a proxy does that has taken off the TLS."""
        headers = dict(request.headers) | {"Host": HOST, "X-Forwarded-Proto": "https"}
        started = time.perf_counter()
        found = self.client.request(
            request.method,
            request.path,
            data=request.body.decode() or None,
            headers=headers,
            allow_redirects=False,
        )
        headers_found = tuple((found.headers or {}).items())
        answer = Response(found.status_code, "", headers_found, found.content or b"")
        if Person.measuring and answer.ok():
            Person.times.append(time.perf_counter() - started)
        elif Person.measuring:
            Person.failures += 1
        return answer


def main() -> None:
    """Load the server with each number of people, and print what came of each as a line of JSON."""
    spec = json.loads(sys.argv[1])
    os.sched_setaffinity(0, spec["cores"])
    Person.slug, Person.action = spec["slug"], spec["action"]
    Person.host = f"http://127.0.0.1:{spec['port']}"
    for users in spec["users"]:
        sys.stdout.write(json.dumps(loaded_by(users, spec["seconds"])) + "\n")
        sys.stdout.flush()


def loaded_by(users: int, seconds: float) -> dict[str, Any]:
    """Return what so many people saw: seconds, the milliseconds of each answer, and failures.

    `busy` is the share of its core that this process took: near 1 it would measure itself. Raises
    `RuntimeError` where the server takes too long.
    """
    Person.ready = Person.warm = Person.failures = 0
    runner = Environment(user_classes=[Person]).create_local_runner()
    runner.start(users, spawn_rate=users)
    wait_until(lambda: Person.ready >= users, f"{users} people could not log in")
    wait_until(lambda: Person.warm >= users, f"{users} people had no answer")
    Person.times, started, spent = [], time.perf_counter(), time.process_time()
    Person.measuring = True
    gevent.sleep(seconds)
    wait_until(lambda: len(Person.times) >= ANSWERS_EACH * users, f"{users} people had few answers")
    Person.measuring = False
    took, spent = time.perf_counter() - started, time.process_time() - spent
    runner.quit()
    ms = [round(1000 * each, 3) for each in Person.times]
    return {"seconds": took, "ms": ms, "failures": Person.failures, "busy": spent / took}


def wait_until(is_so: Callable[[], bool], complaint: str) -> None:
    """Wait until something is so. Raises `RuntimeError` with the complaint where it never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{complaint} in {PATIENCE_SECONDS} seconds.")
        gevent.sleep(0.02)


if __name__ == "__main__":
    main()
