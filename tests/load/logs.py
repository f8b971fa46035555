#!/usr/bin/env python3
"""Measures the time and the memory that the response with a long log takes.

    cargo build --release -p txjobs-emulator
    python3 tests/load/logs.py target/release/txjobs-emulator [LINES]

Starts an emulator on a free local port with its data in a temporary folder, runs one job that
writes the lines, restarts the emulator (so that the memory of writing does not count), and reads the complete log. The
targets for 200,000 lines are one second and 64 MB of memory. The script prints the values and does not check them.
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

    def send(path, method="GET"):
        request = urllib.request.Request(address + path, method=method, headers={"apiKey": key})
        return urllib.request.urlopen(request, timeout=300)

    return server, send


def peak_memory(server):
    """Returns the peak memory of the process, in MB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def main():
    program = sys.argv[1]
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "gateway.toml").write_text(CONFIG % lines)
        server, send = start(program, folder)
        job = json.load(send("/public/jobs"))[0]["Id"]
        send(f"/public/jobs/{job}/execute", "POST")
        while json.load(send(f"/public/jobs/{job}/status"))["Status"] != 0:
            time.sleep(0.1)
        print(f"written: {lines} lines, peak memory {peak_memory(server):.0f} MB")
        server.terminate()
        server.wait()

        server, send = start(program, folder)
        before = peak_memory(server)
        durations = []
        for _ in range(5):
            begin = time.perf_counter()
            response = send(f"/public/jobs/{job}/logs")
            first_byte, size = None, 0
            while chunk := response.read(1 << 20):
                first_byte = first_byte or time.perf_counter() - begin
                size += len(chunk)
            durations.append(time.perf_counter() - begin)
        print(f"read: {size / 1e6:.1f} MB, first byte {first_byte:.3f} s, complete {min(durations):.2f} to {max(durations):.2f} s")
        print(f"peak memory {before:.0f} MB at the start, {peak_memory(server):.0f} MB after")
        server.terminate()
        server.wait()


main()
