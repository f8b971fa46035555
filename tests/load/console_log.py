#!/usr/bin/env python3
"""How the console copes with a long log, in a real browser.

    cargo xtask console
    python3 tests/load/console_log.py [LINES ...]          (200000 and 1000000 if none are named)

Starts a server of its own that gives out web/dist and one run with so many lines, opens it in headless Chromium by
chromedriver (TXJOBS_BROWSER, TXJOBS_DRIVER, or the machine's own), and prints what a person would notice. The bounds
are for 200,000 lines (48 MB of JSON): first rows 0.6 s after the last byte, no task over 100 ms, a search for a rare
word and a jump to the end 50 ms, a heap of three times the body. It exits with 1 if one of them is not kept.
"""

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
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}
RARE = "qzxv"

# Keeps the program's memory and every long task within reach.
WATCH = """
const keep = (made) => { window.program = made.instance.exports; return made; };
const whole = WebAssembly.instantiate, streamed = WebAssembly.instantiateStreaming;
WebAssembly.instantiate = async (...all) => keep(await whole(...all));
WebAssembly.instantiateStreaming = async (...all) => keep(await streamed(...all));
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => Math.round(e.duration))))
  .observe({ type: "longtask", buffered: true });
"""
PAINTED = "const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
# What it does, how long that took until it was on the screen, and of that until the handler had returned.
TIMED = PAINTED + """
const done = arguments[0], start = performance.now();
DEED;
const handled = performance.now();
(async () => {
  while (!(SEEN) && performance.now() - start < 60000) await painted();
  done([performance.now() - start, handled - start]);
})();
"""


