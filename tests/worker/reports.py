"""Reports in files and directories, which the confined process writes or has written."""
import json
import os
import re
import shutil
import subprocess
import time

from case import DIFFOCI, Case


class Reports(Case):
    def children(self, process, others=0):
        """The confined processes of two and more: their statuses, by process id; there are so many others."""
        for _ in range(1200):
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                pids = [int(word) for word in file.read().split()]
            statuses = {}
            for pid in pids:
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    statuses[pid] = file.read()
            confined = {pid: status for pid, status in statuses.items() if self.is_filtered(status)}
            if len(confined) == 2 - others and len(pids) == 2:
                return confined
            time.sleep(0.05)
        self.fail(f"there are not {2 - others} confined processes and {others} that are not: {statuses}")

    def test_outputs_behind_links(self):
        """A report goes where the user says, also where that is a link to another directory, a pipe, or new."""
        for name in "here", "there":
            os.makedirs(os.path.join(self.place.name, name), exist_ok=True)
        with open(os.path.join(self.place.name, "there", "old.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        link = os.path.join(self.place.name, "here", "link.json")
        os.symlink("../there/old.json", link)
        done = self.diffoci("--quiet", "-o", "json=here/link.json", "-o", "markdown=here/new.md", "-o", "junit=/dev/stderr", "./a.tar", "./b.tar")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("<testsuite", done.stderr)
        self.assertTrue(os.path.islink(link))
        with open(link, encoding="utf-8") as file:
            self.assertIn("formatVersion", json.load(file))
        self.assertTrue(os.path.getsize(os.path.join(self.place.name, "here", "new.md")))
        self.assertEqual(os.listdir(os.path.join(self.place.name, "there")), ["old.json"])

    def test_report_directory_is_written_by_a_third_process(self):
        process, _, _ = self.start("--report-dir=report", f"{self.host}/i:1", "./a.tar")
        held = {}
        for pid, status in self.children(process).items():
            self.assertIn("NoNewPrivs:\t1", status)
            held[pid] = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
        report = os.path.join(self.place.name, "report")
        writers = [pid for pid, targets in held.items() if report in targets]
        self.assertEqual(len(writers), 1, held)
        for target in held.pop(writers[0]):
            self.assertRegex(target, rf"^/dev/null$|^pipe:|^socket:|^{re.escape(report)}$")
        # The one that compares has nothing of the report directory, and no right to files.
        for pid, targets in held.items():
            self.assertFalse([target for target in targets if target.startswith(report)])
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                self.assertIn("CapEff:\t0000000000000000", file.read())
        # It ends with the others.
        process.kill()
        process.communicate(timeout=60)
        for _ in range(200):
            if not os.path.exists(f"/proc/{writers[0]}"):
                return
            time.sleep(0.05)
        self.fail("it lives on")

    def test_report_directory_is_cleared_by_who_writes_it(self):
        """What is there is removed with the user's rights: until then it has those, and reads nothing of the one that parses."""
        self.assertEqual(self.diffoci("--quiet", "--report-dir=again", "./a.tar", "./b.tar").returncode, 1)
        report = os.path.join(self.place.name, "again")
        before = os.stat(os.path.join(report, "README.md")).st_ino
        process, _, _ = self.start("--report-dir=again", f"{self.host}/i:1", "./a.tar")
        confined = self.children(process, others=1)
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            writers = [int(pid) for pid in file.read().split() if int(pid) not in confined]
        self.holds(writers[0], ["socket"] * 4 + [report])
        with open(f"/proc/{writers[0]}/environ", "rb") as file:
            self.assertNotIn(b"hunter2", file.read())
        # Nothing is removed before there is another report.
        self.assertEqual(os.stat(os.path.join(report, "README.md")).st_ino, before)
        process.kill()
        process.communicate(timeout=60)
        self.ends(writers[0])

    def test_report_directory_is_the_same_as_without(self):
        trees = []
        for way in self.way, "off", self.way:
            report = os.path.join(self.place.name, "same")
            done = self.diffoci(f"--sandbox={way}", "--report-dir=same", "./a.tar", "./b.tar")
            self.assertEqual(done.returncode, 1, done.stderr)
            tree = {}
            for folder, _, names in os.walk(report):
                for name in names:
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        tree[os.path.relpath(os.path.join(folder, name), report)] = file.read().replace("--sandbox=off", f"--sandbox={self.way}")
            trees.append(tree)
        self.assertEqual(trees[0], trees[1])
        self.assertEqual(trees[0], trees[2])
        self.assertIn("input-1/layers-0/x", trees[0])

    def test_reports_in_files(self):
        result = self.diffoci("-o", "json=out.json", "--report-dir=report", "-o", "sarif=out.sarif", "./a.tar", "./b.tar")
        self.assertEqual(result.returncode, 1, result.stderr)
        for name in ("out.json", "out.sarif", "report/report.json"):
            with open(os.path.join(self.place.name, name), encoding="utf-8") as file:
                json.load(file)
        for side, text in enumerate("12"):
            with open(os.path.join(self.place.name, f"report/input-{side}/layers-0/x"), encoding="utf-8") as file:
                self.assertEqual(file.read(), text)

    def test_report_that_cannot_be_written(self):
        result = self.diffoci("-o", "json=none/out.json", "./a.tar", "./b.tar")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"^diffoci: cannot write the report: none/out\.json: No such file or directory\n$")

    def test_report_over_what_cannot_be_replaced(self):
        """A file that is mounted by itself, as a container is given one, in a directory that may be written, and in one that may not."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        place = os.path.join(self.place.name, "given")
        for folder in "free", "fixed":
            os.makedirs(os.path.join(place, folder))
        self.addCleanup(shutil.rmtree, place)
        subprocess.run([DIFFOCI, "diff", "--no-cache", f"--sandbox={self.way}", "-o", "json=given/wanted", "./a.tar", "./b.tar"], cwd=self.place.name, capture_output=True, check=False)
        for way in "off", self.way:
            for name in "one", "two", "free/out", "fixed/out":
                with open(os.path.join(place, name), "w", encoding="ascii") as file:
                    file.write("what was there before\n" * 9999 if name in ("one", "two") else "")
            script = """mount --bind given/one given/free/out && mount --bind given/fixed given/fixed && mount --bind given/two given/fixed/out &&
                mount -o remount,bind,ro given/fixed && exec "$@" """
            result = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", DIFFOCI, "diff", "--no-cache", f"--sandbox={way}", "-o", "json=given/free/out",
                                     "-o", "json=given/fixed/out", "./a.tar", "./b.tar"], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((result.returncode, result.stderr), (1, "verdict: different: a container would see a difference\n"))
            with open(os.path.join(place, "wanted"), encoding="utf-8") as file:
                wanted = json.load(file)
            for name in "one", "two":
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    self.assertEqual(json.load(file)["totals"], wanted["totals"])
            self.assertEqual(sorted(os.listdir(os.path.join(place, "free"))), ["out"])
