"""Controls a headless Chromium by WebDriver for the measurement scripts. Uses only the standard library.

TXJOBS_BROWSER and TXJOBS_DRIVER name the programs. The default is the installed Chromium and its chromedriver.
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
    """A browser with an empty profile. It closes at the end of the `with` block."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory()
        driver = os.environ.get("TXJOBS_DRIVER", "chromedriver")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            if "successfully on port " in line:
                port = line.strip().rstrip(".").split("port ")[-1]
                break
        # The driver continues to write. A full or closed pipe would stop it.
        threading.Thread(target=self.driver.stdout.read, daemon=True).start()
        self.base = f"http://127.0.0.1:{port}/session"
        options = {"args": FLAGS + [f"--user-data-dir={self.profile.name}"]}
        if "TXJOBS_BROWSER" in os.environ:
            options["binary"] = os.environ["TXJOBS_BROWSER"]
        session = self.send("", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.base += "/" + session["sessionId"]
        self.send("/timeouts", {"script": 120_000})
        return self

    def __exit__(self, *_):
        urllib.request.urlopen(urllib.request.Request(self.base, method="DELETE"))
        self.driver.terminate()
        self.driver.wait()
        self.profile.cleanup()

    def send(self, path, content):
        """Sends a WebDriver command and returns its value."""
        data = json.dumps(content).encode()
        request = urllib.request.Request(self.base + path, data, {"content-type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=300))["value"]
        except urllib.error.HTTPError as error:
            sys.exit(json.load(error)["value"]["message"])

    def send_devtools(self, command, **parameters):
        """Sends a command of the DevTools protocol and returns its value."""
        return self.send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self.send("/url", {"url": url})

    def run(self, script, *arguments):
        """Runs a script and returns its result."""
        return self.send("/execute/sync", {"script": script, "args": arguments})

    def run_with_callback(self, script, *arguments):
        """Runs a script and returns the value that it passes to its last argument, a callback."""
        return self.send("/execute/async", {"script": script, "args": arguments})

    def run_async(self, script):
        """Runs a script that may use `await` and returns its result."""
        return self.run_with_callback(
            f"const done = arguments[0]; (async () => {{ {script} }})().then(done, (error) => done(String(error)))"
        )

    def wait_until(self, script, *arguments):
        """Repeats a script until its result is true, and returns the result. Exits after 600 attempts."""
        for _ in range(600):
            if value := self.run(script, *arguments):
                return value
            time.sleep(0.05)
        sys.exit("this script did not return a true value: " + script + "\n" + self.run("return document.body.innerText"))

    def press(self, key):
        """Presses and releases a key."""
        down, up = {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}
        self.send("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [down, up]}]})
