"""docker-registry on loopback, and what it is filled with."""
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time

# Exit status with which a test says that it could not be run.
SKIPPED = 77


def need(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        print("skipped: not installed:", *missing)
        sys.exit(SKIPPED)


def free_port():
    """A port to be listened on by a program that cannot choose one. Below the range from which the kernel gives
    ports to others, who would otherwise be given this one before that program has started."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def bcrypt(password):
    """A line of a password file wants bcrypt, which the C library's crypt does."""
    return subprocess.run(["perl", "-e", 'print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))', password],
                          check=True, capture_output=True, text=True).stdout


class DockerRegistry:
    """storage: a directory, which several may share. extra: lines for its configuration."""

    def __init__(self, directory, storage, http="", extra=""):
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        path = os.path.join(directory, f"registry-{self.port}.yml")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\n"
                       f"storage:\n  filesystem:\n    rootdirectory: {storage}\n"
                       f"http:\n  addr: {self.host}\n{http}{extra}")
        self.log = open(path + ".log", "wb")
        self.process = subprocess.Popen(["docker-registry", "serve", path], stdout=self.log, stderr=self.log,
                                        env={**os.environ, "OTEL_TRACES_EXPORTER": "none"})
        self.wait()

    def wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            raise RuntimeError("docker-registry does not start:\n" + file.read())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def push(layout, name, target, home):
    """skopeo copies the image NAME of a layout into a plain registry."""
    subprocess.run(["skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false",
                    f"oci:{layout}:{name}", f"docker://{target}"], check=True, env={**os.environ, "HOME": home})
