#!/usr/bin/env python3
"""Measures what a relay adds: time to each request, and memory for a long log that passes and is archived.

    cargo build --release -p txjobs-gateway -p txjobs-emulator
    python3 tests/load/relay.py target/release [LINES]

Starts an emulator as the service, whose job has written the lines, and a relay to it, both on free local ports with their data in
a temporary folder. Reads a status from the service and through the relay in turns, on one connection each, then executes the
job both ways, then reads the log. The targets are 1 ms at the median and 32 MB of memory for 200,000 lines (54 MB). The script
prints the values, and exits with 1 above a target.
"""

import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 2000
MAX_ADDED_MS, MAX_MEMORY_MB = 1.0, 32

SERVICE = """
[[organization]]
name = "Load"
[[organization.job]]
name = "Long"
[organization.job.script]
state = "completed"
lines = [{ message = "Deploying table [DW].[dbo].[FactInvoice], batch {n}: read, compared and written without a warning", repeat = %d }]
[[organization.job]]
name = "Short"
[organization.job.script]
state = "completed"
lines = []
"""

RELAY = """
[relay]
upstream = "%s"
key_file = "key"
allow_addresses = ["127.0.0.1"]
"""


class Server:
    def __init__(self, program, folder, config, *options):
        file = folder / f"{program.name}.toml"
        file.write_text(config)
        command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--config", file]
        self.process = subprocess.Popen([*command, "--database", folder / f"{program.name}.db", *options],
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, "RUST_LOG": "warn"})
        self.address = self.process.stdout.readline().removeprefix("listening on ").strip()
        self.key = self.process.stdout.readline().removeprefix("demo key:").strip()
        self.connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=300)

    def open(self, path, method="GET"):
        self.connection.request(method, path, headers={"apiKey": self.key})
        return self.connection.getresponse()

    def send(self, path, method="GET"):
        response = self.open(path, method)
        body = response.read()
        assert response.status == 200, (path, response.status, body)
        return body

    def peak_memory(self):
        """Returns the peak memory of the process, in MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def compare(service, relay, path, method, rounds):
    """Returns the medians of both, in ms. The requests are sent in turns."""
    times = {service: [], relay: []}
    for _ in range(rounds):
        for server in (service, relay):
            begin = time.perf_counter()
            server.send(path, method)
            times[server].append((time.perf_counter() - begin) * 1000)
            if method == "POST":
                while json.loads(service.send(path.replace("execute", "status")))["Status"] != 0:
                    pass
    return [statistics.median(times[server]) for server in (service, relay)]


def main():
    programs = pathlib.Path(sys.argv[1])
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        service = Server(programs / "txjobs-emulator", folder, SERVICE % lines)
        long, short = (job["Id"] for job in json.loads(service.send("/public/jobs")))
        service.send(f"/public/jobs/{long}/execute", "POST")
        while json.loads(service.send(f"/public/jobs/{long}/status"))["Status"] != 0:
            time.sleep(0.1)
        (folder / "key").write_text(service.key)
        relay = Server(programs / "txjobs-gateway", folder, RELAY % service.address)
        relay.send("/public/jobs")

        added = []
        for label, path, method, rounds in [("status", f"/public/jobs/{short}/status", "GET", ROUNDS),
                                            ("execute", f"/public/jobs/{short}/execute", "POST", ROUNDS // 10)]:
            direct, relayed = compare(service, relay, path, method, rounds)
            added.append(relayed - direct)
            print(f"{label}: {direct:.2f} ms, by the relay {relayed:.2f} ms, added {relayed - direct:.2f} ms at the median")

        before = relay.peak_memory()
        for server, label in [(service, "service"), (relay, "relay")]:
            begin = time.perf_counter()
            response, first, size = server.open(f"/public/jobs/{long}/logs"), None, 0
            while chunk := response.read(1 << 20):
                first = first or time.perf_counter() - begin
                size += len(chunk)
            print(f"log of the {label}: {size / 1e6:.1f} MB, first {first:.3f} s, complete {time.perf_counter() - begin:.2f} s")
        begin = time.perf_counter()
        while b"[]" == relay.send(f"/archive/public/jobs/{long}/logs?logs=none"):
            time.sleep(0.05)
        print(f"archived after {time.perf_counter() - begin:.1f} s")
        memory = relay.peak_memory()
        print(f"memory of the relay: {before:.1f} MB before, {memory:.1f} MB at most")
        relay.stop()
        service.stop()
    if max(added) > MAX_ADDED_MS or memory > MAX_MEMORY_MB:
        sys.exit("above a target")


main()
