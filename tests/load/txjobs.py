#!/usr/bin/env python3
"""Measures the command line: its start, a long log, and the end of a run.

    cargo xtask dist
    python3 tests/load/txjobs.py [target/published/bin/txjobs] [--lines 200000] [--runs 5]

Serves one run with that many log lines, and prints the median time and the largest memory of `txjobs logs`, also as a ratio to
`curl` for the same body, the time and size of `txjobs --version`, and how long after the end of a run `txjobs run` exits.
The limits are 40 MB of memory, 10 ms and 12 MB for the start, and one poll of 2 s. Exits with 1 above a limit.
"""

import argparse
import http.server
import json
import os
import pathlib
import socketserver
import statistics
import subprocess
import sys
import threading
import time

JOB, RUN = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57"
RUN_SECONDS = 5


def log_body(lines):
    def line(n):
        return {
            "Id": f"00000000-0000-0000-0000-{n:012}",
            "JobExecutionId": RUN,
            "Message": f"Reading batch {n} of the table dbo.Invoice into the staging area of the warehouse",
            "Severity": 0 if n % 1000 else 1,
            # A line every 100 ms, so that the log is in order.
            "TimeStamp": f"2026-01-01T{n // 36000:02}:{n // 600 % 60:02}:{n // 10 % 60:02}.{n % 10}00Z",
        }

    execution = {"Id": RUN, "JobId": JOB, "TriggerId": RUN, "State": 2, "CreateTime": "2026-01-01T00:00:00Z",
                 "EndTime": "2026-01-02T00:00:00Z", "JobExecutionLogs": [line(n) for n in range(lines)]}
    return json.dumps([execution]).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""
    started_at = None

    def log_message(self, *_):
        pass

    def respond(self, body):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-txjobs-extensions", "limit, logs")
        self.end_headers()
        self.wfile.write(body)

    def is_running(self):
        return Handler.started_at and time.monotonic() < Handler.started_at + RUN_SECONDS

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/public/jobs":
            self.respond(json.dumps([{"Id": JOB, "Name": "Sales"}]).encode())
        elif path.endswith("/status"):
            self.respond(json.dumps({"JobId": JOB, "Status": 2 if self.is_running() else 0}).encode())
        elif path.endswith("/logs"):
            self.respond(Handler.body)
        else:
            execution = {"Id": RUN, "JobId": JOB, "TriggerId": RUN, "State": 1 if self.is_running() else 2,
                         "CreateTime": "2026-01-01T00:00:00Z", "JobExecutionLogs": []}
            self.respond(json.dumps([execution]).encode())

    def do_POST(self):
        Handler.started_at = time.monotonic()
        self.respond(json.dumps({"JobId": JOB, "TriggerId": RUN}).encode())


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def measure(command, environment):
    """Returns the seconds and the peak memory in MB of a command whose output is discarded."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    assert os.waitstatus_to_exitcode(status) == 0, (command, status)
    return seconds, usage.ru_maxrss / 1024


def serve(lines):
    """Serves until standard input is closed."""
    Handler.body = log_body(lines)
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port} {len(Handler.body)}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="target/published/bin/txjobs")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.lines)
    program = pathlib.Path(arguments.program)
    # The server is another process, because the peak memory of a command begins with that of its parent.
    server = subprocess.Popen([sys.executable, __file__, "--serve", "--lines", str(arguments.lines)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address, body_bytes = server.stdout.readline().split()
    megabytes = int(body_bytes) / 1e6
    environment = {"PATH": os.environ["PATH"], "TXJOBS_DOMAIN": address, "TXJOBS_API_KEY": "load"}
    failed = False

    def report(name, value, unit, limit=None):
        nonlocal failed
        failed |= limit is not None and value > limit
        print(f"{name:<44} {value:9.2f} {unit}" + (f"  (limit {limit})" if limit else ""))

    report("size of the program", program.stat().st_size / 1e6, "MB", 12)
    starts = [measure([program, "--version"], environment)[0] for _ in range(20)]
    report("txjobs --version, median", statistics.median(starts) * 1000, "ms", 10)
    curl_command = ["curl", "--silent", "--fail", f"{address}/public/jobs/{JOB}/logs"]
    curl = [measure(curl_command, environment) for _ in range(arguments.runs)]
    logs = [measure([program, "logs", "Sales"], environment) for _ in range(arguments.runs)]
    curl_seconds, logs_seconds = (statistics.median(seconds for seconds, _ in runs) for runs in (curl, logs))
    report(f"curl of {megabytes:.0f} MB, median", curl_seconds * 1000, "ms")
    report(f"txjobs logs of {arguments.lines} lines, median", logs_seconds * 1000, "ms")
    report("txjobs logs to curl", logs_seconds / curl_seconds, "times")
    report("txjobs logs, speed of the body", megabytes / logs_seconds, "MB/s")
    report("txjobs logs, memory", max(memory for _, memory in logs), "MB", 40)
    seconds, _ = measure([program, "run", "Sales", "--quiet"], environment)
    report("txjobs run exits after the end of the run", seconds - RUN_SECONDS, "s", 2)
    server.stdin.close()
    server.wait()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
