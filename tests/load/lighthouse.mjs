#!/usr/bin/env node
// Runs Lighthouse on the release build of the console, on a phone with a slow network and on a desktop. The limits are 95 for
// performance and 100 for accessibility and best practices. Exits with 1 below a limit.
//
// A visit always begins with the first screen, so only this has a score for performance. All other screens are opened in the
// page and measured as they are.
//
//     cargo xtask console
//     npm install --prefix /tmp/lighthouse lighthouse
//     node tests/load/lighthouse.mjs /tmp/lighthouse/node_modules [--other DIST]
//
// TXJOBS_BROWSER names the browser. static_host.mjs serves the console and the data of the demo. --other also measures another
// build of the console, without limits.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({ options: { other: { type: "string" } }, allowPositionals: true });
const modules = createRequire(join(resolve(positionals[0]), "x.js"));
const importModule = (name) => import(pathToFileURL(modules.resolve(name)));
const { default: lighthouse, snapshot } = await importModule("lighthouse");
const { default: puppeteer } = await importModule("puppeteer-core");
// Ids of a job, of its newest run, and of the run before.
const job = "3f2b8c1e-5d47-4a9b-8e60-000000000003";
const [run, earlierRun] = ["0000", "0001"].map((n) => `7a1c9a31-7b42-4d18-${n}-000000000003`);
// The screens by their names: the address, an element that appears when the screen is complete, and what to press then.
const screens = {
  jobs: ["#/", "tr[data-job]"],
  job: [`#/jobs/${job}`, ".history tbody tr"],
  comparison: [`#/jobs/${job}?compare=${run},${earlierRun}`, ".comparison-table"],
  run: [`#/jobs/${job}/runs/${run}`, "[role=log] [data-line]"],
  timeline: ["#/timeline", ".run-bar"],
  runs: ["#/runs", ".runs tbody tr"],
  API: ["#/api", "main form"],
  settings: ["#/settings", ".settings"],
  "not found": ["#/nothing", "main h1"],
  profiles: ["#/", "tr[data-job]", ".profile-button"],
  "confirmation of a run": ["#/", "tr[data-job]", "tr[data-job] .icon-button"],
};
const minScores = { performance: 0.95, accessibility: 1, "best-practices": 1 };

const here = dirname(fileURLToPath(import.meta.url));
const other = values.other ? ["--other", values.other] : [];
const host = spawn("node", [join(here, "static_host.mjs"), ...other], { stdio: ["ignore", "pipe", "inherit"] });
const port = `${(await once(host.stdout, "data"))[0]}`.trim();
const browser = await puppeteer.launch({
  executablePath: process.env.TXJOBS_BROWSER ?? "chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
let isWithin = true;
try {
  for (const preset of ["mobile", "desktop"]) {
    isWithin = (await measure("console", preset)) && isWithin;
    if (values.other) await measure("other", preset);
  }
} finally {
  await browser.close();
  host.kill();
}
process.exit(isWithin ? 0 : 1);

// Measures a build of the console and returns whether its scores are within the limits.
async function measure(build, preset) {
  const address = `http://127.0.0.1:${port}/${build}/`;
  const page = await browser.newPage();
  const firstScreen = await lighthouse(address, { onlyCategories: Object.keys(minScores) }, configFor(preset), page);
  let isWithin = report(`${build}, first screen, ${preset}`, firstScreen.lhr);
  await openDemo(page, address);
  const flags = { onlyCategories: Object.keys(minScores).slice(1) };
  for (const [name, [hash, isComplete, pressed]] of Object.entries(screens)) {
    await page.evaluate((hash) => (location.hash = hash), hash);
    await page.waitForSelector(isComplete, { timeout: 20_000 });
    if (pressed) await page.$eval(pressed, (button) => button.click());
    const { lhr } = await snapshot(page, { config: configFor(preset), flags });
    isWithin = report(`${build}, ${name}, ${preset}`, lhr) && isWithin;
  }
  await page.close();
  return isWithin;
}

// Returns the configuration of a preset. The default of Lighthouse is a phone.
function configFor(preset) {
  if (preset === "mobile") return undefined;
  const screenEmulation = { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false };
  const throttling = { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 };
  return { extends: "lighthouse:default", settings: { formFactor: "desktop", screenEmulation, throttling } };
}

// Opens the demo.
async function openDemo(page, address) {
  await page.goto(address);
  await (await page.waitForSelector(".demo button")).click();
  await page.waitForSelector("tr[data-job]");
}

// Prints the scores of a page and its failed audits. Returns whether the scores are within the limits.
function report(name, lhr) {
  let isWithin = true;
  const scores = Object.entries(lhr.categories).map(([category, { score }]) => {
    const isHighEnough = score !== null && score >= minScores[category];
    isWithin &&= isHighEnough;
    return `${category} ${Math.round(score * 100)}${isHighEnough ? "" : ` (at least ${minScores[category] * 100})`}`;
  });
  console.log(`${name}: ${scores.join(", ")}`);
  for (const { title, score, scoreDisplayMode, displayValue, details } of Object.values(lhr.audits)) {
    if (score === null || score >= 0.9 || !["binary", "numeric", "metricSavings"].includes(scoreDisplayMode)) continue;
    const nodes = (details?.items ?? []).map((item) => item.node?.snippet ?? item.description ?? item.url ?? "").slice(0, 3);
    console.log(`    ${title} ${displayValue ?? ""} ${nodes.join(" ")}`);
  }
  return isWithin;
}
