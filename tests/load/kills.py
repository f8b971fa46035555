#!/usr/bin/env python3
"""Kills a gateway at random moments under load, and checks what it promises after each restart and at the end.

    cargo build -p txjobs-gateway
    python3 tests/load/kills.py target/debug/txjobs-gateway [KILLS] [NODES]

Starts a gateway on a free local port with its data in a temporary folder. With NODES (for instance 3), starts that many nodes
and PostgreSQL, and kills one of the nodes each time, with `kill -9` (default: 150 kills), and restarts it. Half-way, all gateways
are down for two due times. Exits with 1 after any failure. Linux only. The modules in `kill_checks` have the jobs and the checks:

  commands       Clients execute jobs continuously, on any node. Each run appends its trigger id to a file, and most jobs start a
                 child that detaches itself. After a restart, no process of a run of that node may be alive, and no accepted run
                 may be lost. At the end, every accepted run must have ended, and none may have started twice.
  chains         Jobs with `after`: a completion starts exactly one run, or several together start one while the next job is busy.
  schedules      Jobs for every minute, with kills when they are due: each due time has one run, except those that were missed.
  engine         `http` jobs of an engine in this script: each run is started once and followed to its end, and each line of its
                 log is copied once. That nobody knows whether a run was started is only right if a kill lost the response.
  notifications  A webhook of this script must be told of every end of a run. Repetitions are counted.
"""

import collections
import contextlib
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

from kill_checks import chains, runs
from kill_checks.chains import Chains
from kill_checks.clients import Clients
from kill_checks.commands import Commands, find_processes
from kill_checks.engine import Engine
from kill_checks.gateway import Gateway
from kill_checks.notifications import Notifications
from kill_checks.schedules import Schedules
from support import postgres

# How long the last runs and notifications may take. A notification whose gateway was killed is sent again after 20 seconds.
MAX_END, MAX_TELL = 300, 120
# Longer than nodes take to notice a completion on another node.
MAX_FOLLOW = 8


