#!/usr/bin/env python3
"""Measures the server memory that slow readers of a long log take.

    cargo build --release -p txjobs-emulator
    python3 tests/load/slow_readers.py target/release/txjobs-emulator [READERS] [LINES]

Starts an emulator on a free local port with its data in a temporary folder, runs one job that
writes the lines, and restarts the emulator (so that the memory of writing does not count). The readers request the
complete log in each encoding, and read 4 kB per second. The limit is 2 MB per reader. Exits with 1 above it.
"""

import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
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

SECONDS = 8


def start(program, folder):
    command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--config", folder / "gateway.toml"]
    server = subprocess.Popen([*command, "--database", folder / "load.db"], stdout=subprocess.PIPE, text=True)
    address = server.stdout.readline().removeprefix("listening on ").strip()
    key = server.stdout.readline().removeprefix("demo key:").strip()

    def send(path, method="GET"):
        request = urllib.request.Request(address + path, method=method, headers={"apiKey": key})
        return urllib.request.urlopen(request, timeout=300)

    return server, address, key, send


def stop(server):
    server.terminate()
    server.wait()


def read_memory(server):
    """Returns the current memory of the process, in MB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def connect_reader(address, path, key, encoding):
    url = urllib.parse.urlsplit(address)
    client = socket.socket()
    # With a small window, unsent data stays in the server.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((url.hostname, url.port))
    head = f"GET {path} HTTP/1.1\r\nhost: {url.netloc}\r\napiKey: {key}\r\naccept-encoding: {encoding}\r\n\r\n"
    client.sendall(head.encode())
    return client


def main():
    program = sys.argv[1]
    readers = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    lines = int(sys.argv[3]) if len(sys.argv) > 3 else 200_000
    is_within = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "gateway.toml").write_text(CONFIG % lines)
        server, address, key, send = start(program, folder)
        job = json.load(send("/public/jobs"))[0]["Id"]
        send(f"/public/jobs/{job}/execute", "POST")
        while json.load(send(f"/public/jobs/{job}/status"))["Status"] != 0:
            time.sleep(0.1)
        stop(server)
        for encoding in ["identity", "gzip", "br"]:
            server, address, key, send = start(program, folder)
            before = read_memory(server)
            clients = [connect_reader(address, f"/public/jobs/{job}/logs", key, encoding) for _ in range(readers)]
            peak = before
            for _ in range(SECONDS):
                time.sleep(1)
                for client in clients:
                    client.recv(4096)
                peak = max(peak, read_memory(server))
            for client in clients:
                client.close()
            per_reader = (peak - before) / readers
            is_within = is_within and per_reader <= 2
            begin = time.perf_counter()
            request = urllib.request.Request(
                f"{address}/public/jobs/{job}/logs", headers={"apiKey": key, "accept-encoding": encoding}
            )
            size = len(urllib.request.urlopen(request, timeout=300).read())
            duration = time.perf_counter() - begin
            print(
                f"{encoding}: {readers} slow readers take {before:.0f} to {peak:.0f} MB, {per_reader:.2f} MB each; "
                f"a fast reader gets {size / 1e6:.1f} MB in {duration:.2f} s"
            )
            stop(server)
    sys.exit(0 if is_within else "more than 2 MB per reader")


main()
