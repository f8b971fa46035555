#!/usr/bin/env python3
"""Tests a gateway under load on a disk that is full, read-only or broken.

    cargo build --release -p txjobs-gateway
    python3 tests/load/disk.py target/release/txjobs-gateway [--levels 30] [--faults 10] [--seed NUMBER]

Works on a small tmpfs in a mount namespace of its own (as root, or where user namespaces are allowed) and leaves nothing
behind. Each job's command notes its trigger id in a file on another disk, so that runs are counted where the gateway cannot
lose them.

  full       Clients execute jobs all the time. The disk is filled up to a random level for two seconds, then there is
             room again. Every second time the gateway is stopped by SIGTERM while the disk is full, and started again.
  read-only  A gateway is started on a read-only disk, and again when it can be written.
  fault      strace, if it is installed, makes random writes and syncs of the running gateway fail for two seconds.

Each execute that was answered with 200 must run exactly once and end in a final state (at most once if the gateway was
stopped: what it ends may not have begun). Nothing may run twice. The gateway must be healthy again by itself. SIGTERM must end
it within 15 seconds.
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
# Far more than the load writes, so that only the filler fills the disk.
DISK_SIZE = 64 * 1024 * 1024
SECONDS = 2.0
MAX_STOP = 15.0
MAX_RECOVERY = 30.0

JOB = """
[[organization.job]]
name = "Job {n}"
command = ["sh", "-c", 'echo "$TXJOBS_TRIGGER_ID" >> {runs}; i=0; while [ $i -lt 20 ]; do i=$((i+1)); \
echo "line $i of a log that takes some room on the disk, so that it is full sooner or later"; done']
"""


class Gateway:
    """A gateway on the small disk."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.database = folder / "disk" / "gateway.db"
        self.key = self.command("keys", "create", "--organization", "Load", "--name", "load").stdout.strip()
        self.start()

    def arguments(self, *arguments):
        return [self.program, *arguments, "--config", self.folder / "gateway.toml", "--database", self.database]

    def command(self, *arguments):
        return subprocess.run(self.arguments(*arguments), capture_output=True, text=True, check=True)

    def start(self):
        arguments = self.arguments("serve", "--listen", "127.0.0.1:0")
        log = open(self.folder / "gateway.log", "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True)
        first = self.process.stdout.readline()
        if not first.startswith("listening on "):
            raise RuntimeError((self.folder / "gateway.log").read_text()[-500:])
        self.address = first.removeprefix("listening on ").strip()

    def ask(self, path, method="GET"):
        request = urllib.request.Request(self.address + path, method=method, headers={"apiKey": self.key})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except (OSError, ValueError):
            return 0, None

    def until_healthy(self):
        begin = time.monotonic()
        while self.ask("/health")[0] != 200:
            if time.monotonic() - begin > MAX_RECOVERY:
                return None
            time.sleep(0.05)
        return time.monotonic() - begin

    def stop(self):
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
    """Clients that execute jobs all the time, and the answers that they got."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.jobs = [job["Id"] for job in gateway.ask("/public/jobs")[1]]
        self.accepted, self.answers = {}, collections.Counter()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        choose = random.Random(number)
        while not self.ended.is_set():
            job = choose.choice(self.jobs)
            status, body = self.gateway.ask(f"/public/jobs/{job}/execute", "POST")
            with self.lock:
                self.answers[status] += 1
                if status == 200:
                    self.accepted[body["TriggerId"]] = job
            time.sleep(0.02)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def unfinished(self):
        """Returns the accepted runs that do not end."""
        deadline = time.monotonic() + MAX_RECOVERY

        def is_unfinished(run):
            trigger, job = run
            while True:
                status, body = self.gateway.ask(f"/public/jobs/{job}/logs/{trigger}")
                if status == 200 and body and body[0]["State"] >= 2:
                    return False
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.1)

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(is_unfinished, self.accepted.items()))


class Disk:
    def __init__(self, folder):
        self.path = folder / "disk"
        self.path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "none", self.path], check=True)
        self.filler = self.path / "filler"

    def fill(self, room):
        """Fills the disk except for this room, as far as other writers allow it."""
        with open(self.filler, "wb", buffering=0) as file:
            try:
                file.write(bytes(max(shutil.disk_usage(self.path).free - room, 0)))
                while room == 0:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        self.filler.unlink(missing_ok=True)

    def remount(self, option):
        return subprocess.run(["mount", "-o", f"remount,{option}", self.path], capture_output=True).returncode == 0

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)


def in_folder(work):
    """Runs a test in a folder with a small disk and a configuration, and returns its row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        runs = folder / "runs"
        runs.touch()
        jobs = "".join(JOB.format(n=n, runs=runs) for n in range(JOBS))
        (folder / "gateway.toml").write_text('[[organization]]\nname = "Load"\n' + jobs)
        disk = Disk(folder)
        try:
            return work(folder, disk)
        finally:
            disk.close()


def judge(name, folder, gateway, load, recovered, stopped, was_stopped):
    """Counts the runs, and returns whether they are right."""
    unfinished = load.unfinished()
    last_stop = gateway.stop()
    ran = collections.Counter((folder / "runs").read_text().split())
    twice = sum(count > 1 for count in ran.values())
    missing = sum(trigger not in ran for trigger in load.accepted)
    wrong = []
    if twice:
        wrong.append(f"{twice} ran twice")
    if missing and not was_stopped:
        wrong.append(f"{missing} never ran")
    if unfinished:
        wrong.append(f"{unfinished} did not end")
    if recovered is None:
        wrong.append("not healthy again")
    if stopped is None or last_stop is None:
        wrong.append("SIGTERM did not end it")
    refused = sum(count for status, count in load.answers.items() if status == 503)
    seconds = lambda value: "-" if value is None else f"{value:.1f} s"
    stop = max(stopped or 0, last_stop or 0)
    row = [name, len(load.accepted), refused, sum(c == 1 for c in ran.values()), twice, missing, unfinished]
    return [*row, seconds(recovered), seconds(stop), "; ".join(wrong) or "ok"]


def full(program, number, choose):
    room = choose.choice([0, 0, choose.randrange(8_192), choose.randrange(65_536), choose.randrange(1_000_000)])
    is_stopped = number % 2 == 1

    def work(folder, disk):
        gateway = Gateway(program, folder)
        load = Load(gateway)
        time.sleep(choose.uniform(0.1, 0.6))
        disk.fill(room)
        time.sleep(SECONDS)
        stopped = 0.0
        if is_stopped:
            stopped = gateway.stop()
        load_ended = is_stopped
        if load_ended:
            load.end()
        disk.free()
        if is_stopped:
            gateway.start()
        recovered = gateway.until_healthy()
        if not load_ended:
            time.sleep(0.3)
            load.end()
        name = f"full, {room // 1024} kB left" + (", stopped" if is_stopped else "")
        return judge(name, folder, gateway, load, recovered, stopped, is_stopped)

    return in_folder(work)


def read_only(program):
    def work(folder, disk):
        gateway = Gateway(program, folder)
        live = "accepted" if disk.remount("ro") else "not possible while files are open"
        disk.remount("rw")
        stopped = gateway.stop()
        disk.remount("ro")
        refused = subprocess.run(
            gateway.arguments("serve", "--listen", "127.0.0.1:0"), capture_output=True, text=True
        )
        is_named = refused.returncode == 1 and "Read-only file system" in refused.stderr
        print(f"  a live remount was {live}; at the start: {refused.stderr.strip()}")
        disk.remount("rw")
        gateway.start()
        recovered = gateway.until_healthy()
        load = Load(gateway)
        time.sleep(0.5)
        load.end()
        row = judge("read-only", folder, gateway, load, recovered, stopped, False)
        return row if is_named else [*row[:-1], "the start was not refused with the reason"]

    return in_folder(work)


def fault(program, choose):
    call, error = choose.choice([("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EROFS"), ("fsync", "EIO")])
    first, step = choose.randrange(1, 30), choose.randrange(1, 20)

    def work(folder, _):
        gateway = Gateway(program, folder)
        load = Load(gateway)
        time.sleep(0.3)
        inject = f"inject={call}:error={error}:when={first}+{step}"
        arguments = ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", inject, "-o", "/dev/null"]
        strace = subprocess.Popen([*arguments, "-p", str(gateway.process.pid)], stderr=subprocess.DEVNULL)
        time.sleep(SECONDS)
        strace.send_signal(signal.SIGINT)
        try:
            strace.wait(5)
        except subprocess.TimeoutExpired:
            # It may wait for a process that was being started. The kernel releases everything when it is killed.
            strace.kill()
            strace.wait()
        recovered = gateway.until_healthy()
        time.sleep(0.3)
        load.end()
        return judge(f"fault, {error} of {call} {first}+{step}", folder, gateway, load, recovered, 0.0, False)

    return in_folder(work)


def enter_namespace():
    """Starts this script again in a mount namespace, where it may mount and which ends with it."""
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
    parser.add_argument("--levels", type=int, default=30, help="random fill levels")
    parser.add_argument("--faults", type=int, default=10, help="rounds with injected errors, if strace is there")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    choose = random.Random(arguments.seed)
    print(f"seed {arguments.seed}")
    rows = []

    def add(row):
        rows.append(row)
        print(f"  {row[0]}: {row[-1]}", flush=True)

    for number in range(arguments.levels):
        add(full(program, number, choose))
    add(read_only(program))
    if shutil.which("strace"):
        for _ in range(arguments.faults):
            add(fault(program, choose))
    else:
        print("strace is not installed: no injected errors")

    head = ["", "accepted", "refused", "once", "twice", "never", "open", "healthy", "stop", ""]
    table = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[n]) for row in table) for n in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    wrong = sum(row[-1] != "ok" for row in rows)
    print(f"{len(rows)} rounds, {sum(row[1] for row in rows)} accepted, {sum(row[4] for row in rows)} ran twice, {wrong} wrong")
    sys.exit(wrong > 0)


main()
