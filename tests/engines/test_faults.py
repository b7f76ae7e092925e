#!/usr/bin/env python3
"""What real engines do not do on demand: test_faults.py DIFFOCI

A scripted program stands for docker. It answers as the script of a test says; $ARCHIVES are images.
"""
import contextlib
import os
import signal
import subprocess
import time

from engines import Case, PROGRAMS, main

SCRIPT = """#!/bin/sh
printf '%s\\n' "$*" >>{home}/calls
for last; do :; done
case "$1 $2" in
"image inspect") {inspect} ;;
version*) {version} ;;
save*) {save} ;;
esac
"""
IMAGES = """
import random
some = lambda seed: random.Random(seed).randbytes(300000)
for i, name in enumerate(("a", "b")):
    docker_archive(name + ".tar", image(layer(file("large", some(i)))))
    several = [image(layer(file("large", some(j)))) for j in (i, i + 1)]
    for j, one in enumerate(several):
        one.names = [f"example.com/{j}:1"]
docker_archive("several.tar", *several)
new = image(layer(file("large", some(0))))
oci_archive("oci.tar", new)
lacking = image(layer(file("a", "b")))
lacking.descriptor["annotations"] = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": new.descriptor["digest"]}
whole = index(new, lacking, platforms=[platform("amd64"), platform("unknown", "unknown")])
for digest in lacking.blobs:
    whole.blobs.pop(digest, None)
oci_archive("lacking.tar", whole.named("example.com/lacking:1"))
new.descriptor["annotations"] = {"containerd.io/distribution.source.example.com": "a"}
oci_archive("pulled.tar", new)
new.descriptor["annotations"]["org.example"] = "x"
oci_archive("annotated.tar", new)
del new.descriptor["annotations"]
docker_archive("25.tar", new, replace=oci_files([new], index_json={"schemaVersion": 2, "manifests": None}))
"""
GOOD = 'exec cat "{home}/$last.tar"'
SLOW = 'head -c 1000 "{home}/$last.tar"; exec sleep 300'


