#!/usr/bin/env python3
"""How long the console takes from an empty cache to the list of jobs, beside Swagger UI on the same contract.

    cargo xtask console
    npm install --prefix /tmp/swagger swagger-ui-dist
    python3 tests/load/first_load.py /tmp/swagger/node_modules/swagger-ui-dist

Both are served by the same host of this machine (static_host.mjs, by Node), compressed by Brotli, with the same small API
behind them. The console is opened with its demo's key, which this script presses as soon as it is there; Swagger UI is only
waited for until its operations are there. The bounds: at most 170 kB of files, and at most a third of the time. Each is
opened nine times with an empty cache, in turns, and the middle time counts.
"""

import pathlib
import subprocess
import sys
import time

from browser import Browser

# From the start of the document on, what is looked for is looked for at each change.
WATCH = """
new MutationObserver(() => {
    const demo = document.querySelector('.demo button');
    if (demo && !window.pressed) { window.pressed = true; demo.click(); }
    if (!window.seen && document.querySelector('SELECTOR')) window.seen = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
# What came as files, without the API's answers.
SENT = """
return performance.getEntries().filter(entry => !entry.name.includes('/public/'))
    .reduce((all, entry) => all + (entry.encodedBodySize ?? 0), 0);
"""


def open_it(address, selector):
    """How long until the selector fits, in milliseconds, and how many bytes of files that took."""
    with Browser() as browser:
        # Brotli wants a secure context, which a loopback address is.
        browser.tools("Network.setCacheDisabled", cacheDisabled=True)
        browser.tools("Page.addScriptToEvaluateOnNewDocument", source=WATCH.replace("SELECTOR", selector))
        # The browser's own start is over by then.
        time.sleep(2)
        browser.go(address)
        took = browser.until("return window.seen")
        time.sleep(1)
        return took, browser.run(SENT)


def main():
    host = pathlib.Path(__file__).with_name("static_host.mjs")
    server = subprocess.Popen(["node", host, sys.argv[1]], stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        fine = compare(address)
    finally:
        server.kill()
        server.wait()
    sys.exit(0 if fine else 1)


def compare(address):
    pages = {"console": ("/console/", "tr[data-job]"), "Swagger UI": ("/swagger/", ".opblock")}
    times = {name: [] for name in pages}
    # In turns, so that what else the machine does falls on both.
    for _ in range(9):
        for name, (path, selector) in pages.items():
            times[name].append(open_it(address + path, selector))
    found = {}
    for name, all_times in times.items():
        all_times.sort()
        found[name] = took, sent = all_times[4]
        print(f"{name}: {took:.0f} ms ({all_times[0][0]:.0f} to {all_times[-1][0]:.0f}), {sent / 1000:.0f} kB")
    share = found["console"][0] / found["Swagger UI"][0]
    fine = share <= 1 / 3 and found["console"][1] <= 170_000
    print(f"{share:.2f} of the time (at most 0.33), {found['console'][1]} bytes (at most 170000){'' if fine else '  NOT KEPT'}")
    return fine


main()
