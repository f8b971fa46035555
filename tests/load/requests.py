#!/usr/bin/env python3
"""Measures the requests per second of a gateway, and compares them with nginx and Prism.

    sudo apt-get install wrk nginx-light
    cargo build --release -p txjobs-gateway -p txjobs-emulator
    python3 tests/load/requests.py target/release/txjobs-gateway

Starts all three on free local ports with their data in a temporary folder, and measures them alternately, so that other
load on the machine affects all of them. npm installs Prism into that folder; --without-prism skips it. The table has the
medians, and the ratio of the gateway to nginx.

- The lists of 1, 100 and 1,000 jobs and the statuses of 100 and 1,000: plain, compressed (Accept-Encoding: br) and not
  modified (If-None-Match). nginx serves the responses of the gateway from files, with the same headers. Prism responds
  with the two jobs of the example in the contract.
- The log of 200,000 lines: logs.py, with the emulator in the folder of the gateway.

The limits are 0.4 of the rate of nginx for plain lists of 100 and 1,000 jobs, and 0.2 for plain statuses. Exits with 1 below a
limit. executes.py measures executes.
"""

import argparse
import http.client
import pathlib
import re
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
MIN_LIST_RATIO, MIN_STATUSES_RATIO = 0.4, 0.2
# Headers that nginx adds without configuration, or that apply to one connection.
EXCLUDED_HEADERS = {"content-length", "content-type", "date", "etag", "last-modified", "connection", "server", "transfer-encoding"}

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
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


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
    sys.exit(f"no process listens on {address}: {process.args}")


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
            output = subprocess.run(create, cwd=folder, capture_output=True, text=True, check=True)
            self.keys[size] = output.stdout.strip()
        serve = [program, "serve", "--listen", "127.0.0.1:0"]
        environment = {"PATH": "/usr/bin:/bin", "RUST_LOG": "warn"}
        self.process = subprocess.Popen(serve, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().removeprefix("listening on http://").strip()

    def headers(self, size):
        return {"apiKey": self.keys[size]}


class Nginx:
    """Serves the responses of the gateway: one file for each case."""

    def __init__(self, gateway, cases, folder):
        (folder / "files").mkdir()
        locations = []
        for case in cases:
            response, body = get(gateway.address, case.path, gateway.headers(case.size) | case.headers)
            assert response.status == 200, response.status
            (folder / "files" / case.file).write_bytes(body)
            case.bytes = len(body)
            case.gateway_tag = response.headers["ETag"]
            added = [(name, value) for name, value in response.headers.items() if name.lower() not in EXCLUDED_HEADERS]
            lines = "".join(f"            add_header {name} '{value}';\n" for name, value in added)
            locations.append(f"        location = /{case.file} {{\n{lines}        }}\n")
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.split(":")[1]
        settings = NGINX.format(folder=folder, port=port, locations="".join(locations))
        (folder / "nginx.conf").write_text(settings)
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        wait_for(self.address, self.process)
        for case in cases:
            response, body = get(self.address, f"/{case.file}", {})
            assert (response.status, len(body)) == (200, case.bytes), (response.status, len(body))
            case.nginx_tag = response.headers["ETag"]


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

    def __init__(self, resource, path, size, kind):
        self.name = f"{resource} of {size:,}" + {"plain": "", "br": ", br", "304": ", 304"}[kind]
        self.path, self.size, self.kind = path, size, kind
        self.headers = {"Accept-Encoding": "br"} if kind == "br" else {}
        self.file = f"{resource}-{size}-{kind}.json"
        self.min_ratio = {"list": MIN_LIST_RATIO, "statuses": MIN_STATUSES_RATIO}[resource]
        if kind != "plain" or size < 100:
            self.min_ratio = None
        self.rates = {"gateway": [], "nginx": [], "Prism": []}

    def measure(self, seconds, gateway, nginx, prism):
        def condition(tag):
            return {"If-None-Match": tag} if self.kind == "304" else {}

        headers = gateway.headers(self.size) | self.headers
        requests = [("gateway", gateway.address, self.path, headers | condition(self.gateway_tag))]
        requests.append(("nginx", nginx.address, f"/{self.file}", self.headers | condition(self.nginx_tag)))
        if prism and self.kind == "plain" and self.size == 100:
            requests.append(("Prism", prism.address, self.path, headers))
        for server, address, path, headers in requests:
            self.rates[server].append(wrk(address, path, headers, seconds))

    def row(self):
        rate = {server: statistics.median(rates) for server, rates in self.rates.items() if rates}
        self.ratio = rate["gateway"] / rate["nginx"]
        prism = f"{rate['Prism']:>10,.0f}" if "Prism" in rate else " " * 10
        return f"{self.name:<24}{self.bytes:>10,}{rate['gateway']:>10,.0f}{rate['nginx']:>10,.0f}{prism}{self.ratio:>8.2f}"


def wrk(address, path, headers, seconds):
    """Returns requests per second. Fails if a response is an error."""
    header_options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *header_options, f"http://{address}{path}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for problem in ["Non-2xx", "Socket errors"]:
        assert problem not in output, f"{path}\n{output}"
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="release build of the gateway")
    parser.add_argument("--seconds", type=int, default=3, help="duration of each measurement (3)")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds; the table has the medians (5)")
    parser.add_argument("--without-prism", action="store_true", help="do not measure Prism")
    parser.add_argument("--without-log", action="store_true", help="do not run logs.py")
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
    with tempfile.TemporaryDirectory() as path:
        folder = pathlib.Path(path)
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
            print(f"{'requests per second':<24}{'bytes':>10}{'gateway':>10}{'nginx':>10}{'Prism':>10}{'ratio':>8}")
            for case in cases:
                print(case.row(), flush=True)
                if case.min_ratio and case.ratio < case.min_ratio:
                    failures.append(f"{case.name}: {case.ratio:.2f} of nginx, at least {case.min_ratio}")
        finally:
            for server in servers:
                server.process.terminate()
                server.process.wait()
    if not arguments.without_log:
        print("\nthe log of 200,000 lines", flush=True)
        subprocess.run([sys.executable, HERE / "logs.py", program.with_name("txjobs-emulator")], check=True)
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()
