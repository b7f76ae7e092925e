"""A token server, as docker-registry trusts it (distribution's token authentication): JSON web tokens signed with
RS256, the key named by libtrust's fingerprint."""
import base64
import hashlib
import json
import subprocess
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tls import openssl


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer:
    """users: {name: password}; identities: refresh tokens. Anonymous callers may read public/*, others all."""

    def __init__(self, directory, users, identities=(), seconds=300):
        self.key, self.certificate = directory + "/token.key", directory + "/token.crt"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.certificate,
                "-days", "2", "-subj", "/CN=tokens")
        public = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        name = base64.b32encode(hashlib.sha256(public).digest()[:30]).decode()
        self.key_id = ":".join(name[i:i + 4] for i in range(0, len(name), 4))
        self.users, self.identities, self.seconds = users, identities, seconds
        self.requests = []  # (method, parameters, user or None)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.realm = f"http://127.0.0.1:{self.server.server_address[1]}/token"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def sign(self, claims):
        header = {"typ": "JWT", "alg": "RS256", "kid": self.key_id}
        text = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], check=True, input=text.encode(),
                                   capture_output=True).stdout
        return text + "." + encode(signature)

    def token(self, user, service, scopes):
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            if user or (name.startswith("public/") and actions == "pull"):
                access.append({"type": kind, "name": name, "actions": actions.split(",")})
        now = int(time.time())
        return self.sign({"iss": "tests", "sub": user or "", "aud": service, "exp": now + self.seconds, "nbf": now - 5,
                          "iat": now, "jti": str(len(self.requests)), "access": access})

    def handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                given, user = self.headers.get("Authorization"), None
                if given:
                    user, _, password = base64.b64decode(given.split()[1]).decode().partition(":")
                    if outer.users.get(user) != password:
                        return self.answer(401, {"details": "wrong"})
                outer.requests.append(("GET", query, user))
                token = outer.token(user, query["service"][0], query.get("scope", []))
                return self.answer(200, {"token": token, "expires_in": outer.seconds})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = urllib.parse.parse_qs(body)
                if form.get("grant_type") != ["refresh_token"] or form["refresh_token"][0] not in outer.identities:
                    return self.answer(401, {"details": "wrong"})
                outer.requests.append(("POST", form, "identity"))
                token = outer.token("identity", form["service"][0], form.get("scope", []))
                return self.answer(200, {"access_token": token, "expires_in": outer.seconds})

            def log_message(self, *_):
                pass

        return Handler
