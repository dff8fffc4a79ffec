"""The load generator: many people at one server, each waiting for an answer before the next.

A process of its own, since Locust makes the standard library its own when it is imported:
`python -m authcompare.lab.load SPEC`, the specification as JSON; `lab.commands.load` starts it.
"""

import json
import os
import sys
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

from .arena import PASSWORD, email_of
from .strategies import strategy_of
from .visitor import Visitor
from .wire import HOST, Request, Response

# How long the server may take until all are logged in.
READY_SECONDS = 120
# Without them there is no percentile.
FEWEST_ANSWERS = 2


class Person(FastHttpUser):
    """Somebody with a browser at the site; the class's attributes are the specification."""

    wait_time = constant(0)
    slug = action = ""
    # Seconds of each request while `measuring`, and how many of them failed.
    measuring = False
    times: list[float] = []
    failures = 0
    ready = 0

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
        if Person.measuring:
            Person.times.append(time.perf_counter() - started)
            Person.failures += not answer.ok()
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

    Raises `RuntimeError` where hardly anybody was answered.
    """
    Person.ready = Person.failures = 0
    runner = Environment(user_classes=[Person]).create_local_runner()
    runner.start(users, spawn_rate=users)
    wait_for(users)
    gevent.sleep(seconds / 4)  # It warms up.
    Person.times, started = [], time.perf_counter()
    Person.measuring = True
    gevent.sleep(seconds)
    Person.measuring = False
    took = time.perf_counter() - started
    runner.quit()
    if len(Person.times) < FEWEST_ANSWERS:
        raise RuntimeError(f"{users} people had no answers in {seconds} s: try more --seconds.")
    ms = [round(1000 * each, 3) for each in Person.times]
    return {"seconds": took, "ms": ms, "failures": Person.failures}


def wait_for(users: int) -> None:
    """Wait until all are logged in. Raises `RuntimeError` where that takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while Person.ready < users:
        if time.monotonic() > deadline:
            raise RuntimeError(f"Only {Person.ready} of {users} could log in.")
        gevent.sleep(0.05)


if __name__ == "__main__":
    main()
