#!/usr/bin/env python3
"""Blobs that are not where the image is: urls and data of descriptors; and tokens of the user's own."""
import base64
import json
import os
import subprocess

import common
from faulty import FaultyRegistry
from layout import Image, dump, layer, write_layout

SECRET = "correct-horse-battery"
FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
BLOBS = r"/blobs/"


class Case(common.Case):
    def setUp(self):
        super().setUp()
        self.elsewhere = FaultyRegistry(faults=[("^/files/", self.serve_file)])
        self.addCleanup(self.elsewhere.close)
        self.files = {}
        self.store = self.home + "/store"

    def serve_file(self, handler, _):
        data = self.files.get(handler.path)
        return handler.send(200, data) if data is not None else handler.send(404)

    def image(self, seed, urls, size=300_000, **more):
        """An image whose only layer is elsewhere, under the name file-SEED."""
        image = Image([layer(seed, size)])
        described = {**image.layers[0], "mediaType": FOREIGN, "urls": urls, **more}
        self.files[f"/files/{seed}"] = image.blobs.pop(described["digest"])
        document = {**json.loads(image.manifest), "layers": [described]}
        del image.blobs[image.digest]
        image.manifest = dump(document)
        image.descriptor = image.describe(image.manifest, image.media_type)
        image.digest, image.foreign = image.descriptor["digest"], described
        return image

    def url(self, seed):
        return f"{self.elsewhere.url}/files/{seed}"

    def serve(self, images, *faults):
        server = FaultyRegistry({f"app:{name}": image for name, image in images.items()}, faults)
        self.addCleanup(server.close)
        return server

    def diffoci(self, *words, status, says=()):
        result = self.run_program("--local-cache", self.store, *words, program="diffoci")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stderr)
        return result


