"""A registry that misbehaves as a test tells it to, and records every request."""
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Clients that go away are what is tested."""


class FaultyRegistry:
    """Serves images: {"PATH:TAG": Image}. faults: [(pattern of the path, function)]: the function is called with the
    handler and how often it was called before; it answers and returns True, or returns False to have it done well."""

    def __init__(self, images=None, faults=(), certificates=None, protocol="HTTP/1.1"):
        self.images, self.faults = images or {}, list(faults)
        self.requests = []  # (method, path, headers)
        self.calls = {}
        self.lock = threading.Lock()
        self.protocol = protocol
        self.server = Server(("127.0.0.1", 0), self.handler())
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.path("server.crt"), certificates.path("server.key"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.url = f"https://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def headers(self, name):
        """The values of a header in all requests that had it."""
        return [headers[name] for _, _, headers in self.requests if headers[name] is not None]

    def paths(self, pattern):
        return [path for _, path, _ in self.requests if re.search(pattern, path)]

    def find(self, path):
        """(bytes, media type) of a manifest or blob."""
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^/?]+)(?:\?.*)?", path)
        if not match:
            return None
        repository, kind, which = match.groups()
        for name, image in self.images.items():
            if not name.startswith(repository + ":"):
                continue
            if kind == "manifests" and (name == f"{repository}:{which}" or which == image.digest):
                return image.manifest, image.media_type
            if which in image.blobs:
                manifest = image.blobs[which].startswith(b'{"schemaVersion"')
                return image.blobs[which], image.media_type if manifest else "application/octet-stream"
        return None

    def handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = outer.protocol
            disable_nagle_algorithm = True  # heads and bodies are written one after the other

            def send(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return True

            def found(self):
                return outer.find(self.path)

            def serve(self):
                found = self.found()
                if self.path == "/v2/":
                    self.send(200)
                elif not found:
                    self.send(404, b'{"errors":[{"code":"NAME_UNKNOWN","message":"no such thing"}]}')
                else:
                    self.send_found(*found)

            def send_found(self, body, media_type):
                match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
                start = int(match.group(1)) if match else 0
                if start and start >= len(body):
                    self.send(416)
                elif start:
                    self.send(206, body[start:], Content_Type=media_type, ETag='"tag"',
                              Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
                else:
                    self.send(200, body, Content_Type=media_type, ETag='"tag"')

            def handle_any(self):
                with outer.lock:
                    outer.requests.append((self.command, self.path, self.headers))
                if self.command == "POST":
                    self.body = self.rfile.read(int(self.headers["Content-Length"]))
                for pattern, fault in outer.faults:
                    if not re.search(pattern, self.path):
                        continue
                    with outer.lock:
                        calls = outer.calls.get(pattern, 0)
                        outer.calls[pattern] = calls + 1
                    if fault(self, calls):
                        return
                self.serve()

            do_GET = do_POST = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        return Handler
