"""What the tests of registries share: a scratch folder, and running the program that is tested."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "servers"))

PROGRAMS = {}  # "fetch": path, "diffoci": path


def main():
    """python3 test_X.py FETCH DIFFOCI [UNITTEST OPTIONS]"""
    PROGRAMS["fetch"], PROGRAMS["diffoci"] = sys.argv[1:3]
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


class Case(unittest.TestCase):
    """A test with a home of its own, in which no settings of the machine's owner are."""

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="diffoci-test-")
        self.addCleanup(shutil.rmtree, self.home)
        self.environ = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
        self.environ.update(PATH=os.environ["PATH"], HOME=self.home, CONTAINERS_REGISTRIES_CONF="/dev/null")

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def run_program(self, *words, timeout=60, program="fetch"):
        return subprocess.run([PROGRAMS[program], *words], env=self.environ, capture_output=True, text=True,
                              timeout=timeout, check=False)

    def good(self, *words, image=None, **more):
        """Runs fetch, which must succeed, with all blobs of the image if one is given."""
        result = self.run_program(*words, **more)
        self.assertEqual(result.returncode, 0, result.stderr)
        if image:
            lines = result.stdout.splitlines()
            self.assertIn(f"image {image.media_type} {image.digest} {len(image.manifest)}", lines)
            wanted = {key for key, data in image.blobs.items() if not data.startswith(b'{"schemaVersion"')}
            self.assertEqual({line.split()[1] for line in lines if line.startswith("blob ")}, wanted)
        return result

    def pulled(self, name, status=0, *words):
        """The same by diffoci, into an empty store, in two confined processes."""
        result = self.run_program("--backend=local", "--local-cache", tempfile.mkdtemp(dir=self.home), "pull", "--all-platforms", *words, name, program="diffoci")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def bad(self, *words, says, **more):
        """Runs fetch, which must fail with one line that holds all that is said."""
        result = self.run_program(*words, **more)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stderr)
        if "FETCH_DEBUG" not in self.environ:
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result
