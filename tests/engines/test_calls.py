#!/usr/bin/env python3
"""How the Go tool is called in public repositories, word for word but for the images' names: test_calls.py DIFFOCI

Registries speak HTTPS with a certificate of a private authority that the system trusts ($SSL_CERT_FILE stands for its
store). See engines.py."""
import concurrent.futures
import json
import os
import subprocess
import tempfile

from engines import PROGRAMS, Case, Docker, Podman, main, need
from registry import DockerRegistry, push
from tls import Certificates

RECIPE = """
def build(text, mtime, arch="amd64", compress="gzip"):
    return image(layer(file("etc/conf", text, mtime=mtime), compress=compress), arch=arch)
def plain(text, mtime):
    return build(text, mtime, compress=None)
def many(text, mtime):
    return index(build(text, mtime), build(text + " arm", mtime, "arm64"), platforms=[platform("amd64"), platform("arm64")])
docker_archive("a.tar", plain("one", 1).named("localhost/n1:latest"))
docker_archive("later.tar", plain("one", 2).named("localhost/n2:latest"))
docker_archive("b.tar", plain("two", 1).named("localhost/n3:latest"))
oci_dir("layout", many("one", 1).named("a"), many("one", 2).named("later"), many("two", 1).named("b"))
oci_archive("o-a.tar", build("one", 1))
oci_archive("o-b.tar", build("two", 1))
"""


class Calls(Case):
    @classmethod
    def setUpClass(cls):
        need("docker-registry", "skopeo", "openssl")
        cls.folder = tempfile.TemporaryDirectory(prefix="diffoci-calls-")
        cls.addClassCleanup(cls.folder.cleanup)
        maker = Case()
        maker.home = cls.folder.name
        maker.make(RECIPE)
        cls.certificates = Certificates(maker.path("tls"))
        path = cls.certificates.path
        cls.registry = DockerRegistry(cls.folder.name, maker.path("storage"),
                                      f"  tls:\n    certificate: {path('server.crt')}\n    key: {path('server.key')}\n")
        cls.addClassCleanup(cls.registry.close)
        for name in ("a", "later", "b"):
            push(maker.path("layout"), name, f"{cls.registry.host}/team/{name}:1", cls.folder.name)

    def setUp(self):
        super().setUp()
        self.environ["SSL_CERT_FILE"] = self.certificates.ca
        self.environ["DIFFOCI_BACKEND"] = "local"

    def made(self, name):
        return os.path.join(self.folder.name, name)

    def remote(self, name):
        return f"{self.registry.host}/team/{name}:1"

    def call(self, line, status, has=(), **more):
        result = subprocess.run(["bash", "-c", "set -o pipefail; diffoci() { " + PROGRAMS["diffoci"] + ' "$@"; }; ' + line],
                                env=self.environ, capture_output=True, text=True, cwd=self.home, timeout=300, check=False, **more)
        self.assertEqual(result.returncode, status, line + "\n" + result.stdout + result.stderr)
        for part in has:
            self.assertIn(part, result.stdout + result.stderr)
        return result


class Registries(Calls):
    def test_all_platforms_in_parallel(self):
        """A distroless project's CI: `parallel --jobs 2N`."""
        lines = [(f"diffoci diff --pull=always --all-platforms {self.remote('a')} {self.remote(other)}", status)
                 for other, status in (("a", 0), ("later", 1), ("b", 1)) * 3]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: self.call(*one), lines))

    def test_load_and_compare(self):
        """A robotics script, and an enclave's."""
        for name in ("a", "later", "b"):
            self.call(f"diffoci load --platform linux/amd64 --input {self.made(name + '.tar')}", 0, ["localhost/n"])
        self.call("diffoci diff localhost/n1 localhost/n3 --pull never --ignore-image-name --report-dir out", 1, ["etc/conf"])
        with open(os.path.join(self.home, "out/report.json"), encoding="utf-8") as report:
            json.load(report)
        self.call(f"diffoci load --input {self.made('a.tar')} >/dev/null", 0)
        self.call("diffoci diff --semantic localhost/n1 localhost/n2", 0)
        self.call("diffoci diff --semantic localhost/n1 localhost/n3", 1)
        self.call("diffoci diff --semantic --backend=local localhost/n1 localhost/n2", 0)

    def test_guides(self):
        self.call(f"diffoci diff oci-archive://{self.made('o-a.tar')} oci-archive://{self.made('o-b.tar')} | head -40", 1, ["etc/conf"])
        self.call(f"diffoci diff oci-archive://{self.made('o-a.tar')} oci-archive://{self.made('o-a.tar')} | head -40", 0)


class WithPodman(Calls):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine = Podman()
        cls.addClassCleanup(cls.engine.stop)
        for name in ("a", "later", "b"):
            cls.engine.load(os.path.join(cls.folder.name, name + ".tar"), f"localhost/{name}:T")
        cls.engine.run("tag", "localhost/a:T", "docker.io/library/a:T")

    def test_flags_last(self):
        """A document sanitizer's reproduction script: flags behind the images. One has Docker's media types, one OCI's."""
        self.call(f"diffoci diff {self.remote('a')} podman://localhost/later:T --semantic --verbose", 1, ["verdict: effective"])
        self.call(f"diffoci diff {self.remote('a')} podman://localhost/b:T --semantic --verbose", 1, ["etc/conf"])
        self.call("diffoci diff podman://localhost/a:T podman://localhost/b:T --ignore-timestamps --ignore-image-name --verbose", 1, ["etc/conf"])

    def test_a_distributions_base(self):
        self.call("diffoci diff --semantic --verbose podman://docker.io/library/a:T podman://localhost/later:T", 0)
        self.call("diffoci diff --semantic --verbose podman://docker.io/library/a:T podman://localhost/b:T", 1)

    def test_called_process_error(self):
        """A Python script: strict, status 0 only for the very same."""
        for other, status in (("a", 0), ("later", 1)):
            done = subprocess.run([PROGRAMS["diffoci"], "diff", "podman://localhost/a:T", f"podman://localhost/{other}:T"],
                                  env=self.environ, capture_output=True, check=False, cwd=self.home)
            self.assertEqual(done.returncode, status, done.stderr)


class WithDocker(Calls):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine = Docker()
        cls.addClassCleanup(cls.engine.stop)
        for name in ("a", "later", "b"):
            cls.engine.load(os.path.join(cls.folder.name, name + ".tar"), f"{name}:build")

    def test_ci(self):
        """A CI script: 0 is the same, anything else changed."""
        self.call("diffoci diff --semantic docker://a:build docker://later:build", 0)
        self.call("diffoci diff --semantic docker://a:build docker://b:build", 1)

    def test_oracle(self):
        self.call(f"diffoci diff docker://b:build {self.remote('a')}", 1, ["etc/conf"])
        self.call(f"diffoci diff --semantic docker://a:build {self.remote('a')}", 1, ["verdict: effective"])


if __name__ == "__main__":
    main()
