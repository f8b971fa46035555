"""Starts PostgreSQL and PgBouncer in a temporary folder, for the other scripts."""

import contextlib
import getpass
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PGBOUNCER = """
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
"""


def find_programs():
    """Returns the folder with the newest programs of PostgreSQL."""
    folders = list(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if folders:
        return max(folders, key=lambda folder: int(re.sub(r"\D.*", "", folder.parent.name)))
    if on_path:
        return pathlib.Path(on_path).parent
    sys.exit("PostgreSQL is missing: sudo apt-get install postgresql")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def unprivileged():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def wait_for(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


class Server:
    """A server with its default settings, so that each commit waits for the disk."""

    def __init__(self, folder):
        self.programs, self.folder, self.port = find_programs(), folder, free_port()
        self.user = "postgres" if unprivileged() else getpass.getuser()
        initdb = [self.programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **unprivileged())
        postgres = [self.programs / "postgres", "-D", folder / "data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        postgres += ["-c", "unix_socket_directories=", "-c", "max_connections=300"]
        self.process = subprocess.Popen(postgres, stderr=subprocess.DEVNULL, **unprivileged())
        wait_for(self.port)
        while subprocess.run(self.psql("SELECT 1"), capture_output=True).returncode != 0:
            time.sleep(0.05)
        self.count = 0
        self.pgbouncer = None

    def psql(self, sql, database="postgres"):
        return [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-qAtc", sql, database]

    def create_database(self):
        """Returns the URL of a new database."""
        self.count += 1
        subprocess.run(self.psql(f"CREATE DATABASE load_{self.count}"), check=True)
        return f"postgres://postgres@127.0.0.1:{self.port}/load_{self.count}"

    def through_pgbouncer(self, url):
        """Returns the URL of the same database through PgBouncer in transaction mode."""
        if self.pgbouncer is None:
            self.pgbouncer_port = free_port()
            text = PGBOUNCER.format(server_port=self.port, port=self.pgbouncer_port, folder=self.folder)
            (self.folder / "users.txt").write_text('"postgres" ""\n')
            (self.folder / "pgbouncer.ini").write_text(text)
            program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
            self.pgbouncer = subprocess.Popen(
                [program, self.folder / "pgbouncer.ini"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **unprivileged()
            )
            wait_for(self.pgbouncer_port)
        return url.replace(f":{self.port}/", f":{self.pgbouncer_port}/")

    def stop(self):
        for process in [self.pgbouncer, self.process]:
            if process:
                process.send_signal(2)
                process.wait(60)


@contextlib.contextmanager
def server():
    """Starts a server, which ends with the context."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if unprivileged():
            os.chown(folder, unprivileged()["user"], unprivileged()["group"])
        running = Server(folder)
        try:
            yield running
        finally:
            running.stop()
