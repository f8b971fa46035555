#!/usr/bin/env node
// What Lighthouse says of the console, on the release build and a phone's slow network: performance at least 95,
// accessibility and best practices 100.
//
//     cargo xtask console
//     npm install --prefix /tmp/lighthouse lighthouse
//     node tests/load/lighthouse.mjs /tmp/lighthouse/node_modules
//
// TXJOBS_BROWSER names the browser. The host is static_host.mjs without Swagger UI; the screens are the first one, and the
// list of jobs behind its demo.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const modules = createRequire(join(resolve(process.argv[2]), "x.js"));
const load = (name) => import(pathToFileURL(modules.resolve(name)));
const { default: lighthouse, snapshot } = await load("lighthouse");
const { default: puppeteer } = await load("puppeteer-core");
const bounds = { performance: 0.95, accessibility: 1, "best-practices": 1 };

const here = dirname(fileURLToPath(import.meta.url));
const host = spawn("node", [join(here, "static_host.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
const port = `${(await once(host.stdout, "data"))[0]}`.trim();
const address = `http://127.0.0.1:${port}/console/`;
const browser = await puppeteer.launch({
  executablePath: process.env.TXJOBS_BROWSER ?? "chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
let kept = true;
try {
  for (const preset of ["mobile", "desktop"]) {
    const page = await browser.newPage();
    const first = await lighthouse(address, { onlyCategories: Object.keys(bounds) }, desktop(preset), page);
    tell(`first screen, ${preset}`, first.lhr);
    const { lhr } = await snapshot(await demo(page), { config: desktop(preset), flags: { onlyCategories: Object.keys(bounds).slice(1) } });
    tell(`list of jobs, ${preset}`, lhr);
    await page.close();
  }
} finally {
  await browser.close();
  host.kill();
}
process.exit(kept ? 0 : 1);

function desktop(preset) {
  if (preset === "mobile") return undefined;
  const screenEmulation = { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false };
  const throttling = { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 };
  return { extends: "lighthouse:default", settings: { formFactor: "desktop", screenEmulation, throttling } };
}

// The page with its demo open.
async function demo(page) {
  await page.goto(address);
  await (await page.waitForSelector(".demo button")).click();
  await page.waitForSelector("tr[data-job]");
  return page;
}

function tell(what, lhr) {
  const scores = Object.entries(lhr.categories).map(([name, { score }]) => {
    const fine = score !== null && score >= bounds[name];
    kept &&= fine;
    return `${name} ${Math.round(score * 100)}${fine ? "" : ` (at least ${bounds[name] * 100})`}`;
  });
  console.log(`${what}: ${scores.join(", ")}`);
  for (const { title, score, scoreDisplayMode, displayValue, details } of Object.values(lhr.audits)) {
    if (score === null || score >= 0.9 || !["binary", "numeric", "metricSavings"].includes(scoreDisplayMode)) continue;
    const nodes = (details?.items ?? []).map((item) => item.node?.snippet ?? item.description ?? item.url ?? "").slice(0, 3);
    console.log(`    ${title} ${displayValue ?? ""} ${nodes.join(" ")}`);
  }
}