class Urls(Case):
    def test_registry(self):
        server = self.serve({str(i): self.image(i, ["ftp://x.invalid/", self.url(i)]) for i in (1, 2)})
        names = [f"{server.host}/app:{i}" for i in (1, 2)]
        self.assertIn("file-1", self.diffoci("diff", "--no-cache", *names, status=1).stdout)
        self.assertEqual(len(self.elsewhere.requests), 2)
        # Through the store, where they are kept.
        self.diffoci("diff", *names, status=1)
        self.diffoci("diff", *names, status=1)
        self.assertEqual(len(self.elsewhere.requests), 4)

    def test_pull(self):
        image = self.image(1, [self.url(1)])
        server = self.serve({"1": image})
        self.diffoci("pull", f"{server.host}/app:1", status=0)
        with open(f"{self.store}/blobs/sha256/{image.foreign['digest'][7:]}", "rb") as file:
            self.assertEqual(file.read(), self.files["/files/1"])

    def test_registry_first(self):
        image = self.image(1, [self.url(1)])
        image.blobs[image.foreign["digest"]] = self.files["/files/1"]
        server = self.serve({"1": image})
        self.good(f"{server.host}/app:1", image=image)
        self.assertEqual(self.elsewhere.requests, [])

    def test_several(self):
        """One that does not answer, one that has it not, one of another size, then the right one."""
        self.files["/files/short"] = b"x"
        image = self.image(1, ["http://127.0.0.1:1/", self.url("none"), self.url("short"), self.url(1)])
        server = self.serve({"1": image})
        self.good("--backoff", "1", f"{server.host}/app:1")

    def test_wrong(self):
        image = self.image(1, [self.url(1)])
        server = self.serve({"1": image})
        self.files["/files/1"] = bytes(len(self.files["/files/1"]))
        self.bad(f"{server.host}/app:1", says=["digest mismatch", image.foreign["digest"]])
        self.diffoci("pull", f"{server.host}/app:1", status=2, says="digest mismatch")

    def test_nowhere(self):
        image = self.image(1, [self.url("none") + "?signature=" + SECRET])
        server = self.serve({"1": image})
        result = self.bad(f"{server.host}/app:1",
                          says=["has no blob", "nor is it to be had from its urls", self.url("none"), "404"])
        self.assertNotIn(SECRET, result.stderr)

    def test_other_schemes(self):
        secret = self.write("secret", "secret")
        server = self.serve({"1": self.image(1, ["file://" + secret, "ftp://127.0.0.1/x", "/files/1", ""])})
        result = self.bad(f"{server.host}/app:1", says="has no blob")
        self.assertNotIn("urls", result.stderr)

    def test_redirects(self):
        def circle(handler, _):
            return handler.send(302, Location=handler.path)

        def there(handler, _):
            return handler.send(307, Location="/files/1")

        self.elsewhere.faults += [("^/circle", circle), ("^/there", there)]
        server = self.serve({"1": self.image(1, [self.elsewhere.url + "/circle", self.elsewhere.url + "/there"])})
        self.good(f"{server.host}/app:1")

    def test_no_credentials(self):
        """What the registry is told is not told to others, not even when they ask for it."""
        def private(handler, _):
            return handler.headers["Authorization"] is None and handler.send(401, WWW_Authenticate='Basic realm="x"')

        server = self.serve({"1": self.image(1, [self.url("private"), self.url(1)])}, ("/v2/app/", private))
        self.elsewhere.faults.insert(0, ("private", lambda handler, _: handler.send(401, WWW_Authenticate='Basic realm="x"')))
        auth = base64.b64encode(f"user:{SECRET}".encode()).decode()
        self.write(".docker/config.json", json.dumps({"auths": {host: {"auth": auth} for host in
                                                                (server.host, self.elsewhere.host)}}))
        self.good(f"{server.host}/app:1")
        self.assertEqual(self.elsewhere.headers("Authorization"), [])
        self.assertEqual(len(self.elsewhere.requests), 2)

    def test_files(self):
        """An image layout that lacks them, as skopeo writes it."""
        for i in (1, 2):
            write_layout(f"{self.home}/{i}", {"x": self.image(i, [self.url(i)])})
        names = [f"oci:{self.home}/{i}:x" for i in (1, 2)]
        # Whoever wrote the file chose the URLs: nobody is asked without being told to, nor any private address.
        self.diffoci("diff", *names, status=2, says=["not in the image layout", "--foreign-urls fetches it from its urls"])
        self.diffoci("diff", "--foreign-urls", *names, status=2, says=["not in the image layout", "refused"])
        self.assertEqual(self.elsewhere.requests, [])
        allowed = ("--foreign-urls", "--plain-http", self.elsewhere.host)
        self.assertIn("file-2", self.diffoci("diff", *allowed, *names, status=1).stdout)
        self.assertFalse(os.path.exists(self.store))

    def test_files_with_ordinary_layers(self):
        """Whose URLs would be a way to make us ask for anything."""
        image = self.image(1, [self.url(1)], mediaType="application/vnd.oci.image.layer.v1.tar+gzip")
        write_layout(f"{self.home}/1", {"x": image})
        self.diffoci("diff", "--foreign-urls", "--plain-http", self.elsewhere.host, f"oci:{self.home}/1:x",
                     f"oci:{self.home}/1:x", "--verify", status=2, says="not in the image layout")
        self.assertEqual(self.elsewhere.requests, [])

    def test_names_and_redirects_to_private_addresses(self):
        port = self.elsewhere.host.split(":")[1]
        self.elsewhere.faults.append(("^/there", lambda handler, _: handler.send(307, Location="http://169.254.169.254/x")))
        for host in ("localhost", "[::ffff:127.0.0.1]", "2130706433"):
            layout = f"{self.home}/{host.strip('[]').replace(':', '-')}"
            write_layout(layout, {"x": self.image(1, [f"http://{host}:{port}/files/1"])})
            self.diffoci("diff", "--foreign-urls", f"oci:{layout}:x", f"oci:{layout}:x", "--verify", status=2, says="refused")
            self.assertEqual(self.elsewhere.requests, [])
        # The registry itself is asked; where it sends us is looked at.
        plain = Image([layer(1, 1000)])
        server = self.serve({"1": plain}, (BLOBS, lambda handler, _: handler.send(307, Location="http://169.254.169.254/x")))
        self.bad(f"{server.host}/app:1", says=["169.254.169.254", "refused"])

    def test_load(self):
        image = self.image(1, [self.url(1)])
        write_layout(f"{self.home}/layout", {"example.com/i:1": image})
        subprocess.run(["tar", "-C", f"{self.home}/layout", "-cf", f"{self.home}/a.tar", "."], check=True)
        self.diffoci("load", "--input", f"{self.home}/a.tar", status=2, says="not in the archive")
        self.assertEqual(self.elsewhere.requests, [])
        words = ("load", "--foreign-urls", "--plain-http", self.elsewhere.host, "--input", f"{self.home}/a.tar")
        self.diffoci(*words, status=0)
        with open(f"{self.store}/blobs/sha256/{image.foreign['digest'][7:]}", "rb") as file:
            self.assertEqual(file.read(), self.files["/files/1"])
        self.diffoci("remove", "example.com/i:1", status=0)
        self.files.clear()
        self.diffoci(*words, status=2, says=["not in the archive", "nor is it to be had"])


