// Serves the console and, optionally, Swagger UI for first_load.py and lighthouse.mjs. All files are compressed with Brotli in
// advance. Both use the same contract and the same small API. Prints its port. --other also serves another build of the
// console, at /other/.
//
//     node static_host.mjs [--other DIST] [SWAGGER_UI_DIST]
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { values, positionals } = parseArgs({ options: { other: { type: "string" } }, allowPositionals: true });
const [swaggerFolder] = positionals;
const contentTypes = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".yaml": "application/yaml",
};
const swaggerPage = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="swagger-ui.css"><div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '../openapi.yaml', dom_id: '#swagger-ui' })</script>`;

const files = { "/openapi.yaml": readFileSync(join(root, "openapi.yaml")), "/swagger/index.html": swaggerPage };
for (const name of swaggerFolder ? ["swagger-ui.css", "swagger-ui-bundle.js"] : []) files[`/swagger/${name}`] = readFileSync(join(swaggerFolder, name));
const consoles = { console: join(root, "web/dist"), other: values.other };
for (const [path, folder] of Object.entries(consoles).filter(([, folder]) => folder)) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || [".br", ".gz"].includes(extname(entry.name))) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    files[`/${path}/${relative(folder, file)}`] = readFileSync(file);
  }
  files[`/${path}/config.json`] = JSON.stringify({ name: "Demo", domain: "..", demoKey: "a-key-for-tests-only" });
}
const compressed = new Map(Object.entries(files).map(([path, content]) => [path, brotliCompressSync(content)]));

const jobs = Array.from({ length: 20 }, (_, n) => ({ Id: `3f2b8c1e-5d47-4a9b-8e60-${`${n}`.padStart(12, "0")}`, Name: `Job ${n}` }));
// The runs of each job, an hour apart: failed, completed with warnings, and completed.
const runs = (job) => Array.from({ length: 12 }, (_, n) => {
  const start = Date.now() - n * 3_600_000 - 600_000;
  const [state, severity] = [[3, 2], [5, 1], [2, 0]][n % 3];
  const lines = Array.from({ length: 60 }, (_, at) => ({
    Id: `00000000-0000-0000-${`${n}`.padStart(4, "0")}-${`${at}`.padStart(12, "0")}`,
    Message: at === 40 ? "Table stg.Invoice" : `Reading batch ${at}`,
    Severity: at === 40 ? severity : 0,
    TimeStamp: new Date(start + at * 1000).toISOString(),
  }));
  const id = `7a1c9a31-7b42-4d18-${`${n}`.padStart(4, "0")}-${job.slice(-12)}`;
  return {
    Id: id, JobId: job, TriggerId: id, State: state, JobExecutionLogs: lines,
    CreateTime: new Date(start).toISOString(), EndTime: new Date(start + 60_000 + n * 1000).toISOString(),
  };
});

// Returns the response of the API to a request for a path.
function apiResponse(path) {
  const [, job, run] = /\/jobs\/([0-9a-f-]{36})\/logs(?:\/([0-9a-f-]{36}))?/.exec(path) ?? [];
  if (!job) return apiResponses[path] ?? [];
  return runs(job).filter(({ Id }) => !run || Id === run);
}

const apiResponses = { "/public/jobs": jobs, "/public/jobs/status": jobs.map(({ Id }) => ({ JobId: Id, Status: 0 })) };

const server = createServer((request, response) => {
  let path = request.url.split("?")[0];
  if (path.endsWith("/")) path += "index.html";
  if (compressed.has(path)) {
    response.setHeader("content-type", contentTypes[extname(path)]);
    response.setHeader("content-encoding", "br");
    response.end(compressed.get(path));
  } else if (path.startsWith("/public/")) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(apiResponse(path)));
  } else {
    response.statusCode = 404;
    response.end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
