#!/usr/bin/env python3
"""Against servers that fail in every way: the right error, or recovery; and no credential for another host."""
import base64
import email.utils
import json
import shutil
import tempfile
import time

import common
from faulty import FaultyRegistry
from layout import Image, layer
from registry import need
from tls import Certificates

need("openssl")

SECRET = "correct-horse-battery"
BLOBS = r"/blobs/"
MANIFESTS = r"/manifests/"
IMAGE = Image([layer(1, 2_000_000)])
LAYER = IMAGE.layers[0]["digest"]
DATA = IMAGE.blobs[LAYER]
FAST = ("--backoff", "1")


def close(handler):
    handler.close_connection = True
    return True


def head(handler, length=None, status=200, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def chunks(handler, data, end=True):
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    if end:
        handler.wfile.write(b"0\r\n\r\n")


def endless(handler, *_):
    head(handler, Transfer_Encoding="chunked")
    while True:
        chunks(handler, bytes(65536), end=False)


class Case(common.Case):
    def serve(self, *faults, **more):
        server = FaultyRegistry({"app:one": IMAGE}, faults, **more)
        self.addCleanup(server.close)
        self.name = f"{server.host}/app:one"
        return server


class Transfers(Case):
    def test_nothing_wrong(self):
        server = self.serve()
        self.good(self.name, image=IMAGE)
        self.assertEqual(len(server.paths(".")), 4)  # the question whether it is http, manifest, config, layer
        accept = server.headers("Accept")[1]
        for media_type in ("vnd.oci.image.index.v1+json", "vnd.oci.image.manifest.v1+json",
                           "vnd.docker.distribution.manifest.list.v2+json", "vnd.docker.distribution.manifest.v2+json"):
            self.assertIn("application/" + media_type, accept)
        self.assertTrue(all(agent.startswith("diffoci/") for agent in server.headers("User-Agent")))

    def test_truncated(self):
        def fault(handler, calls):
            if calls >= 3:
                return False
            start = calls * 500_000
            if calls:
                self.assertEqual(handler.headers["Range"], f"bytes={start}-")
                self.assertEqual(handler.headers["If-Range"], '"tag"')
                head(handler, len(DATA) - start, 206, Content_Range=f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
            else:
                head(handler, len(DATA), ETag='"tag"')
            handler.wfile.write(DATA[start:start + 500_000])
            return close(handler)

        server = self.serve((LAYER, fault))
        self.good(*FAST, self.name, image=IMAGE)
        self.assertEqual(server.headers("Range"), ["bytes=500000-", "bytes=1000000-", "bytes=1500000-"])

    def test_truncated_without_ranges(self):
        def fault(handler, calls):
            head(handler, len(DATA))
            handler.wfile.write(DATA if calls else DATA[:700_000])
            return close(handler)

        self.serve((LAYER, fault))
        self.good(*FAST, self.name, image=IMAGE)

    def test_truncated_chunks(self):
        def fault(handler, calls):
            if calls:
                return False
            head(handler, Transfer_Encoding="chunked")
            chunks(handler, DATA[:700_000], end=False)
            return close(handler)

        server = self.serve((LAYER, fault))
        self.good(*FAST, self.name, image=IMAGE)
        self.assertEqual(server.headers("Range"), ["bytes=700000-"])

    def test_truncated_without_length(self):
        def fault(handler, calls):
            if calls:
                return False
            head(handler)
            handler.wfile.write(DATA[:700_000])
            return close(handler)

        self.serve((LAYER, fault), protocol="HTTP/1.0")
        self.good(*FAST, self.name, image=IMAGE)

    def test_wrong_range(self):
        def fault(handler, calls):
            if not calls:
                head(handler, len(DATA))
                handler.wfile.write(DATA[:1000])
                return close(handler)
            return handler.send(206, DATA[2000:], Content_Range=f"bytes 2000-{len(DATA) - 1}/{len(DATA)}")

        self.serve((LAYER, fault))
        self.bad(*FAST, self.name, says=[LAYER, "another range"])

    def test_always_truncated(self):
        def fault(handler, _):
            head(handler, len(DATA))
            return close(handler)

        server = self.serve((LAYER, fault))
        self.bad(*FAST, "--attempts", "3", self.name, says=[LAYER, f"{len(DATA)} bytes"])
        self.assertEqual(len(server.paths(LAYER)), 4)

    def test_stall_in_body(self):
        def fault(handler, calls):
            if calls:
                return False
            head(handler, len(DATA), ETag='"tag"')
            handler.wfile.write(DATA[:1_000_000])
            handler.wfile.flush()
            time.sleep(6)
            return close(handler)

        server = self.serve((LAYER, fault))
        self.good(*FAST, "--stall", "1", self.name, image=IMAGE)
        self.assertEqual(server.headers("Range"), ["bytes=1000000-"])

    def test_stall_before_head(self):
        def fault(handler, _):
            time.sleep(6)
            return close(handler)

        self.serve((MANIFESTS, fault))
        start = time.monotonic()
        self.bad(*FAST, "--stall", "1", "--attempts", "2", self.name, says=["manifests/one", "too slow"])
        self.assertLess(time.monotonic() - start, 10)

    def test_slow_is_no_stall(self):
        small = Image([layer(5, 30_000)])

        def fault(handler, _):
            data = small.blobs[small.layers[0]["digest"]]
            head(handler, len(data))
            for at in range(0, len(data), 1000):
                handler.wfile.write(data[at:at + 1000])
                time.sleep(0.1)
            return True

        server = FaultyRegistry({"app:one": small}, [(small.layers[0]["digest"], fault)])
        self.addCleanup(server.close)
        self.good("--stall", "2", f"{server.host}/app:one", image=small)

    def test_slow_reader_is_no_stall(self):
        server = self.serve()
        self.good("--stall", "1", "--delay", "30", self.name, image=IMAGE)
        self.assertEqual(server.headers("Range"), [])

    def test_no_answer(self):
        server = self.serve((MANIFESTS, lambda handler, _: close(handler)))
        self.bad(*FAST, "--attempts", "3", self.name, says="manifests/one")
        # One more where libcurl finds that a connection it used before is closed.
        self.assertIn(len(server.paths(MANIFESTS)), (3, 4))

    def test_no_http(self):
        def fault(handler, _):
            handler.wfile.write(b"220 mail.example ready\r\n")
            return close(handler)

        self.serve((MANIFESTS, fault))
        self.bad(*FAST, self.name, says="manifests/one")


class Statuses(Case):
    def fails_with(self, pattern, status, says, body=b"", attempts=5, **headers):
        server = self.serve((pattern, lambda handler, _: handler.send(status, body, **headers)))
        self.bad(*FAST, "--attempts", str(attempts), self.name, says=says)
        return len(server.paths(pattern))

    def test_refusals(self):
        self.assertEqual(self.fails_with(MANIFESTS, 404, "has no manifest one of app"), 1)
        self.assertEqual(self.fails_with(BLOBS, 404, "has no blob sha256:"), 1)
        self.assertEqual(self.fails_with(MANIFESTS, 401, "HTTP status 401"), 1)
        self.assertEqual(self.fails_with(MANIFESTS, 403, "HTTP status 403"), 1)
        self.assertEqual(self.fails_with(BLOBS, 403, "HTTP status 403"), 1)
        self.assertEqual(self.fails_with(MANIFESTS, 418, "HTTP status 418"), 1)
        self.assertEqual(self.fails_with(MANIFESTS, 204, "HTTP status 204"), 1)

    def test_words(self):
        body = b'{"errors":[{"code":"DENIED","message":"no\\u001b[31m way\\n"}]}'
        self.fails_with(MANIFESTS, 403, "DENIED", body)
        self.fails_with(MANIFESTS, 404, "has no manifest", b"[" * 100000)
        self.fails_with(MANIFESTS, 404, "has no manifest", b'{"errors":[7]}')
        self.fails_with(MANIFESTS, 404, "has no manifest", b'{"errors":{"a":1}}')

    def test_always_failing(self):
        self.assertEqual(self.fails_with(MANIFESTS, 500, "HTTP status 500", attempts=3), 3)
        self.assertEqual(self.fails_with(BLOBS, 503, "HTTP status 503", attempts=3), 3)
        self.assertEqual(self.fails_with(BLOBS, 429, "too many requests", attempts=3), 3)

    def test_passing(self):
        for status in (429, 500, 502, 503, 504):
            self.serve((BLOBS + "|" + MANIFESTS,
                        lambda handler, calls, status=status: calls % 3 < 2 and handler.send(status)))
            self.good(*FAST, self.name, image=IMAGE)

    def test_retry_after(self):
        for value in (lambda: "1", lambda: email.utils.formatdate(time.time() + 2, usegmt=True)):
            self.serve((MANIFESTS, lambda handler, calls, value=value:
                        not calls and handler.send(429, Retry_After=value())))
            start = time.monotonic()
            self.good(*FAST, self.name, image=IMAGE)
            self.assertGreaterEqual(time.monotonic() - start, 0.9)

    def test_retry_after_too_long(self):
        start = time.monotonic()
        self.assertEqual(self.fails_with(MANIFESTS, 429, "too many requests", Retry_After="9999"), 1)
        self.assertEqual(self.fails_with(MANIFESTS, 429, "too many requests", Retry_After="9" * 30), 1)
        self.assertLess(time.monotonic() - start, 5)


class Contents(Case):
    def test_manifest_is_another(self):
        def fault(handler, _):
            return handler.send(200, IMAGE.manifest, Content_Type=IMAGE.media_type,
                                Docker_Content_Digest="sha256:" + "1" * 64)

        server = self.serve((MANIFESTS, fault))
        self.bad(self.name, says=["digest mismatch", "1" * 64, IMAGE.digest])
        self.bad(f"{server.host}/app@sha256:{'2' * 64}", says=["digest mismatch", "2" * 64, IMAGE.digest])

    def test_manifest_digest_is_none(self):
        self.serve((MANIFESTS, lambda handler, _: handler.send(200, IMAGE.manifest, Docker_Content_Digest="md5:1")))
        self.bad(self.name, says="Docker-Content-Digest")

    def test_media_type_unsaid(self):
        self.serve((MANIFESTS, lambda handler, _: handler.send(200, IMAGE.manifest, Content_Type="text/plain")))
        self.good(self.name, image=IMAGE)

    def test_no_manifest(self):
        for body, says in ((b"<html>", "JSON"), (b"{}", "expected an index or a manifest"), (b"", "JSON")):
            self.serve((MANIFESTS, lambda handler, _, body=body: handler.send(200, body, Content_Type="text/html")))
            self.bad(self.name, says=says)

    def test_schema_1(self):
        self.serve((MANIFESTS, lambda handler, _: handler.send(
            200, b"{}", Content_Type="application/vnd.docker.distribution.manifest.v1+prettyjws")))
        self.bad(self.name, says="schema 1")

    def test_wrong_blob(self):
        wrong = DATA[:-1] + bytes([DATA[-1] ^ 1])
        self.serve((LAYER, lambda handler, _: handler.send(200, wrong)))
        self.bad(self.name, says=["digest mismatch", LAYER])

    def test_wrong_size(self):
        for data in (DATA[:-1], DATA + b"x"):
            self.serve((LAYER, lambda handler, _, data=data: handler.send(200, data)))
            self.bad(self.name, says=["size mismatch", str(len(DATA)), str(len(data))])

    def test_wrong_size_in_chunks(self):
        for data in (DATA[:-1], DATA + b"x"):
            def fault(handler, _, data=data):
                head(handler, Transfer_Encoding="chunked")
                chunks(handler, data)
                return True

            self.serve((LAYER, fault))
            self.bad(self.name, says=["size mismatch", str(len(DATA))])

    def test_endless(self):
        for pattern, says in ((MANIFESTS, "--max-scale"), (LAYER, "size mismatch")):
            self.serve((pattern, endless))
            self.bad(self.name, says=says)

    def test_endless_head(self):
        def fault(handler, _):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                handler.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")

        self.serve((MANIFESTS, fault))
        self.bad(*FAST, "--attempts", "2", self.name, says="manifests/one")

    def test_endless_error(self):
        def fault(handler, _):
            head(handler, status=404, Transfer_Encoding="chunked")
            while True:
                chunks(handler, b" " * 65536, end=False)

        self.serve((MANIFESTS, fault))
        self.bad(self.name, says="has no manifest")


class Redirects(Case):
    def elsewhere(self, **more):
        server = FaultyRegistry({"app:one": IMAGE}, **more)
        self.addCleanup(server.close)
        return server

    @staticmethod
    def to(url):
        return lambda handler, _: handler.send(307, Location=url + handler.path + "?signature=very-secret")

    def test_to_another_host(self):
        other = self.elsewhere()
        self.serve((BLOBS, self.to(other.url)))
        self.environ["FETCH_DEBUG"] = "1"
        result = self.good(self.name, image=IMAGE)
        self.assertEqual(len(other.paths(BLOBS)), 2)
        self.assertNotIn("very-secret", result.stderr)

    def test_error_there(self):
        other = self.elsewhere(faults=[(BLOBS, lambda handler, _: handler.send(403))])
        self.serve((BLOBS, self.to(other.url)))
        result = self.bad(self.name, says="HTTP status 403")
        self.assertNotIn("very-secret", result.stderr)

    def test_resumed_there(self):
        def fault(handler, calls):
            if calls:
                return False
            head(handler, len(DATA))
            handler.wfile.write(DATA[:700_000])
            return close(handler)

        other = self.elsewhere(faults=[(LAYER, fault)])
        server = self.serve((BLOBS, self.to(other.url)))
        self.good(*FAST, self.name, image=IMAGE)
        self.assertEqual(other.headers("Range"), ["bytes=700000-"])
        self.assertEqual(len(server.paths(LAYER)), 2)  # the way there may be another the second time

    def test_relative(self):
        self.serve((LAYER + "$", lambda handler, _: handler.send(302, Location="?x=1")))
        self.good(self.name, image=IMAGE)

    def test_circle(self):
        server = self.serve((BLOBS, lambda handler, _: handler.send(302, Location=handler.path)))
        self.bad(self.name, says=["blobs/sha256:", "circle"])
        self.assertEqual(len(server.paths(BLOBS)), 1)
        other = self.elsewhere()
        server = self.serve((BLOBS, lambda handler, _: handler.send(302, Location=other.url + handler.path)))
        other.faults.append((BLOBS, lambda handler, _: handler.send(302, Location=server.url + handler.path)))
        self.bad(self.name, says="circle")

    def test_endless(self):
        server = self.serve((BLOBS, lambda handler, calls: handler.send(302, Location=f"/blobs/{calls}")))
        self.bad(self.name, says="more than 10 redirects")
        self.assertEqual(len(server.paths(BLOBS)), 11)

    def test_bad_locations(self):
        for location, says in (("file:///etc/passwd", "http or https"), ("gopher://127.0.0.1/", "http or https"),
                               ("http://", "URL"), ("http://127.0.0.1:99999/", "URL"), ("//", "URL"),
                               ("http://a/" + "x" * 20000, "a URL of more than")):
            self.serve((BLOBS, lambda handler, _, location=location: handler.send(302, Location=location)))
            self.bad(*FAST, self.name, says=says)
        self.serve((BLOBS, lambda handler, _: handler.send(302)))
        self.bad(self.name, says="does not say where to")

    def test_to_plain_http(self):
        directory = tempfile.mkdtemp(prefix="diffoci-tls-")
        self.addCleanup(shutil.rmtree, directory)
        certificates = Certificates(directory)
        other = self.elsewhere()
        self.serve((BLOBS, self.to(other.url)), certificates=certificates)
        result = self.bad("--ca-file", certificates.ca, self.name, says="redirect from https to http")
        self.assertEqual(other.requests, [])
        self.assertNotIn("very-secret", result.stderr)


class Secrets(Case):
    """What is secret for one host is never told to another. The second host keeps all it hears."""

    def setUp(self):
        super().setUp()
        self.other = FaultyRegistry({"app:one": IMAGE})
        self.addCleanup(self.other.close)
        self.environ["FETCH_DEBUG"] = "1"

    def login(self, *hosts):
        auth = base64.b64encode(f"user:{SECRET}".encode()).decode()
        self.write(".docker/config.json", json.dumps({"auths": {host: {"auth": auth} for host in hosts}}))
        self.needle = auth

    def basic(self, handler, _):
        """Asks for a password, and then sends whoever has one elsewhere."""
        if handler.headers["Authorization"] != "Basic " + self.needle:
            return handler.send(401, WWW_Authenticate='Basic realm="tests"')
        if "/blobs/" in handler.path:
            return handler.send(307, Location=self.other.url + handler.path)
        return False

    def nothing_told(self, result, *secrets):
        for method, path, headers in self.other.requests:
            text = f"{method} {path}\n{headers}"
            self.assertNotIn("Authorization", text)
            for secret in (SECRET, self.needle, *secrets):
                self.assertNotIn(secret, text)
        for secret in (SECRET, self.needle, *secrets):
            self.assertNotIn(secret, result.stdout + result.stderr)

    def test_basic(self):
        server = self.serve(("/v2/app/", self.basic))
        self.login(server.host)
        self.nothing_told(self.good(self.name, image=IMAGE))
        self.assertEqual(len(self.other.paths(BLOBS)), 2)
        self.assertTrue(server.headers("Authorization"))

    def test_the_other_host_asks(self):
        server = self.serve(("/v2/app/", self.basic))
        self.login(server.host, self.other.host)
        self.other.faults.append((BLOBS, lambda handler, _: handler.send(401, WWW_Authenticate='Basic realm="x"')))
        self.nothing_told(self.bad(*FAST, self.name, says="HTTP status 401"))
        self.assertEqual(len(self.other.paths(BLOBS)), 1)

    def test_resumed(self):
        def fault(handler, calls):
            if calls:
                return False
            head(handler, len(DATA))
            handler.wfile.write(DATA[:700_000])
            return close(handler)

        server = self.serve(("/v2/app/", self.basic))
        self.other.faults.append((LAYER, fault))
        self.login(server.host)
        self.nothing_told(self.good(*FAST, self.name, image=IMAGE))
        self.assertEqual(len(self.other.paths(LAYER)), 2)

    def bearer(self, realm):
        def fault(handler, _):
            if handler.headers["Authorization"] != "Bearer token-of-one":
                return handler.send(401, WWW_Authenticate=f'Bearer realm="{realm}",service="s",scope="repository:app:pull"')
            if "/blobs/" in handler.path:
                return handler.send(307, Location=self.other.url + handler.path)
            return False

        return fault

    def test_bearer(self):
        tokens = FaultyRegistry(faults=[("/token", lambda handler, _: handler.send(200, b'{"token":"token-of-one"}'))])
        self.addCleanup(tokens.close)
        server = self.serve(("/v2/app/", self.bearer(tokens.url + "/token")))
        self.login(server.host)
        self.nothing_told(self.good(self.name, image=IMAGE), "token-of-one")
        self.assertEqual(tokens.headers("Authorization"), ["Basic " + self.needle])
        self.assertEqual(tokens.paths("."), ["/token?account=user&service=s&scope=repository%3Aapp%3Apull"])

    def test_token_server_redirects(self):
        tokens = FaultyRegistry(faults=[("/token", lambda handler, _: handler.send(307, Location=self.other.url + "/t"))])
        self.addCleanup(tokens.close)
        self.other.faults.append(("/t", lambda handler, _: handler.send(200, b'{"token":"token-of-one"}')))
        server = self.serve(("/v2/app/", self.bearer(tokens.url + "/token")))
        self.login(server.host)
        self.nothing_told(self.good(self.name, image=IMAGE))
        # A POST, which holds the secret, is not sent on at all.
        self.write(".docker/config.json", json.dumps({"auths": {server.host: {"identitytoken": SECRET}}}))
        seen = len(self.other.requests)
        self.nothing_told(self.bad(self.name, says=["token server", "HTTP status 307"]))
        self.assertEqual(len(self.other.requests), seen)

    def test_another_port(self):
        """The same machine is another host where the port is another."""
        server = self.serve(("/v2/app/", lambda handler, _: handler.send(401, WWW_Authenticate='Basic realm="x"')))
        self.login(self.other.host)
        self.bad(self.name, says="without credentials")
        self.assertEqual(server.headers("Authorization"), [])

    def test_mirror(self):
        """A mirror gets its own credentials, not those of what it mirrors."""
        self.login("registry.invalid", "registry.invalid/app")
        self.environ["CONTAINERS_REGISTRIES_CONF"] = self.write(
            "registries.conf", f'[[registry]]\nprefix = "registry.invalid"\nlocation = "{self.other.host}"\n')
        self.other.faults.append(("/v2/app/", lambda handler, _: handler.send(401, WWW_Authenticate='Basic realm="x"')))
        self.nothing_told(self.bad("registry.invalid/app:one", says="HTTP status 401"))

    def test_bad_tokens(self):
        for body, says in ((b"", "JSON"), (b"[]", "JSON"), (b"{}", "JSON"), (b'{"token":7}', "JSON"),
                           (b'{"token":"a\\r\\nX: y"}', "no header can hold"), (b'{"token":""}', "JSON"),
                           (b'{"token":"' + SECRET.encode() + b'",}', "JSON")):
            tokens = FaultyRegistry(faults=[("/token", lambda handler, _, body=body: handler.send(200, body))])
            server = self.serve(("/v2/app/", self.bearer(tokens.url + "/token")))
            self.login(server.host)
            self.nothing_told(self.bad(self.name, says=["token server " + tokens.url + "/token", says]))
            tokens.close()

    def test_bad_token_servers(self):
        for realm, says in (("", "realm"), ("file:///etc/passwd", "http or https"), ("nothing", "token server")):
            self.serve(("/v2/app/", self.bearer(realm)))
            self.needle = "x"
            self.bad(*FAST, self.name, says=says)
        tokens = FaultyRegistry(faults=[("/token", endless)])
        self.addCleanup(tokens.close)
        self.serve(("/v2/app/", self.bearer(tokens.url + "/token")))
        self.bad(*FAST, self.name, says="a body of more than")

    def test_token_never_enough(self):
        tokens = FaultyRegistry(faults=[("/token", lambda handler, _: handler.send(200, b'{"token":"other"}'))])
        self.addCleanup(tokens.close)
        server = self.serve(("/v2/app/", self.bearer(tokens.url + "/token")))
        self.bad(*FAST, self.name, says="HTTP status 401")
        self.assertLessEqual(len(server.paths(MANIFESTS)), 3)

    def test_challenges_that_are_none(self):
        for challenge in ("", "Basic", 'Bearer realm="', "Negotiate", "Basic realm=x, Bearer", ",,,", "\x80"):
            self.serve(("/v2/app/", lambda handler, _, challenge=challenge:
                        handler.send(401, WWW_Authenticate=challenge)))
            self.bad(*FAST, self.name, says="")

    def test_no_secret_over_plain_http(self):
        """An https registry must not make us send a password to a token server over http."""
        directory = tempfile.mkdtemp(prefix="diffoci-tls-")
        self.addCleanup(shutil.rmtree, directory)
        certificates = Certificates(directory)
        server = self.serve(("/v2/app/", self.bearer(self.other.url + "/token")), certificates=certificates)
        self.login(server.host)
        self.nothing_told(self.bad("--ca-file", certificates.ca, self.name, says="over plain http"))
        self.assertEqual(self.other.requests, [])


class Proxies(Case):
    def test_proxy(self):
        """The proxy is asked with the whole URL."""
        def fault(handler, _):
            self.assertTrue(handler.path.startswith("http://registry.invalid:5000/"))
            handler.path = handler.path[len("http://registry.invalid:5000"):]
            return False

        server = self.serve((".", fault))
        for variable in ("http_proxy", "HTTP_PROXY"):
            self.environ.pop("http_proxy", None)
            self.environ[variable] = server.url
            self.good("--plain-http", "registry.invalid:5000", "registry.invalid:5000/app:one", image=IMAGE)
        self.environ["no_proxy"] = "registry.invalid"
        self.bad("--plain-http", "registry.invalid:5000", *FAST, "registry.invalid:5000/app:one", says="resolve")

    def test_never_for_loopback(self):
        self.serve()
        self.environ["http_proxy"] = "http://127.0.0.1:1"
        self.good(self.name, image=IMAGE)


if __name__ == "__main__":
    common.main()
