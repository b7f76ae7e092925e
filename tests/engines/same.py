"""Tests that every engine has to pass. A test file gives the class an engine."""
import hashlib
import os
import re
import subprocess
import tarfile

from engines import Case, PROGRAMS

IMAGES = """
import random
def some(seed, size):
    return random.Random(seed).randbytes(size)
base = layer(directory("usr"), file("usr/large", some(1, 300000)), file("usr/small", "x"))
def build(seed, text, *more):
    return image(base, layer(directory("etc"), file("etc/conf", text), file("etc/large", some(seed, 200000))), *more)
docker_archive("a.tar", build(2, "one"))
docker_archive("b.tar", build(3, "two"))
docker_archive("d.tar", build(5, "to be pushed"))
docker_archive("c.tar", build(3, "two", layer(file("usr/.wh.small"), file("opt", some(4, 100000)))))
"""
SMALL = 64 * 1024  # members up to this size are not stored


def members(path):
    """{SHA-256: size} of the larger members of an archive."""
    with tarfile.open(path) as archive:
        return {hashlib.sha256(archive.extractfile(one).read()).hexdigest(): one.size
                for one in archive if one.isfile() and one.size > SMALL}


class Engine(Case):
    """Class attributes: engine, and ids: {"a": image ID, ...}."""

    @classmethod
    def start(cls, engine):
        cls.engine = engine
        cls.addClassCleanup(engine.stop)
        maker = Case()
        maker.home = engine.home
        maker.make(IMAGES)
        cls.ids = {name: engine.load(os.path.join(engine.home, f"{name}.tar"), f"test/{name}:1") for name in "abcd"}

    def name(self, name):
        return f"{self.engine.scheme}://{name}"

    def images(self, *names):
        return [self.name(f"test/{name}:1") for name in names]

    def save(self, name):
        """What the engine gives, saved by itself to a file."""
        path = self.path(f"saved-{name}.tar")
        if not os.path.exists(path):
            self.engine.run("save", "-o", path, f"test/{name}:1")
        return path

    def counts(self, result):
        """Bytes stored and passed over, in the order of the images."""
        return [(int(a), int(b))
                for a, b in re.findall(r"bytes of layers stored: (\d+), passed over: (\d+)", result.stderr)]

    def test_same_as_the_saved_file(self):
        runs = [("ab", [flags]) for flags in ("", "--semantic", "--effective", "--verify", "--verbose")]
        runs += [("ba", [""]), ("ac", [""]), ("ac", ["--effective"]), ("aa", [""])]
        for names, words in runs:
            flags = list(filter(None, words))
            wanted = self.diff(*flags, *[self.save(name) for name in names])
            found = self.diff(*flags, *self.images(*names))
            with self.subTest(names=names, flags=flags):
                self.assert_status(wanted, 0 if names == "aa" else 1)
                self.assert_status(found, wanted.returncode)
                self.assertEqual(found.stdout, wanted.stdout)
        self.assertIn("etc/conf", self.diff("--semantic", *self.images("a", "b")).stdout)

    def test_a_report_directory(self):
        self.assert_status(self.diff("--semantic", "--report-dir=report", *self.images("a", "b")), 1)
        for side, text in enumerate(("one", "two")):
            place = [os.path.join(folder, "conf") for folder, _, files in os.walk(self.path(f"report/input-{side}"))
                     if "conf" in files]
            self.assertEqual(len(place), 1)
            with open(place[0], encoding="ascii") as file:
                self.assertEqual(file.read(), text)

    def test_shared_layers_are_stored_once(self):
        a, b, c = (members(self.save(name)) for name in "abc")
        for others, names in (((a, b), "ab"), ((b, c), "bc"), ((c, a), "ca")):
            shared = sum(size for digest, size in others[1].items() if digest in others[0])
            self.assertGreater(shared, 300000)
            wanted = [(sum(others[0].values()), 0), (sum(others[1].values()) - shared, shared)]
            self.assertEqual(self.counts(self.diff("--debug", *self.images(*names))), wanted)

    def test_nothing_is_left(self):
        before = set(os.listdir(self.home))
        self.diff("--no-cache", *self.images("a", "b"))
        self.assertEqual(set(os.listdir(self.home)), before)

    def test_ids(self):
        whole = self.ids["a"]
        digits = whole.removeprefix("sha256:")
        for name in (whole, digits, digits[:12]):
            self.assert_status(self.diff(self.name(name), *self.images("a")), 0)
            self.assert_status(self.diff(self.name(name), *self.images("b")), 1)

    def test_a_name_without_a_tag_is_latest(self):
        self.engine.run("tag", "test/a:1", "test/several:latest")
        self.engine.run("tag", "test/b:1", "test/several:other")
        self.assert_status(self.diff(self.name("test/several"), *self.images("a")), 0)
        self.assert_status(self.diff(self.name("test/several:other"), *self.images("a")), 1)
        self.engine.run("rmi", "test/several:latest")
        self.assert_fails(self.diff(self.name("test/several"), *self.images("a")), self.name("test/several"), "images")

    def test_against_a_file(self):
        for name, wanted in (("a", 0), ("b", 1)):
            self.assert_status(self.diff(*self.images("a"), self.save(name)), wanted)
            self.assert_status(self.diff(self.save(name), *self.images("a")), wanted)

    def test_pulling_into_the_store(self):
        run = lambda *words: subprocess.run([PROGRAMS["diffoci"], *words], env=self.environ, capture_output=True, text=True,
                                            check=False)
        pulled = run("pull", *self.images("a"))
        self.assert_status(pulled, 0)
        digest, name = re.fullmatch(r"Digest: (sha256:[0-9a-f]{64})\n(\S*/test/a:1)\n", pulled.stdout).groups()
        self.assertIn(name.removeprefix("docker.io/").removesuffix(":1"), run("images").stdout)
        for other, wanted in (("a", 0), ("b", 1)):
            self.assert_status(self.diff("--pull=never", name, *self.images(other)), wanted)
        pulled = run("pull", self.name(self.ids["b"]))
        self.assert_status(pulled, 0)
        digest, name = re.fullmatch(r"Digest: (sha256:[0-9a-f]{64})\n(\S+)\n", pulled.stdout).groups()
        self.assertEqual(name, digest)
        self.assertIn(digest, run("images", "--no-trunc").stdout)
        self.assert_fails(run("pull", self.name("test/none")), self.name("test/none"), "does the image exist")

    def test_no_such_image(self):
        for name in ("test/none", "test/none:1", "0123456789ab", "test/none@sha256:" + 64 * "0"):
            result = self.diff(self.name(name), *self.images("a"))
            self.assert_fails(result, f"diffoci: {self.name(name)}: {self.engine.scheme}", "does the image exist")

    def test_what_looks_like_an_option(self):
        for name in ("--help", "-o", "--output=" + self.path("written"), "-", "--"):
            self.assert_fails(self.diff(self.name(name), *self.images("a")), self.name(name))
        self.assertFalse(os.path.exists(self.path("written")))

    def test_words_stay_words(self):
        for name in ("$(touch written)", "a; touch written", "`touch written`", "a\nb", "\x1b[31mred", "a b", "é"):
            result = self.diff(self.name(name), *self.images("a"))
            self.assert_fails(result)
            self.assertNotIn("\x1b", result.stderr)
        self.assertFalse(os.path.exists(self.path("written")))

    def test_a_platform(self):
        """Classic stores keep one platform of an image, and older clients have no --platform."""
        for flag in ("--platform=linux/amd64", "--all-platforms", "--platform=linux/amd64,linux/arm64"):
            self.assert_status(self.diff(flag, *self.images("a", "a")), 0)
            self.assert_status(self.diff(flag, *self.images("a", "b")), 1)
