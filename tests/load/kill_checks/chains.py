"""Jobs that run after others: a completion starts one run, and a failure none."""

import contextlib
import threading
import time

from kill_checks import commands, runs
from kill_checks.clients import ERRORS

# The time of a start is read before the run is claimed, which can take a moment.
MAX_CLAIM_TIME = 2
# How long a following run may take to start and to end: a killed node is restarted at once.
MAX_WAIT, PAUSE = 60, 0.05
# A job of these is executed when the jobs after it are idle, so that each completion counts.
FIRST, SECOND, THIRD = "chain first", "chain second", "chain third"
OTHER, BOTH = "chain other", "chain both"
# Clients execute this one at any time, also while the job after it is busy. Then several completions are one.
BUSY, AFTER_BUSY = "busy first", "busy second"
AFTER = {SECOND: [FIRST], THIRD: [SECOND], BOTH: [FIRST, OTHER], AFTER_BUSY: [BUSY]}


def is_completed(run):
    return run["State"] == runs.COMPLETED


def by_jobs(all_runs, name):
    return [run for run in all_runs[name] if run["StartedBy"] == runs.BY_JOB]


def count_expected(all_runs, name):
    """Returns how many runs of a job must have followed, if the job was idle at each completion."""
    completions = [(runs.ended_at(run), first) for first in AFTER[name] for run in all_runs[first] if is_completed(run)]
    expected, completed = 0, set()
    for _, first in sorted(completions):
        completed.add(first)
        if len(completed) == len(AFTER[name]):
            expected += 1
            completed.clear()
    return expected


class Chains:
    def __init__(self):
        self.completions = self.started = self.busy_completions = self.busy_started = 0
        self.is_stopped = threading.Event()
        self.thread = None
        self.late = []

    def configuration(self):
        durations = {FIRST: "0.2", OTHER: "0.1", SECOND: "0.2", THIRD: "0.1", BOTH: "0.1", BUSY: "0", AFTER_BUSY: "0.5"}
        return "".join(
            commands.job(name, seconds, settings=f"after = {AFTER[name]}" if name in AFTER else "")
            for name, seconds in durations.items()
        )

    def start(self, gateways, jobs):
        self.thread = threading.Thread(target=self.execute_in_turn, args=(gateways, jobs))
        self.thread.start()

    def stop(self):
        self.is_stopped.set()
        if self.thread:
            self.thread.join()

    def execute_in_turn(self, gateways, jobs):
        """Executes the first jobs in turn, each time when everything that followed has ended. So each completion counts."""
        chain = {name: jobs[name] for name in (FIRST, OTHER, SECOND, THIRD, BOTH)}
        turn = 0
        while not self.is_stopped.is_set():
            name = (FIRST, OTHER)[turn % 2]
            # After an error, it may run all the same, which the history shows.
            with contextlib.suppress(*ERRORS):
                gateways[turn % len(gateways)].send(f"/{jobs[name]}/execute", "POST")
            turn += 1
            self.wait_until_settled(gateways, chain)

    def wait_until_settled(self, gateways, chain):
        waited = 0
        while waited < MAX_WAIT:
            time.sleep(PAUSE)
            answer = self.first_answer(gateways, chain)
            if not answer:
                # The time without a gateway does not count.
                continue
            waited += PAUSE
            statuses, all_runs = answer
            missing = [n for n in (SECOND, THIRD, BOTH) if len(by_jobs(all_runs, n)) < count_expected(all_runs, n)]
            if not missing and not any(statuses[job] for job in chain.values()):
                return
        self.late.append(f"after {MAX_WAIT} s, {missing or 'a job'} had not run after the jobs before it")

    def first_answer(self, gateways, chain):
        """Returns the statuses of all jobs and the runs of the chain, or None if no gateway responds."""
        for gateway in gateways:
            with contextlib.suppress(*ERRORS):
                statuses = {status["JobId"]: status["Status"] for status in gateway.send("/status")}
                return statuses, runs.fetch_runs(gateway, chain, logs="none")
        return None

    def check(self, all_runs):
        failures = list(self.late)
        for name in (SECOND, THIRD, BOTH):
            expected, started = count_expected(all_runs, name), by_jobs(all_runs, name)
            self.completions += expected
            self.started += len(started)
            if len(started) != expected:
                failures.append(f"{name} ran {len(started)} times after {expected} completions")
        # The commands note their start, so that a run that started twice is found by `Commands`.
        completions = [runs.ended_at(run) for run in all_runs[BUSY] if is_completed(run)]
        starts = [runs.created_at(run) for run in by_jobs(all_runs, AFTER_BUSY)]
        self.busy_completions, self.busy_started = len(completions), len(starts)
        for number, start in enumerate(starts, 1):
            if sum(end <= start + MAX_CLAIM_TIME for end in completions) < number:
                failures.append(f"{AFTER_BUSY} ran {number} times before so many completions")
        if completions and (not starts or starts[-1] + MAX_CLAIM_TIME < max(completions)):
            failures.append(f"{AFTER_BUSY} did not run after the last completion")
        return failures

    def rows(self):
        return [
            ("completions before a job with `after`", self.completions),
            ("runs after them", self.started),
            ("completions while the next job was busy or idle", self.busy_completions),
            ("runs after those", self.busy_started),
        ]
