"""Reads what the gateway says about runs."""

import datetime

# The numbers of states.
COMPLETED, FAILED = 2, 3
# What started a run.
BY_SCHEDULE, BY_JOB = 1, 2


def seconds(text):
    """Returns a time of the API as seconds since 1970."""
    return datetime.datetime.fromisoformat(text).timestamp()


def created_at(run):
    return seconds(run["CreateTime"])


def ended_at(run):
    return seconds(run["EndTime"])


def has_ended(run):
    return run["State"] >= COMPLETED


def messages(run):
    lines = sorted(run["JobExecutionLogs"], key=lambda line: seconds(line["TimeStamp"]))
    return [line["Message"] for line in lines]


def fetch_runs(gateway, jobs, logs="all"):
    """Returns all runs of each job, the earliest first: a map from the name of the job."""
    runs = {name: gateway.send(f"/{job}/logs?logs={logs}") for name, job in jobs.items()}
    return {name: sorted(of_job, key=created_at) for name, of_job in runs.items()}


def was_killed(run):
    """Returns whether a kill of the gateway has ended the run."""
    last = messages(run)[-1]
    return run["State"] == FAILED and ("was killed or crashed" in last or "no longer responded" in last)
