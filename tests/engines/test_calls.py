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
def arm(text, mtime):
    return build(text, mtime, "arm64").named("arm-" + text + str(mtime))
oci_dir("layout", many("one", 1).named("a"), many("one", 2).named("later"), many("two", 1).named("b"),
        arm("one", 1), arm("two", 1), arm("longer", 1),
        index(build("one", 1), build("longer", 1, "arm64"), platforms=[platform("amd64"), platform("arm64")]).named("other-arm"),
        build("one", 1).named("amd"))
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
        for name in ("a", "later", "b", "arm-one1", "arm-two1", "arm-longer1", "other-arm", "amd"):
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

    def test_an_image_builders_fork(self):
        """An image builder's integration tests: the fork's flags, and the platform, of indexes and of single images."""
        extra = "--semantic --extra-ignore-file-content --extra-ignore-layer-length-mismatch"
        more = "--semantic=false --ignore-history --ignore-file-meta-format --ignore-file-atime --ignore-file-ctime " \
               "--ignore-image-timestamps --ignore-image-name --extra-ignore-files=tmp/"
        for left, right, flags, status, has in (
                ("a", "later", extra, 0, []), ("a", "b", extra, 0, []), ("a", "b", "--semantic", 1, ["etc/conf"]),
                ("a", "other-arm", extra, 1, ["etc/conf"]), ("a", "b", more, 1, ["etc/conf"]), ("a", "later", more, 1, ["etc/conf"]),
                ("arm-one1", "arm-two1", extra, 0, []), ("arm-one1", "arm-two1", "--semantic", 1, ["etc/conf"]),
                ("arm-one1", "arm-longer1", extra, 1, ["etc/conf"]), ("arm-one1", "arm-one1", more, 0, [])):
            with self.subTest(left=left, right=right, flags=flags):
                self.call(f"diffoci diff {self.remote(left)} {self.remote(right)} {flags} --platform=linux/arm64", status, has)
        # of the other platform nothing is told: it is the same
        self.call(f"diffoci diff {self.remote('a')} {self.remote('other-arm')} --semantic --platform=linux/amd64", 0)
        done = self.call(f"diffoci diff {self.remote('arm-one1')} {self.remote('amd')} {extra} --platform=linux/arm64", 2, ["linux/arm64"])
        self.assertEqual(done.stdout, "")

    def test_a_go_test(self):
        """Standard output and error in one pipe (exec.Cmd.CombinedOutput); any status but 0 fails and prints it all."""
        def combined(left, right, flags=()):
            done = subprocess.run([PROGRAMS["diffoci"], "diff", self.remote(left), self.remote(right), *flags], env=self.environ, cwd=self.home,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            return done.returncode, done.stdout

        self.assertEqual(combined("arm-one1", "arm-one1", ["--semantic", "--platform=linux/arm64"])[0], 0)
        self.assertEqual(combined("a", "later", ["--semantic", "--all-platforms"])[0], 0)
        status, text = combined("arm-one1", "arm-two1", ["--semantic", "--platform=linux/arm64"])
        self.assertEqual(status, 1)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\r", text)
        table = subprocess.run([PROGRAMS["diffoci"], "diff", self.remote("arm-one1"), self.remote("arm-two1"), "--semantic",
                                "--platform=linux/arm64"], env=self.environ, cwd=self.home, capture_output=True, text=True, check=False)
        # the table stands in it in one piece, and what is said beside it stands in lines of its own
        self.assertIn("\n" + table.stdout, "\n" + text)
        self.assertEqual(sorted(text.splitlines()), sorted((table.stdout + table.stderr).splitlines()))
        status, text = combined("arm-one1", "nowhere", ["--semantic"])
        self.assertEqual(status, 2)
        self.assertIn("team/nowhere", text)

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
        """An oracle's documentation: docker://local org/oracle:TAG, which Docker Hub has."""
        with open(os.path.join(self.home, "registries.conf"), "w", encoding="utf-8") as file:
            file.write(f'[[registry]]\nprefix = "docker.io/org"\nlocation = "{self.registry.host}/team"\n')
        self.environ["CONTAINERS_REGISTRIES_CONF"] = file.name
        self.call("diffoci diff docker://a:build org/amd:1", 1, ["verdict: effective"])
        self.call("diffoci diff docker://b:build org/amd:1", 1, ["etc/conf"])
        self.call(f"diffoci diff docker://b:build {self.remote('a')}", 1, ["etc/conf"])
        self.call(f"diffoci diff --semantic docker://a:build {self.remote('a')}", 1, ["verdict: effective"])


if __name__ == "__main__":
    main()
