"""The death of a process, and waits that have an end."""
import os
import signal
import subprocess
import sys
import time

from case import MKIMAGE, Case


class Ends(Case):
    def test_death_is_status_2_with_the_layer(self):
        for number, text in (signal.SIGSEGV, "Segmentation fault) while"), (signal.SIGKILL, "Killed): another process ended it while"):
            process, confined, _ = self.start(f"{self.host}/i:1", "./a.tar")
            self.layer_is_on_its_way()
            os.kill(confined, number)
            out, said = process.communicate(timeout=60)
            self.assertEqual((out, process.returncode), ("", 2))
            lines = [line for line in said.splitlines() if "signal" in line]
            self.assertEqual(len(lines), 1, said)
            self.assertIn(f"ended with signal {number} ({text}", lines[0])
            self.assertIn(f"blob sha256:{self.layer()} of input 0 ({self.host}/i:1)", lines[0])

    def test_broker_that_dies_takes_it_along(self):
        process, confined, _ = self.start(f"{self.host}/i:1", "./a.tar")
        process.kill()
        process.communicate(timeout=60)
        for _ in range(200):
            if not os.path.exists(f"/proc/{confined}"):
                return
            with open(f"/proc/{confined}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
            time.sleep(0.05)
        self.fail("it lives on")

    def test_timeout_while_a_registry_says_nothing(self):
        for way in self.way, "off":
            with self.subTest(way=way):
                begun = time.monotonic()
                result = self.diffoci(f"--sandbox={way}", "--timeout=1", f"{self.host}/i:1", "./a.tar")
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "diffoci: --timeout: 1 seconds have passed, and there is no answer yet\n")
                self.assertLess(time.monotonic() - begun, 30)

    def test_timeout_while_an_engine_says_nothing(self):
        engine = os.path.join(self.place.name, "engine")
        with open(engine, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho $$ >>engine.pids\nexec sleep 50\n")
        os.chmod(engine, 0o755)
        for way in self.way, "off":
            with self.subTest(way=way):
                result = self.diffoci(f"--sandbox={way}", "--timeout=1", "docker://i:1", "./a.tar", env=os.environ | {"DOCKER": engine})
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "diffoci: --timeout: 1 seconds have passed, and there is no answer yet\n")
        with open(os.path.join(self.place.name, "engine.pids"), encoding="ascii") as file:
            for pid in file.read().split():
                for _ in range(200):
                    if not os.path.exists(f"/proc/{pid}/exe"):
                        break
                    time.sleep(0.05)
                self.assertFalse(os.path.exists(f"/proc/{pid}/exe"), "the engine's program goes on")

    def test_timeout_does_not_count_who_reads(self):
        """The answer was there in time, and is more than a pipe holds."""
        for name, word in ("many", "1"), ("more", "2"):
            recipe = f'oci_archive("{name}.tar", image(layer(*[file("f" * 90 + str(i), "{word}") for i in range(1000)])))'
            subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, cwd=self.place.name, check=True)
        for way in self.way, "off":
            with self.subTest(way=way):
                words = self.command(f"--sandbox={way}", "--timeout=2", "./many.tar", "./more.tar")
                process = subprocess.Popen(words, cwd=self.place.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                time.sleep(7)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 1, err)
                self.assertGreater(out.count(b"\n"), 1000)
