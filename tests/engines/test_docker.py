#!/usr/bin/env python3
"""Images of a real Docker daemon: test_docker.py DIFFOCI (see engines.py)"""
import os

import engines
from engines import Docker, main
import places
import same

from registry import DockerRegistry  # of tests/servers


class DockerImages(same.Engine):
    @classmethod
    def setUpClass(cls):
        cls.start(Docker())

    def test_a_digest(self):
        # An image of its own, since containerd's store notes where one was pushed to.
        registry = DockerRegistry(self.home, self.path("storage"))
        self.addCleanup(registry.close)
        name = f"{registry.host}/test/d"
        self.engine.run("tag", "test/d:1", f"{name}:1")
        self.engine.run("push", f"{name}:1")
        digest = self.engine.run("image", "inspect", "--format", "{{index .RepoDigests 0}}", f"{name}:1").stdout.strip()
        self.assertTrue(digest.startswith(f"{name}@sha256:"), digest)
        self.assert_status(self.diff(self.name(digest), *self.images("d")), 0)
        self.assert_status(self.diff(self.name(digest), *self.images("a")), 1)
        # Layers were compressed on the way to the registry: only what is in them is the same.
        self.assert_status(self.diff("--effective", f"{name}:1", *self.images("d")), 0)
        self.assert_status(self.diff("--effective", f"{name}:1", *self.images("a")), 1)

    def test_builds(self):
        """One tree, built by the daemon's own builder in two ways: a container sees no difference."""
        if os.environ.get("DIFFOCI_TEST_SNAPSHOTTER"):
            self.skipTest("the builder within dockerd does not use containerd's store")
        self.engine.environ["DOCKER_BUILDKIT"] = "0"  # the other builder is a program of its own
        ways = {"one": "COPY tree /", "two": "COPY tree/usr /usr\nCOPY tree/etc/large /etc/\nCOPY tree/etc /etc"}
        for name, content in (("etc/conf", "conf"), ("etc/large", "large" * 30000), ("usr/lib/deep/x", "x")):
            path = self.path(f"tree/{name}")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as file:
                file.write(content)
        for folder, _, _ in os.walk(self.path("tree")):
            os.chmod(folder, 0o755)
        for name, copies in ways.items():
            self.build(name, f"FROM scratch\n{copies}\nENV A=1\nCMD [\"/x\"]\n")
        self.build("author", f"FROM scratch\nMAINTAINER somebody\n{ways['two']}\nENV A=1\nCMD [\"/x\"]\n")
        self.build("env", f"FROM scratch\n{ways['two']}\nENV A=2\nCMD [\"/x\"]\n")
        with open(self.path("tree/etc/conf"), "w", encoding="ascii") as file:
            file.write("fonc")
        self.build("content", f"FROM scratch\n{ways['two']}\nENV A=1\nCMD [\"/x\"]\n")
        for other, verdict in (("one", "identical"), ("two", "semantic"), ("author", "effective"), ("env", "different"),
                               ("content", "different")):
            result = self.diff("--verdict", *self.images("one", other))
            self.assertEqual(result.stdout, f"{verdict}\n", result.stderr)
        result = self.diff("--effective", *self.images("one", "content"))
        self.assertEqual([row.split()[:2] for row in result.stdout.splitlines()[1:]], [["File", "etc/conf"]])
        self.assertIn("Env", self.diff("--effective", *self.images("one", "env")).stdout)

    def build(self, name, recipe):
        path = self.path(f"Dockerfile.{name}")
        with open(path, "w", encoding="ascii") as file:
            file.write(recipe)
        self.engine.run("build", "--quiet", "--no-cache", "--file", path, "--tag", f"test/{name}:1", self.home)

    def test_no_daemon(self):
        self.environ["DOCKER_HOST"] = f"unix://{self.path('none.sock')}"
        self.assert_fails(self.diff(*self.images("a", "b")), "docker://test/a:1: docker", "aemon", "DOCKER_HOST and docker context say which one is asked")

    def test_no_right_to_the_socket(self):
        os.chmod(self.home, 0o755)
        os.chmod(self.engine.home, 0o755)
        os.chmod(self.engine.socket, 0o600)
        program = places.for_anyone(engines.PROGRAMS["diffoci"], self.home)
        result = self.diff(*self.images("a", "b"), program=program, user="nobody")
        self.assert_fails(result, "permission denied", "may you use its socket?")

    def test_two_engines(self):
        """The same daemon under two names, one of them of another program."""
        self.environ["PODMAN"] = "docker"
        self.assert_status(self.diff("docker://test/a:1", "podman://test/a:1"), 0)
        result = self.diff("--debug", "docker://test/a:1", "podman://test/b:1")
        self.assert_status(result, 1)
        self.assertGreater(self.counts(result)[1][1], 300000)


if __name__ == "__main__":
    main()
