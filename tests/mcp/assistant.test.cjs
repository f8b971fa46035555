// Tests the tools of `txjobs mcp` with the official client in TypeScript, which also compares each result with its schema.
//
// TXJOBS is the program, TXJOBS_DOMAIN and TXJOBS_API_KEY a server with the jobs of xtask/demo/fuzz.toml.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Client } = require('@modelcontextprotocol/sdk/client/index.js')
const { StdioClientTransport } = require('@modelcontextprotocol/sdk/client/stdio.js')

const { TXJOBS, TXJOBS_DOMAIN, TXJOBS_API_KEY } = process.env
const READING_TOOLS = ['job_history', 'job_log', 'job_status', 'list_jobs']

/** Starts the program, and returns a client that is connected to it. */
async function connect(...options) {
  const env = { TXJOBS_DOMAIN, TXJOBS_API_KEY }
  const transport = new StdioClientTransport({ command: TXJOBS, args: ['mcp', ...options], env, stderr: 'inherit' })
  const client = new Client({ name: 'assistant-test', version: '1.0.0' })
  await client.connect(transport)
  return client
}

async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args })
  return { data: result.structuredContent, text: result.content[0].text, isError: result.isError }
}

/** Waits until the run is in the history with a final state. */
async function waitForRun(client, job, triggerId) {
  for (;;) {
    const { data } = await call(client, 'job_history', { job })
    const run = data.runs.find((run) => run.trigger_id === triggerId)
    if (run?.end_time) return run
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('tools have titles, descriptions, schemas, and annotations', async () => {
  const client = await connect('--allow-run')
  const { tools } = await client.listTools()
  assert.deepEqual(tools.map((tool) => tool.name).sort(), [...READING_TOOLS, 'run_job'])
  for (const tool of tools) {
    assert.ok(tool.title && tool.description && tool.outputSchema, tool.name)
    for (const [name, property] of Object.entries(tool.inputSchema.properties)) {
      assert.ok(property.description, `${tool.name}: ${name}`)
    }
    const reads = tool.name !== 'run_job'
    const expected = { readOnlyHint: reads, destructiveHint: !reads, idempotentHint: reads, openWorldHint: true }
    assert.deepEqual(tool.annotations, expected, tool.name)
  }
  assert.match(client.getInstructions(), /data/)
  await client.close()
})

test('job is started, and its outcome and log are read', { timeout: 60_000 }, async () => {
  const client = await connect('--allow-run')
  const { data: list } = await call(client, 'list_jobs', {})
  assert.deepEqual(list.jobs.map((job) => job.name), ['Quick', 'Slow'])
  const { data: started } = await call(client, 'run_job', { job: 'slow' })
  assert.equal(started.job.name, 'Slow')
  const run = await waitForRun(client, 'Slow', started.trigger_id)
  assert.deepEqual([run.state, run.warnings], ['failed', 50])
  assert.ok(run.duration_seconds > 0)
  const { data: log, text } = await call(client, 'job_log', { job: 'Slow', trigger_id: started.trigger_id, limit: 8 })
  assert.deepEqual(log.lines.filter((line) => line.severity === 'warning').slice(0, 2).map((line) => line.message), ['Step 1', 'Step 2'])
  assert.match(log.left_out, /lines are left out/)
  assert.match(text, /Step 1\n/)
  const { data: status } = await call(client, 'job_status', { job: 'Slow' })
  assert.equal(status.status, 'idle')
  await client.close()
})

test('job is not started without permission', async () => {
  const client = await connect()
  const { tools } = await client.listTools()
  assert.deepEqual(tools.map((tool) => tool.name).sort(), READING_TOOLS)
  const refused = await call(client, 'run_job', { job: 'Quick' })
  assert.ok(refused.isError && refused.text.includes('--allow-run'), refused.text)
  await client.close()
})

test('error of a tool says what to do', async () => {
  const client = await connect()
  const unknown = await call(client, 'job_status', { job: 'Nothing' })
  assert.ok(unknown.isError && unknown.text.includes('list_jobs'), unknown.text)
  const limit = await call(client, 'job_history', { job: 'Quick', limit: 101 })
  assert.ok(limit.isError && limit.text.includes('between 1 and 100'), limit.text)
  await assert.rejects(client.callTool({ name: 'delete_job', arguments: {} }), /tool not found/)
  await client.close()
})
