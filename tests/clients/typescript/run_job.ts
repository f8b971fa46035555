// Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.

import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import { ExecutionState, Severity, type Job, type JobExecution, type paths } from "./api.js";

const POLL_INTERVAL = 2_000; // milliseconds; a service may limit more frequent requests
const MAX_OUTAGE = 5 * 60_000; // milliseconds

const client = createClient<paths>({
  baseUrl: readVariable("TXJOBS_DOMAIN"),
  headers: { apiKey: readVariable("TXJOBS_API_KEY") },
  redirect: "error", // a redirect would send the key to another service
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(60_000) }),
});

async function main(jobName: string | undefined): Promise<number> {
  const { data: jobs, error, response } = await client.GET("/public/jobs");
  if (!jobs) throw rejection(response, error);
  for (const job of jobs) console.log(`${job.Id}  ${toPlainText(job.Name)}`);
  if (jobName === undefined) return 0;

  const job = findJob(jobs, jobName);
  const triggerId = await execute(job);
  console.log(`started, trigger id ${triggerId}`);

  const state = await waitForFinalState(job, triggerId);
  console.log(`outcome: ${toWords(ExecutionState[state] ?? `state ${state}`)}`);
  return state === ExecutionState.StateCompleted || state === ExecutionState.StateCompletedWithWarnings ? 0 : 1;
}

/** Executes a job. Sends the request once, because a second request may start a second run. */
async function execute(job: Job): Promise<string> {
  const unknownOutcome = `${toPlainText(job.Name)} may have been started: check its executions before you run it again`;
  const { data, error, response } = await client
    .POST("/public/jobs/{job_id}/execute", { params: { path: { job_id: job.Id } } })
    .catch((error: unknown) => {
      throw new Error(unknownOutcome, { cause: error });
    });
  if (response.status >= 500) throw new Error(unknownOutcome, { cause: rejection(response, error) });
  if (!data) throw rejection(response, error);
  return data.TriggerId;
}

/** Polls an execution until its state is final, prints its log, and returns the state. */
async function waitForFinalState(job: Job, triggerId: string): Promise<ExecutionState> {
  const printed = new Set<string>();
  let lastSuccess = Date.now();
  for (;;) {
    try {
      const execution = await getExecution(job, triggerId);
      lastSuccess = Date.now();
      if (execution) {
        printLog(execution, printed);
        if (execution.State >= ExecutionState.StateCompleted) return execution.State;
      }
    } catch (error) {
      // A short outage of the service does not affect the run.
      if (error instanceof RejectedError || Date.now() - lastSuccess > MAX_OUTAGE) throw error;
      console.error(`${describe(error)}; retrying`);
    }
    await sleep(POLL_INTERVAL);
  }
}

/** Returns the execution with this trigger id, or undefined while the job is pending. */
async function getExecution(job: Job, triggerId: string): Promise<JobExecution | undefined> {
  const { data, error, response } = await client.GET("/public/jobs/{job_id}/logs/{trigger_id}", {
    params: { path: { job_id: job.Id, trigger_id: triggerId } },
  });
  if (response.status === 404) return undefined;
  if (response.status === 429 || response.status >= 500) {
    throw new Error(`the server responded with ${response.status}`);
  }
  if (!data) throw rejection(response, error);
  return data[0];
}

function printLog(execution: JobExecution, printed: Set<string>): void {
  // The API does not guarantee an order. Without the Z, a time sorts before the same second with a fraction.
  const time = (line: { TimeStamp?: string | null }) => (line.TimeStamp ?? "").replace(/Z$/, "");
  const lines = [...(execution.JobExecutionLogs ?? [])];
  lines.sort((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0));
  for (const line of lines.filter((line) => !printed.has(line.Id))) {
    printed.add(line.Id);
    const severity = toWords(Severity[line.Severity] ?? `severity ${line.Severity}`);
    console.log(`${toPlainText(line.TimeStamp ?? "-")}  ${severity}  ${toPlainText(line.Message)}`);
  }
}

function findJob(jobs: Job[], name: string): Job {
  const [job, another] = jobs.filter((job) => job.Name === name);
  if (!job) throw new Error(`no job has the name ${name}`);
  if (another) throw new Error(`more than one job has the name ${name}`);
  return job;
}

/** The service rejected the request, so a retry would not help. */
class RejectedError extends Error {}

function rejection(response: Response, error: unknown): RejectedError {
  // The body of an error can have any form.
  const message = typeof error === "object" && error !== null && "Message" in error ? error.Message : error;
  return new RejectedError(`the server responded with ${response.status}: ${toPlainText(String(message ?? ""))}`);
}

/** Returns the message of an error and of its causes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}

/** Replaces control characters, because they could control the terminal. */
function toPlainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}

/** Converts "StateCompletedWithErrors" to "completed with errors": the first word is the enumeration. */
function toWords(name: string): string {
  return name.replace(/^(State|Severity)\B/, "").replace(/\B[A-Z]/g, " $&").toLowerCase();
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (!value) {
    console.error(`error: ${name} is not set`);
    process.exit(2);
  }
  return value;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  console.error(`error: ${describe(error)}`);
  process.exitCode = 2;
}