class Scene:
    """The gateways, their load, and what has become known about accepted runs."""

    def __init__(self, program, folder, nodes):
        self.folder = folder
        self.gateways = []
        self.commands, self.chains, self.schedules = Commands(folder), Chains(), Schedules()
        self.engine, self.notifications = Engine(self.gateways), Notifications()
        self.parts = [self.commands, self.chains, self.schedules, self.engine, self.notifications]
        configurations = "".join(part.configuration() for part in self.parts)
        (folder / "gateway.toml").write_text('[[organization]]\nname = "Kills"\n' + configurations)
        self.gateways += [Gateway(program, folder, f"gateway-{n}") for n in range(nodes)]
        self.failures, self.counts, self.ended = [], collections.Counter(), {}
        self.clients = None

    def start(self):
        for gateway in self.gateways:
            gateway.start()
        self.jobs = {job["Name"]: job["Id"] for job in self.gateways[0].send("")}
        engine = [self.jobs[name] for name in self.engine.names]
        self.executed = [*self.commands.names, *self.engine.names, chains.BUSY]
        self.clients = Clients(self.gateways, [self.jobs[name] for name in self.executed], engine)
        self.chains.start(self.gateways, self.jobs)

    def kill_one(self, n):
        """Kills a gateway, restarts it, and checks the runs that were accepted so far."""
        time.sleep(self.schedules.pick_delay())
        gateway = random.choice(self.gateways)
        gateway.kill()
        survivors = find_processes(self.folder, gateway.name)
        self.counts["processes"] += len(survivors)
        self.counts["interrupted"] += len(set(survivors.values()))
        gateway.start()
        for process in survivors.keys() & find_processes(self.folder, gateway.name).keys():
            self.failures.append(f"kill {n}: process {process[0]} of {survivors[process]} is alive")
        self.find_ended(gateway, f"kill {n}: ")
        print(f"kill {n}: {len(self.clients.accepted)} accepted, {len(self.failures)} failures", flush=True)

    def find_ended(self, gateway, when=""):
        """Finds the accepted runs that have ended, and those that are lost. Returns those that have not ended."""
        with self.clients.lock:
            known = [(trigger, job) for trigger, job in self.clients.accepted.items() if trigger not in self.ended]
        # A run that is pending is in no history, and may start between two requests. So these are in this order.
        busy = {status["JobId"] for status in gateway.send("/status") if status["Status"]}
        by_job = runs.fetch_runs(gateway, {job: job for job in {job for _, job in known}}, logs="none")
        found = {run["TriggerId"]: run for of_job in by_job.values() for run in of_job}
        for trigger, job in known:
            run = found.get(trigger)
            if run and runs.has_ended(run):
                self.ended[trigger] = run
            if not run and job not in busy:
                self.ended[trigger] = None
                self.failures.append(f"{when}the run {trigger} is lost")
        return [trigger for trigger, _ in known if trigger not in self.ended]

    def stop(self):
        """Stops the load, waits for the ends of all runs and their notifications, and checks everything."""
        self.clients.stop()
        self.chains.stop()
        gateway = self.gateways[0]
        deadline = time.monotonic() + MAX_END
        while (waiting := self.find_ended(gateway)) and time.monotonic() < deadline:
            time.sleep(0.1)
        # Runs whose response was lost also end, and those that follow.
        idle_at = time.monotonic()
        while time.monotonic() < min(deadline, idle_at + MAX_FOLLOW):
            if any(status["Status"] for status in gateway.send("/status")):
                idle_at = time.monotonic()
            time.sleep(0.1)
        self.schedules.end()
        all_runs = runs.fetch_runs(gateway, self.jobs)
        self.notifications.wait_for(all_runs, MAX_TELL)
        self.failures += [f"the run {trigger} has not ended" for trigger in waiting]
        self.check(all_runs)
        for gateway in self.gateways:
            if gateway.stop() != 0:
                self.failures.append("the gateway did not exit with 0 after SIGTERM")
        for (pid, _), trigger in find_processes(self.folder).items():
            self.failures.append(f"process {pid} of {trigger} is alive at the end")

    def check(self, all_runs):
        for part in self.parts:
            self.failures += part.check(all_runs)
        for run in self.ended.values():
            if run and run["EndTime"] is None:
                self.failures.append(f"the run {run['TriggerId']} has ended without an end time")
            self.counts["state %s" % (run and run["State"])] += 1
        triggers = collections.Counter(run["TriggerId"] for name in self.executed for run in all_runs[name])
        self.failures += [f"{count} runs have the trigger id {trigger}" for trigger, count in triggers.items() if count > 1]
        unknown = triggers.keys() - self.clients.accepted.keys()
        if len(unknown) > self.clients.unknown:
            self.failures.append(f"{len(unknown)} runs started without a request")

    def end(self):
        """Ends everything, whatever has happened."""
        if self.clients:
            self.clients.stop()
        self.chains.stop()
        for gateway in self.gateways:
            if gateway.process:
                gateway.kill()
        for pid, _ in find_processes(self.folder):
            os.kill(pid, signal.SIGKILL)

    def rows(self, kills):
        yield "kills", kills
        yield "runs accepted", len(self.clients.accepted)
        yield "executes rejected (the job was busy)", self.clients.rejected
        yield "executes whose response was lost", self.clients.unknown
        yield "completed", self.counts["state 2"]
        yield "failed (interrupted, canceled, or by the engine)", self.counts["state 3"]
        yield "runs with processes at a kill", self.counts["interrupted"]
        yield "processes that outlived a kill", self.counts["processes"]
        yield "lost", sum("lost" in failure for failure in self.failures)
        yield "not ended", sum("not ended" in failure for failure in self.failures)
        yield "left alive", sum("alive" in failure for failure in self.failures)
        for part in self.parts:
            yield from part.rows()
        yield "failures", len(self.failures)


def main():
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    nodes = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    seed = random.randrange(1 << 32)
    random.seed(seed)
    print(f"seed {seed}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        if nodes:
            os.environ["TXJOBS_DATABASE"] = stack.enter_context(postgres.server()).create_database()
        scene = Scene(program, folder, max(nodes, 1))
        stack.callback(scene.end)
        scene.start()
        for n in range(1, kills + 1):
            if n == (kills + 1) // 2:
                scene.schedules.stop_over_due_times(scene.gateways)
            scene.kill_one(n)
        scene.stop()
    for name, count in scene.rows(kills):
        print(f"{name:<52}{count:>8}")
    for failure in scene.failures[:20]:
        print(failure)
    sys.exit(1 if scene.failures else 0)


if __name__ == "__main__":
    main()
