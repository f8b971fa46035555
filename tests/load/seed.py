#!/usr/bin/env python3
"""Measures the time to seed organizations, and checks that they exist after a restart.

    cargo build --release -p txjobs-emulator
    python3 tests/load/seed.py target/release/txjobs-emulator

Starts an emulator on a free local port with its data in a temporary folder. The limits are 10 seconds for
10,000 jobs with 100,000 executions, and 20 seconds for a run of 1,000,000 lines. Exits with 1 above a limit.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

# The name, the seed request, and the limit in seconds.
CASES = [
    ("10,000 jobs, 100,000 executions", {"jobs": 10_000, "executions": 100_000}, 10),
    ("a run of 1,000,000 lines", {"jobs": 1, "executions": 1, "longestRun": 1_000_000}, 20),
    ("50,000 jobs", {"jobs": 50_000, "executions": 0}, None),
    ("100,000 executions of one job", {"jobs": 1, "executions": 100_000}, None),
    ("the same, hostile", {"fixture": "hostile", "jobs": 1_000, "executions": 10_000}, None),
]


class Emulator:
    def __init__(self, program, folder):
        command = [program, "serve", "--listen", "127.0.0.1:0", "--database", folder / "load.db"]
        self.server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        self.address = self.server.stdout.readline().removeprefix("listening on ").strip()
        self.token = self.server.stdout.readline().removeprefix("admin token: ").strip()

    def admin(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self.send("/admin" + path, headers, data, "POST")

    def send(self, path, headers, data=None, method="GET"):
        request = urllib.request.Request(self.address + path, method=method, headers=headers, data=data)
        with urllib.request.urlopen(request, timeout=300) as response:
            return json.loads(response.read() or "null")

    def peak_memory(self):
        """Returns the peak memory of the process, in MB."""
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def stop(self):
        self.server.terminate()
        self.server.wait()


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    too_slow = []
    with tempfile.TemporaryDirectory() as path:
        folder = pathlib.Path(path)
        emulator = Emulator(program, folder)
        organizations = []
        for number, (name, content, limit) in enumerate(CASES):
            begin = time.perf_counter()
            seeded = emulator.admin("/seed", {"organization": f"Load {number}", **content})
            duration = time.perf_counter() - begin
            organizations.append((seeded["key"], seeded["jobs"]))
            print(f"{name}: {duration:.2f} s, {seeded['lines']:,} lines, peak memory {emulator.peak_memory():.0f} MB", flush=True)
            if limit and duration > limit:
                too_slow.append(f"{name}: {duration:.2f} s, at most {limit}")
        emulator.stop()

        emulator = Emulator(program, folder)
        for key, jobs in organizations:
            assert len(emulator.send("/public/jobs", {"apiKey": key})) == jobs
        begin = time.perf_counter()
        emulator.admin("/reset")
        print(f"all organizations exist after a restart; a reset takes {time.perf_counter() - begin:.2f} s")
        emulator.stop()
    sys.exit("\n".join(too_slow) or None)


main()
