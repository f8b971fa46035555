"""A gateway that can be killed and restarted."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

CONCURRENCY = 16


class Gateway:
    """A gateway that can be restarted at the same address, with a client."""

    def __init__(self, program, folder, name):
        self.program, self.folder, self.name = program, folder, name
        (folder / "alive" / name).mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        create = self.command("keys", "create", "--organization", "Kills", "--name", name)
        self.key = subprocess.run(create, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        self.process = None
        # The times of all kills.
        self.kills = []

    def command(self, *arguments):
        return [self.program, *arguments]

    def start(self):
        command = self.command("serve", "--listen", self.address, "--concurrency", str(CONCURRENCY))
        environment = {**os.environ, "RUST_LOG": "error", "KILLS_NODE": self.name}
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on"):
            sys.exit("the gateway did not start")

    def kill(self):
        self.process.kill()
        self.kills.append(time.time())
        self.process.wait()

    def stop(self):
        """Sends SIGTERM, and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def send(self, path, method="GET"):
        request = urllib.request.Request(
            f"http://{self.address}/public/jobs{path}", method=method, headers={"apiKey": self.key}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
