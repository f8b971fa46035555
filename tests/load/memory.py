#!/usr/bin/env python3
"""Measures the memory of a gateway that has little to do, and again after many runs, on SQLite and PostgreSQL.

    sudo apt-get install postgresql
    cargo build --profile dist -p txjobs-gateway
    python3 tests/load/memory.py target/dist/txjobs-gateway [--runs 10000]

The gateway has ten commands, a job with a schedule, an `http` job of an engine in this script, a channel that tells a webhook in
this script of every run, and metrics, which are scraped every 15 seconds. Its resident memory is measured two minutes after the
start, when only the schedule has run, and a minute after all runs have ended and were told. One of a hundred runs is one of the
engine. Also prints the size of the program. The limits are 25 MB for the memory and for the program. Exits with 1 above a limit.
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from support import postgres
from support.http_servers import Server

IDLE, IDLE_AFTER_RUNS, SCRAPE_INTERVAL = 120, 60, 15
CONNECTIONS = 8
MAX_MEMORY = MAX_SIZE = 25e6

JOB = '[[organization.job]]\nname = "Job %d"\ncommand = ["true"]\n'
CONFIGURATION = """
[[organization.job]]
name = "Every minute"
command = ["true"]
schedule = "* * * * *"
[[organization.job]]
name = "Engine"
[organization.job.http.start]
url = "{address}/runs"
run_id = "/id"
[organization.job.http.poll]
url = "{address}/runs/{{run_id}}"
state = ["/state"]
completed = ["done"]
failed = ["failed"]
[[notify]]
name = "All"
on = ["completed", "failed"]
webhook = {{ url = "{address}/told" }}
"""


class Others:
    """An engine whose runs end at once, and a webhook."""

    def __init__(self):
        self.lock = threading.Lock()
        self.started = 0
        self.told = set()
        self.server = Server(self)

    def respond(self, method, path, _headers, body):
        with self.lock:
            if path == "/told":
                self.told.add(body["event_id"])
                return 200, None
            self.started += method == "POST"
            return 200, {"id": self.started, "state": "done"}


class Gateway:
    def __init__(self, program, folder, database):
        self.others = Others()
        folder.mkdir()
        jobs = "".join(JOB % n for n in range(10)) + CONFIGURATION.format(address=self.others.server.address)
        (folder / "gateway.toml").write_text('[[organization]]\nname = "Memory"\n' + jobs)
        environment = {"PATH": "/usr/bin:/bin", "RUST_LOG": "warn", "TXJOBS_DATABASE": database}
        create = [program, "keys", "create", "--organization", "Memory", "--name", "memory"]
        output = subprocess.run(create, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        self.key = output.stdout.strip()
        serve = [program, "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _ in range(2)]
        self.address = next(line for line in lines if line.startswith("listening on ")).split("//")[1].strip()
        self.metrics = next(line for line in lines if line.startswith("metrics on ")).split()[-1]

    def send(self, connection, path, method="GET"):
        connection.request(method, "/public/jobs" + path, headers={"apiKey": self.key})
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=60)

    def execute(self, runs):
        """Executes jobs until so many runs were accepted, waits until they have ended and were told, and returns their number."""
        jobs = {job["Name"]: job["Id"] for job in self.send(self.connect(), "")[1]}
        commands = [job for name, job in jobs.items() if name.startswith("Job ")]
        told_before = len(self.others.told)

        def execute_some(n):
            connection, accepted = self.connect(), 0
            share = runs // CONNECTIONS
            while accepted < share:
                job = jobs["Engine"] if accepted % 100 == n else commands[(n + accepted) % len(commands)]
                status, _ = self.send(connection, f"/{job}/execute", "POST")
                # The job is busy, or all connections wait for the same run of the engine.
                accepted += status == 200
                if status != 200:
                    time.sleep(0.005)
            return accepted

        with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            accepted = sum(pool.map(execute_some, range(CONNECTIONS)))
        connection = self.connect()
        while any(job["Status"] for job in self.send(connection, "/status")[1]):
            time.sleep(0.1)
        while len(self.others.told) - told_before < accepted:
            time.sleep(0.1)
        return accepted

    def idle(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            urllib.request.urlopen(self.metrics).read()
            time.sleep(SCRAPE_INTERVAL)

    def memory(self):
        """Returns the resident memory, the part of it that is no file, and the highest resident memory, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) * 1024 for name in ("VmRSS", "RssAnon", "VmHWM")]


def measure(program, folder, database, runs):
    """Returns the memory when the gateway is idle, and after the runs, with their number."""
    gateway = Gateway(program, folder, database)
    try:
        gateway.idle(IDLE)
        idle = gateway.memory()
        accepted = gateway.execute(runs)
        gateway.idle(IDLE_AFTER_RUNS)
        return [("idle", idle), (f"after {accepted:,} runs", gateway.memory())]
    finally:
        gateway.process.terminate()
        gateway.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="release build of the gateway")
    parser.add_argument("--runs", type=int, default=10_000, help="number of runs (10,000)")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    failures = []
    with tempfile.TemporaryDirectory() as path, postgres.server() as server:
        folder = pathlib.Path(path)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            cases = [
                (name, pool.submit(measure, program, folder / name, database, arguments.runs))
                for name, database in [("SQLite", "gateway.db"), ("PostgreSQL", server.create_database())]
            ]
        print(f"{'MB':<36}{'memory':>8}{'no file':>9}{'highest':>9}")
        for database, measured in cases:
            for when, sizes in measured.result():
                row = "".join(f"{size / 1e6:>{width}.1f}" for size, width in zip(sizes, (8, 9, 9)))
                print(f"{database + ', ' + when:<36}{row}")
                if sizes[0] > MAX_MEMORY:
                    failures.append(f"{database}, {when}: {sizes[0] / 1e6:.1f} MB, at most {MAX_MEMORY / 1e6:.0f}")
    size = program.stat().st_size
    print(f"program: {size / 1e6:.1f} MB")
    failures += [f"the program has {size / 1e6:.1f} MB, at most {MAX_SIZE / 1e6:.0f}"] if size > MAX_SIZE else []
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()
