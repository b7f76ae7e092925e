"""A private certificate authority and a certificate for loopback, made by openssl."""
import os
import subprocess


def openssl(*words, text=None):
    subprocess.run(["openssl", *words], check=True, input=text, text=True, capture_output=True)


class Certificates:
    """directory/ca.crt, server.crt, server.key (127.0.0.1, ::1, localhost), client.cert, client.key"""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.ca = self.path("ca.crt")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path("ca.key"), "-out", self.ca,
                "-days", "2", "-subj", "/CN=Test authority")
        self.issue("server", "crt", "IP:127.0.0.1,IP:::1,DNS:localhost")
        self.issue("client", "cert", "DNS:client")

    def path(self, name):
        return os.path.join(self.directory, name)

    def issue(self, name, suffix, names, days=2):
        request, extensions = self.path(name + ".csr"), self.path(name + ".ext")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path(name + ".key"), "-out", request,
                "-subj", "/CN=" + name)
        with open(extensions, "w", encoding="ascii") as file:
            file.write("subjectAltName=" + names + "\n")
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.path("ca.key"), "-CAcreateserial",
                "-out", self.path(name + "." + suffix), "-days", str(days), "-extfile", extensions)
