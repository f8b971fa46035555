#!/usr/bin/env python3
"""Kills a gateway at random moments under load, and checks the outcome of its runs after each restart.

    cargo build -p txjobs-gateway
    python3 tests/load/kills.py target/debug/txjobs-gateway [KILLS] [NODES]

Starts a gateway on a free local port with its data in a temporary folder. With NODES (for instance 3), starts that many nodes
and PostgreSQL, and kills one of the nodes each time. Clients execute jobs continuously, on any node.
Each run appends its trigger id to a file, and most jobs start a child that detaches itself: in a new session, by a double
fork, or with an empty environment as well. After each `kill -9` (default: 150) the script restarts the gateway. Then no
process of a run of that node may be alive, and no accepted run may be lost. At the end, every accepted run must have ended,
and none may have started twice. Exits with 1 after any failure. Linux only.
"""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import postgres

CLIENTS = 4
CONCURRENCY = 12
# The ways in which a child detaches itself from its command.
CHILDREN = {
    "none": "",
    "group": "sleep 600 >/dev/null 2>&1 &",
    "session": "setsid sleep 600 >/dev/null 2>&1 &",
    "double fork": "(setsid sleep 600 >/dev/null 2>&1 &)",
    "empty environment": "env -i setsid sh -c '(setsid sleep 600 &)' >/dev/null 2>&1",
}
DURATIONS = ["0", "0.1", "0.3", "1"]
# Descriptor 9 is open in every process of a run and identifies the run and its node.
SCRIPT = """
exec 9>>"alive/$KILLS_NODE/$TXJOBS_TRIGGER_ID"
echo "$TXJOBS_TRIGGER_ID" >>started
%s
sleep %s
echo done
"""


def create_configuration():
    text = '[[organization]]\nname = "Kills"\n'
    for kind, child in CHILDREN.items():
        for seconds in DURATIONS:
            command = SCRIPT % (child, seconds)
            text += f'[[organization.job]]\nname = "{kind}, {seconds} s"\nstop_grace = "2s"\n'
            text += f"command = ['sh', '-c', '''{command}''']\n"
    return text


