#!/usr/bin/env python3
"""Measures the console with many jobs: first rows, key presses in the filter, scrolling, and requests.

    cargo xtask console
    cargo build --release -p txjobs-emulator
    python3 tests/load/console_jobs.py target/release/txjobs-emulator [JOBS] [--other DIST]

Starts an emulator on a free local port with its data in a temporary folder, and a headless browser. The limits
are for 10,000 jobs: first rows at most 200 ms after the response, at most 16 ms of script for a key press in the filter,
no task over 50 ms while scrolling, and at most 200 requests for logs after opening. Exits with 1 above a limit.
--other also measures another build of the console, without limits.
"""

import argparse
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
lines = [{{ message = "Reading table {{n}}", repeat = 20 }}, {{ severity = "{severity}", message = "Finished" }}]
"""
NAME_PREFIXES = ["Finance", "Sales", "Stock", "Customer", "Nightly", "Hourly", "Größe", "Deploy", "Master data", "Power BI"]
STATES = [("completed", "information"), ("completed", "warning"), ("failed", "error")]

OBSERVE = """
window.measurements = { rows: 0, tasks: [] };
new MutationObserver((_, observer) => {
    if (!document.querySelector('tr[data-job]')) return;
    measurements.rows = performance.now();
    observer.disconnect();
}).observe(document.body, { childList: true, subtree: true });
new PerformanceObserver(list => measurements.tasks.push(...list.getEntries().map(entry => entry.duration)))
    .observe({ type: 'longtask' });
"""
FIRST_ROWS = """
const list = performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/public/jobs')).pop();
return measurements.rows && measurements.rows - list.responseEnd;
"""
# The browser measures the time of all handlers of a key press, including effects.
OBSERVE_KEYS = """
measurements.keys = [];
const duration = entry => entry.processingEnd - entry.processingStart;
new PerformanceObserver(list => measurements.keys.push(...list.getEntries().filter(entry => entry.name === 'input').map(duration)))
    .observe({ type: 'event', durationThreshold: 16 });
document.querySelector('[aria-label="Filter by name"]').focus();
"""
SCROLL = """
measurements.tasks.length = 0;
const nextFrame = () => new Promise(done => requestAnimationFrame(done));
const start = performance.now();
let frames = 0;
for (let top = 0; top < 60000; top += 400, frames++) { scrollTo(0, top); await nextFrame(); }
for (const position of [.2, .9, .5, 0]) { scrollTo(0, document.body.scrollHeight * position); await nextFrame(); await nextFrame(); }
await new Promise(done => setTimeout(done, 300));
return { longestTask: Math.max(0, ...measurements.tasks), rows: document.querySelectorAll('tr[data-job]').length,
    frameTime: (performance.now() - start - 300) / (frames + 8) };
"""
COUNT_LOG_REQUESTS = """
const all = performance.getEntriesByType('resource').map(entry => entry.name);
return all.filter(name => /\\/logs/.test(name)).length;
"""


def check_limit(name, value, limit, unit="ms"):
    """Prints a measurement and returns whether it is within its limit."""
    print(f"{'ok  ' if value <= limit else 'FAIL'} {name}: {value:.1f} {unit}, at most {limit}")
    return value <= limit


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("jobs", nargs="?", type=int, default=10_000)
    parser.add_argument("--other")
    options = parser.parse_args()
    is_within = measure_build(pathlib.Path(__file__).parents[2] / "web/dist", options)
    if options.other:
        print("other build")
        measure_build(options.other, options)
    sys.exit(0 if is_within else 1)


def measure_build(console, options):
    """Measures a build of the console and returns whether it is within the limits."""
    program, jobs = options.program, options.jobs
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sections = ['[[organization]]\nname = "Load"\n']
        for n in range(jobs):
            state, severity = STATES[n % 3]
            sections.append(JOB.format(name=f"{NAME_PREFIXES[n % 10]} {n * 7919 % jobs:05}", state=state, severity=severity))
        (folder / "gateway.toml").write_text("".join(sections))
        command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--config", folder / "gateway.toml"]
        command += ["--database", folder / "load.db", "--console", console]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = server.stdout.readline().removeprefix("listening on ").strip()
            key = server.stdout.readline().removeprefix("demo key:").strip()
            execute_first_jobs(address, key)
            with Browser() as browser:
                return all(measure(browser, address))
        finally:
            server.kill()
            server.wait()


def execute_first_jobs(address, key):
    """Executes the first 40 jobs of the list, so that their rows have a run."""

    def send(path, method="GET"):
        request = urllib.request.Request(address + path, method=method, headers={"apiKey": key})
        return json.load(urllib.request.urlopen(request, timeout=60))

    jobs = sorted(send("/public/jobs"), key=lambda job: job["Name"].lower())
    for job in jobs[:40]:
        send(f"/public/jobs/{job['Id']}/execute", "POST")


def measure(browser, address):
    browser.open(address)
    browser.wait_until("return !!document.querySelector('.demo button')")
    browser.run(OBSERVE)
    browser.run("document.querySelector('.demo button').click()")
    first_rows = browser.wait_until(FIRST_ROWS)
    time.sleep(2)
    results = [check_limit("first rows after the response", first_rows, 200)]
    log_requests = browser.run(COUNT_LOG_REQUESTS)
    browser.run(OBSERVE_KEYS)
    for key in "sales 99\ue003\ue003\ue003\ue003\ue003\ue003\ue003\ue003fin\ue003\ue003\ue003":
        browser.press(key)
        time.sleep(0.2)
    times = browser.run("return measurements.keys") or [0]
    print("     key presses:", " ".join(f"{ms:.1f}" for ms in times))
    results.append(check_limit("longest key press in the filter", max(times), 16))
    result = browser.run_async(SCROLL)
    print(f"     frame time while scrolling: {result['frameTime']:.1f} ms, rows in the document: {result['rows']}")
    results.append(check_limit("longest task while scrolling", result["longestTask"], 50))
    results.append(check_limit("requests for logs after opening", log_requests, 200, "requests"))
    return results


main()