class Data(Case):
    def test_data(self):
        """A blob that is nowhere but in its descriptor."""
        data = layer(1, 100)[0]
        image = self.image(1, [], size=100, data=base64.b64encode(data).decode())
        self.files.clear()
        server = self.serve({"1": image, "2": Image([layer(2, 100)])})
        self.good(f"{server.host}/app:1")
        self.assertIn("file-1", self.diffoci("diff", f"{server.host}/app:1", f"{server.host}/app:2", status=1).stdout)
        self.diffoci("pull", f"{server.host}/app:1", status=0)
        with open(f"{self.store}/blobs/sha256/{image.foreign['digest'][7:]}", "rb") as file:
            self.assertEqual(file.read(), data)
        write_layout(f"{self.home}/layout", {"x": image})
        self.diffoci("diff", f"oci:{self.home}/layout:x", f"{server.host}/app:1", status=0)
        self.diffoci("diff", f"oci:{self.home}/layout:x", f"{server.host}/app:2", status=1)


class RegistryToken(Case):
    def setUp(self):
        super().setUp()
        self.plain = Image([layer(1, 1000)])
        self.environ["FETCH_DEBUG"] = "1"

    def bearer(self, handler, _):
        if handler.headers["Authorization"] == "Bearer " + SECRET:
            return False
        return handler.send(401, WWW_Authenticate=f'Bearer realm="{self.elsewhere.url}/token",service="s"')

    def test_token(self):
        server = self.serve({"1": self.plain}, ("/v2/app/", self.bearer))
        self.write(".docker/config.json", json.dumps({"auths": {server.host: {"registrytoken": SECRET}}}))
        result = self.good(f"{server.host}/app:1", image=self.plain)
        self.assertNotIn(SECRET, result.stderr)
        self.write(".docker/config.json", json.dumps({"auths": {server.host: {"registrytoken": "another-token"}}}))
        result = self.bad(f"{server.host}/app:1", says="refuses the token from")
        self.assertNotIn("another-token", result.stderr)
        self.assertEqual(self.elsewhere.requests, [])

    def test_basic(self):
        server = self.serve({"1": self.plain}, ("/v2/app/", lambda handler, _:
                                                handler.send(401, WWW_Authenticate='Basic realm="x"')))
        self.write(".docker/config.json", json.dumps({"auths": {server.host: {"registrytoken": SECRET}}}))
        result = self.bad(f"{server.host}/app:1", says="asks for a password")
        self.assertNotIn(SECRET, result.stderr)
        self.assertEqual(server.headers("Authorization"), [])


if __name__ == "__main__":
    common.main()