class Faults(Case):
    @classmethod
    def setUpClass(cls):
        cls.images = Case()
        cls.images.setUp()
        cls.addClassCleanup(cls.images.doCleanups)
        cls.images.make(IMAGES)

    def setUp(self):
        super().setUp()
        for name in os.listdir(self.images.home):
            if name.endswith(".tar"):
                os.symlink(self.images.path(name), self.path(name))

    def docker(self, save=GOOD, inspect="echo '[]'", version="echo {}"):
        parts = {"save": save, "inspect": inspect, "version": version}
        parts = {key: text.replace("{home}", self.home) for key, text in parts.items()}
        self.environ["DOCKER"] = self.write("docker", SCRIPT.format(home=self.home, **parts), mode=0o755)

    def calls(self, first):
        with open(self.path("calls"), encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line.startswith(first)]

    def left(self):
        """Processes that this test has started, directly or not: they know its home."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as environ:
                if f"HOME={self.home}".encode() in environ.read().split(b"\0"):
                    found.append(int(pid))
        return found

    def assert_all_ended(self):
        """What would stay for minutes is gone; a short command that a shell was running may take a moment."""
        deadline = time.monotonic() + 60
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.left(), [])

    def fails(self, *parts, image="a"):
        self.assert_fails(self.diff(f"docker://{image}", "docker://b"), f"docker://{image}: ", *parts)
        self.assert_all_ended()

    def test_good(self):
        self.docker()
        self.assert_status(self.diff("docker://a", "docker://a"), 0)
        self.assert_status(self.diff("docker://a", "docker://b"), 1)
        self.assertEqual(self.calls("save"), ["save -- a", "save -- a", "save -- a", "save -- b"])
        self.assert_all_ended()

    def test_inspect_is_not_known(self):
        """Saving is all that is needed."""
        for inspect in ("echo unknown command >&2; exit 1", "echo '[{]'", "echo '{}'", "echo '[1]'", "kill -9 $$",
                        "head -c 5000000 /dev/zero", "exit 0"):
            self.docker(inspect=inspect)
            self.assert_status(self.diff("docker://a", "docker://b"), 1)

    def test_exit_status_counts(self):
        self.docker(save=GOOD.replace("exec ", "") + "; exit 3")
        self.fails("docker save ended with status 3")
        self.docker(save=GOOD.replace("exec ", "") + "; echo 'broken pipe to the daemon' >&2; exit 1")
        self.fails("docker save: broken pipe to the daemon")

    def test_dies_in_the_middle(self):
        self.docker(save='head -c 5000 "{home}/$last.tar"; echo "unexpected EOF" >&2; exit 1')
        self.fails("docker save: unexpected EOF")
        self.docker(save='head -c 5000 "{home}/$last.tar"; echo "last words" >&2; kill -9 $$')
        self.fails("docker save was ended by signal 9", "last words")
        self.docker(save='head -c 5000 "{home}/$last.tar"')
        self.fails("save writes: ", "the stream ends in the content of an entry")

    def test_no_archive(self):
        self.docker(save="echo hello")
        self.fails("save writes: not a tar archive")
        self.docker(save="exit 0")
        self.fails("save writes: not a tar archive")
        self.docker(save="head -c 100000 /dev/urandom; exec sleep 300")
        self.fails("save writes: not a tar archive: at byte 0")
        self.docker(save="yes")
        self.fails("save writes: not a tar archive: at byte 0")
        self.docker(save='cd "{home}"; echo x >x; tar -c x')
        self.fails("save writes: neither an OCI image layout", "nor a Docker archive")

    def test_attestations_are_lacking(self):
        """As of Docker 28, of an image that was pulled."""
        self.docker()
        words = [PROGRAMS["diffoci"], "--backend=local", "--local-cache", self.path("store"), "pull", "--platform=amd64", "docker://lacking"]
        result = subprocess.run(words, env=self.environ, capture_output=True, text=True, timeout=120, check=False)
        self.assert_status(result, 0)
        self.assertIn("its index names 1 manifest that it lacks", result.stderr)
        self.assert_status(self.diff("--effective", "--platform=amd64", "docker://lacking", self.path("oci.tar")), 0)

    def test_goes_with_us(self):
        """A signal that ends us ends what we have started."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self.docker(save=SLOW)
            with subprocess.Popen([PROGRAMS["diffoci"], "diff", "docker://a", "docker://b"], env=self.environ, cwd=self.home,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                  preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as process:  # nohup ignores it
                while not (os.path.exists(self.path("calls")) and self.calls("save")):
                    time.sleep(0.01)
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
            os.remove(self.path("calls"))
            self.assert_all_ended()

    def test_stalls(self):
        self.environ["DIFFOCI_ENGINE_TIMEOUT"] = "5"
        cases = (
            ({"save": SLOW}, "docker save: wrote nothing for 5 seconds"),
            ({"save": "exec sleep 300"}, "docker save: wrote nothing for 5 seconds"),
            ({"save": GOOD.replace("exec ", "") + "; exec >&-; exec sleep 300"},
             "docker save: closed its output, but did not end for 5 seconds"),
            ({"inspect": "exec sleep 300"}, "docker image inspect: wrote nothing for 5 seconds"),
        )
        running = []
        for i, (parts, wanted) in enumerate(cases):
            self.docker(**parts)
            os.mkdir(self.path(str(i)))
            os.rename(self.path("docker"), self.path(f"{i}/docker"))
            self.environ["DOCKER"] = self.path(f"{i}/docker")
            running.append((subprocess.Popen([PROGRAMS["diffoci"], "diff", "docker://a", "docker://b"], env=self.environ,
                                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), wanted))
        for process, wanted in running:
            out, said = process.communicate(timeout=120)
            self.assert_fails(subprocess.CompletedProcess([], process.returncode, out, said),
                              "docker://a: ", wanted, "$DIFFOCI_ENGINE_TIMEOUT")
        self.assert_all_ended()

    def test_will_not_end(self):
        """It is asked to, and then ended."""
        self.docker(save="trap '' TERM; head -c 5000 /dev/urandom; while :; do sleep 0.1; done")
        self.fails("save writes: not a tar archive: at byte 0")

    def test_another_stops_too(self):
        """The second fails to start, the first is ended."""
        self.docker(inspect="exec sleep 300")
        self.environ["PODMAN"] = "/nonexistent/podman"
        self.assert_fails(self.diff("docker://a", "podman://b"), "podman://b: there is no program", "$PODMAN")
        self.assert_all_ended()

    def test_we_are_ended(self):
        """Who interrupts us at the terminal reaches the whole process group."""
        self.docker(save=SLOW)
        process = subprocess.Popen([PROGRAMS["diffoci"], "diff", "docker://a", "docker://b"], env=self.environ,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while not os.path.exists(self.path("calls")) or not self.calls("save"):
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(30), -signal.SIGINT)
        self.assert_all_ended()

    def test_children_are_forgotten(self):
        """Who started us ignores the end of children: how one ended is known all the same."""
        ignore = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.docker()
        self.assert_status(self.diff("docker://a", "docker://b", preexec_fn=ignore), 1)
        self.docker(save='head -c 5000 "{home}/$last.tar"; exit 1')
        for sandbox in ("--sandbox=off", "--sandbox=auto"):
            self.assert_fails(self.diff(sandbox, "docker://a", "docker://b", preexec_fn=ignore), "docker://a: docker save ended with status 1")
        # An archive that looks whole is none if who wrote it says so.
        self.docker(save=GOOD.replace("exec ", "") + "; exit 1")
        for sandbox in ("--sandbox=off", "--sandbox=auto"):
            self.assert_fails(self.diff(sandbox, "docker://a", "docker://b", preexec_fn=ignore), "docker://a: docker save ended with status 1")
        self.assert_all_ended()

    def test_floods_of_words(self):
        self.docker(save="yes 'much to say' | head -c 3000000 >&2; echo 'no such image: it' >&2; exit 1")
        self.fails("docker save: … ", "much to say; much to say", "; no such image: it (does the image exist")
        result = self.diff("docker://a", "docker://b")
        self.assertLess(len(result.stderr), 2000)
        self.docker(save=GOOD.replace("exec ", "") + "; yes 'much to say' | head -c 3000000 >&2")
        self.assert_status(self.diff("docker://a", "docker://b"), 1)

    def test_words_are_escaped(self):
        self.docker(save=r"printf 'red \033[31m\nbell \007\r\nbytes \377\n' >&2; exit 1")
        self.fails(r"docker save: red \x1b[31m; bell \a; bytes \xff")

    def test_what_it_started_holds_on(self):
        """A program in the background that still holds standard error is not waited for."""
        self.docker(save="sleep 300 >/dev/null & " + GOOD)
        self.assert_status(self.diff("docker://a", "docker://b"), 1)
        left = self.left()
        self.assertEqual(len(left), 2)
        for pid in left:
            os.kill(pid, signal.SIGKILL)

    def test_no_program(self):
        self.environ["DOCKER"] = self.path("none")
        self.assert_fails(self.diff("docker://a", "docker://b"), "docker://a: there is no program", "$DOCKER")
        self.environ["DOCKER"] = self.write("not-executable", "x")
        self.assert_fails(self.diff("docker://a", "docker://b"), "docker://a: the program", "cannot be run", "$DOCKER")
        self.environ["DOCKER"] = self.home
        self.assert_fails(self.diff("docker://a", "docker://b"), "docker://a: the program", "cannot be run")
        del self.environ["DOCKER"]
        self.environ["PATH"] = self.home
        self.assert_fails(self.diff("docker://a", "docker://b"), 'there is no program "docker"', "install it")
        self.assert_fails(self.diff("nerdctl://a", "docker://b"), 'there is no program "nerdctl"', "$NERDCTL")

    def test_the_program_sees_no_shell_and_no_descriptors(self):
        self.docker(save="ls -l /proc/self/fd >{home}/open; cat >{home}/input; " + GOOD)
        self.assert_status(self.diff("docker://a", "docker://b"), 1)
        with open(self.path("open"), encoding="utf-8") as file:
            names = {line.split()[8] for line in file if "->" in line}
        self.assertEqual(names, {"0", "1", "2", "3"})  # 3: ls reads the directory
        self.assertEqual(os.path.getsize(self.path("input")), 0)

    def test_several_images(self):
        self.docker()
        self.fails("save writes: ", "several images", "example.com/0:1", image="several")

    def test_an_index_without_images(self):
        """Docker 25.0.0 to 25.0.2, of an image given by its ID."""
        self.docker()
        self.assert_status(self.diff("docker://25", "docker://a"), 0)
        self.assert_status(self.diff("docker://25", "docker://b"), 1)

    def test_where_it_was_pulled_from_does_not_count(self):
        self.docker()
        self.assert_status(self.diff("docker://oci", "docker://pulled"), 0)
        self.assert_status(self.diff("docker://pulled", self.path("oci.tar")), 0)
        self.assert_status(self.diff("docker://oci", "docker://annotated"), 0)

    def test_compressed(self):
        self.docker(save='gzip -c "{home}/$last.tar"')
        self.assert_status(self.diff("docker://a", self.path("a.tar")), 0)

    def test_a_platform(self):
        new = '{{"Client":{{"Version":"{}","ApiVersion":"{}"}},"Server":null}}'
        for client, api, passed in (("28.0.0", "1.48", True), ("29.1.2-rd", "1.52", True), ("30.0", "2.0", True),
                                    ("28.2.2", "1.47", False), ("27.5.1", "1.48", False), ("28", "1.48", False),
                                    ("20.10.24+dfsg1", "1.41", False), ("", "", False), ("x.y", "1.z", False)):
            self.docker(version=f"echo '{new.format(client, api)}'")
            for flags, wanted in (([], False), (["--platform=arm64"], passed), (["--all-platforms"], False),
                                  (["--platform=linux/amd64,linux/arm64"], False)):
                with self.subTest(client=client, api=api, flags=flags):
                    # The images are for amd64 alone; what was asked for is another matter.
                    self.assert_status(self.diff(*flags, "docker://a", "docker://b"), 2 if flags == ["--platform=arm64"] else 1)
                    self.assertEqual(self.calls("save")[-2:], ["save --platform=linux/arm64 -- a", "save --platform=linux/arm64 -- b"]
                                     if wanted else ["save -- a", "save -- b"])
        for version in ("echo '{'", "exit 1", "echo '[]'", f"echo '{new.format('28.0.0', '1.48')}'; exit 1"):
            self.docker(version=version)
            self.assert_status(self.diff("--platform=arm64", "docker://a", "docker://b"), 2)
            self.assertEqual(self.calls("save")[-1], "save -- b")

    def test_nerdctl(self):
        self.docker()
        self.environ["NERDCTL"] = self.environ.pop("DOCKER")
        for flags, wanted in (([], ""), (["--platform=arm64"], "--platform=linux/arm64 "),
                              (["--platform=amd64,arm64"], "--platform=linux/amd64,linux/arm64 "),
                              (["--all-platforms"], "--all-platforms ")):
            self.assert_status(self.diff(*flags, "nerdctl://a", "nerdctl://b"), 2 if flags == ["--platform=arm64"] else 1)
            self.assertEqual(self.calls("save")[-2:], [f"save {wanted}-- a", f"save {wanted}-- b"])

    def test_no_room(self):
        self.docker()
        self.environ["TMPDIR"] = self.path("none")
        self.fails("no temporary file in ", "$TMPDIR")
        small = self.path("small")
        os.mkdir(small)
        command = f"mount -t tmpfs -o size=100k none {small} && exec \"$@\""
        self.environ["TMPDIR"] = small
        result = subprocess.run(["unshare", "--mount", "sh", "-c", command, "sh", PROGRAMS["diffoci"], "diff", "docker://a",
                                 "docker://b"], env=self.environ, capture_output=True, text=True, check=False)
        if "mount" in result.stderr or "unshare" in result.stderr:
            self.skipTest("a small file system cannot be had: " + result.stderr)
        self.assert_fails(result, "docker://a: ", "temporary file in", "No space left on device", "$TMPDIR")
        self.assert_all_ended()

    def test_too_large(self):
        self.docker()
        self.assert_fails(self.diff("--max-scale=0.000001", "docker://a", "docker://b"), "docker://a: ", "--max-scale")
        self.assert_all_ended()


if __name__ == "__main__":
    main()
