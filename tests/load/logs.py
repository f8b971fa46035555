#!/usr/bin/env python3
"""How quickly a gateway gives out the log of a long run, and what memory that takes.

    cargo build --release -p txjobs-emulator
    python3 tests/load/logs.py target/release/txjobs-emulator [LINES]

Starts a gateway of its own on a free port of this machine with its data in a temporary folder, runs one job that
writes the lines, starts the gateway again (so that the memory of writing does not count), and reads the log whole.
The bounds are for 200,000 lines: one second, and 64 MB of memory.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

CONFIG = """
[[organization]]
name = "Load"

[[organization.job]]
name = "Long"
[organization.job.script]
state = "completed"
lines = [{ message = "Deploying table [DW].[dbo].[FactInvoice], batch {n}: read, compared and written without a warning", repeat = %d }]
"""


def start(program, folder):
    command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--config", folder / "gateway.toml"]
    server = subprocess.Popen([*command, "--database", folder / "load.db"], stdout=subprocess.PIPE, text=True)
    address = server.stdout.readline().removeprefix("listening on ").strip()
    key = server.stdout.readline().removeprefix("demo key:").strip()

    def ask(path, method="GET"):
        request = urllib.request.Request(address + path, method=method, headers={"apiKey": key})
        return urllib.request.urlopen(request, timeout=300)

    return server, ask


def peak(server):
    """The most memory that the process has had, in MB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def main():
    program = sys.argv[1]
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "gateway.toml").write_text(CONFIG % lines)
        server, ask = start(program, folder)
        job = json.load(ask("/public/jobs"))[0]["Id"]
        ask(f"/public/jobs/{job}/execute", "POST")
        while json.load(ask(f"/public/jobs/{job}/status"))["Status"] != 0:
            time.sleep(0.1)
        print(f"written: {lines} lines, peak memory {peak(server):.0f} MB")
        server.terminate()
        server.wait()

        server, ask = start(program, folder)
        before = peak(server)
        took = []
        for _ in range(5):
            begin = time.perf_counter()
            answer = ask(f"/public/jobs/{job}/logs")
            first, size = None, 0
            while piece := answer.read(1 << 20):
                first = first or time.perf_counter() - begin
                size += len(piece)
            took.append(time.perf_counter() - begin)
        print(f"read: {size / 1e6:.1f} MB, first byte {first:.3f} s, whole {min(took):.2f} to {max(took):.2f} s")
        print(f"peak memory {before:.0f} MB at the start, {peak(server):.0f} MB after")
        server.terminate()
        server.wait()


main()
