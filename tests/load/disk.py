#!/usr/bin/env python3
"""Tests a gateway under load on a disk that is full, read-only, or returns errors.

    cargo build --release -p txjobs-gateway
    python3 tests/load/disk.py target/release/txjobs-gateway [--levels 30] [--faults 10] [--seed NUMBER]

Uses a small tmpfs in a separate mount namespace, which ends with the script. This needs root or user namespaces. The
command of each job writes its trigger id to a file on another disk, so that the script counts runs independently of the
gateway.

  full       Clients execute jobs continuously. The script fills the disk to a random level for two seconds, and then frees
             the space. In every second round, it stops the gateway with SIGTERM while the disk is full, and restarts it.
  read-only  The script starts a gateway on a read-only disk, and again when the disk is writable.
  fault      strace, if it is installed, makes random writes and syncs of the gateway fail for two seconds.

Each run that was accepted with 200 must run exactly once and end in a final state. If the gateway was stopped, it must run
at most once, because a stopped run may not have started. No run may start twice. The gateway must recover without help.
SIGTERM must end it within 15 seconds. Exits with 1 after any failure.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

JOBS = 16
CLIENTS = 8
# In bytes; much more than the load writes, so that only the filler fills the disk.
DISK_SIZE = 64 * 1024 * 1024
FAULT_SECONDS = 2.0
MAX_STOP = 15.0  # seconds
MAX_RECOVERY = 30.0  # seconds

JOB = """
[[organization.job]]
name = "Job {n}"
command = ["sh", "-c", 'echo "$TXJOBS_TRIGGER_ID" >> {runs}; i=0; while [ $i -lt 20 ]; do i=$((i+1)); \
echo "line $i of a log that takes space on the disk until the disk is full"; done']
"""


class Gateway:
    """A gateway whose database is on the small disk."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.database = folder / "disk" / "gateway.db"
        self.key = self.run_command("keys", "create", "--organization", "Load", "--name", "load").stdout.strip()
        self.start()

    def arguments(self, *arguments):
        return [self.program, *arguments, "--config", self.folder / "gateway.toml", "--database", self.database]

    def run_command(self, *arguments):
        return subprocess.run(self.arguments(*arguments), capture_output=True, text=True, check=True)

    def start(self):
        arguments = self.arguments("serve", "--listen", "127.0.0.1:0")
        log = open(self.folder / "gateway.log", "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True)
        first_line = self.process.stdout.readline()
        if not first_line.startswith("listening on "):
            raise RuntimeError((self.folder / "gateway.log").read_text()[-500:])
        self.address = first_line.removeprefix("listening on ").strip()

    def send(self, path, method="GET"):
        """Sends a request. Returns its status and its JSON, or 0 and None if the connection fails."""
        request = urllib.request.Request(self.address + path, method=method, headers={"apiKey": self.key})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except (OSError, ValueError):
            return 0, None

    def wait_until_healthy(self):
        """Returns the seconds until the gateway is healthy, or None after MAX_RECOVERY."""
        begin = time.monotonic()
        while self.send("/health")[0] != 200:
            if time.monotonic() - begin > MAX_RECOVERY:
                return None
            time.sleep(0.05)
        return time.monotonic() - begin

    def stop(self):
        """Sends SIGTERM. Returns the seconds until the gateway has ended, or None after MAX_STOP."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(MAX_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        return time.monotonic() - begin


class Load:
    """Clients that execute jobs continuously, and the responses that they received."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.jobs = [job["Id"] for job in gateway.send("/public/jobs")[1]]
        self.accepted, self.statuses = {}, collections.Counter()
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.execute_jobs, args=(n,)) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def execute_jobs(self, seed):
        generator = random.Random(seed)
        while not self.stopped.is_set():
            job = generator.choice(self.jobs)
            status, body = self.gateway.send(f"/public/jobs/{job}/execute", "POST")
            with self.lock:
                self.statuses[status] += 1
                if status == 200:
                    self.accepted[body["TriggerId"]] = job
            time.sleep(0.02)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def count_unfinished(self):
        """Counts the accepted runs that do not end within MAX_RECOVERY."""
        deadline = time.monotonic() + MAX_RECOVERY

        def is_unfinished(run):
            trigger, job = run
            while True:
                status, body = self.gateway.send(f"/public/jobs/{job}/logs/{trigger}")
                if status == 200 and body and body[0]["State"] >= 2:
                    return False
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.1)

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(is_unfinished, self.accepted.items()))


class Disk:
    """A small tmpfs that the script fills and remounts."""

    def __init__(self, folder):
        self.path = folder / "disk"
        self.path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "none", self.path], check=True)
        self.filler = self.path / "filler"

    def fill(self, free_bytes):
        """Fills the disk except for `free_bytes`. Other writers can change the result."""
        with open(self.filler, "wb", buffering=0) as file:
            try:
                file.write(bytes(max(shutil.disk_usage(self.path).free - free_bytes, 0)))
                while free_bytes == 0:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        self.filler.unlink(missing_ok=True)

    def remount(self, option):
        return subprocess.run(["mount", "-o", f"remount,{option}", self.path], capture_output=True).returncode == 0

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)