def body(lines):
    """The log's JSON in pieces of 1,000 lines, as a gateway writes it."""
    yield f'[{{"Id":"{RUN}","JobId":"{JOB}","TriggerId":"{RUN}","State":3,"CreateTime":"2026-03-14T02:00:00.000Z",'
    yield '"EndTime":"2026-03-14T03:00:00.000Z","JobExecutionLogs":['
    for first in range(0, lines, 1000):
        piece = []
        for n in range(first, min(first + 1000, lines)):
            rare = f" {RARE}" if n in (lines // 3, lines // 2) else ""
            severity = 2 if n % (lines // 4) == lines // 8 else 1 if n % 997 == 0 else 0
            piece.append(
                f'{"," if n else ""}{{"Id":"{n:08x}-5d47-4a9b-8e60-1c9f2a7d4b35","JobExecutionId":"{RUN}",'
                f'"Message":"Deploying table [DW].[dbo].[FactInvoice], batch {n}: read, compared{rare}",'
                f'"Severity":{severity},"TimeStamp":"2026-03-14T02:{n * 50 // lines:02}:{n * 3000 // lines % 60:02}.117Z"}}'
            )
        yield "".join(piece)
    yield "]}]"


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    pieces, sent = [], 0.0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, kind, content):
        self.send_response(200)
        self.send_header("content-type", kind)
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
                for piece in self.server.pieces:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")
                self.server.sent = time.time()
            except ConnectionError:
                self.close_connection = True  # The page wanted no more.
        elif path == "/config.json":
            self.answer("application/json", json.dumps({"name": "Load", "domain": "."}).encode())
        elif path.startswith("/public/"):
            status = {"JobId": JOB, "Status": 0}
            content = [{"Id": JOB, "Name": "Long"}] if path.endswith("/jobs") else [status]
            self.answer("application/json", json.dumps(content).encode())
        else:
            file = DIST / (path.lstrip("/") or "index.html")
            if not file.is_file():
                self.send_error(404)
                return
            self.answer(TYPES.get(file.suffix, "image/svg+xml"), file.read_bytes())


def timed(browser, deed, seen):
    return browser.wait(TIMED.replace("DEED", deed).replace("SEEN", seen))


def measure(lines, browser):
    server = Server(("127.0.0.1", 0), Handler)
    server.pieces = [piece.encode() for piece in body(lines)]
    size = sum(map(len, server.pieces))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept = []

    def tell(what, value, unit, most=None):
        # The bounds are those of 200,000 lines.
        bound = f" (at most {most:g})" if most and lines <= 200_000 else ""
        kept.append(not bound or value <= most)
        print(f"  {what:<42} {value:8.2f} {unit}{bound}{'' if kept[-1] else '  NOT KEPT'}")

    try:
        print(f"{lines} lines, {size / 1e6:.1f} MB of JSON")
        browser.tools("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        browser.go(f"http://127.0.0.1:{server.server_port}/")
        fill = """const key = document.querySelector('input[type=password]');
            if (!key) return false;
            key.value = arguments[0];
            key.dispatchEvent(new Event('input', { bubbles: true }));
            key.closest('form').requestSubmit();
            return true"""
        browser.until(fill, KEY)
        browser.until("return document.querySelector('h1')?.textContent === 'Jobs'")
        time.sleep(1)
        begin = time.time()
        browser.run("tasks.length = 0; location.hash = arguments[0]", f"#/jobs/{JOB}/runs/{RUN}")
        rows = PAINTED + """const done = arguments[0];
            (async () => {
              while (!document.querySelector('[data-line]')) await painted();
              done(Date.now());
            })()"""
        first = browser.wait(rows) / 1000
        time.sleep(1)
        tell("the whole answer", server.sent - begin, "s")
        tell("first rows after the last byte", first - server.sent, "s", 0.6)
        tell("longest task while loading", max(browser.run("return tasks"), default=0), "ms", 100)
        at_error = browser.run("return document.querySelector('.current')?.dataset.line")
        kept.append(at_error == str(lines // 8))
        print(f"  opened at line {at_error}, the first error")
        browser.tools("HeapProfiler.collectGarbage")
        program, scripts = browser.run("return [Object.values(program).find((one) => one instanceof WebAssembly.Memory).buffer.byteLength, performance.memory.usedJSHeapSize]")
        tell("memory, times the body", (program + scripts) / size, "", 3)

        search = """const field = document.querySelector('[aria-label="Search log"]');
            field.value = '%s';
            field.dispatchEvent(new Event('input', { bubbles: true }))"""
        for word, seen in [(RARE, " of 2"), ("", ""), ("deploying", " of ")]:
            found = f"document.querySelector('.match-count')?.textContent.includes('{seen}')" if seen else "true"
            whole, handled = timed(browser, search % word, found)
            if word:
                tell(f"search for {word!r}", handled, "ms", 50 if word == RARE else None)
                tell(f"search for {word!r}, on the screen", whole, "ms")
        timed(browser, search % "", "true")
        press = "document.querySelector('[aria-label=\"%s\"]').click()"
        end, _ = timed(browser, press % "Go to the end", f"document.querySelector('[data-line=\"{lines - 1}\"]')")
        tell("jump to the end, on the screen", end, "ms", 50)
        top = "document.querySelector('.log').scrollTop = 0"
        back, _ = timed(browser, top, "document.querySelector('[data-line=\"0\"]')")
        tell("back to the top, on the screen", back, "ms", 50)
        # A hundred steps over the whole length, one each frame.
        browser.run("tasks.length = 0")
        scroll = PAINTED + """const done = arguments[0], log = document.querySelector('.log');
            (async () => {
              let longest = 0;
              for (let step = 0; step <= 100; step++) {
                const start = performance.now();
                log.scrollTop = (log.scrollHeight * step) / 100;
                await painted();
                longest = Math.max(longest, performance.now() - start);
                if (!document.querySelector('[data-line]')) throw new Error('nothing is shown');
              }
              done([longest, document.querySelectorAll('[data-line]').length]);
            })()"""
        longest, shown = browser.wait(scroll)
        tell("scrolling through it, longest frame", longest, "ms", 50)
        print(f"  {shown} lines are in the document")
        for name in ["Wrap lines"]:
            if browser.run("return !!document.querySelector(arguments[0])", f'[aria-label="{name}"]'):
                wrapped, _ = timed(browser, press % name, "document.querySelector('.log.wrapped')")
                tell("wrap, on the screen", wrapped, "ms", 100)
        # The way out while it loads, and back in: no line is lost, none comes twice.
        browser.run("location.hash = '#/'")
        browser.until("return document.querySelector('h1')?.textContent === 'Jobs'")
        browser.run("location.hash = arguments[0]", f"#/jobs/{JOB}/runs/{RUN}")
        button = "[...document.querySelectorAll('.bar button')].find((b) => b.textContent === '%s')"
        # Looked for at each frame: it is there from the first megabyte on.
        stop = f"const stop = {button % 'Stop'}; if (stop) stop.click(); return !!stop"
        pressed = PAINTED + "const done = arguments[0]; (async () => { while (!(() => { %s })()) await painted(); done() })()"
        browser.wait(pressed % stop)
        browser.until(f"return !!({button % 'Load the rest'})")
        came = int(browser.run("return document.querySelector('.severity-filter button').textContent").split()[1].replace(",", ""))
        browser.run(f"({button % 'Load the rest'}).click()")
        browser.until(f"return document.querySelector('.severity-filter button').textContent === 'All {lines:,}'")
        kept.append(0 < came < lines)
        print(f"  stopped at {came} lines, and loaded the rest")
    finally:
        server.shutdown()
    return all(kept)


def main():
    counts = [int(count) for count in sys.argv[1:]] or [200_000, 1_000_000]
    kept = []
    for lines in counts:
        with Browser() as browser:
            kept.append(measure(lines, browser))
    sys.exit(0 if all(kept) else 1)


main()
