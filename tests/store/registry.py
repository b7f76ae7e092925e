"""A registry in memory that counts what it serves, and can be slow or cut transfers short."""
import http.server
import json
import threading
import time


class Registry:
    """blobs: {digest: bytes}; tags: {"NAME:TAG": digest}."""

    def __init__(self, delay=0.0, cut=()):
        self.blobs, self.tags = {}, {}
        self.delay = delay  # seconds before each 64 KiB of a blob
        self.cut = set(cut)  # digests whose body ends early, always
        self.served = {}  # digest -> how often its body was begun
        self.lock = threading.Lock()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                try:
                    registry.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients are killed on purpose
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, name, image):
        """An image of mkimage.py, under NAME:TAG."""
        self.blobs.update(image.blobs)
        self.tags[name] = image.descriptor["digest"]
        return f"{self.host}/{name}"

    def answer(self, request):
        path = request.path.split("?")[0]
        if path in ("/v2", "/v2/"):
            return self.send(request, b"{}", "application/json")
        name, kind, which = path[4:].rsplit("/", 2)
        digest = which if ":" in which else self.tags.get(f"{name}:{which}")
        data = self.blobs.get(digest)
        if data is None:
            return self.send(request, b'{"errors":[{"code":"NOT_FOUND"}]}', "application/json", 404)
        if request.command == "GET":
            with self.lock:
                self.served[digest] = self.served.get(digest, 0) + 1
        media_type = json.loads(data)["mediaType"] if kind == "manifests" else "application/octet-stream"
        self.send(request, data, media_type, digest=digest)

    def send(self, request, data, media_type, status=200, digest=None):
        request.send_response(status)
        request.send_header("Content-Type", media_type)
        request.send_header("Content-Length", str(len(data)))
        if digest:
            request.send_header("Docker-Content-Digest", digest)
        request.end_headers()
        if request.command == "HEAD":
            return
        if digest in self.cut:
            request.wfile.write(data[:len(data) // 2])
            request.close_connection = True
            return
        if not self.delay:
            request.wfile.write(data)
            return
        for at in range(0, len(data), 65536):
            time.sleep(self.delay)
            request.wfile.write(data[at:at + 65536])
            request.wfile.flush()
