"""Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.

Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.
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

POLL_INTERVAL = 2.0  # seconds; nobody needs it faster, and a service may refuse it
MAX_OUTAGE = 5 * 60.0
TIMEOUT = 60.0  # it would wait forever


class Failed(Exception):
    """An error for the user."""


def main(wanted: str | None) -> int:
    configuration = Configuration(host=setting("TXJOBS_DOMAIN").rstrip("/"))
    configuration.api_key["apiKey"] = setting("TXJOBS_API_KEY")
    # No request is repeated, and the key goes to this service alone: a redirect is an answer like any other.
    configuration.retries = urllib3.Retry(0, redirect=False)
    with ApiClient(configuration) as client:
        jobs_api, logs_api = JobsApi(client), LogsApi(client)
        jobs = jobs_api.list_jobs(_request_timeout=TIMEOUT)
        for job in jobs:
            print(f"{job.id}  {plain(job.name)}", flush=True)
        if wanted is None:
            return 0

        fitting = [job for job in jobs if job.name == wanted]
        if len(fitting) != 1:
            raise Failed(f"{'more than one' if fitting else 'no'} job is called {wanted}")
        trigger_id = execute(jobs_api, fitting[0])
        print(f"started, trigger id {trigger_id}", flush=True)

        state = follow(logs_api, fitting[0], trigger_id)
        print(f"outcome: {words(state.name)}")
        completed = (ExecutionState.StateCompleted, ExecutionState.StateCompletedWithWarnings)
        return 0 if state in completed else 1


def execute(api: JobsApi, job: Job) -> UUID:
    """Sends the request once: a second one may start a second run."""
    try:
        return api.execute_job(job.id, _request_timeout=TIMEOUT).trigger_id
    except (ApiException, urllib3.exceptions.HTTPError) as error:
        if isinstance(error, ApiException) and error.status is not None and error.status < 500:
            raise
        name = plain(job.name)
        message = f"{name} may have been started: look at its executions before you run it again"
        raise Failed(f"{message} ({explained(error)})") from error


def follow(api: LogsApi, job: Job, trigger_id: UUID) -> ExecutionState:
    """Asks for the execution until its state is final. Only asking is repeated, and that changes nothing."""
    printed: set[UUID] = set()
    last_answer = time.monotonic()
    while True:
        try:
            execution = ask(api, job, trigger_id)
            last_answer = time.monotonic()
            if execution is not None:
                show(execution, printed)
                if execution.state >= ExecutionState.StateCompleted:
                    return execution.state
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            # A short outage is no reason to lose sight of a run.
            status = error.status if isinstance(error, ApiException) else None
            is_refused = status is not None and status < 500 and status != 429
            if is_refused or time.monotonic() - last_answer > MAX_OUTAGE:
                raise
            print(f"{explained(error)}; asking again", file=sys.stderr)
        time.sleep(POLL_INTERVAL)


def ask(api: LogsApi, job: Job, trigger_id: UUID) -> JobExecution | None:
    """Returns the execution of this trigger id; None while the job is pending."""
    try:
        executions = api.get_job_logs_by_trigger(job.id, trigger_id, _request_timeout=TIMEOUT)
    except ApiException as error:
        if error.status == 404:
            return None
        raise
    return executions[0] if executions else None


def show(execution: JobExecution, printed: set[UUID]) -> None:
    def when(line: JobExecutionLog) -> str:
        # Without its Z a time sorts before the same second with a fraction.
        return (line.time_stamp or "").removesuffix("Z")

    # Their order is not promised.
    for line in sorted(execution.job_execution_logs or [], key=when):
        if line.id not in printed:
            printed.add(line.id)
            severity = words(line.severity.name)
            print(f"{plain(line.time_stamp or '-')}  {severity}  {plain(line.message)}", flush=True)


def explained(error: Exception) -> str:
    if not isinstance(error, ApiException):
        return plain(str(error)) or type(error).__name__
    # Nobody has promised what an error's body looks like.
    message = getattr(error.data, "message", None) or error.reason or ""
    return f"the server answers {error.status}: {plain(message)}"


def plain(text: str) -> str:
    """What a server sends is text: nothing in it may move a terminal's cursor."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in text)


def words(name: str) -> str:
    """StateCompletedWithErrors as "completed with errors": the first word is its kind."""
    _, *rest = re.findall("[A-Z][a-z]*", name)
    return " ".join(rest).lower()


def setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Failed(f"{name} is not set")
    return value


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
    except (ApiException, Failed, urllib3.exceptions.HTTPError) as error:
        print(f"error: {explained(error)}", file=sys.stderr)
        sys.exit(2)
