"""Small HTTP servers that record what they get."""

import http.server
import json
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes each request to the method `respond` of the server's owner."""

    # Responses are small and connections short.
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_request(self):
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        status, document = self.server.owner.respond(self.command, self.path, self.headers, body)
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = handle_request


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, owner):
        super().__init__(("127.0.0.1", 0), Handler)
        self.owner = owner
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        # A gateway that is killed closes its connections.
        pass
