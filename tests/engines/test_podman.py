#!/usr/bin/env python3
"""Images of a real podman: test_podman.py DIFFOCI (see engines.py)"""
import os

from engines import Podman, main
from registry import DockerRegistry, push
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

    def test_as_in_its_registry(self):
        """An OCI image keeps its media types; layers are stored unpacked, so that it is not identical."""
        self.make('oci_dir("lay", image(layer(file("x", "one")), layer(file("y", "two" * 9999))).named("test/a:1"))')
        registry = DockerRegistry(self.home, self.path("storage"))
        self.addCleanup(registry.close)
        image = f"{registry.host}/a:1"
        push(self.path("lay"), "1", image, self.home)
        os.makedirs(self.engine.home + "/docker-config", exist_ok=True)
        with open(self.engine.home + "/docker-config/config.json", "w", encoding="utf-8") as file:
            file.write("{}")
        self.engine.run("pull", "--tls-verify=false", image)
        for words in ("", "--semantic"):
            result = self.diff(*words.split(), "--verdict", f"podman://{image}", image)
            self.assertEqual((result.stdout, result.stderr), ("semantic\n", ""))
        # Before 3.4 there was no such flag.
        self.write("older", f"""#!/bin/sh
for word; do
  [ "$word" = --uncompressed ] && echo "Error: unknown flag: --uncompressed" >&2 && exit 125
done
exec {self.engine.program} "$@"
""", 0o755)
        self.environ["PODMAN"] = self.path("older")
        self.assertEqual(self.diff("--verdict", f"podman://{image}", image).stdout, "semantic\n")

    def test_another_user_has_other_images(self):
        """A store without images, as that of another user is."""
        other = Podman()
        self.addCleanup(other.stop)
        self.environ["PODMAN"] = other.program
        self.assert_fails(self.diff(*self.images("a", "b")), "podman://test/a:1: podman", "images of their own")


if __name__ == "__main__":
    main()
