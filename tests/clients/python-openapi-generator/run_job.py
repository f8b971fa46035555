"""Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.

Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.
"""

from __future__ import annotations

import os
import re
import sys
import time
import unicodedata
from pathlib import Path
from uuid import UUID

import urllib3

sys.path.insert(0, str(Path(__file__).with_name("client")))
from timextender_jobs import ApiClient, ApiException, Configuration, ExecutionState, Job, JobExecution
from timextender_jobs import JobExecutionLog, JobsApi, LogsApi

POLL_INTERVAL = 2.0  # seconds; a service may limit more frequent requests
MAX_OUTAGE = 5 * 60.0  # seconds
TIMEOUT = 60.0  # seconds; the default is no time-out


class JobError(Exception):
    """An error whose message is for the user."""


def main(job_name: str | None) -> int:
    configuration = Configuration(host=read_variable("TXJOBS_DOMAIN").rstrip("/"))
    configuration.api_key["apiKey"] = read_variable("TXJOBS_API_KEY")
    # No request is retried. No redirect is followed, because it would send the key to another service.
    configuration.retries = urllib3.Retry(0, redirect=False)
    with ApiClient(configuration) as client:
        jobs_api, logs_api = JobsApi(client), LogsApi(client)
        jobs = jobs_api.list_jobs(_request_timeout=TIMEOUT)
        for job in jobs:
            print(f"{job.id}  {to_plain_text(job.name)}", flush=True)
        if job_name is None:
            return 0

        matches = [job for job in jobs if job.name == job_name]
        if len(matches) != 1:
            raise JobError(f"{'more than one' if matches else 'no'} job has the name {job_name}")
        trigger_id = execute(jobs_api, matches[0])
        print(f"started, trigger id {trigger_id}", flush=True)

        state = wait_for_final_state(logs_api, matches[0], trigger_id)
        print(f"outcome: {to_words(state.name)}")
        completed = (ExecutionState.StateCompleted, ExecutionState.StateCompletedWithWarnings)
        return 0 if state in completed else 1


def execute(api: JobsApi, job: Job) -> UUID:
    """Executes a job. Sends the request once, because a second request may start a second run."""
    try:
        return api.execute_job(job.id, _request_timeout=TIMEOUT).trigger_id
    except (ApiException, urllib3.exceptions.HTTPError) as error:
        if isinstance(error, ApiException) and error.status is not None and error.status < 500:
            raise
        name = to_plain_text(job.name)
        message = f"{name} may have been started: check its executions before you run it again"
        raise JobError(f"{message} ({describe(error)})") from error


def wait_for_final_state(api: LogsApi, job: Job, trigger_id: UUID) -> ExecutionState:
    """Polls an execution until its state is final, prints its log, and returns the state."""
    printed: set[UUID] = set()
    last_success = time.monotonic()
    while True:
        try:
            execution = get_execution(api, job, trigger_id)
            last_success = time.monotonic()
            if execution is not None:
                print_log(execution, printed)
                if execution.state >= ExecutionState.StateCompleted:
                    return execution.state
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            # A short outage of the service does not affect the run.
            status = error.status if isinstance(error, ApiException) else None
            is_rejected = status is not None and status < 500 and status != 429
            if is_rejected or time.monotonic() - last_success > MAX_OUTAGE:
                raise
            print(f"{describe(error)}; retrying", file=sys.stderr)
        time.sleep(POLL_INTERVAL)


def get_execution(api: LogsApi, job: Job, trigger_id: UUID) -> JobExecution | None:
    """Returns the execution with this trigger id, or None while the job is pending."""
    try:
        executions = api.get_job_logs_by_trigger(job.id, trigger_id, _request_timeout=TIMEOUT)
    except ApiException as error:
        if error.status == 404:
            return None
        raise
    return executions[0] if executions else None


def print_log(execution: JobExecution, printed: set[UUID]) -> None:
    def time_of(line: JobExecutionLog) -> str:
        # Without the Z, a time sorts before the same second with a fraction.
        return (line.time_stamp or "").removesuffix("Z")

    # The API does not guarantee an order.
    for line in sorted(execution.job_execution_logs or [], key=time_of):
        if line.id not in printed:
            printed.add(line.id)
            severity = to_words(line.severity.name)
            print(f"{to_plain_text(line.time_stamp or '-')}  {severity}  {to_plain_text(line.message)}", flush=True)


def describe(error: Exception) -> str:
    """Returns the message of an exception, or its type if it has no message."""
    if not isinstance(error, ApiException):
        return to_plain_text(str(error)) or type(error).__name__
    # The body of an error can have any form.
    message = getattr(error.data, "message", None) or error.reason or ""
    return f"the server responded with {error.status}: {to_plain_text(message)}"


def to_plain_text(text: str) -> str:
    """Replaces control characters, because they could control the terminal."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cf") else character for character in text)


def to_words(name: str) -> str:
    """Converts StateCompletedWithErrors to "completed with errors": the first word is the enumeration."""
    _, *rest = re.findall("[A-Z][a-z]*", name)
    return " ".join(rest).lower()


def read_variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise JobError(f"{name} is not set")
    return value


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
    except (ApiException, JobError, urllib3.exceptions.HTTPError) as error:
        print(f"error: {describe(error)}", file=sys.stderr)
        sys.exit(2)
