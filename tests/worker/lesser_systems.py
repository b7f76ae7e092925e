"""Systems that lack something: Landlock, newer calls, /dev/null, /proc."""
import hashlib
import os
import re
import shutil
import subprocess
import sys

from case import DIFFOCI, LESSER, Case


class LesserSystems(Case):
    def both(self, words, **more):
        """What comes of it with every call, and without the newer ones."""
        ways = []
        for place in "whole", "newer":
            folder = os.path.join(self.place.name, place)
            os.makedirs(folder, exist_ok=True)
            before = [sys.executable, LESSER, "without-newer-calls"] if place == "newer" else []
            done = subprocess.run([*before, DIFFOCI, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False, **more)
            ways.append((done.returncode, done.stdout, done.stderr))
        self.assertEqual(*ways)
        return ways[0]

    def nothing_moves(self, lesser, way, store):
        def run(verb, *words):
            return subprocess.run([*lesser, DIFFOCI, verb, way, f"--local-cache={store}", *words], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)

        blobs = os.path.join(self.place.name, store, "blobs", "sha256")
        for name in "a.tar", "b.tar", "a.tar":
            done = run("load", "--backend=local", f"--input={name}")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Loaded image: example.com/i:1\n", ""))
        for name in os.listdir(blobs):
            with open(os.path.join(blobs, name), "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest(), name)
            self.assertEqual(os.stat(os.path.join(blobs, name)).st_mode & 0o777, 0o444)
        self.assertEqual(os.listdir(os.path.join(self.place.name, store, ".diffoci", "partial")), [])
        done = run("diff", "--pull=never", "--verdict", "example.com/i:1", "./a.tar")
        self.assertEqual((done.returncode, done.stdout), (0, "identical\n"), done.stderr)
        # What is in a blob's place and is none goes.
        layer = max(os.listdir(blobs), key=lambda name: os.stat(os.path.join(blobs, name)).st_mtime_ns)
        os.remove(os.path.join(blobs, layer))
        with open(os.path.join(blobs, layer), "w", encoding="ascii") as file:
            file.write("cut")
        self.assertEqual(run("load", "--backend=local", "--input=a.tar").returncode, 0)
        with open(os.path.join(blobs, layer), "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), layer)
        done = run("remove", "--backend=local", "example.com/i:1")
        self.assertEqual((done.returncode, done.stdout, os.listdir(blobs)), (0, "example.com/i:1\n", []))
        self.assertEqual(sorted(os.listdir(os.path.join(self.place.name, store))), [".diffoci", "blobs", "index.json", "oci-layout"])
        # A hard link of an image that cannot be made is told.
        done = run("diff", "--quiet", f"--report-dir={store}-report", "./linked.tar", "./b.tar")
        self.assertEqual(done.returncode, 1, done.stderr)
        with open(os.path.join(self.place.name, f"{store}-report", "README.md"), encoding="utf-8") as file:
            self.assertIn("to which no hard link can be made here", file.read())
        self.assertTrue(os.path.exists(os.path.join(self.place.name, f"{store}-report", "input-0", "layers-0", "x")))

    def test_root_without_landlock(self):
        """What others may not read root reads, and writes where others may not, also where the kernel has no Landlock."""
        if os.geteuid():
            self.skipTest("not root")
        place = os.path.join(self.place.name, "private")
        os.mkdir(place)
        shutil.copy(os.path.join(self.place.name, "a.tar"), place)
        os.chown(os.path.join(place, "a.tar"), 12345, 12345)
        os.chmod(os.path.join(place, "a.tar"), 0o600)
        os.chown(place, 12345, 12345)
        os.chmod(place, 0o700)
        for way in "off", "auto":
            words = self.command(f"--sandbox={way}", "--debug", "-o", f"json=private/{way}.json", "./private/a.tar", "./b.tar")
            result = subprocess.run([sys.executable, LESSER, "without-landlock", *words], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertEqual("missing: Landlock" in result.stderr, way == "auto", result.stderr)
            self.assertTrue(os.path.getsize(os.path.join(place, f"{way}.json")))

    def test_without_newer_calls(self):
        """In a container whose filter does not know them, all works that works elsewhere."""
        if os.geteuid():
            self.skipTest("not root: no filter without no_new_privs")
        engine = self.program("saves", f"case $1 in save) cat '{self.place.name}/a.tar';; image) echo '[{{}}]';; *) echo '{{}}';; esac\n")
        told = os.environ | {"DOCKER": engine}
        for way in "auto", "off":
            flags = [f"--sandbox={way}", "--local-cache=store"]
            keeps = [*flags, "--backend=local"]
            with self.subTest(way=way):
                self.assertEqual(self.both(["load", *keeps, "--input=../a.tar"]), (0, "Loaded image: example.com/i:1\n", ""))
                self.assertEqual(self.both(["images", *keeps, "--quiet"])[0], 0)
                if way == "auto": # without a filter of its own it has no threads there, and speaks to no registry
                    self.assertEqual(self.both(["diff", *flags, "--verdict", "example.com/i:1", "../a.tar"])[:2], (0, "identical\n"))
                self.assertEqual(self.both(["diff", *flags, "--verdict", "docker://i:1", "../a.tar"], env=told)[:2], (0, "identical\n"))
                self.assertEqual(self.both(["diff", *flags, "--inside", "--explain", "--verdict", "docker://i:1", "../b.tar"], env=told)[:2], (1, "different\n"))
                for _ in range(2): # the second finds what the first has left
                    self.assertEqual(self.both(["diff", *flags, "--quiet", "--report-dir=report", "-o", "json=report.json", "../a.tar", "../b.tar"])[0], 1)
                # What is an image, though it has a directory etc, is none that is to be read as a root file system.
                for place in "whole", "newer":
                    shutil.copytree(os.path.join(self.place.name, "layout"), os.path.join(self.place.name, place, "image", way))
                    os.mkdir(os.path.join(self.place.name, place, "image", way, "etc"))
                self.assertEqual(self.both(["diff", *flags, "--verdict", f"./image/{way}", "../b.tar"])[0], 0)
                # The blobs of who has a table of them, which diffoci does not read, are not freed.
                for place in "whole", "newer":
                    with open(os.path.join(self.place.name, place, "store", "diffoci.db"), "w", encoding="ascii"):
                        pass
                self.assertEqual(self.both(["remove", *keeps, "example.com/i:1"])[0], 0)
                for place in "whole", "newer":
                    blobs = os.listdir(os.path.join(self.place.name, place, "store", "blobs", "sha256"))
                    self.assertEqual(len(blobs), 3, place)
                    shutil.rmtree(os.path.join(self.place.name, place, "store"))
                # A policy that gates do not use is told.
                for place in "whole", "newer":
                    with open(os.path.join(self.place.name, place, ".diffoci.yaml"), "w", encoding="ascii") as file:
                        file.write("version: 1\n")
                self.assertIn(".diffoci.yaml is not used", self.both(["diff", *flags, "--require=identical", "--quiet", "../a.tar", "../a.tar"])[2])
                for place in "whole", "newer":
                    os.remove(os.path.join(self.place.name, place, ".diffoci.yaml"))

    def test_nothing_moves_between_directories(self):
        """As with the first version of Landlock, that of Linux 5.13 to 5.18: in a process that it confines, and in all."""
        lesser = [sys.executable, LESSER, "no-reparenting"]
        if subprocess.run([*lesser, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no Landlock")
        moved = 'import os, sys; os.mkdir("moved"); open("moved/x", "w").close(); os.rename("moved/x", "moved-x")'
        self.assertIn("cross-device", subprocess.run([*lesser, sys.executable, "-c", moved], cwd=self.place.name, capture_output=True, text=True, check=False).stderr)
        for way in self.way, "off":
            with self.subTest(way=way):
                self.nothing_moves(lesser, f"--sandbox={way}", f"still-{way}")

    def test_without_dev_null(self):
        """As in a container that has no /dev."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        result = subprocess.run(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /dev && exec "$@"', "sh", *self.command("--inside", "--semantic", "--quiet", "./a.tar", "./b.tar")],
                                cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((result.returncode, result.stderr), (1, ""))

    def test_without_proc(self):
        """The same outputs and files; but what only root sees of a directory cannot be seen."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "umount", "-l", "/proc"], capture_output=True, check=False).returncode:
            self.skipTest("/proc cannot be taken away here")
        os.makedirs(os.path.join(self.place.name, "rootfs"), exist_ok=True)
        with open(os.path.join(self.place.name, "rootfs", "x"), "w", encoding="ascii") as file:
            file.write("1")
        without = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"]
        for words in (["--inside", "--explain", "./a.tar", "./b.tar"], ["--effective", "--verdict", "./a.tar", "oci:layout"],
                      ["--quiet", "-o", "junit=proc.xml", "./a.tar", "./b.tar"],
                      ["load", "--backend=local", "--input=a.tar"], ["./none.tar", "./b.tar"]):
            with self.subTest(words=words):
                ways = [subprocess.run([*before, *self.command(*words)], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
                        for before in ([], without)]
                # Sanitizers miss it, too, and say so.
                self.assertEqual(*((way.returncode, way.stdout, re.findall("^(?:diffoci|verdict): .*", way.stderr, re.MULTILINE)) for way in ways))
        done = subprocess.run([*without, *self.command("rootfs:rootfs", "rootfs:rootfs")], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
        # 1 comes of a sanitizer that cannot look for leaks.
        self.assertIn((done.returncode, done.stdout), ((2, ""), (1, "")))
        self.assertIn("extended attributes cannot be read: there is no /proc", done.stderr)
