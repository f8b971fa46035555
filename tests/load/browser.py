"""A headless Chromium for the measuring scripts, driven by WebDriver with nothing but Python's own library.

TXJOBS_BROWSER and TXJOBS_DRIVER name the programs; otherwise they are the machine's own.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--window-size=1280,900",
]


class Browser:
    """A browser with an empty profile; it ends with the `with` block."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory()
        driver = os.environ.get("TXJOBS_DRIVER", "chromedriver")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            if "successfully on port " in line:
                port = line.strip().rstrip(".").split("port ")[-1]
                break
        # It goes on writing; nobody may close that pipe.
        threading.Thread(target=self.driver.stdout.read, daemon=True).start()
        self.base = f"http://127.0.0.1:{port}/session"
        options = {"args": FLAGS + [f"--user-data-dir={self.profile.name}"]}
        if "TXJOBS_BROWSER" in os.environ:
            options["binary"] = os.environ["TXJOBS_BROWSER"]
        made = self.ask("", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.base += "/" + made["sessionId"]
        self.ask("/timeouts", {"script": 120_000})
        return self

    def __exit__(self, *_):
        urllib.request.urlopen(urllib.request.Request(self.base, method="DELETE"))
        self.driver.terminate()
        self.driver.wait()
        self.profile.cleanup()

    def ask(self, path, content):
        """A command of WebDriver."""
        data = json.dumps(content).encode()
        request = urllib.request.Request(self.base + path, data, {"content-type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=300))["value"]
        except urllib.error.HTTPError as error:
            sys.exit(json.load(error)["value"]["message"])

    def tools(self, command, **parameters):
        """A command of the browser's developer tools."""
        return self.ask("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def go(self, url):
        self.ask("/url", {"url": url})

    def run(self, script, *arguments):
        """What a script returns."""
        return self.ask("/execute/sync", {"script": script, "args": arguments})

    def wait(self, script, *arguments):
        """What a script hands to its last argument."""
        return self.ask("/execute/async", {"script": script, "args": arguments})

    def gives(self, script):
        """What a script that may await returns."""
        return self.wait(
            f"const done = arguments[0]; (async () => {{ {script} }})().then(done, (error) => done(String(error)))"
        )

    def until(self, script, *arguments):
        """What a script returns, as soon as that is something."""
        for _ in range(600):
            if value := self.run(script, *arguments):
                return value
            time.sleep(0.05)
        sys.exit("this did not come true: " + script + "\n" + self.run("return document.body.innerText"))

    def press(self, key):
        down, up = {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}
        self.ask("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [down, up]}]})
