"""Notifications: each end of a run is told at least once."""

import collections
import random
import threading
import time

from kill_checks import runs
from support.http_servers import Server

CHANNEL = """
[[notify]]
name = "Kills"
on = ["failed", "errors", "warnings", "completed", "canceled"]
webhook = {{ url = "{address}" }}
"""
STATES = {runs.COMPLETED: "completed", runs.FAILED: "failed"}


class Notifications:
    def __init__(self):
        self.server = Server(self)
        self.lock = threading.Lock()
        # How often each event was accepted, and the states that were told.
        self.accepted = collections.Counter()
        self.states = {}
        self.missing = self.ended = 0

    def configuration(self):
        return CHANNEL.format(address=self.server.address)

    def respond(self, _method, _path, _headers, body):
        # Some kills come while a message is sent, and before it is noted as delivered.
        time.sleep(random.choice([0, 0, 0.02]))
        if random.random() < 0.01:
            return 503, None
        with self.lock:
            self.accepted[body["event_id"]] += 1
            self.states[body["event_id"]] = body["state"]
        return 200, None

    def wait_for(self, all_runs, seconds):
        """Waits until every end is told, but not longer."""
        ids = {f"ended:{run['Id']}" for of_job in all_runs.values() for run in of_job if runs.has_ended(run)}
        deadline = time.monotonic() + seconds
        while ids - self.accepted.keys() and time.monotonic() < deadline:
            time.sleep(0.1)

    def check(self, all_runs):
        failures = []
        ended = [run for of_job in all_runs.values() for run in of_job if runs.has_ended(run)]
        self.ended = len(ended)
        for run in ended:
            state = self.states.get(f"ended:{run['Id']}")
            if state is None:
                self.missing += 1
                failures.append(f"the end of the run {run['Id']} was not told")
            elif state != STATES[run["State"]]:
                failures.append(f"the run {run['Id']} was told as {state}: {run['State']}")
        return failures

    def rows(self):
        return [
            ("runs ended", self.ended),
            ("ends that were not told", self.missing),
            ("ends told more than once", sum(count > 1 for count in self.accepted.values())),
        ]
