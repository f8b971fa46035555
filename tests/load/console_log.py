#!/usr/bin/env python3
"""Measures the console with a long log in a browser.

    cargo xtask console
    python3 tests/load/console_log.py [--other DIST] [LINES ...]          (default: 200000 1000000)

Starts a server of web/dist and of one run with that many lines, opens it in headless Chromium, and prints the
measurements. browser.py describes how to select the browser. The limits are for 200,000 lines (48 MB of JSON): first rows
0.6 s after the last byte, no task over 100 ms, 50 ms for a search for a rare word and a jump to the end, and memory of
three times the body. Exits with 1 above a limit. --other also measures another build of the
console, without limits.
"""

import argparse
import http.server
import json
import pathlib
import socketserver
import sys
import threading
import time

from browser import Browser

DIST = pathlib.Path(__file__).parents[2] / "web/dist"
JOB, RUN, KEY = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57", "load"
CONTENT_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}
RARE_WORD = "qzxv"

# Stores the exports of the program, to read its memory, and the duration of every long task.
OBSERVE = """
const store = (source) => { window.program = source.instance.exports; return source; };
const { instantiate, instantiateStreaming } = WebAssembly;
WebAssembly.instantiate = async (...args) => store(await instantiate(...args));
WebAssembly.instantiateStreaming = async (...args) => store(await instantiateStreaming(...args));
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => Math.round(e.duration))))
  .observe({ type: "longtask", buffered: true });
"""
DEFINE_NEXT_PAINT = "const nextPaint = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
# Runs ACTION. Returns the time until CONDITION is true after a paint, and the time until the handlers of ACTION returned, in ms.
MEASURE = DEFINE_NEXT_PAINT + """
const done = arguments[0], start = performance.now();
ACTION;
const handled = performance.now();
(async () => {
  while (!(CONDITION) && performance.now() - start < 60000) await nextPaint();
  done([performance.now() - start, handled - start]);
})();
"""


