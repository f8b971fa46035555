"""Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.

Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.
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

LOOK_EVERY = 2.0  # seconds; nobody needs it faster, and a service may refuse it
TROUBLE_FOR = 5 * 60.0


class Trouble(Exception):
    """What is told to the user; its status is that of an answer, if there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def main(wanted: str | None) -> int:
    with connect() as client:
        jobs = list_jobs.sync(client=client)
        if not isinstance(jobs, list):
            raise Trouble("the answer is not a list of jobs")
        for job in jobs:
            print(f"{job.id}  {plain(job.name)}", flush=True)
        if wanted is None:
            return 0

        job = only([job for job in jobs if job.name == wanted], wanted)
        trigger_id = execute(client, job)
        print(f"started, trigger id {trigger_id}", flush=True)

        state = follow(client, job, trigger_id)
        print(f"outcome: {words(state.name)}")
        return 0 if state in (ExecutionState.STATE_COMPLETED, ExecutionState.STATE_COMPLETED_WITH_WARNINGS) else 1


def connect() -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=setting("TXJOBS_DOMAIN"),
        token=setting("TXJOBS_API_KEY"),
        auth_header_name="apiKey",
        prefix="",
        timeout=httpx.Timeout(60.0),  # it would wait for ever
        follow_redirects=False,  # the key goes to this service alone
        httpx_args={"event_hooks": {"response": [refuse]}},
    )


def refuse(response: httpx.Response) -> None:
    """Looks at the status before the generated code reads the body: nobody has promised what an error looks like."""
    if response.status_code == 200:
        return
    response.read()
    try:
        message = str(response.json()["Message"])
    except (ValueError, KeyError, TypeError):
        message = response.text
    status = response.status_code
    raise Trouble(f"the server answers {status}: {plain(message)}", status)


def execute(client: AuthenticatedClient, job: Job) -> UUID:
    """Sends the request once: a second one may start a second run."""
    unclear = f"{plain(job.name)} may have been started: look at its executions before you run it again"
    try:
        result = execute_job.sync(job.id, client=client)
    except httpx.TransportError as trouble:
        raise Trouble(f"{unclear} ({told(trouble)})") from trouble
    except Trouble as trouble:
        if trouble.status is not None and trouble.status >= 500:
            raise Trouble(f"{unclear} ({trouble})") from trouble
        raise
    if not isinstance(result, ExecuteJobResult):
        raise Trouble(unclear)
    return result.trigger_id


def follow(client: AuthenticatedClient, job: Job, trigger_id: UUID) -> ExecutionState:
    """Looks at the execution until its state is final. Only asking is repeated, and that changes nothing."""
    printed: set[UUID] = set()
    well_at = time.monotonic()
    while True:
        try:
            execution = look(client, job, trigger_id)
            well_at = time.monotonic()
            if execution is not None:
                show(execution, printed)
                if execution.state >= ExecutionState.STATE_COMPLETED:
                    return execution.state
        except (httpx.TransportError, Trouble) as trouble:
            # A short outage is no reason to lose sight of a run.
            status = trouble.status if isinstance(trouble, Trouble) else None
            refused = status is not None and status < 500 and status != 429
            if refused or time.monotonic() - well_at > TROUBLE_FOR:
                raise
            print(f"{told(trouble)}; looking again", file=sys.stderr)
        time.sleep(LOOK_EVERY)


def look(client: AuthenticatedClient, job: Job, trigger_id: UUID) -> JobExecution | None:
    """The execution of this trigger id; none while the job is pending."""
    try:
        executions = get_job_logs_by_trigger.sync(job.id, trigger_id, client=client)
    except Trouble as trouble:
        if trouble.status == 404:
            return None
        raise
    return executions[0] if isinstance(executions, list) and executions else None


def show(execution: JobExecution, printed: set[UUID]) -> None:
    # Their order is not promised.
    for line in sorted(execution.job_execution_logs or [], key=when):
        if line.id not in printed:
            printed.add(line.id)
            print(f"{plain(line.time_stamp or '-')}  {words(line.severity.name)}  {plain(line.message)}", flush=True)


def when(line: JobExecutionLog) -> str:
    # Without its Z a time sorts before the same second with a fraction.
    return (line.time_stamp or "").removesuffix("Z")


def only(jobs: list[Job], name: str) -> Job:
    if not jobs:
        raise Trouble(f"there is no job called {name}")
    if len(jobs) > 1:
        raise Trouble(f"more than one job is called {name}")
    return jobs[0]


def told(trouble: Exception) -> str:
    """Some exceptions have no words of their own."""
    return str(trouble) or type(trouble).__name__


def plain(text: str) -> str:
    """What a server sends is text: nothing in it may move a terminal's cursor."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in text)


def words(name: str) -> str:
    """STATE_COMPLETED_WITH_ERRORS as "completed with errors": the first word is its kind."""
    return name.partition("_")[2].replace("_", " ").lower()


def setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Trouble(f"{name} is not set")
    return value


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
    except (httpx.TransportError, Trouble) as trouble:
        print(f"error: {told(trouble)}", file=sys.stderr)
        sys.exit(2)
