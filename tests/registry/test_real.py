#!/usr/bin/env python3
"""Against docker-registry: plain, with a password file, over TLS with a private authority, with tokens; mirrors."""
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import common
from counting import CountingProxy
from layout import Image, Index, layer, write_layout
from registry import DockerRegistry, bcrypt, free_port, need, push
from tls import Certificates
from token_server import TokenServer

need("docker-registry", "skopeo", "openssl", "perl")

SECRET = "correct-horse-battery"
WORLD = {}


def setUpModule():
    """One storage, filled through a plain registry, that all registries serve."""
    directory = WORLD["directory"] = tempfile.mkdtemp(prefix="diffoci-registry-")
    storage = directory + "/storage"
    shared = [layer(seed, 1 << 18) for seed in range(7)]
    images = WORLD["images"] = {
        "one": Image(shared + [layer(100, 3 << 20)]),
        "two": Image(shared + [layer(200, 3 << 20)]),
        "tiny": Image([layer(300, 100)]),
        "both": Index([Image([layer(400, 1000)]), Image([layer(401, 1000)], "arm64")]),
    }
    write_layout(directory + "/layout", images)
    WORLD["storage"], WORLD["plain"] = storage, DockerRegistry(directory, storage)
    for name in images:
        for repository in ("private/app", "public/app"):
            push(directory + "/layout", name, f"{WORLD['plain'].host}/{repository}:{name}", directory)


def tearDownModule():
    WORLD["plain"].close()
    shutil.rmtree(WORLD["directory"])


class Case(common.Case):
    def registry(self, http="", extra=""):
        registry = DockerRegistry(self.home, WORLD["storage"], http, extra)
        self.addCleanup(registry.close)
        return registry

    def no_secret(self, result, *more):
        shown = result.stdout + result.stderr
        for secret in (SECRET, base64.b64encode(f"user:{SECRET}".encode()).decode(), *more):
            self.assertNotIn(secret, shown)


class Plain(Case):
    def setUp(self):
        super().setUp()
        self.host = WORLD["plain"].host
        self.images = WORLD["images"]

    def test_images(self):
        for name, image in self.images.items():
            self.good(f"{self.host}/public/app:{name}", image=image)

    def test_by_digest(self):
        digest = self.images["one"].digest
        self.good(f"{self.host}/public/app@{digest}", image=self.images["one"])
        # The digest counts, not the tag.
        self.good(f"{self.host}/public/app:two@{digest}", image=self.images["one"])

    def test_pull_platform(self):
        """One that is not there: which, of which image, and what there is."""
        name = f"{self.host}/public/app:both"
        result = self.run_program("--backend=local", "--local-cache", self.home + "/store", "pull", "--platform=s390x", name,
                                  program="diffoci")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, f"diffoci: {name}: no platform linux/s390x; the image has: linux/amd64, linux/arm64 (see --platform)\n")

    def test_pull_platform_of_one(self):
        """An image that is for one platform alone is not taken for another; nothing is stored."""
        store = self.home + "/store"
        name = f"{self.host}/public/app:one"
        result = self.run_program("--backend=local", "--local-cache", store, "pull", "--platform=linux/arm64", name, program="diffoci")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(f"diffoci: {name}: no manifest for platform linux/arm64", result.stderr)
        listed = self.run_program("--backend=local", "--local-cache", store, "images", program="diffoci")
        self.assertNotIn("public/app", listed.stdout)
        result = self.run_program("--backend=local", "--local-cache", store, "pull", "--platform=linux/amd64", name, program="diffoci")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_localhost(self):
        self.good(f"localhost:{WORLD['plain'].port}/public/app:tiny", image=self.images["tiny"])

    def test_not_there(self):
        self.bad(f"{self.host}/public/app:nothing", says=["has no manifest nothing of public/app", "MANIFEST_UNKNOWN"])
        self.bad(f"{self.host}/public/other:one", says="has no manifest one of public/other")
        self.bad(f"{self.host}/public/app@sha256:{'0' * 64}", says=f"has no manifest sha256:{'0' * 64}")

    def test_nobody_listens(self):
        self.bad("--backoff", "1", f"127.0.0.1:{free_port()}/public/app:one", says="GET http")

    def test_at_once(self):
        """Readers that wait for each other, with more blobs than fit into the buffers."""
        name = f"{self.host}/public/app"
        self.good("--at-once", "1", f"{name}:one", f"{name}:two")

    def test_connections(self):
        """One after the other, all over one connection."""
        proxy = CountingProxy(WORLD["plain"].port)
        self.addCleanup(proxy.close)
        result = self.good(f"{proxy.host}/public/app:both", image=self.images["both"])
        self.assertEqual(proxy.connections, 1)
        self.assertLess(abs(proxy.received - int(result.stdout.split()[-1])), 4096)


