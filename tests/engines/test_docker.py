#!/usr/bin/env python3
"""Images of a real Docker daemon: test_docker.py DIFFOCI (see engines.py)"""
import os

from engines import Docker, main
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

    def test_no_daemon(self):
        self.environ["DOCKER_HOST"] = f"unix://{self.path('none.sock')}"
        self.assert_fails(self.diff(*self.images("a", "b")), "docker://test/a:1: docker", "is the daemon running?")

    def test_no_right_to_the_socket(self):
        os.chmod(self.home, 0o755)
        os.chmod(self.engine.home, 0o755)
        os.chmod(self.engine.socket, 0o600)
        try:
            result = self.diff(*self.images("a", "b"), user="nobody")
        except OSError as error:
            self.skipTest(f"the program cannot be run as another user: {error}")
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
