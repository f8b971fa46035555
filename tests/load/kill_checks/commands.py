"""Jobs that are commands: each run starts once, and no process outlives a restart."""

import collections
import os
import pathlib

from kill_checks import runs

# The ways in which a child detaches itself from its command.
CHILDREN = {
    "none": "",
    "group": "sleep 600 >/dev/null 2>&1 &",
    "session": "setsid sleep 600 >/dev/null 2>&1 &",
    "double fork": "(setsid sleep 600 >/dev/null 2>&1 &)",
    "empty environment": "env -i setsid sh -c '(setsid sleep 600 &)' >/dev/null 2>&1",
}
DURATIONS = ["0", "0.1", "0.3", "1"]
# Descriptor 9 is open in every process of a run and identifies the run and its node. A run without a trigger id has that of its
# execution in the variable.
SCRIPT = """
exec 9>>"alive/$KILLS_NODE/$TXJOBS_TRIGGER_ID"
echo "$TXJOBS_TRIGGER_ID" >>started
%s
sleep %s
echo done
"""


def job(name, seconds, child="", settings=""):
    """Returns the configuration of a job that notes its start and sleeps."""
    return (
        f'[[organization.job]]\nname = "{name}"\nstop_grace = "2s"\n{settings}\n'
        f"command = ['sh', '-c', '''{SCRIPT % (child, seconds)}''']\n"
    )


def find_processes(folder, node=""):
    """Returns the live processes of the runs of a node, or of all: maps (process id, start time) to the trigger id."""
    alive = f"{folder}/alive/{node}"
    found = {}
    for process in pathlib.Path("/proc").iterdir():
        try:
            target = os.readlink(process / "fd" / "9") if process.name.isdigit() else ""
            if target.startswith(alive):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                found[int(process.name), fields[19]] = target.rpartition("/")[2]
        except OSError:
            # The process has ended.
            pass
    return found


class Commands:
    def __init__(self, folder):
        self.folder = folder
        (folder / "started").touch()
        self.counts = collections.Counter()
        self.names = [f"{kind}, {seconds} s" for kind in CHILDREN for seconds in DURATIONS]

    def configuration(self):
        return "".join(
            job(f"{kind}, {seconds} s", seconds, child) for kind, child in CHILDREN.items() for seconds in DURATIONS
        )

    def started(self):
        """Returns how often each run has started, of all jobs that are commands."""
        return collections.Counter((self.folder / "started").read_text().split())

    def check(self, all_runs):
        started, failures = self.started(), []
        self.counts["started"] = len(started)
        for trigger, count in started.items():
            if count > 1:
                self.counts["twice"] += 1
                failures.append(f"the run {trigger} has started {count} times")
        for name in self.names:
            for run in all_runs[name]:
                if run["State"] == runs.COMPLETED and not started[run["TriggerId"]]:
                    failures.append(f"the run {run['TriggerId']} is completed and has not started")
        return failures

    def rows(self):
        return [("commands started", self.counts["started"]), ("commands started twice", self.counts["twice"])]
