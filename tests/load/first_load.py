#!/usr/bin/env python3
"""How long the console takes from an empty cache to the list of jobs, beside Swagger UI on the same contract.

    cargo xtask console
    npm install --prefix /tmp/swagger swagger-ui-dist
    python3 tests/load/first_load.py /tmp/swagger/node_modules/swagger-ui-dist

Both are served by the same server of this machine, compressed by Brotli (by Node), with the same small API behind them. The
console is opened with its demo's key, which this script presses as soon as it is there; Swagger UI is only waited for until
its operations are there. The bounds: at most 170 kB, and at most a third of the time. Each is opened five times with an empty
cache, and the middle time counts.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time

from browser import Browser

ROOT = pathlib.Path(__file__).parents[2]
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".yaml": "application/yaml",
}
PACK = "const z = require('zlib'); process.stdout.write(z.brotliCompressSync(require('fs').readFileSync(0)))"
JOBS = [{"Id": f"3f2b8c1e-5d47-4a9b-8e60-{n:012}", "Name": f"Job {n}"} for n in range(20)]
STATUSES = [{"JobId": job["Id"], "Status": 0} for job in JOBS]
SWAGGER = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="swagger-ui.css"><div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '../openapi.yaml', dom_id: '#swagger-ui' })</script>"""
# From the start of the document on, what is looked for is looked for at each change.
WATCH = """
new MutationObserver(() => {
    const demo = document.querySelector('.demo button');
    if (demo && !window.pressed) { window.pressed = true; demo.click(); }
    if (!window.seen && document.querySelector('SELECTOR')) window.seen = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
SENT = "return performance.getEntries().reduce((all, entry) => all + (entry.encodedBodySize ?? 0), 0)"


def contents(swagger):
    """Every file, compressed, by its path."""
    files = {"/openapi.yaml": (ROOT / "openapi.yaml").read_bytes(), "/swagger/index.html": SWAGGER.encode()}
    for name in ["swagger-ui.css", "swagger-ui-bundle.js"]:
        files["/swagger/" + name] = (swagger / name).read_bytes()
    console = ROOT / "web/dist"
    for file in console.rglob("*"):
        if file.is_file() and file.suffix not in (".br", ".gz"):
            files[f"/console/{file.relative_to(console)}"] = file.read_bytes()
    preset = {"name": "Demo", "domain": "..", "demoKey": "a-key-for-tests-only"}
    files["/console/config.json"] = json.dumps(preset).encode()
    pack = lambda content: subprocess.run(["node", "--eval", PACK], input=content, capture_output=True, check=True).stdout
    return {path: (TYPES[pathlib.Path(path).suffix], pack(content)) for path, content in files.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        path += "index.html" if path.endswith("/") else ""
        if path in self.server.files:
            (kind, content), encoding = self.server.files[path], "br"
        elif path.startswith("/public/"):
            answer = {"/public/jobs": JOBS, "/public/jobs/status": STATUSES}.get(path, [])
            kind, content, encoding = "application/json", json.dumps(answer).encode(), None
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        if encoding:
            self.send_header("content-encoding", encoding)
        self.end_headers()
        self.wfile.write(content)


def open_it(address, selector):
    """How long until the selector fits, in milliseconds, and how many bytes of bodies that took."""
    with Browser() as browser:
        # Brotli wants a secure context, which a loopback address is.
        browser.tools("Network.setCacheDisabled", cacheDisabled=True)
        browser.tools("Page.addScriptToEvaluateOnNewDocument", source=WATCH.replace("SELECTOR", selector))
        browser.go(address)
        took = browser.until("return window.seen")
        time.sleep(1)
        return took, browser.run(SENT)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files = contents(pathlib.Path(sys.argv[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    found = {}
    for name, path, selector in [("console", "/console/", "tr[data-job]"), ("Swagger UI", "/swagger/", ".opblock")]:
        times = sorted(open_it(address + path, selector) for _ in range(5))
        took, sent = times[2]
        found[name] = took, sent
        print(f"{name}: {took:.0f} ms ({times[0][0]:.0f} to {times[-1][0]:.0f}), {sent / 1000:.0f} kB")
    server.shutdown()
    share = found["console"][0] / found["Swagger UI"][0]
    fine = share <= 1 / 3 and found["console"][1] <= 170_000
    print(f"{share:.2f} of the time (at most 0.33), {found['console'][1]} bytes (at most 170000){'' if fine else '  NOT KEPT'}")
    sys.exit(0 if fine else 1)


main()
