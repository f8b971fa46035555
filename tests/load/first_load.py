#!/usr/bin/env python3
"""Measures the time of the console from an empty cache to the list of jobs, and compares it with Swagger UI.

    cargo xtask console
    npm install --prefix /tmp/swagger swagger-ui-dist
    python3 tests/load/first_load.py /tmp/swagger/node_modules/swagger-ui-dist [--other DIST]

static_host.mjs serves both, compressed with Brotli, with the same contract and the same small API. The script clicks the
demo button of the console and waits for the list of jobs. For Swagger UI it waits for the operations. It opens each nine
times with an empty cache, alternately, and uses the median. The limits are 350 kB of files and half of the time of
Swagger UI. Exits with 1 above a limit. --other also measures another build of the console, without limits.
"""

import argparse
import pathlib
import subprocess
import sys
import time

from browser import Browser

# Searches for the element after each change of the document, and stores the time when it appears.
OBSERVE = """
new MutationObserver(() => {
    const demo = document.querySelector('.demo button');
    if (demo && !window.clicked) { window.clicked = true; demo.click(); }
    if (!window.foundAt && document.querySelector('SELECTOR')) window.foundAt = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
# The bytes of all files, without the responses of the API.
COUNT_BYTES = """
return performance.getEntries().filter(entry => !entry.name.includes('/public/'))
    .reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0);
"""


def measure(address, selector):
    """Returns the time until an element matches the selector, in milliseconds, and the bytes of the loaded files."""
    with Browser() as browser:
        # Browsers accept Brotli only in a secure context. A loopback address is one.
        browser.send_devtools("Network.setCacheDisabled", cacheDisabled=True)
        browser.send_devtools("Page.addScriptToEvaluateOnNewDocument", source=OBSERVE.replace("SELECTOR", selector))
        # Waits until the browser has started, so that its start does not slow the page.
        time.sleep(2)
        browser.open(address)
        duration = browser.wait_until("return window.foundAt")
        time.sleep(1)
        return duration, browser.run(COUNT_BYTES)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("swagger")
    parser.add_argument("--other")
    options = parser.parse_args()
    host = pathlib.Path(__file__).with_name("static_host.mjs")
    other = ["--other", options.other] if options.other else []
    server = subprocess.Popen(["node", host, options.swagger, *other], stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        is_within = compare(address, bool(other))
    finally:
        server.kill()
        server.wait()
    sys.exit(0 if is_within else 1)


def compare(address, with_other):
    pages = {"console": ("/console/", "tr[data-job]"), "Swagger UI": ("/swagger/", ".opblock")}
    if with_other:
        pages["other build"] = ("/other/", "tr[data-job]")
    times = {name: [] for name in pages}
    # Alternates, so that other load on the machine affects both.
    for _ in range(9):
        for name, (path, selector) in pages.items():
            times[name].append(measure(address + path, selector))
    medians = {}
    for name, all_times in times.items():
        all_times.sort()
        medians[name] = duration, size = all_times[4]
        print(f"{name}: {duration:.0f} ms ({all_times[0][0]:.0f} to {all_times[-1][0]:.0f}), {size / 1000:.0f} kB")
    ratio = medians["console"][0] / medians["Swagger UI"][0]
    is_within = ratio <= 1 / 2 and medians["console"][1] <= 350_000
    print(f"{ratio:.2f} of the time (at most 0.5), {medians['console'][1]} bytes (at most 350000){'' if is_within else '  FAIL'}")
    return is_within


main()