def run_in_folder(run_round):
    """Runs a round in a folder with a small disk and a configuration, and returns its table row."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        runs = folder / "runs"
        runs.touch()
        jobs = "".join(JOB.format(n=n, runs=runs) for n in range(JOBS))
        (folder / "gateway.toml").write_text('[[organization]]\nname = "Load"\n' + jobs)
        disk = Disk(folder)
        try:
            return run_round(folder, disk)
        finally:
            disk.close()


def evaluate(name, folder, gateway, load, recovered, stopped, was_stopped):
    """Counts the runs, compares the counts with the requirements, and returns the table row."""
    unfinished = load.count_unfinished()
    last_stop = gateway.stop()
    ran = collections.Counter((folder / "runs").read_text().split())
    twice = sum(count > 1 for count in ran.values())
    missing = sum(trigger not in ran for trigger in load.accepted)
    failures = []
    if twice:
        failures.append(f"{twice} ran twice")
    if missing and not was_stopped:
        failures.append(f"{missing} never ran")
    if unfinished:
        failures.append(f"{unfinished} did not end")
    if recovered is None:
        failures.append("did not recover")
    if stopped is None or last_stop is None:
        failures.append("did not end after SIGTERM")
    rejected = sum(count for status, count in load.statuses.items() if status == 503)
    seconds = lambda value: "-" if value is None else f"{value:.1f} s"
    stop = max(stopped or 0, last_stop or 0)
    row = [name, len(load.accepted), rejected, sum(c == 1 for c in ran.values()), twice, missing, unfinished]
    return [*row, seconds(recovered), seconds(stop), "; ".join(failures) or "ok"]


def test_full_disk(program, number, generator):
    levels = [0, 0, generator.randrange(8_192), generator.randrange(65_536), generator.randrange(1_000_000)]
    free_bytes = generator.choice(levels)
    is_stopped = number % 2 == 1

    def run_round(folder, disk):
        gateway = Gateway(program, folder)
        load = Load(gateway)
        time.sleep(generator.uniform(0.1, 0.6))
        disk.fill(free_bytes)
        time.sleep(FAULT_SECONDS)
        stopped = 0.0
        if is_stopped:
            stopped = gateway.stop()
        load_ended = is_stopped
        if load_ended:
            load.stop()
        disk.free()
        if is_stopped:
            gateway.start()
        recovered = gateway.wait_until_healthy()
        if not load_ended:
            time.sleep(0.3)
            load.stop()
        name = f"full, {free_bytes // 1024} kB free" + (", stopped" if is_stopped else "")
        return evaluate(name, folder, gateway, load, recovered, stopped, is_stopped)

    return run_in_folder(run_round)


def test_read_only_disk(program):
    def run_round(folder, disk):
        gateway = Gateway(program, folder)
        outcome = "accepted" if disk.remount("ro") else "not possible while files are open"
        disk.remount("rw")
        stopped = gateway.stop()
        disk.remount("ro")
        failed_start = subprocess.run(
            gateway.arguments("serve", "--listen", "127.0.0.1:0"), capture_output=True, text=True
        )
        has_reason = failed_start.returncode == 1 and "Read-only file system" in failed_start.stderr
        print(f"  remount while the gateway runs: {outcome}; error at the start: {failed_start.stderr.strip()}")
        disk.remount("rw")
        gateway.start()
        recovered = gateway.wait_until_healthy()
        load = Load(gateway)
        time.sleep(0.5)
        load.stop()
        row = evaluate("read-only", folder, gateway, load, recovered, stopped, False)
        return row if has_reason else [*row[:-1], "the start did not fail with the reason"]

    return run_in_folder(run_round)


def test_fault(program, generator):
    call, error = generator.choice([("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EROFS"), ("fsync", "EIO")])
    first, step = generator.randrange(1, 30), generator.randrange(1, 20)

    def run_round(folder, _):
        gateway = Gateway(program, folder)
        load = Load(gateway)
        time.sleep(0.3)
        inject = f"inject={call}:error={error}:when={first}+{step}"
        arguments = ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", inject, "-o", "/dev/null"]
        strace = subprocess.Popen([*arguments, "-p", str(gateway.process.pid)], stderr=subprocess.DEVNULL)
        time.sleep(FAULT_SECONDS)
        strace.send_signal(signal.SIGINT)
        try:
            strace.wait(5)
        except subprocess.TimeoutExpired:
            # strace can wait for a process that is starting. When it is killed, the kernel releases all traced processes.
            strace.kill()
            strace.wait()
        recovered = gateway.wait_until_healthy()
        time.sleep(0.3)
        load.stop()
        return evaluate(f"fault, {error} of {call} {first}+{step}", folder, gateway, load, recovered, 0.0, False)

    return run_in_folder(run_round)


def enter_namespace():
    """Restarts this script in a mount namespace, in which it can mount. The namespace ends with the script."""
    if os.environ.pop("DISK_PY_NAMESPACE", None):
        return
    os.environ["DISK_PY_NAMESPACE"] = "1"
    users = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--mount", "--propagation", "private", *users, sys.executable, *sys.argv]
    os.execvp(command[0], command)


def main():
    enter_namespace()
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--levels", type=int, default=30, help="number of rounds with a full disk (30)")
    parser.add_argument("--faults", type=int, default=10, help="number of rounds with injected errors; needs strace (10)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    generator = random.Random(arguments.seed)
    print(f"seed {arguments.seed}")
    rows = []

    def add(row):
        rows.append(row)
        print(f"  {row[0]}: {row[-1]}", flush=True)

    for number in range(arguments.levels):
        add(test_full_disk(program, number, generator))
    add(test_read_only_disk(program))
    if shutil.which("strace"):
        for _ in range(arguments.faults):
            add(test_fault(program, generator))
    else:
        print("strace is not installed: skipped the rounds with injected errors")

    head = ["", "accepted", "rejected", "once", "twice", "never", "open", "recovery", "stop", ""]
    table = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[n]) for row in table) for n in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    failed = sum(row[-1] != "ok" for row in rows)
    accepted, twice = sum(row[1] for row in rows), sum(row[4] for row in rows)
    print(f"{len(rows)} rounds, {accepted} accepted, {twice} ran twice, {failed} rounds failed")
    sys.exit(failed > 0)


main()