class Password(Case):
    def setUp(self):
        super().setUp()
        passwords = self.write("htpasswd", f"user:{bcrypt(SECRET)}\n")
        self.host = self.registry(extra=f"auth:\n  htpasswd:\n    realm: tests\n    path: {passwords}\n").host
        self.name = f"{self.host}/private/app:tiny"
        self.image = WORLD["images"]["tiny"]
        self.environ["FETCH_DEBUG"] = "1"

    def auths(self, password=SECRET, key=None):
        auth = base64.b64encode(f"user:{password}".encode()).decode()
        return json.dumps({"auths": {key or self.host: {"auth": auth}}})

    def test_without(self):
        self.bad(self.name, says=["without credentials", f"docker login {self.host}"])

    def test_docker_config(self):
        self.write(".docker/config.json", self.auths())
        self.no_secret(self.good(self.name, image=self.image))

    def test_docker_config_elsewhere(self):
        self.write("other/config.json", self.auths(key=f"http://{self.host}/v1/"))
        self.environ["DOCKER_CONFIG"] = self.home + "/other"
        self.good(self.name, image=self.image)

    def test_auth_file(self):
        self.environ["REGISTRY_AUTH_FILE"] = self.write("auth.json", self.auths())
        self.write(".docker/config.json", self.auths("wrong"))
        self.good(self.name, image=self.image)

    def test_podman(self):
        self.write("run/containers/auth.json", self.auths(key=f"{self.host}/private"))
        self.environ["XDG_RUNTIME_DIR"] = self.home + "/run"
        self.good(self.name, image=self.image)
        self.bad(f"{self.host}/public/app:tiny", says="without credentials")

    def test_wrong(self):
        self.write(".docker/config.json", self.auths("wrong-password"))
        result = self.bad(self.name, says=["refuses the user name and password from", ".docker/config.json"])
        self.no_secret(result, "wrong-password")

    def test_broken_file(self):
        path = self.write(".docker/config.json", '{"auths": {"x": {"auth" "' + SECRET + '"}}}')
        self.no_secret(self.bad(self.name, says=[path, "not valid JSON"]))

    def helper(self, script, config):
        self.write("bin/docker-credential-test", "#!/bin/sh\n" + script, 0o700)
        self.environ["PATH"] = self.home + "/bin:" + self.environ["PATH"]
        self.write(".docker/config.json", json.dumps(config))

    def test_helper(self):
        script = (f'read server; [ "$1:$server" = "get:{self.host}" ] || exit 1\n'
                  f'echo \'{{"ServerURL":"x","Username":"user","Secret":"{SECRET}"}}\'\n')
        self.helper(script, {"credHelpers": {self.host: "test"}})
        self.no_secret(self.good(self.name, image=self.image))
        self.helper(script, {"credsStore": "test", "auths": {self.host: {}}})
        self.good(self.name, image=self.image)

    def test_pull_asks_before_it_is_confined(self):
        """What speaks to the registry may neither start a helper nor read such files."""
        script = (f'read server; [ "$1:$server" = "get:{self.host}" ] || exit 1\n'
                  f'echo \'{{"ServerURL":"x","Username":"user","Secret":"{SECRET}"}}\'\n')
        self.helper(script, {"credHelpers": {self.host: "test"}})
        self.no_secret(self.pulled(self.name))
        self.write(".docker/config.json", self.auths())
        self.no_secret(self.pulled(self.name))
        self.environ["CONTAINERS_REGISTRIES_CONF"] = self.write("registries.conf", f'[[registry]]\nprefix = "registry.invalid"\nlocation = "{self.host}"\n')
        self.pulled("registry.invalid/private/app:tiny")
        self.helper("exit 3\n", {"credsStore": "test"})
        self.assertIn("exit status 3", self.pulled(self.name, 2).stderr)
        # Who asks for no password is not kept from answering by a helper that fails.
        self.pulled(f"{WORLD['plain'].host}/public/app:tiny")

    def test_children_are_forgotten(self):
        """Who started us ignores the end of children: that the helper ended well is known all the same."""
        self.helper(f"""echo '{{"Username":"user","Secret":"{SECRET}"}}'\n""", {"credsStore": "test"})
        result = subprocess.run([common.PROGRAMS["diffoci"], "--backend=local", "--local-cache", self.home + "/store", "pull", self.name],
                                env=self.environ, capture_output=True, text=True, timeout=60, check=False,
                                preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_helper_whose_child_stays(self):
        """…and keeps its standard output open, as agents do that are started on the way."""
        child = f"sleep 45 & echo $! > {self.home}/child; "
        self.addCleanup(lambda: subprocess.run(["sh", "-c", f"kill $(cat {self.home}/child)"], check=False))
        self.helper(child + f"""echo '{{"Username":"user","Secret":"{SECRET}"}}'\n""", {"credsStore": "test"})
        started = time.monotonic()
        self.good(f"{self.host}/private/app:tiny")
        self.assertLess(time.monotonic() - started, 20)

    def test_helper_goes_with_us(self):
        """One that waits for somebody at a prompt does not stay when we are ended."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self.helper(f"echo $$ > {self.home}/pid.new; mv {self.home}/pid.new {self.home}/pid; sleep 300 & wait\n", {"credsStore": "test"})
            with subprocess.Popen([common.PROGRAMS["diffoci"], "--backend=local", "--local-cache", self.home + "/store", "pull", self.name],
                                  env=self.environ, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as process:  # nohup ignores it
                while not os.path.exists(self.home + "/pid"):
                    time.sleep(0.01)
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
            with open(self.home + "/pid", encoding="ascii") as file:
                pid = int(file.read())
            os.remove(self.home + "/pid")
            limit = time.monotonic() + 20
            while os.path.exists(f"/proc/{pid}") and time.monotonic() < limit:
                time.sleep(0.01)
            self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_helper_has_none(self):
        self.helper("echo credentials not found in native keychain; exit 1\n", {"credsStore": "test"})
        self.bad(self.name, says="without credentials")

    def test_helper_fails(self):
        self.helper(f"echo {SECRET}; echo {SECRET} >&2; exit 3\n", {"credsStore": "test"})
        self.no_secret(self.bad(self.name, says=["docker-credential-test", "exit status 3"]))
        self.helper(f"echo {SECRET}\n", {"credsStore": "test"})
        self.no_secret(self.bad(self.name, says=["docker-credential-test", "JSON"]))

    def test_helper_missing(self):
        self.write(".docker/config.json", json.dumps({"credsStore": "nowhere"}))
        self.bad(self.name, says=["without credentials", "docker-credential-nowhere, which is not installed"])

    def test_helper_name(self):
        self.write(".docker/config.json", json.dumps({"credsStore": "../evil; id"}))
        self.bad(self.name, says="not a name")


class Tls(Case):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="diffoci-tls-")
        cls.certificates = Certificates(cls.directory)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory)

    def setUp(self):
        super().setUp()
        path = self.certificates.path
        self.server = self.registry(f"  tls:\n    certificate: {path('server.crt')}\n    key: {path('server.key')}\n")
        self.name = f"{self.server.host}/public/app"
        self.images = WORLD["images"]

    def test_unknown_authority(self):
        self.bad(self.name + ":tiny", says=["https://", "certificate", "--ca-file FILE", f"--insecure {self.server.host}"])

    def test_unfit_certificate(self):
        """Of one that is expired or another host's it is not said that its authority should be trusted."""
        self.certificates.issue("expired", "crt", "IP:127.0.0.1", days=-1)
        self.certificates.issue("elsewhere", "crt", "DNS:elsewhere.example")
        for name, says in (("expired", "certificate has expired"), ("elsewhere", "target host name")):
            path = self.certificates.path(name)
            server = self.registry(f"  tls:\n    certificate: {path}.crt\n    key: {path}.key\n")
            result = self.bad("--ca-file", self.certificates.ca, f"{server.host}/public/app:tiny",
                              says=[says, "another certificate", f"--insecure {server.host}"])
            self.assertNotIn("--ca-file FILE", result.stderr)

    def test_ca_file(self):
        self.good("--ca-file", self.certificates.ca, self.name + ":one", image=self.images["one"])
        self.bad("--ca-file", self.home + "/none", self.name + ":one", says="none: No such file")
        for text in ("x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            path = self.write("x", text)
            self.bad("--ca-file", path, self.name + ":one", says=[path, "expected a certificate in PEM"])

    def test_pull_reads_certificates(self):
        """…though it is confined: those that are named, and those of certs.d."""
        self.assertIn("certificate", self.pulled(self.name + ":tiny", 2).stderr)
        self.pulled(self.name + ":tiny", 0, "--ca-file", self.certificates.ca)
        self.environ["SSL_CERT_FILE"] = self.certificates.ca
        self.pulled(self.name + ":one")
        del self.environ["SSL_CERT_FILE"]
        with open(self.certificates.ca, encoding="ascii") as file:
            self.write(f".config/containers/certs.d/{self.server.host}/ca.crt", file.read())
        self.pulled(self.name + ":two")

    def test_certificates_behind_links(self):
        """Where certificates are found by the directory, a link in it leads to another, and there may be several."""
        self.environ["TMPDIR"] = self.home + "/temporary" # else all of /tmp may be read
        os.mkdir(self.environ["TMPDIR"])
        with open(self.certificates.ca, encoding="ascii") as file:
            text = file.read()
        place = self.write("elsewhere/ca.pem", text)
        number = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", place], check=True, capture_output=True, text=True).stdout.strip()
        words = "--no-cache", self.name + ":tiny", self.name + ":tiny"
        os.mkdir(self.home + "/linked")
        os.symlink("../elsewhere/ca.pem", f"{self.home}/linked/{number}.0")
        for value in self.home + "/linked", f"/nonexistent:{self.home}/linked", f"{self.home}/linked:":
            self.environ["SSL_CERT_DIR"] = value
            result = self.run_program("diff", *words, program="diffoci")
            self.assertEqual(result.returncode, 0, value + result.stderr)
        del self.environ["SSL_CERT_DIR"]
        self.assertIn("certificate", self.run_program("diff", *words, program="diffoci").stderr)
        certificates = f"{self.home}/.config/containers/certs.d/{self.server.host}"
        os.makedirs(certificates)
        os.symlink(place, certificates + "/ca.crt")
        result = self.run_program("diff", *words, program="diffoci")
        self.assertEqual(result.returncode, 0, result.stderr)
        os.rename(certificates, self.home + "/directory")
        os.symlink(self.home + "/directory", certificates)
        self.pulled(self.name + ":tiny")

    def test_settings_behind_links(self):
        self.environ["TMPDIR"] = self.home + "/temporary"
        os.mkdir(self.environ["TMPDIR"])
        del self.environ["CONTAINERS_REGISTRIES_CONF"]
        place = self.write("elsewhere/ours.conf", f'[[registry]]\nprefix = "ours.example/x"\nlocation = "{self.server.host}"\ninsecure = true\n')
        os.makedirs(self.home + "/.config/containers/registries.conf.d")
        os.symlink(place, self.home + "/.config/containers/registries.conf.d/ours.conf")
        name = f"ours.example/x/{self.name.split('/', 1)[1]}:tiny"
        result = self.run_program("diff", "--no-cache", name, name, program="diffoci")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_environment(self):
        self.environ["SSL_CERT_FILE"] = self.certificates.ca
        self.good(self.name + ":tiny", image=self.images["tiny"])

    def test_insecure(self):
        self.good("--insecure", self.server.host, self.name + ":tiny", image=self.images["tiny"])
        self.good("--insecure", "127.0.0.1", self.name + ":tiny", image=self.images["tiny"])
        self.bad("--insecure", "127.0.0.2", self.name + ":tiny", says="certificate")

    def test_plain_http(self):
        self.bad("--plain-http", self.server.host, self.name + ":tiny", says=["HTTP status 400", "leave --plain-http out"])

    def test_no_host(self):
        """A URL or an image is no host: it would be that of no registry, and the flag without effect."""
        for flag in ("--plain-http", "--insecure"):
            for word in ("https://" + self.server.host, self.name, ""):
                result = self.run_program("diff", f"{flag}={word}", self.name + ":tiny", self.name + ":tiny", program="diffoci")
                self.assertEqual(result.returncode, 2)
                self.assertIn(f'flag {flag}: expected HOST[:PORT], found "{word}"', result.stderr)

    def test_certs_d(self):
        with open(self.certificates.ca, encoding="ascii") as file:
            self.write(f".config/containers/certs.d/{self.server.host}/ca.crt", file.read())
        self.good(self.name + ":tiny", image=self.images["tiny"])

    def test_at_once(self):
        """Over TLS, HTTP/2 is offered: no reader may hold up another."""
        self.good("--ca-file", self.certificates.ca, "--at-once", "1", self.name + ":one", self.name + ":two")

    def test_last_first(self):
        """All are open, but one is read to its end before another is touched."""
        self.good("--ca-file", self.certificates.ca, "--last-first", "1", "--stall", "5", "--attempts", "1",
                  self.name + ":one", self.name + ":two")

    def test_slow_readers(self):
        self.good("--ca-file", self.certificates.ca, "--at-once", "1", "--delay", "5", self.name + ":one")

    def memory(self, *words):
        """What fetch needs at most, in bytes."""
        self.environ["ASAN_OPTIONS"] = self.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        result = self.good("--ca-file", self.certificates.ca, "--only-last", "1", *words)
        return int(result.stdout.split()[-3]) * 1024

    def test_memory(self):
        """Bodies whose readers wait are not kept in memory, though HTTP/2 is offered: two of 20 MB stay open
        while a third is read slowly."""
        with tempfile.TemporaryDirectory() as directory:
            image = Image([layer(seed, 20_000_000) for seed in (500, 501)] + [layer(502, 500_000)])
            write_layout(directory + "/layout", {"large": image})
            push(directory + "/layout", "large", f"{WORLD['plain'].host}/public/large:large", directory)
        least = self.memory(self.name + ":tiny")
        most = self.memory("--delay", "20", f"{self.server.host}/public/large:large")
        self.assertLess(most - least, 8 << 20)

    def test_connections(self):
        """Small things share one connection, after the one that finds out that it is not plain HTTP."""
        proxy = CountingProxy(self.server.port)
        self.addCleanup(proxy.close)
        self.good("--ca-file", self.certificates.ca, "--at-once", "1", f"{proxy.host}/public/app:both",
                  image=self.images["both"])
        self.assertEqual(proxy.connections, 2)

    def test_client_certificate(self):
        path = self.certificates.path
        server = self.registry(f"  tls:\n    certificate: {path('server.crt')}\n    key: {path('server.key')}\n"
                               f"    clientcas:\n      - {self.certificates.ca}\n")
        name = f"{server.host}/public/app:tiny"
        self.bad("--ca-file", self.certificates.ca, "--backoff", "1", name, says="GET https://")
        place = f".config/containers/certs.d/{server.host}/"
        for source, name_there in (("ca.crt", "ca.crt"), ("client.cert", "me.cert"), ("client.key", "me.key")):
            with open(path(source), encoding="ascii") as file:
                self.write(place + name_there, file.read())
        self.good(name, image=self.images["tiny"])
        os.unlink(f"{self.home}/{place}me.key")
        self.bad(name, says=["me.cert has no key", "me.key"])


class Tokens(Case):
    def start(self, **more):
        self.tokens = TokenServer(self.home, {"user": SECRET}, ["refresh-me-secret"], **more)
        self.addCleanup(self.tokens.close)
        server = self.registry(extra=f"auth:\n  token:\n    realm: {self.tokens.realm}\n    service: tests\n"
                                     f"    issuer: tests\n    rootcertbundle: {self.tokens.certificate}\n")
        self.environ["FETCH_DEBUG"] = "1"
        return server.host

    def login(self, host, entry):
        self.write(".docker/config.json", json.dumps({"auths": {host: entry}}))

    def test_anonymous(self):
        host = self.start()
        self.good(f"{host}/public/app:one", f"{host}/public/app:two", f"{host}/public/app:tiny")
        self.assertEqual([(method, query["scope"], user) for method, query, user in self.tokens.requests],
                         [("GET", ["repository:public/app:pull"], None)])
        self.bad(f"{host}/private/app:one", says="without credentials")

    def test_at_once(self):
        host = self.start()
        self.good("--at-once", "1", f"{host}/public/app:one", f"{host}/public/app:two")
        self.assertEqual(len(self.tokens.requests), 1)

    def test_password(self):
        host = self.start()
        self.login(host, {"auth": base64.b64encode(f"user:{SECRET}".encode()).decode()})
        result = self.good(f"{host}/private/app:one", image=WORLD["images"]["one"])
        self.no_secret(result, "eyJ")
        self.assertEqual(self.tokens.requests[0][1]["account"], ["user"])
        self.assertEqual(self.tokens.requests[0][2], "user")

    def test_wrong_password(self):
        host = self.start()
        self.login(host, {"username": "user", "password": "wrong-password"})
        result = self.bad(f"{host}/private/app:one", says=["token server", "HTTP status 401 for the credentials from"])
        self.no_secret(result, "wrong-password")

    def test_identity_token(self):
        host = self.start()
        self.login(host, {"identitytoken": "refresh-me-secret"})
        self.no_secret(self.good(f"{host}/private/app:tiny", image=WORLD["images"]["tiny"]), "refresh-me-secret")
        method, form, _ = self.tokens.requests[0]
        self.assertEqual((method, form["scope"], form["service"]),
                         ("POST", ["repository:private/app:pull"], ["tests"]))
        self.login(host, {"identitytoken": "another-secret"})
        self.no_secret(self.bad(f"{host}/private/app:tiny", says="HTTP status 401"), "another-secret")

    def test_renewed(self):
        host = self.start(seconds=2)
        self.good("--delay", "20", f"{host}/public/app:one", image=WORLD["images"]["one"])
        self.assertGreater(len(self.tokens.requests), 1)


class Configured(Case):
    def configure(self, text):
        self.environ["CONTAINERS_REGISTRIES_CONF"] = self.write("registries.conf", text)

    def setUp(self):
        super().setUp()
        self.host = WORLD["plain"].host
        self.image = WORLD["images"]["tiny"]

    def test_mirrors(self):
        self.configure(f'[[registry]]\nprefix = "registry.invalid/team"\nlocation = "{self.host}/public"\n'
                       f'[[registry.mirror]]\nlocation = "127.0.0.1:{free_port()}/nothing"\n'
                       f'[[registry.mirror]]\nlocation = "{self.host}/private"\n')
        self.environ["FETCH_DEBUG"] = "1"
        result = self.good("--backoff", "1", "registry.invalid/team/app:tiny", image=self.image)
        self.assertIn("/v2/private/app/blobs/", result.stderr)
        self.assertNotIn("/v2/public/app/", result.stderr)

    def test_location(self):
        self.configure(f'[[registry]]\nprefix = "*.invalid"\nlocation = "{self.host}"\n')
        self.good("registry.invalid/public/app:tiny", image=self.image)

    def test_docker_hub(self):
        self.configure(f'[[registry]]\nprefix = "docker.io/library"\nlocation = "{self.host}/public"\n')
        self.good("app:tiny", image=self.image)
        self.bad("app:nothing", says="(an engine's image is docker://app:nothing or podman://app:nothing)")
        for word in ("docker", "containerd"):
            self.bad(word + ":nothing", says=f"(an engine's image is {word}://nothing)")
        self.bad("docker", says="(an engine's image is docker://docker or podman://docker)")

    def test_blocked(self):
        self.configure(f'[[registry]]\nlocation = "{self.host}/public"\nblocked = true\n')
        self.bad(f"{self.host}/public/app:tiny", says="blocked in registries.conf")
        self.good(f"{self.host}/private/app:tiny", image=self.image)

    def test_alias(self):
        self.configure(f'[aliases]\n"app" = "{self.host}/public/app"\n"podman" = "{self.host}/public/podman"\n')
        self.good("app:tiny", image=self.image)
        self.bad("podman:nothing", says="(an engine's image is podman://nothing)")
        self.bad("app:nothing", says="(an engine's image is docker://app:nothing or podman://app:nothing)")

    def test_host_that_is_also_an_alias(self):
        self.configure('[aliases]\n"localhost" = "nowhere.invalid/app"\n')
        self.good(f"localhost:{self.host.split(':')[1]}/public/app:tiny", image=WORLD["images"]["tiny"])

    def test_bad_file(self):
        self.configure('[[registry]]\nlocation = """x"""\n')
        self.bad("app:tiny", says=["registries.conf", "line 2", "over several lines"])
        self.environ["CONTAINERS_REGISTRIES_CONF"] = self.home + "/none"
        self.bad("app:tiny", says="none: No such file")


if __name__ == "__main__":
    common.main()
