#!/usr/bin/env python3
"""Measures how many requests per second a gateway answers, beside nginx with the same bytes and Prism with the same contract.

    sudo apt-get install wrk nginx-light
    cargo build --release -p txjobs-gateway
    python3 tests/load/requests.py target/release/txjobs-gateway

Starts all three on free ports of this machine with their data in a temporary folder, and asks them in turns, so that
whatever else the machine does slows all of them. Prism is installed with npm into that folder; --without-prism leaves
it out. The table has the medians, and what the gateway answers for each answer of nginx.

- The lists of 1, 100 and 1,000 jobs and the statuses of 100 and 1,000: plain, compressed (Accept-Encoding: br) and not
  modified (If-None-Match). nginx serves what the gateway answered as a file, with the same headers. Prism answers
  with the two jobs of the contract's example.
- Execute: 1,000 jobs that run `true`, each executed once, by 32 connections that are never idle, while the gateway runs
  them. Every answer must be 200. A round ends when all jobs are idle again.
- The log of 200,000 lines: logs.py.

The bounds: 0.4 of nginx for lists of 100 and 1,000 jobs, 0.2 for statuses, 1,500 executes a second.
"""

import argparse
import http.client
import json
import pathlib
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "openapi.yaml"
PRISM = "@stoplight/prism-cli@5.16.0"
SIZES = [1, 100, 1000]
LIST, STATUSES = "/public/jobs", "/public/jobs/status"
CONNECTIONS = 32
MIN_LIST_RATIO, MIN_STATUSES_RATIO, MIN_EXECUTES = 0.4, 0.2, 1500
# Headers that nginx adds by itself, or that belong to one connection.
OWN_HEADERS = {"content-length", "content-type", "date", "etag", "last-modified", "connection", "server", "transfer-encoding"}

