// Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.

import { setTimeout as pause } from "node:timers/promises";
import createClient from "openapi-fetch";
import { ExecutionState, Severity, type Job, type JobExecution, type paths } from "./api.js";

const LOOK_EVERY = 2_000; // milliseconds; nobody needs it faster, and a service may refuse it
const TROUBLE_FOR = 5 * 60_000;

const client = createClient<paths>({
  baseUrl: setting("TXJOBS_DOMAIN"),
  headers: { apiKey: setting("TXJOBS_API_KEY") },
  redirect: "error", // the key goes to this service alone
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(60_000) }),
});

async function main(wanted: string | undefined): Promise<number> {
  const { data: jobs, error, response } = await client.GET("/public/jobs");
  if (!jobs) throw refused(response, error);
  for (const job of jobs) console.log(`${job.Id}  ${plain(job.Name)}`);
  if (wanted === undefined) return 0;

  const job = only(jobs.filter((job) => job.Name === wanted), wanted);
  const triggerId = await execute(job);
  console.log(`started, trigger id ${triggerId}`);

  const state = await follow(job, triggerId);
  console.log(`outcome: ${words(ExecutionState[state] ?? `state ${state}`)}`);
  return state === ExecutionState.StateCompleted || state === ExecutionState.StateCompletedWithWarnings ? 0 : 1;
}

/** Sends the request once: a second one may start a second run. */
async function execute(job: Job): Promise<string> {
  const unclear = `${plain(job.Name)} may have been started: look at its executions before you run it again`;
  const { data, error, response } = await client
    .POST("/public/jobs/{job_id}/execute", { params: { path: { job_id: job.Id } } })
    .catch((trouble: unknown) => {
      throw new Error(unclear, { cause: trouble });
    });
  if (response.status >= 500) throw new Error(unclear, { cause: refused(response, error) });
  if (!data) throw refused(response, error);
  return data.TriggerId;
}

/** Looks at the execution until its state is final. Only asking is repeated, and that changes nothing. */
async function follow(job: Job, triggerId: string): Promise<ExecutionState> {
  const printed = new Set<string>();
  let wellAt = Date.now();
  for (;;) {
    try {
      const execution = await look(job, triggerId);
      wellAt = Date.now();
      if (execution) {
        print(execution, printed);
        if (execution.State >= ExecutionState.StateCompleted) return execution.State;
      }
    } catch (trouble) {
      // A short outage is no reason to lose sight of a run.
      if (trouble instanceof Refused || Date.now() - wellAt > TROUBLE_FOR) throw trouble;
      console.error(`${said(trouble)}; looking again`);
    }
    await pause(LOOK_EVERY);
  }
}

/** The execution of this trigger id; none while the job is pending. */
async function look(job: Job, triggerId: string): Promise<JobExecution | undefined> {
  const { data, error, response } = await client.GET("/public/jobs/{job_id}/logs/{trigger_id}", {
    params: { path: { job_id: job.Id, trigger_id: triggerId } },
  });
  if (response.status === 404) return undefined;
  if (response.status === 429 || response.status >= 500) throw new Error(`the server answers ${response.status}`);
  if (!data) throw refused(response, error);
  return data[0];
}

function print(execution: JobExecution, printed: Set<string>): void {
  // Their order is not promised. Without its Z a time sorts before the same second with a fraction.
  const time = (line: { TimeStamp?: string | null }) => (line.TimeStamp ?? "").replace(/Z$/, "");
  const lines = [...(execution.JobExecutionLogs ?? [])];
  lines.sort((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0));
  for (const line of lines.filter((line) => !printed.has(line.Id))) {
    printed.add(line.Id);
    const severity = words(Severity[line.Severity] ?? `severity ${line.Severity}`);
    console.log(`${plain(line.TimeStamp ?? "-")}  ${severity}  ${plain(line.Message)}`);
  }
}

function only(jobs: Job[], name: string): Job {
  const [job, another] = jobs;
  if (!job) throw new Error(`there is no job called ${name}`);
  if (another) throw new Error(`more than one job is called ${name}`);
  return job;
}

/** The service says no; asking again would not help. */
class Refused extends Error {}

function refused(response: Response, error: unknown): Refused {
  // Nobody has promised what such a body looks like.
  const message = typeof error === "object" && error !== null && "Message" in error ? error.Message : error;
  return new Refused(`the server answers ${response.status}: ${plain(String(message ?? ""))}`);
}

function said(trouble: unknown): string {
  if (!(trouble instanceof Error)) return String(trouble);
  return trouble.cause === undefined ? trouble.message : `${trouble.message} (${said(trouble.cause)})`;
}

/** What a server sends is text: nothing in it may move a terminal's cursor. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
}

/** "StateCompletedWithErrors" as "completed with errors": the first word is its kind. */
function words(name: string): string {
  return name.replace(/^(State|Severity)\B/, "").replace(/\B[A-Z]/g, " $&").toLowerCase();
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    console.error(`error: ${name} is not set`);
    process.exit(2);
  }
  return value;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (trouble) {
  console.error(`error: ${said(trouble)}`);
  process.exitCode = 2;
}
