"""Jobs with a schedule: each due time starts one run, also if a gateway is killed at that moment."""

import collections
import math
import random
import time

from kill_checks import commands, runs

JOBS_OF_EACH_KIND = 4
MINUTE = 60
# A due time that is this new at the end may still be handled.
MARGIN = 10


class Schedules:
    def __init__(self):
        self.names = {
            f"every minute {kind} {n}": kind for kind in ("latest", "none") for n in range(JOBS_OF_EACH_KIND)
        }
        self.counts = collections.Counter()
        self.began_at = self.ended_at = time.time()
        # The times at which no gateway ran.
        self.outages = []

    def configuration(self):
        return "".join(
            commands.job(name, "0.2", settings=f'schedule = "* * * * *"\ncatch_up = "{kind}"')
            for name, kind in self.names.items()
        )

    def pick_delay(self):
        """Returns the time until the next kill: soon, or about when a due time is handled."""
        to_due_time = MINUTE - time.time() % MINUTE
        if to_due_time < 3:
            return to_due_time + random.uniform(-0.02, 0.3)
        return random.uniform(0.05, 2)

    def stop_over_due_times(self, gateways):
        """Kills all gateways, and restarts them after two due times. The first one is missed."""
        second = time.time() % MINUTE
        if not 10 < second < 50:
            time.sleep((10 - second) % MINUTE)
        begin = time.time()
        for gateway in gateways:
            gateway.kill()
        time.sleep(2 * MINUTE - time.time() % MINUTE + 2)
        self.outages.append((begin, time.time()))
        for gateway in gateways:
            gateway.start()

    def end(self):
        """Notes that the last due time is over."""
        self.ended_at = time.time()

    def due_times(self, begin, end):
        return [n * MINUTE for n in range(math.floor(begin / MINUTE) + 1, math.floor(end / MINUTE) + 1)]

    def check(self, all_runs):
        failures = []
        missed = {due for begin, end in self.outages for due in self.due_times(begin, end)[:-1]}
        expected = set(self.due_times(self.began_at, self.ended_at - MARGIN)) - missed
        self.counts["due"] = len(expected) * len(self.names)
        self.counts["missed"] = len(missed) * len(self.names)
        for name, kind in self.names.items():
            of_schedule = [run for run in all_runs[name] if run["StartedBy"] == runs.BY_SCHEDULE]
            if len(of_schedule) != len(all_runs[name]):
                failures.append(f"{name} has runs of another starter")
            started = collections.Counter(math.floor(runs.created_at(run) / MINUTE) * MINUTE for run in of_schedule)
            self.counts["started"] += sum(started[due] for due in expected)
            self.counts["killed"] += sum(runs.was_killed(run) for run in of_schedule if runs.has_ended(run))
            for due, count in started.items():
                if count > 1 or due in missed:
                    self.counts["twice"] += 1
                    failures.append(f"{name} has {count} runs for the due time {time.ctime(due)}")
            for due in expected - started.keys():
                self.counts["lost"] += 1
                failures.append(f"{name} has no run for the due time {time.ctime(due)}")
            failures += self.check_late(name, kind, of_schedule)
        return failures

    def check_late(self, name, kind, of_schedule):
        """Checks that the run after an outage says that it is for a due time before."""
        failures = []
        for _, end in self.outages:
            due = math.floor(end / MINUTE) * MINUTE
            first = [run for run in of_schedule if due <= runs.created_at(run) < due + MINUTE]
            for run in first:
                says_so = "1 earlier due time has no run." in (runs.messages(run) or [""])[0]
                if not runs.was_killed(run) and says_so != (kind == "latest"):
                    failures.append(f"{name}: {runs.messages(run)} after a missed due time")
        return failures

    def rows(self):
        return [
            ("due times", self.counts["due"]),
            ("due times while no gateway ran", self.counts["missed"]),
            ("runs of schedules", self.counts["started"]),
            ("of them interrupted by a kill", self.counts["killed"]),
            ("due times without a run", self.counts["lost"]),
            ("due times with two runs", self.counts["twice"]),
        ]
