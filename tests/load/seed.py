#!/usr/bin/env python3
"""How long a gateway takes to make organizations up, and that they are there after a restart.

    cargo build --release -p txjobs-emulator
    python3 tests/load/seed.py target/release/txjobs-emulator

Starts a gateway of its own on a free port of this machine with its data in a temporary folder. The bounds are 10 seconds
for 10,000 jobs with 100,000 executions, and 20 seconds for a run of 1,000,000 lines.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

SIZES = [
    ("10,000 jobs, 100,000 executions", {"jobs": 10_000, "executions": 100_000}, 10),
    ("a run of 1,000,000 lines", {"jobs": 1, "executions": 1, "longestRun": 1_000_000}, 20),
    ("50,000 jobs", {"jobs": 50_000, "executions": 0}, None),
    ("100,000 executions of one job", {"jobs": 1, "executions": 100_000}, None),
    ("the same, hostile", {"fixture": "hostile", "jobs": 1_000, "executions": 10_000}, None),
]


class Gateway:
    def __init__(self, program, folder):
        command = [program, "serve", "--listen", "127.0.0.1:0", "--database", folder / "load.db"]
        self.server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        self.address = self.server.stdout.readline().removeprefix("listening on ").strip()
        self.token = self.server.stdout.readline().removeprefix("admin token: ").strip()

    def admin(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self.ask("/admin" + path, headers, data, "POST")

    def ask(self, path, headers, data=None, method="GET"):
        request = urllib.request.Request(self.address + path, method=method, headers=headers, data=data)
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read() or "null")

    def memory(self):
        """The most memory that the process has had, in MB."""
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def stop(self):
        self.server.terminate()
        self.server.wait()


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    too_slow = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        gateway = Gateway(program, folder)
        made = []
        for place, (what, size, most) in enumerate(SIZES):
            begin = time.perf_counter()
            seeded = gateway.admin("/seed", {"organization": f"Load {place}", **size})
            took = time.perf_counter() - begin
            made.append((seeded["key"], seeded["jobs"]))
            print(f"{what}: {took:.2f} s, {seeded['lines']:,} lines, peak memory {gateway.memory():.0f} MB", flush=True)
            if most and took > most:
                too_slow.append(f"{what}: {took:.2f} s, at most {most}")
        gateway.stop()

        gateway = Gateway(program, folder)
        for key, jobs in made:
            assert len(gateway.ask("/public/jobs", {"apiKey": key})) == jobs
        begin = time.perf_counter()
        gateway.admin("/reset")
        print(f"all of it is there after a restart; a reset takes {time.perf_counter() - begin:.2f} s")
        gateway.stop()
    sys.exit("\n".join(too_slow))


main()
