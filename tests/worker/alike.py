"""What is told and kept is the same as without the confined process; of root file systems too."""
import json
import os
import shutil
import subprocess

from case import DIFFOCI, Case


class Alike(Case):
    def roots(self, words, **more):
        """What comes of it with all rights, and confined."""
        ways = []
        for way in "off", self.way:
            done = subprocess.run([DIFFOCI, "diff", "--local-cache=store", f"--sandbox={way}", *words], capture_output=True, text=True, timeout=60, check=False, **more)
            ways.append((done.returncode, done.stdout.replace("--sandbox=off", f"--sandbox={self.way}"), done.stderr))
        self.assertEqual(*ways)
        return ways[0]

    def test_same_outputs_as_without(self):
        for words in (["./a.tar", "oci:layout"], ["./a.tar", "./b.tar"], ["--semantic", "--verdict", "./a.tar", "./b.tar"],
                      ["--effective", "./b.tar", "oci:layout"], ["--verbose", "--explain", "./a.tar", "./b.tar"],
                      ["-o", "json=-", "--quiet", "./a.tar", "./b.tar"], ["./a.tar", "./none.tar"], ["./a.tar", "example.com/none:1"],
                      ["--inside", "./a.tar", "./b.tar"]):
            with self.subTest(words=words):
                ways = [self.diffoci(f"--sandbox={way}", "--pull=never", *words) for way in (self.way, "off")]
                self.assertEqual(*((way.returncode, way.stdout.replace("--sandbox=off", f"--sandbox={self.way}"), way.stderr) for way in ways))

    def test_show_is_the_same_as_without(self):
        for words in (["./a.tar"], ["-o", "json", "oci:layout"], ["--no-files", "./b.tar"], ["./none.tar"]):
            with self.subTest(words=words):
                ways = [subprocess.run([DIFFOCI, "show", f"--sandbox={way}", *words], cwd=self.place.name, capture_output=True, timeout=60, check=False)
                        for way in (self.way, "off")]
                self.assertEqual(*((way.returncode, way.stdout, way.stderr) for way in ways))

    def test_commands_of_the_store_are_the_same_as_without(self):
        """Also where the blobs are on another disk, behind a link, and where the archive is none."""
        for way in self.way, "off":
            with self.subTest(way=way):
                store = os.path.join(self.place.name, f"store-{way}")
                os.makedirs(store)
                os.mkdir(f"{store}-blobs")
                os.symlink(f"{store}-blobs", f"{store}/blobs")
                done = [self.store_command(store, "load", f"--sandbox={way}", f"--input={name}") for name in ("a.tar", "b.tar", "layout/index.json", "none")]
                self.assertEqual([(one.returncode, one.stdout) for one in done], [(0, "Loaded image: example.com/i:1\n")] * 2 + [(2, "")] * 2)
                self.assertIn("layout/index.json: ", done[2].stderr)
                listed = json.loads(self.store_command(store, "images", f"--sandbox={way}", "--json").stdout)
                self.assertEqual([(one["repository"], one["platform"]) for one in listed], [("example.com/i", "linux/amd64")])
                self.assertEqual(self.store_command(store, "remove", f"--sandbox={way}", "example.com/i:1", "none:1").stdout, "example.com/i:1\n")
                left = [name for _, _, names in os.walk(f"{store}-blobs") for name in names]
                self.assertEqual(left, [])

    def test_root_file_system_is_the_same_as_without(self):
        """However the directory is named, and with what only who has all rights sees of it."""
        trees = os.path.join(self.place.name, "trees")
        for tree in "one", "two":
            os.makedirs(os.path.join(trees, tree, "etc"))
            with open(os.path.join(trees, tree, "etc", "x"), "w", encoding="ascii") as file:
                file.write("x")
            os.symlink("/etc/shadow", os.path.join(trees, tree, "out"))
            os.symlink("..", os.path.join(trees, tree, "etc", "up"))
            os.mkfifo(os.path.join(trees, tree, "fifo"))
        os.utime(os.path.join(trees, "two", "etc", "x"), (1, 1))
        os.symlink("one", os.path.join(trees, "link"))
        self.addCleanup(shutil.rmtree, trees)
        here = {"cwd": os.path.join(trees, "one", "etc")}
        for name in "..", "../../one", "../../link", "up/etc/..", os.path.join(trees, "link"), "/proc/self/cwd/..":
            with self.subTest(name=name):
                self.assertEqual(self.roots(["--verdict", f"rootfs:{name}", "rootfs:../../two"], **here)[:2], (0, "effective\n"))
        held = os.open(os.path.join(trees, "one"), os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, held)
        self.assertEqual(self.roots(["--verdict", f"rootfs:/dev/fd/{held}", "rootfs:../../two"], pass_fds=[held], **here)[:2], (0, "effective\n"))
        for name in "../none", "x", "../out":
            with self.subTest(name=name):
                self.assertEqual(self.roots(["--verdict", f"rootfs:{name}", "rootfs:../../two"], **here)[0], 2)
        # What is called as what the other holds is read in its own tree.
        with open(os.path.join(trees, "two", "etc", "x"), "w", encoding="ascii") as file:
            file.write("y")
        self.assertEqual(self.roots(["rootfs:..", "rootfs:../../two"], **here)[0], 1)
        self.assertIn("File    etc/x", self.roots(["rootfs:..", "rootfs:../../two"], **here)[1])

    def test_root_file_system_has_what_only_root_sees(self):
        if os.geteuid():
            self.skipTest("not root")
        trees = os.path.join(self.place.name, "trees")
        for tree in "one", "two":
            os.makedirs(os.path.join(trees, tree, "etc", "private"))
            os.mkfifo(os.path.join(trees, tree, "etc", "fifo"))
            for name in "x", "private/y":
                with open(os.path.join(trees, tree, "etc", name), "w", encoding="ascii") as file:
                    file.write("x")
                os.chown(os.path.join(trees, tree, "etc", name), 12345, 12345)
                os.chmod(os.path.join(trees, tree, "etc", name), 0)
            os.chmod(os.path.join(trees, tree, "etc", "private"), 0)
        os.utime(os.path.join(trees, "two", "etc", "x"), (1, 1))
        self.addCleanup(shutil.rmtree, trees)
        self.assertEqual(self.roots(["--verdict", "rootfs:one", "rootfs:two"], cwd=trees)[:2], (0, "effective\n"))
        for name in "etc/fifo", "etc/x", "etc/private":
            with self.subTest(name=name):
                path = os.path.join(trees, "one", name)
                try:
                    os.setxattr(path, "trusted.mark", b"1")
                except OSError as error:
                    self.skipTest(f"trusted.*: {error.strerror}")
                found = self.roots(["rootfs:one", "rootfs:two"], cwd=trees)
                self.assertEqual(found[0], 1)
                self.assertRegex(found[1], rf"File +{name} .*trusted\.mark")
                os.removexattr(path, "trusted.mark")
        # Nobody else can look: the same error.
        for path in trees, os.path.dirname(trees):
            os.chmod(path, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "env": os.environ | {"HOME": "/"}}
        found = self.roots(["--no-cache", "--pull=never", "rootfs:one", "rootfs:two"], cwd=trees, **nobody)
        self.assertEqual(found[0], 2)
        self.assertIn("etc/private", found[2])
        shutil.rmtree(os.path.join(trees, "one", "etc", "private"))
        found = self.roots(["--no-cache", "--pull=never", "rootfs:one", "rootfs:two"], cwd=trees, **nobody)
        self.assertEqual(found[0], 2)
        self.assertIn("etc/x", found[2])

    def test_who_may_read_all_does(self):
        """CAP_DAC_READ_SEARCH alone, as for who makes backups."""
        before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        if os.geteuid() or not shutil.which("setpriv") or subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
            self.skipTest("capabilities cannot be given here")
        place = os.path.join(self.place.name, "backups")
        self.addCleanup(shutil.rmtree, place)
        os.makedirs(os.path.join(place, "tree", "etc"))
        shutil.copy(os.path.join(self.place.name, "a.tar"), place)
        shutil.copy(DIFFOCI, os.path.join(place, "diffoci"))
        for path in os.path.dirname(place), place:
            os.chmod(path, 0o755)
        with open(os.path.join(place, "tree", "etc", "x"), "w", encoding="ascii") as file:
            file.write("x")
        for name in "a.tar", "tree/etc/x":
            os.chmod(os.path.join(place, name), 0o600)
        for words in ["./a.tar", "./a.tar"], ["rootfs:tree", "rootfs:tree"]:
            for way in "off", self.way:
                done = subprocess.run([*before, "./diffoci", "diff", "--no-cache", "--pull=never", f"--sandbox={way}", "--verdict", *words], cwd=place,
                                      env=os.environ | {"HOME": "/"}, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, "identical\n"), f"{words} {way} {done.stderr}")

    def test_root_file_system_with_mounts(self):
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        trees = os.path.join(self.place.name, "trees")
        for tree in "one/bound", "one/new", "two/bound", "two/new", "elsewhere":
            os.makedirs(os.path.join(trees, tree))
        self.addCleanup(shutil.rmtree, trees)
        with open(os.path.join(trees, "elsewhere", "x"), "w", encoding="ascii") as file:
            file.write("x")
        shutil.copy2(os.path.join(trees, "elsewhere", "x"), os.path.join(trees, "two", "bound"))
        shutil.copystat(os.path.join(trees, "elsewhere"), os.path.join(trees, "two", "bound"))
        script = 'mount --bind elsewhere one/bound && mount -t tmpfs none one/new && echo y >one/new/y && exec "$@"'
        words = ["unshare", "--mount", "sh", "-c", script, "sh", DIFFOCI, "diff", "--local-cache=store"]
        ways = [subprocess.run([*words, f"--sandbox={way}", "rootfs:one", "rootfs:two"], cwd=trees, capture_output=True, text=True, timeout=60, check=False) for way in ("off", self.way)]
        self.assertEqual(*((way.returncode, way.stdout, way.stderr.replace("--sandbox=off", f"--sandbox={self.way}")) for way in ways))
        self.assertEqual(ways[0].returncode, 1)
        self.assertIn('"new/y" only appears in input 0', ways[0].stdout)
        self.assertNotIn("bound", ways[0].stdout)
