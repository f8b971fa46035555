#!/usr/bin/env python3
"""Measures how many executes a second a gateway accepts durably, on each database and with several nodes.

    sudo apt-get install postgresql pgbouncer
    cargo build --release -p txjobs-gateway
    python3 tests/load/executes.py target/release/txjobs-gateway

32 connections execute each of 1,000 jobs once, without a pause, while the nodes run the jobs. Each job runs `true`. The status
of every response must be 200. A round ends when all jobs are idle. The rounds of all cases alternate, so that other load on
the machine affects all of them. The table has the medians of the rounds, and the 50th and 99th percentile of all response
times: SQLite; PostgreSQL with one node, with one node behind PgBouncer, and with three nodes, whose requests alternate.

The limits are 1,500 executes per second with a 99th percentile of 50 ms on SQLite. Exits with 1 beyond a limit.
"""

import argparse
import http.client
import json
import os
import pathlib
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from support import postgres

JOBS, CONNECTIONS = 1000, 32
MIN_EXECUTES, MAX_P99 = 1500, 0.050
LIST, STATUSES = "/public/jobs", "/public/jobs/status"


def configuration(count):
    job = '[[organization.job]]\nname = "Job %d"\ncommand = ["true"]\n'
    return '[[organization]]\nname = "Load"\n' + "".join(job % n for n in range(count))


class Node:
    def __init__(self, program, folder, database):
        environment = {"PATH": "/usr/bin:/bin", "RUST_LOG": "warn", "TXJOBS_DATABASE": database}
        serve = [program, "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().removeprefix("listening on http://").strip()


class Case:
    """Nodes of one database."""

    def __init__(self, name, program, folder, database, count):
        self.name = name
        folder.mkdir()
        (folder / "gateway.toml").write_text(configuration(JOBS))
        create = [program, "keys", "create", "--organization", "Load", "--name", "load"]
        environment = os.environ | {"TXJOBS_DATABASE": database}
        output = subprocess.run(create, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        self.key = output.stdout.strip()
        self.nodes = [Node(program, folder, database) for _ in range(count)]
        self.jobs = [job["Id"] for job in self.get(LIST)]
        self.times, self.ends, self.latencies = [], [], []

    def get(self, path):
        connection = http.client.HTTPConnection(self.nodes[0].address, timeout=60)
        connection.request("GET", path, headers={"apiKey": self.key})
        body = json.loads(connection.getresponse().read())
        connection.close()
        return body

    def execute_all(self):
        """Executes each job once."""
        head = f"Host: localhost\r\napiKey: {self.key}\r\nContent-Length: 0\r\n\r\n"
        requests = [f"POST /public/jobs/{job}/execute HTTP/1.1\r\n{head}".encode() for job in self.jobs]
        selector = selectors.DefaultSelector()
        sent_at = {}

        def send(connection):
            sent_at[connection] = time.perf_counter()
            connection.sendall(requests.pop())

        for n in range(CONNECTIONS):
            host, port = self.nodes[n % len(self.nodes)].address.split(":")
            connection = socket.create_connection((host, int(port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
        begin = time.perf_counter()
        for key in list(selector.get_map().values()):
            send(key.fileobj)
        remaining = len(self.jobs)
        while remaining:
            for key, _ in selector.select():
                # A response is small enough to arrive in one piece.
                response = key.fileobj.recv(65536)
                assert response.startswith(b"HTTP/1.1 200"), response
                self.latencies.append(time.perf_counter() - sent_at[key.fileobj])
                remaining -= 1
                if requests:
                    send(key.fileobj)
        self.times.append(time.perf_counter() - begin)
        for key in list(selector.get_map().values()):
            key.fileobj.close()
        while any(job["Status"] for job in self.get(STATUSES)):
            time.sleep(0.02)
        self.ends.append(time.perf_counter() - begin)

    def rate(self):
        return JOBS / statistics.median(self.times)

    def percentile(self, part):
        return sorted(self.latencies)[int(part * (len(self.latencies) - 1))]

    def row(self):
        spread = ", ".join(f"{JOBS / each:,.0f}" for each in self.times)
        return (f"{self.name:<32}{self.rate():>10,.0f}{self.percentile(0.5) * 1000:>9.1f}{self.percentile(0.99) * 1000:>9.1f}"
                f"{JOBS / statistics.median(self.ends):>10,.0f}   {spread}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="release build of the gateway")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (5)")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    failures, cases = [], []
    with tempfile.TemporaryDirectory() as path, postgres.server() as server:
        folder = pathlib.Path(path)
        url = server.create_database
        try:
            for n, (name, database, count) in enumerate([
                ("SQLite", "gateway.db", 1),
                ("PostgreSQL", url(), 1),
                ("PostgreSQL, PgBouncer", server.through_pgbouncer(url()), 1),
                ("PostgreSQL, three nodes", url(), 3),
            ]):
                cases.append(Case(name, program, folder / str(n), database, count))
            for _ in range(arguments.rounds):
                for case in cases:
                    case.execute_all()
        finally:
            for node in [node for case in cases for node in case.nodes]:
                node.process.terminate()
                node.process.wait()
    print(f"{JOBS:,} jobs, {CONNECTIONS} connections, {arguments.rounds} rounds")
    print(f"{'':<32}{'executes/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'runs/s':>10}   executes/s of each round")
    for case in cases:
        print(case.row())
    if cases[0].rate() < MIN_EXECUTES:
        failures.append(f"SQLite: {cases[0].rate():,.0f} executes per second, at least {MIN_EXECUTES:,}")
    if cases[0].percentile(0.99) > MAX_P99:
        failures.append(f"SQLite: 99th percentile {cases[0].percentile(0.99) * 1000:.1f} ms, at most {MAX_P99 * 1000:.0f}")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()
