"""Clients that execute jobs."""

import http.client
import random
import threading
import urllib.error

CLIENTS = 4
# How often a client cancels the job that it has executed, if it may.
CANCELED = 0.15
# What a request can fail with while gateways are killed.
ERRORS = (OSError, ValueError, http.client.HTTPException)


class Clients:
    """Clients that execute jobs until they are stopped. They also cancel some runs of the jobs in `cancelable`."""

    def __init__(self, gateways, jobs, cancelable):
        self.gateways, self.jobs, self.cancelable = gateways, jobs, cancelable
        self.lock = threading.Lock()
        self.accepted = {}
        self.rejected = self.unknown = 0
        self.is_stopped = threading.Event()
        self.threads = [threading.Thread(target=self.execute_jobs) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def execute_jobs(self):
        while not self.is_stopped.is_set():
            job = random.choice(self.jobs)
            try:
                trigger = random.choice(self.gateways).send(f"/{job}/execute", "POST")["TriggerId"]
                with self.lock:
                    self.accepted[trigger] = job
                if job in self.cancelable and random.random() < CANCELED:
                    self.is_stopped.wait(random.uniform(0, 1))
                    self.cancel(job)
            except urllib.error.HTTPError as error:
                error.close()
                with self.lock:
                    self.rejected += 1
            except ERRORS as error:
                # After a refused connection, the request was not sent. After any other error, it may have had an effect.
                reason = getattr(error, "reason", error)
                with self.lock:
                    self.unknown += not isinstance(reason, ConnectionRefusedError)
            self.is_stopped.wait(0.02)

    def cancel(self, job):
        try:
            random.choice(self.gateways).send(f"/{job}/cancel", "POST")
        except ERRORS:
            # The run has ended, or the gateway was killed.
            pass

    def stop(self):
        self.is_stopped.set()
        for thread in self.threads:
            thread.join()
