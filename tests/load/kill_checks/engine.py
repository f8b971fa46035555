"""Runs in another engine: started once, and followed to their ends."""

import collections
import random
import threading
import time

from kill_checks import runs
from support.http_servers import Server

JOBS = 8
DURATIONS = [0, 0.3, 1, 3]
# How long a gateway may take from the request of a start until it has stored the response, and from a claim to that request.
MAX_STORE_TIME = 2
ENDED = {"done": runs.COMPLETED, "failed": runs.FAILED}

JOB = """
[[organization.job]]
name = "{name}"
[organization.job.http]
headers = {{ x-node = "${{env:KILLS_NODE}}" }}
[organization.job.http.start]
url = "{address}/runs"
body = {{ execution = "{{execution_id}}" }}
run_id = "/id"
[organization.job.http.poll]
url = "{address}/runs/{{run_id}}"
interval = "200ms"
state = ["/state"]
running = ["running"]
completed = ["done"]
failed = ["failed", "canceled"]
[organization.job.http.cancel]
method = "DELETE"
url = "{address}/runs/{{run_id}}"
[organization.job.http.log]
message = ["/lines/*"]
"""


class EngineRun:
    """A run of the stand-in, which writes a line each tenth of a second."""

    def __init__(self, number, node):
        self.number, self.node = number, node
        self.received_at = time.time()
        self.responded_at = None
        self.seconds = random.choice(DURATIONS)
        self.outcome = "failed" if random.random() < 0.1 else "done"
        self.starts, self.cancels = 1, 0

    def state(self):
        if self.cancels:
            return "canceled"
        return "running" if time.time() < self.received_at + self.seconds else self.outcome

    def lines(self):
        age = min(time.time() - self.received_at, self.seconds)
        return [f"line {n} of {self.number}" for n in range(int(age * 10) + 1)]


class Engine:
    def __init__(self, gateways):
        # Of the whole script, so that they can be added later.
        self.gateways = gateways
        self.server = Server(self)
        self.lock = threading.Lock()
        self.by_execution, self.by_number = {}, {}
        self.unexpected = []
        self.counts = collections.Counter()
        self.names = [f"engine {n}" for n in range(JOBS)]

    def configuration(self):
        return "".join(JOB.format(name=name, address=self.server.address) for name in self.names)

    def respond(self, method, path, headers, body):
        if method == "POST":
            with self.lock:
                run = self.by_execution.get(body["execution"])
                if run:
                    run.starts += 1
                else:
                    run = EngineRun(len(self.by_number) + 1, headers["x-node"])
                    self.by_execution[body["execution"]] = self.by_number[run.number] = run
            # The engine works in this time, and a kill then loses its response.
            time.sleep(random.choice([0, 0.01, 0.2]))
            run.responded_at = time.time()
            return 201, {"id": run.number}
        run = self.by_number.get(int(path.rpartition("/")[2]))
        if not run:
            self.unexpected.append(f"the engine got {method} {path}")
            return 404, None
        if method == "DELETE":
            with self.lock:
                run.cancels += 1
            return 202, None
        return 200, {"state": run.state(), "lines": run.lines()}

    def is_killed_between(self, begin, end, node=None):
        times = [at for gateway in self.gateways if node in (None, gateway.name) for at in gateway.kills]
        return any(begin <= at <= end for at in times)

    def check(self, all_runs):
        failures = list(self.unexpected)
        executions = {run["Id"]: run for name in self.names for run in all_runs[name] if runs.has_ended(run)}
        for id, run in executions.items():
            started = self.by_execution.get(id)
            problem = self.check_started(run, started) if started else self.check_not_started(run)
            if problem:
                failures.append(f"the run {id} of the engine: {problem}; its log: {runs.messages(run)}")
        self.counts["started"] = len(self.by_execution)
        self.counts["twice"] = sum(run.starts > 1 for run in self.by_execution.values())
        self.counts["canceled"] = sum(run.cancels > 0 for run in self.by_execution.values())
        return failures

    def check_not_started(self, run):
        last = runs.messages(run)[-1]
        at = runs.created_at(run)
        if run["State"] != runs.FAILED:
            return "it was not started and has not failed"
        if "unknown whether" in last:
            self.counts["unknown"] += 1
            self.counts["unknown, not started"] += 1
            is_explained = self.is_killed_between(at, at + MAX_STORE_TIME)
            return None if is_explained else "it is unknown whether it was started, without a kill"
        is_explained = runs.was_killed(run) or last.startswith("Canceled")
        return None if is_explained else "it was not started"

    def check_started(self, run, started):
        lines = runs.messages(run)
        if started.starts > 1 or started.cancels > 1:
            return f"it was started {started.starts} times and canceled {started.cancels} times"
        if "unknown whether the run was started" in lines[-1]:
            self.counts["unknown"] += 1
            end = (started.responded_at or started.received_at) + MAX_STORE_TIME
            is_explained = self.is_killed_between(started.received_at - 0.01, end, started.node)
            return None if is_explained else "it is unknown whether it was started, without a kill of its node"
        copied = [line for line in lines if line.startswith("line ")]
        self.counts["followed again"] += any(line.startswith("The gateway follows") for line in lines)
        if copied != started.lines()[: len(copied)]:
            return f"its lines are {copied}"
        if started.cancels or lines[-1].startswith("Canceled"):
            return None if run["State"] == runs.FAILED else "it was canceled and has not failed"
        if copied != started.lines():
            return f"its lines are {copied}"
        return None if run["State"] == ENDED[started.outcome] else f"it ended as {started.outcome}"

    def rows(self):
        return [
            ("runs of the engine", self.counts["started"]),
            ("of them started twice", self.counts["twice"]),
            ("of them canceled", self.counts["canceled"]),
            ("of them followed again after a kill", self.counts["followed again"]),
            ("unknown whether started", self.counts["unknown"]),
            ("of them not started", self.counts["unknown, not started"]),
        ]