def generate_body(lines):
    """Yields the JSON of the log in chunks of 1,000 lines, as the gateway writes it."""
    yield f'[{{"Id":"{RUN}","JobId":"{JOB}","TriggerId":"{RUN}","State":3,"CreateTime":"2026-03-14T02:00:00.000Z",'
    yield '"EndTime":"2026-03-14T03:00:00.000Z","JobExecutionLogs":['
    for first in range(0, lines, 1000):
        chunk = []
        for n in range(first, min(first + 1000, lines)):
            suffix = f" {RARE_WORD}" if n in (lines // 3, lines // 2) else ""
            severity = 2 if n % (lines // 4) == lines // 8 else 1 if n % 997 == 0 else 0
            chunk.append(
                f'{"," if n else ""}{{"Id":"{n:08x}-5d47-4a9b-8e60-1c9f2a7d4b35","JobExecutionId":"{RUN}",'
                f'"Message":"Deploying table [DW].[dbo].[FactInvoice], batch {n}: read, compared{suffix}",'
                f'"Severity":{severity},"TimeStamp":"2026-03-14T02:{n * 50 // lines:02}:{n * 3000 // lines % 60:02}.117Z"}}'
            )
        yield "".join(chunk)
    yield "]}]"


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    chunks, sent_at, console = [], 0.0, DIST


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send_content(self, content_type, content):
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.endswith("/logs") or "/logs/" in path:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("x-txjobs-extensions", "after")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            try:
                for chunk in self.server.chunks:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")
                self.server.sent_at = time.time()
            except ConnectionError:
                self.close_connection = True  # The page canceled the request.
        elif path == "/config.json":
            self.send_content("application/json", json.dumps({"name": "Load", "domain": "."}).encode())
        elif path.startswith("/public/"):
            status = {"JobId": JOB, "Status": 0}
            content = [{"Id": JOB, "Name": "Long"}] if path.endswith("/jobs") else [status]
            self.send_content("application/json", json.dumps(content).encode())
        else:
            file = self.server.console / (path.lstrip("/") or "index.html")
            if not file.is_file():
                self.send_error(404)
                return
            self.send_content(CONTENT_TYPES.get(file.suffix, "image/svg+xml"), file.read_bytes())


def measure_action(browser, action, condition):
    return browser.run_with_callback(MEASURE.replace("ACTION", action).replace("CONDITION", condition))


def measure(lines, browser, console):
    server = Server(("127.0.0.1", 0), Handler)
    server.console = console
    server.chunks = [chunk.encode() for chunk in generate_body(lines)]
    size = sum(map(len, server.chunks))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    results = []

    def report(name, value, unit, limit=None):
        """Prints a measurement and compares it with its limit, which applies to at most 200,000 lines."""
        limit_text = f" (at most {limit:g})" if limit and lines <= 200_000 else ""
        results.append(not limit_text or value <= limit)
        print(f"  {name:<42} {value:8.2f} {unit}{limit_text}{'' if results[-1] else '  FAIL'}")

    try:
        print(f"{lines} lines, {size / 1e6:.1f} MB of JSON")
        browser.send_devtools("Page.addScriptToEvaluateOnNewDocument", source=OBSERVE)
        browser.open(f"http://127.0.0.1:{server.server_port}/")
        log_in = """const key = document.querySelector('input[type=password]');
            if (!key) return false;
            key.value = arguments[0];
            key.dispatchEvent(new Event('input', { bubbles: true }));
            key.closest('form').requestSubmit();
            return true"""
        browser.wait_until(log_in, KEY)
        browser.wait_until("return document.querySelector('h1')?.textContent === 'Jobs'")
        time.sleep(1)
        begin = time.time()
        browser.run("tasks.length = 0; location.hash = arguments[0]", f"#/jobs/{JOB}/runs/{RUN}")
        wait_for_rows = DEFINE_NEXT_PAINT + """const done = arguments[0];
            (async () => {
              while (!document.querySelector('[data-line]')) await nextPaint();
              done(Date.now());
            })()"""
        first_rows = browser.run_with_callback(wait_for_rows) / 1000
        time.sleep(1)
        report("complete response", server.sent_at - begin, "s")
        report("first rows after the last byte", first_rows - server.sent_at, "s", 0.6)
        report("longest task while loading", max(browser.run("return tasks"), default=0), "ms", 100)
        opened_at = browser.run("return document.querySelector('.current')?.dataset.line")
        results.append(opened_at == str(lines // 8))
        print(f"  opened at line {opened_at}, the first error")
        browser.send_devtools("HeapProfiler.collectGarbage")
        program, scripts = browser.run(
            "const memory = Object.values(program).find((value) => value instanceof WebAssembly.Memory);"
            "return [memory.buffer.byteLength, performance.memory.usedJSHeapSize]"
        )
        report("memory, relative to the body", (program + scripts) / size, "", 3)

        search = """const field = document.querySelector('[aria-label="Search log"]');
            field.value = '%s';
            field.dispatchEvent(new Event('input', { bubbles: true }))"""
        for word, count in [(RARE_WORD, " of 2"), ("", ""), ("deploying", " of ")]:
            condition = f"document.querySelector('.match-count')?.textContent.includes('{count}')" if count else "true"
            painted, handled = measure_action(browser, search % word, condition)
            if word:
                report(f"search for {word!r}", handled, "ms", 50 if word == RARE_WORD else None)
                report(f"search for {word!r}, on the screen", painted, "ms")
        measure_action(browser, search % "", "true")
        click = "document.querySelector('[aria-label=\"%s\"]').click()"
        end_time, _ = measure_action(browser, click % "Go to the end", f"document.querySelector('[data-line=\"{lines - 1}\"]')")
        report("jump to the end, on the screen", end_time, "ms", 50)
        top = "document.querySelector('.log').scrollTop = 0"
        top_time, _ = measure_action(browser, top, "document.querySelector('[data-line=\"0\"]')")
        report("back to the top, on the screen", top_time, "ms", 50)
        # Scrolls over the complete log in 100 steps, one per frame.
        browser.run("tasks.length = 0")
        scroll = DEFINE_NEXT_PAINT + """const done = arguments[0], log = document.querySelector('.log');
            (async () => {
              let longest = 0;
              for (let step = 0; step <= 100; step++) {
                const start = performance.now();
                log.scrollTop = (log.scrollHeight * step) / 100;
                await nextPaint();
                longest = Math.max(longest, performance.now() - start);
                if (!document.querySelector('[data-line]')) throw new Error('no line is visible');
              }
              done([longest, document.querySelectorAll('[data-line]').length]);
            })()"""
        longest, line_count = browser.run_with_callback(scroll)
        report("longest frame while scrolling", longest, "ms", 50)
        print(f"  {line_count} lines are in the document")
        for name in ["Wrap lines"]:
            if browser.run("return !!document.querySelector(arguments[0])", f'[aria-label="{name}"]'):
                wrap_time, _ = measure_action(browser, click % name, "document.querySelector('.log.wrapped')")
                report("wrap, on the screen", wrap_time, "ms", 100)
        # Stops the second load and resumes it. The number of lines shows that none is lost or repeated.
        browser.run("location.hash = '#/'")
        browser.wait_until("return document.querySelector('h1')?.textContent === 'Jobs'")
        browser.run("location.hash = arguments[0]", f"#/jobs/{JOB}/runs/{RUN}")
        button = "[...document.querySelectorAll('.bar button')].find((b) => b.textContent === '%s')"
        # Checks each frame, because the button appears with the first megabyte.
        stop = f"const stop = {button % 'Stop'}; if (stop) stop.click(); return !!stop"
        click_stop = DEFINE_NEXT_PAINT + "const done = arguments[0]; (async () => { while (!(() => { %s })()) await nextPaint(); done() })()"
        browser.run_with_callback(click_stop % stop)
        browser.wait_until(f"return !!({button % 'Load the rest'})")
        partial = int(browser.run("return document.querySelector('.severity-filter button').textContent").split()[1].replace(",", ""))
        browser.run(f"({button % 'Load the rest'}).click()")
        browser.wait_until(f"return document.querySelector('.severity-filter button').textContent === 'All {lines:,}'")
        results.append(0 < partial < lines)
        print(f"  stopped at {partial} lines and loaded the rest")
    finally:
        server.shutdown()
    return all(results)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", nargs="*", type=int, default=[200_000, 1_000_000])
    parser.add_argument("--other", type=pathlib.Path)
    options = parser.parse_args()
    results = []
    for lines in options.lines:
        with Browser() as browser:
            results.append(measure(lines, browser, DIST))
        if options.other:
            print("other build")
            with Browser() as browser:
                measure(lines, browser, options.other)
    sys.exit(0 if all(results) else 1)


main()
