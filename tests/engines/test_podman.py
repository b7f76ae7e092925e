#!/usr/bin/env python3
"""Images of a real podman: test_podman.py DIFFOCI (see engines.py)"""
from engines import Podman, main
import same


class PodmanImages(same.Engine):
    @classmethod
    def setUpClass(cls):
        cls.start(Podman())

    def test_another_user_has_other_images(self):
        """A store without images, as that of another user is."""
        other = Podman()
        self.addCleanup(other.stop)
        self.environ["PODMAN"] = other.program
        self.assert_fails(self.diff(*self.images("a", "b")), "podman://test/a:1: podman", "images of their own")


if __name__ == "__main__":
    main()