NGINX = """
worker_processes auto;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    types {{}}
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    open_file_cache max=100;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        root {folder}/files;
{locations}
    }}
}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(address, path, headers):
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def wait_for(address, process):
    """Waits until a process listens at the address."""
    host, port = address.split(":")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nobody listens on {address}: {process.args}")


class Gateway:
    def __init__(self, program, folder):
        jobs = '[[organization.job]]\nname = "Job %d"\ncommand = ["true"]\n'
        organizations = (
            f'[[organization]]\nname = "Load {size}"\n' + "".join(jobs % n for n in range(1, size + 1))
            for size in SIZES
        )
        (folder / "gateway.toml").write_text("\n".join(organizations))
        self.keys = {}
        for size in SIZES:
            create = [program, "keys", "create", "--organization", f"Load {size}", "--name", "load"]
            made = subprocess.run(create, cwd=folder, capture_output=True, text=True, check=True)
            self.keys[size] = made.stdout.strip()
        serve = [program, "serve", "--listen", "127.0.0.1:0"]
        environment = {"PATH": "/usr/bin:/bin", "RUST_LOG": "warn"}
        self.process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().removeprefix("listening on http://").strip()

    def headers(self, size):
        return {"apiKey": self.keys[size]}


class Nginx:
    """Serves the answers of the gateway: one file for each case."""

    def __init__(self, gateway, cases, folder):
        (folder / "files").mkdir()
        locations = []
        for case in cases:
            answer, body = get(gateway.address, case.path, gateway.headers(case.size) | case.headers)
            assert answer.status == 200, answer.status
            (folder / "files" / case.file).write_bytes(body)
            case.bytes = len(body)
            case.gateway_tag = answer.headers["ETag"]
            added = [(name, value) for name, value in answer.headers.items() if name.lower() not in OWN_HEADERS]
            lines = "".join(f"            add_header {name} '{value}';\n" for name, value in added)
            locations.append(f"        location = /{case.file} {{\n{lines}        }}\n")
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.split(":")[1]
        settings = NGINX.format(folder=folder, port=port, locations="".join(locations))
        (folder / "nginx.conf").write_text(settings)
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        wait_for(self.address, self.process)
        for case in cases:
            answer, body = get(self.address, f"/{case.file}", {})
            assert (answer.status, len(body)) == (200, case.bytes), (answer.status, len(body))
            case.nginx_tag = answer.headers["ETag"]


class Prism:
    def __init__(self, folder):
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder / "prism", PRISM]
        subprocess.run(install, check=True)
        self.address = f"127.0.0.1:{free_port()}"
        program = folder / "prism" / "node_modules" / ".bin" / "prism"
        # In one process and without a log line for each request, which is its fastest configuration.
        mock = [program, "mock", "--multiprocess", "false", "--verboseLevel", "silent", "--host", "127.0.0.1"]
        mock += ["--port", self.address.split(":")[1], CONTRACT]
        self.process = subprocess.Popen(mock, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.address, self.process)


class Case:
    """One request, which is sent to each server."""

    def __init__(self, what, path, size, kind):
        self.name = f"{what} of {size:,}" + {"plain": "", "br": ", br", "304": ", 304"}[kind]
        self.path, self.size, self.kind = path, size, kind
        self.headers = {"Accept-Encoding": "br"} if kind == "br" else {}
        self.file = f"{what}-{size}-{kind}.json"
        self.min_ratio = {"list": MIN_LIST_RATIO, "statuses": MIN_STATUSES_RATIO}[what]
        if kind != "plain" or size < 100:
            self.min_ratio = None
        self.rates = {"gateway": [], "nginx": [], "Prism": []}

    def measure(self, seconds, gateway, nginx, prism):
        def known(tag):
            return {"If-None-Match": tag} if self.kind == "304" else {}

        headers = gateway.headers(self.size) | self.headers
        ask = [("gateway", gateway.address, self.path, headers | known(self.gateway_tag))]
        ask.append(("nginx", nginx.address, f"/{self.file}", self.headers | known(self.nginx_tag)))
        if prism and self.kind == "plain" and self.size == 100:
            ask.append(("Prism", prism.address, self.path, headers))
        for server, address, path, headers in ask:
            self.rates[server].append(wrk(address, path, headers, seconds))

    def row(self):
        rate = {server: statistics.median(rates) for server, rates in self.rates.items() if rates}
        self.ratio = rate["gateway"] / rate["nginx"]
        prism = f"{rate['Prism']:>10,.0f}" if "Prism" in rate else " " * 10
        return f"{self.name:<24}{self.bytes:>10,}{rate['gateway']:>10,.0f}{rate['nginx']:>10,.0f}{prism}{self.ratio:>8.2f}"


def wrk(address, path, headers, seconds):
    """Returns requests per second. Fails if any answer is an error."""
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *named, f"http://{address}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for trouble in ["Non-2xx", "Socket errors"]:
        assert trouble not in said, f"{path}\n{said}"
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def execute_all(gateway, size):
    """Executes each job once. Returns the time until the last answer, and until the last run has ended."""
    jobs = [job["Id"] for job in json.loads(get(gateway.address, LIST, gateway.headers(size))[1])]
    head = f"Host: {gateway.address}\r\napiKey: {gateway.keys[size]}\r\nContent-Length: 0\r\n\r\n"
    requests = [f"POST /public/jobs/{job}/execute HTTP/1.1\r\n{head}".encode() for job in jobs]
    host, port = gateway.address.split(":")
    selector = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        connection = socket.create_connection((host, int(port)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
    begin = time.perf_counter()
    for key in list(selector.get_map().values()):
        key.fileobj.sendall(requests.pop())
    left = len(jobs)
    while left:
        for key, _ in selector.select():
            # An answer is small enough to arrive in one piece.
            answer = key.fileobj.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            left -= 1
            if requests:
                key.fileobj.sendall(requests.pop())
    answered = time.perf_counter() - begin
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    while any(job["Status"] for job in json.loads(get(gateway.address, STATUSES, gateway.headers(size))[1])):
        time.sleep(0.01)
    return answered, time.perf_counter() - begin


def measure_execute(gateway, rounds):
    size = SIZES[-1]
    answered, ended = zip(*(execute_all(gateway, size) for _ in range(rounds)))
    rate = size / statistics.median(answered)
    print(f"\nexecute, {size:,} jobs, {CONNECTIONS} connections: {rate:,.0f} answers a second "
          f"({', '.join(f'{size / each:,.0f}' for each in answered)})")
    print(f"the same, until every run has ended: {size / statistics.median(ended):,.0f} runs a second", flush=True)
    return rate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="the gateway's release build")
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement (3)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (5)")
    parser.add_argument("--without-prism", action="store_true")
    parser.add_argument("--without-log", action="store_true")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    missing = [name for name in ["wrk", "nginx", *([] if arguments.without_prism else ["npm"])] if not shutil.which(name)]
    if missing:
        sys.exit(f"{', '.join(missing)} is missing: sudo apt-get install wrk nginx-light npm")

    cases = [Case("list", LIST, size, "plain") for size in SIZES]
    cases += [Case("statuses", STATUSES, size, "plain") for size in SIZES[1:]]
    cases += [Case("list", LIST, size, kind) for kind in ("br", "304") for size in SIZES[1:]]
    cases += [Case("statuses", STATUSES, SIZES[-1], kind) for kind in ("br", "304")]
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # The worker processes of nginx drop their privileges, and still have to read the files.
        folder.chmod(0o755)
        servers = []
        try:
            servers.append(gateway := Gateway(program, folder))
            servers.append(nginx := Nginx(gateway, cases, folder))
            prism = None if arguments.without_prism else Prism(folder)
            servers += [prism] if prism else []
            for _ in range(arguments.rounds):
                for case in cases:
                    case.measure(arguments.seconds, gateway, nginx, prism)
            print(f"{'requests a second':<24}{'bytes':>10}{'gateway':>10}{'nginx':>10}{'Prism':>10}{'ratio':>8}")
            for case in cases:
                print(case.row(), flush=True)
                if case.min_ratio and case.ratio < case.min_ratio:
                    failures.append(f"{case.name}: {case.ratio:.2f} of nginx, at least {case.min_ratio}")
            executes = measure_execute(gateway, arguments.rounds)
            if executes < MIN_EXECUTES:
                failures.append(f"execute: {executes:,.0f} a second, at least {MIN_EXECUTES:,}")
        finally:
            for server in servers:
                server.process.terminate()
                server.process.wait()
    if not arguments.without_log:
        print("\nthe log of 200,000 lines", flush=True)
        subprocess.run([sys.executable, HERE / "logs.py", program], check=True)
    sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
