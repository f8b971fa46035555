#!/usr/bin/env node
// Runs Lighthouse on the release build of the console, on a phone with a slow network and on a desktop. The limits are 95 for
// performance and 100 for accessibility and best practices. Exits with 1 below a limit.
//
//     cargo xtask console
//     npm install --prefix /tmp/lighthouse lighthouse
//     node tests/load/lighthouse.mjs /tmp/lighthouse/node_modules [--other DIST]
//
// TXJOBS_BROWSER names the browser. static_host.mjs serves the console. The script measures the first screen and the list of
// jobs of the demo. --other also measures another build of the console, without limits.
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
  const isFirstWithin = report(`${build}, first screen, ${preset}`, firstScreen.lhr);
  const { lhr } = await snapshot(await openDemo(page, address), { config: configFor(preset), flags: { onlyCategories: Object.keys(minScores).slice(1) } });
  const isListWithin = report(`${build}, list of jobs, ${preset}`, lhr);
  await page.close();
  return isFirstWithin && isListWithin;
}

// Returns the configuration of a preset. The default of Lighthouse is a phone.
function configFor(preset) {
  if (preset === "mobile") return undefined;
  const screenEmulation = { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false };
  const throttling = { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 };
  return { extends: "lighthouse:default", settings: { formFactor: "desktop", screenEmulation, throttling } };
}

// Opens the demo and returns the page.
async function openDemo(page, address) {
  await page.goto(address);
  await (await page.waitForSelector(".demo button")).click();
  await page.waitForSelector("tr[data-job]");
  return page;
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
