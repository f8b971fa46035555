#!/usr/bin/env python3
"""How the console does with many jobs: first rows, a key press in the filter, scrolling, and what it asks its server.

    cargo xtask console
    cargo build --release -p txjobs-emulator
    python3 tests/load/console_jobs.py target/release/txjobs-emulator [JOBS]

Starts a gateway of its own on a free port of this machine with its data in a temporary folder, and a headless browser that
it drives by WebDriver. The bounds are for 10,000 jobs: the first rows at most 200 ms after the answer, a key press in the
filter at most 16 ms of script, scrolling without a task of over 50 ms.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from browser import Browser

JOB = """
[[organization.job]]
name = "{name}"
[organization.job.script]
state = "{state}"
lines = [{{ message = "Reading table {{n}}", repeat = 20 }}, {{ severity = "{severity}", message = "That is all" }}]
"""
WORDS = ["Finance", "Sales", "Stock", "Customer", "Nightly", "Hourly", "Größe", "Deploy", "Master data", "Power BI"]
STATES = [("completed", "information"), ("completed", "warning"), ("failed", "error")]

PREPARE = """
window.measured = { rows: 0, tasks: [] };
new MutationObserver((_, observer) => {
    if (!document.querySelector('tr[data-job]')) return;
    measured.rows = performance.now();
    observer.disconnect();
}).observe(document.body, { childList: true, subtree: true });
new PerformanceObserver(list => measured.tasks.push(...list.getEntries().map(entry => entry.duration)))
    .observe({ type: 'longtask' });
"""
FIRST_ROWS = """
const list = performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/public/jobs')).pop();
return measured.rows && measured.rows - list.responseEnd;
"""
# The browser's own measure of what a key press makes run, effects and all.
WATCH_KEYS = """
measured.keys = [];
const took = entry => entry.processingEnd - entry.processingStart;
new PerformanceObserver(list => measured.keys.push(...list.getEntries().filter(entry => entry.name === 'input').map(took)))
    .observe({ type: 'event', durationThreshold: 16 });
document.querySelector('[aria-label="Filter by name"]').focus();
"""
SCROLL = """
measured.tasks.length = 0;
const frame = () => new Promise(done => requestAnimationFrame(done));
const start = performance.now();
let frames = 0;
for (let top = 0; top < 60000; top += 400, frames++) { scrollTo(0, top); await frame(); }
for (const part of [.2, .9, .5, 0]) { scrollTo(0, document.body.scrollHeight * part); await frame(); await frame(); }
await new Promise(done => setTimeout(done, 300));
return { longest: Math.max(0, ...measured.tasks), rows: document.querySelectorAll('tr[data-job]').length,
    frame: (performance.now() - start - 300) / (frames + 8) };
"""
ASKED = """
const all = performance.getEntriesByType('resource').map(entry => entry.name);
return all.filter(name => /\\/logs/.test(name)).length;
"""


def verdict(what, value, bound, unit="ms"):
    print(f"{'ok ' if value <= bound else 'NOT'} {what}: {value:.1f} {unit}, at most {bound}")
    return value <= bound


def main():
    program = sys.argv[1]
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    console = pathlib.Path(__file__).parents[2] / "web/dist"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parts = ['[[organization]]\nname = "Load"\n']
        for n in range(jobs):
            state, severity = STATES[n % 3]
            parts.append(JOB.format(name=f"{WORDS[n % 10]} {n * 7919 % jobs:05}", state=state, severity=severity))
        (folder / "gateway.toml").write_text("".join(parts))
        command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--config", folder / "gateway.toml"]
        command += ["--database", folder / "load.db", "--console", console]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = server.stdout.readline().removeprefix("listening on ").strip()
            key = server.stdout.readline().removeprefix("demo key:").strip()
            run_some(address, key)
            with Browser() as browser:
                kept = measure(browser, address)
        finally:
            server.kill()
            server.wait()
    sys.exit(0 if all(kept) else 1)


def run_some(address, key):
    """The first of the list have a run."""

    def ask(path, method="GET"):
        request = urllib.request.Request(address + path, method=method, headers={"apiKey": key})
        return json.load(urllib.request.urlopen(request, timeout=60))

    listed = sorted(ask("/public/jobs"), key=lambda job: job["Name"].lower())
    for job in listed[:40]:
        ask(f"/public/jobs/{job['Id']}/execute", "POST")


def measure(browser, address):
    browser.go(address)
    browser.until("return !!document.querySelector('.demo button')")
    browser.run(PREPARE)
    browser.run("document.querySelector('.demo button').click()")
    first = browser.until(FIRST_ROWS)
    time.sleep(2)
    kept = [verdict("first rows after the answer", first, 200)]
    asked = browser.run(ASKED)
    browser.run(WATCH_KEYS)
    for key in "sales 99\ue003\ue003\ue003\ue003\ue003\ue003\ue003\ue003fin\ue003\ue003\ue003":
        browser.press(key)
        time.sleep(0.2)
    times = browser.run("return measured.keys") or [0]
    print("    key presses:", " ".join(f"{ms:.1f}" for ms in times))
    kept.append(verdict("the longest key press in the filter", max(times), 16))
    scrolled = browser.gives(SCROLL)
    print(f"    a frame while scrolling: {scrolled['frame']:.1f} ms, rows in the document: {scrolled['rows']}")
    kept.append(verdict("the longest task while scrolling", scrolled["longest"], 50))
    kept.append(verdict("logs asked for after opening", asked, 200, "requests"))
    return kept


main()
