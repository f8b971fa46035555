"""Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.

Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.
"""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from uuid import UUID

import httpx

from timextender_jobs import AuthenticatedClient
from timextender_jobs.api.jobs import execute_job, list_jobs
from timextender_jobs.api.logs import get_job_logs_by_trigger
from timextender_jobs.models import ExecuteJobResult, ExecutionState, Job, JobExecution, JobExecutionLog

POLL_INTERVAL = 2.0  # seconds; a service may limit more frequent requests
MAX_OUTAGE = 5 * 60.0  # seconds


class JobError(Exception):
    """An error whose message is for the user, with the status of the response if there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def main(job_name: str | None) -> int:
    with connect() as client:
        jobs = list_jobs.sync(client=client)
        if not isinstance(jobs, list):
            raise JobError("the response is not a list of jobs")
        for job in jobs:
            print(f"{job.id}  {to_plain_text(job.name)}", flush=True)
        if job_name is None:
            return 0

        job = find_job(jobs, job_name)
        trigger_id = execute(client, job)
        print(f"started, trigger id {trigger_id}", flush=True)

        state = wait_for_final_state(client, job, trigger_id)
        print(f"outcome: {to_words(state.name)}")
        return 0 if state in (ExecutionState.STATE_COMPLETED, ExecutionState.STATE_COMPLETED_WITH_WARNINGS) else 1


def connect() -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=read_variable("TXJOBS_DOMAIN"),
        token=read_variable("TXJOBS_API_KEY"),
        auth_header_name="apiKey",
        prefix="",
        timeout=httpx.Timeout(60.0),  # the default is no time-out
        follow_redirects=False,  # a redirect would send the key to another service
        httpx_args={"event_hooks": {"response": [raise_for_status]}},
    )


def raise_for_status(response: httpx.Response) -> None:
    """Checks the status before the generated code parses the body, because the body of an error can have any form."""
    if response.status_code == 200:
        return
    response.read()
    try:
        message = str(response.json()["Message"])
    except (ValueError, KeyError, TypeError):
        message = response.text
    status = response.status_code
    raise JobError(f"the server responded with {status}: {to_plain_text(message)}", status)


def execute(client: AuthenticatedClient, job: Job) -> UUID:
    """Executes a job. Sends the request once, because a second request may start a second run."""
    name = to_plain_text(job.name)
    unknown_outcome = f"{name} may have been started: check its executions before you run it again"
    try:
        result = execute_job.sync(job.id, client=client)
    except httpx.TransportError as error:
        raise JobError(f"{unknown_outcome} ({describe(error)})") from error
    except JobError as error:
        if error.status is not None and error.status >= 500:
            raise JobError(f"{unknown_outcome} ({error})") from error
        raise
    if not isinstance(result, ExecuteJobResult):
        raise JobError(unknown_outcome)
    return result.trigger_id


def wait_for_final_state(client: AuthenticatedClient, job: Job, trigger_id: UUID) -> ExecutionState:
    """Polls an execution until its state is final, prints its log, and returns the state."""
    printed: set[UUID] = set()
    last_success = time.monotonic()
    while True:
        try:
            execution = get_execution(client, job, trigger_id)
            last_success = time.monotonic()
            if execution is not None:
                print_log(execution, printed)
                if execution.state >= ExecutionState.STATE_COMPLETED:
                    return execution.state
        except (httpx.TransportError, JobError) as error:
            # A short outage of the service does not affect the run.
            status = error.status if isinstance(error, JobError) else None
            is_rejected = status is not None and status < 500 and status != 429
            if is_rejected or time.monotonic() - last_success > MAX_OUTAGE:
                raise
            print(f"{describe(error)}; retrying", file=sys.stderr)
        time.sleep(POLL_INTERVAL)


def get_execution(client: AuthenticatedClient, job: Job, trigger_id: UUID) -> JobExecution | None:
    """Returns the execution with this trigger id, or None while the job is pending."""
    try:
        executions = get_job_logs_by_trigger.sync(job.id, trigger_id, client=client)
    except JobError as error:
        if error.status == 404:
            return None
        raise
    return executions[0] if isinstance(executions, list) and executions else None


def print_log(execution: JobExecution, printed: set[UUID]) -> None:
    # The API does not guarantee an order.
    for line in sorted(execution.job_execution_logs or [], key=time_of):
        if line.id not in printed:
            printed.add(line.id)
            severity = to_words(line.severity.name)
            print(f"{to_plain_text(line.time_stamp or '-')}  {severity}  {to_plain_text(line.message)}", flush=True)


def time_of(line: JobExecutionLog) -> str:
    # Without the Z, a time sorts before the same second with a fraction.
    return (line.time_stamp or "").removesuffix("Z")


def find_job(jobs: list[Job], name: str) -> Job:
    matches = [job for job in jobs if job.name == name]
    if not matches:
        raise JobError(f"no job has the name {name}")
    if len(matches) > 1:
        raise JobError(f"more than one job has the name {name}")
    return matches[0]


def describe(error: Exception) -> str:
    """Returns the message of an exception, or its type if it has no message."""
    return str(error) or type(error).__name__


def to_plain_text(text: str) -> str:
    """Replaces control characters, because they could control the terminal."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cf") else character for character in text)


def to_words(name: str) -> str:
    """Converts STATE_COMPLETED_WITH_ERRORS to "completed with errors": the first word is the enumeration."""
    return name.partition("_")[2].replace("_", " ").lower()


def read_variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise JobError(f"{name} is not set")
    return value


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
    except (httpx.TransportError, JobError) as error:
        print(f"error: {describe(error)}", file=sys.stderr)
        sys.exit(2)