class Gateway:
    """A gateway that can be restarted at the same address, with a client."""

    def __init__(self, program, folder, name):
        self.program, self.folder, self.name = program, folder, name
        (folder / "alive" / name).mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        create = self.command("keys", "create", "--organization", "Kills", "--name", name)
        self.key = subprocess.run(create, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        self.process = None

    def command(self, *arguments):
        return [self.program, *arguments]

    def start(self):
        command = self.command("serve", "--listen", self.address, "--concurrency", str(CONCURRENCY))
        environment = {**os.environ, "RUST_LOG": "error", "KILLS_NODE": self.name}
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on"):
            sys.exit("the gateway did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def send(self, path, method="GET"):
        request = urllib.request.Request(
            f"http://{self.address}/public/jobs{path}", method=method, headers={"apiKey": self.key}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


class Clients:
    """Clients that execute jobs until they are stopped."""

    def __init__(self, gateways, jobs):
        self.gateways, self.jobs = gateways, jobs
        self.lock = threading.Lock()
        self.accepted = {}
        self.rejected = self.unknown = 0
        self.is_stopped = threading.Event()
        self.threads = [threading.Thread(target=self.execute_jobs) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def execute_jobs(self):
        while not self.is_stopped.is_set():
            job = random.choice(self.jobs)
            try:
                trigger = random.choice(self.gateways).send(f"/{job}/execute", "POST")["TriggerId"]
                with self.lock:
                    self.accepted[trigger] = job
            except urllib.error.HTTPError as error:
                error.close()
                with self.lock:
                    self.rejected += 1
            except (OSError, ValueError, http.client.HTTPException) as error:
                # After a refused connection, the request was not sent. After any other error, it may have had an effect.
                reason = getattr(error, "reason", error)
                with self.lock:
                    self.unknown += not isinstance(reason, ConnectionRefusedError)
            self.is_stopped.wait(0.02)

    def stop(self):
        self.is_stopped.set()
        for thread in self.threads:
            thread.join()


def find_processes(folder, node=""):
    """Returns the live processes of the runs of a node, or of all: maps (process id, start time) to the trigger id."""
    alive = f"{folder}/alive/{node}"
    found = {}
    for process in pathlib.Path("/proc").iterdir():
        try:
            target = os.readlink(process / "fd" / "9") if process.name.isdigit() else ""
            if target.startswith(alive):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                found[int(process.name), fields[19]] = target.rpartition("/")[2]
        except OSError:
            # The process has ended.
            pass
    return found


def get_execution(gateway, job, trigger):
    """Returns the execution of an accepted run; None while it is pending; False if the gateway does not know it."""
    try:
        executions = gateway.send(f"/{job}/logs/{trigger}")
    except urllib.error.HTTPError as error:
        error.close()
        return False
    if executions:
        return executions[0] if len(executions) == 1 else False
    pending = gateway.send(f"/{job}/status")["Status"] != 0
    # The run may have started between the two requests.
    return None if pending else (gateway.send(f"/{job}/logs/{trigger}") or [False])[0]


def main():
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    nodes = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    seed = random.randrange(1 << 32)
    random.seed(seed)
    print(f"seed {seed}", flush=True)
    failures = []
    counts = collections.Counter()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        if nodes:
            os.environ["TXJOBS_DATABASE"] = stack.enter_context(postgres.server()).create_database()
        (folder / "started").touch()
        (folder / "gateway.toml").write_text(create_configuration())
        gateways = [Gateway(program, folder, f"node{n}") for n in range(max(nodes, 1))]
        for gateway in gateways:
            gateway.start()
        clients = Clients(gateways, [job["Id"] for job in gateway.send("")])
        try:
            ended = {}
            for n in range(1, kills + 1):
                time.sleep(random.uniform(0.05, 2))
                gateway = random.choice(gateways)
                gateway.kill()
                survivors = find_processes(folder, gateway.name)
                counts["processes that outlived a kill"] += len(survivors)
                counts["runs interrupted by a kill"] += len(set(survivors.values()))
                gateway.start()
                for process in survivors.keys() & find_processes(folder, gateway.name).keys():
                    failures.append(f"kill {n}: process {process[0]} of {survivors[process]} is alive")
                with clients.lock:
                    known = [(t, j) for t, j in clients.accepted.items() if t not in ended]
                for trigger, job in known:
                    run = get_execution(gateway, job, trigger)
                    if run is False:
                        failures.append(f"kill {n}: the run {trigger} is lost")
                    if run is False or run and run["State"] >= 2:
                        ended[trigger] = run
                print(f"kill {n}: {len(clients.accepted)} accepted, {len(failures)} failures", flush=True)
            clients.stop()

            deadline = time.monotonic() + 300
            waiting = {t: j for t, j in clients.accepted.items() if t not in ended}
            while waiting and time.monotonic() < deadline:
                for trigger, job in list(waiting.items()):
                    run = get_execution(gateway, job, trigger)
                    if run is False or run and run["State"] >= 2:
                        ended[trigger] = run
                        del waiting[trigger]
                time.sleep(0.1)
            # Runs whose response was lost also end.
            while any(s["Status"] for s in gateway.send("/status")) and time.monotonic() < deadline:
                time.sleep(0.1)
            failures += [f"the run {trigger} has not ended" for trigger in waiting]
            for (pid, _), trigger in find_processes(folder).items():
                failures.append(f"process {pid} of {trigger} is alive at the end")

            started = collections.Counter((folder / "started").read_text().split())
            failures += [f"the run {t} has started {n} times" for t, n in started.items() if n > 1]
            for trigger, run in ended.items():
                if run is False:
                    failures.append(f"the run {trigger} is lost")
                elif run["State"] == 2 and started[trigger] != 1:
                    failures.append(f"the run {trigger} is completed and has started {started[trigger]} times")
                elif run["EndTime"] is None:
                    failures.append(f"the run {trigger} has ended without an end time")
                counts["state %s" % (run and run["State"])] += 1
            unknown = started.keys() - clients.accepted.keys()
            if len(unknown) > clients.unknown:
                failures.append(f"{len(unknown)} runs started without a request")
            for gateway in gateways:
                gateway.process.send_signal(signal.SIGTERM)
                if gateway.process.wait(60) != 0:
                    failures.append("the gateway did not exit with 0 after SIGTERM")
        finally:
            clients.stop()
            for gateway in gateways:
                gateway.kill()
            for pid, _ in find_processes(folder):
                os.kill(pid, signal.SIGKILL)

    table = [
        ("kills", kills),
        ("runs accepted", len(clients.accepted)),
        ("executes rejected (the job was busy)", clients.rejected),
        ("executes whose response was lost", clients.unknown),
        ("runs started", len(started)),
        ("completed", counts["state 2"]),
        ("failed (interrupted)", counts["state 3"]),
        ("runs with processes at a kill", counts["runs interrupted by a kill"]),
        ("processes that outlived a kill", counts["processes that outlived a kill"]),
        ("lost", sum("lost" in failure for failure in failures)),
        ("started twice", sum("times" in failure for failure in failures)),
        ("not ended", sum("not ended" in failure for failure in failures)),
        ("left alive", sum("alive" in failure for failure in failures)),
        ("failures", len(failures)),
    ]
    for name, count in table:
        print(f"{name:<40}{count:>8}")
    for failure in failures[:20]:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
