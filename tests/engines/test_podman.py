#!/usr/bin/env python3
"""Images of a real podman: test_podman.py DIFFOCI (see engines.py)"""
from engines import Podman, main
import same


class PodmanImages(same.Engine):
    @classmethod
    def setUpClass(cls):
        cls.start(Podman())

    def test_a_digest(self):
        name = self.engine.run("image", "inspect", "--format", "{{index .RepoDigests 0}}", "test/a:1").stdout.strip()
        self.assertIn("/test/a@sha256:", name)
        self.assert_status(self.diff(self.name(name), *self.images("a")), 0)
        self.assert_status(self.diff(self.name(name), *self.images("b")), 1)

    def test_formats(self):
        """What podman saves, in each of its formats, holds the image that it was saved from, and not the other one."""
        for form in ("docker-archive", "oci-archive", "oci-dir", "docker-dir"):
            self.engine.run("save", "--quiet", f"--format={form}", f"--output={self.path(form)}", "test/a:1")
            with self.subTest(form=form):
                self.assert_status(self.diff("--effective", f"./{form}", *self.images("a")), 0)
                self.assert_status(self.diff("--effective", f"./{form}", *self.images("b")), 1)

    def test_another_user_has_other_images(self):
        """A store without images, as that of another user is."""
        other = Podman()
        self.addCleanup(other.stop)
        self.environ["PODMAN"] = other.program
        self.assert_fails(self.diff(*self.images("a", "b")), "podman://test/a:1: podman", "images of their own")


if __name__ == "__main__":
    main()
