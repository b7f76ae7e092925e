#!/usr/bin/env python3
"""--referrers with registries: the API and its pages against a scripted server, the tag against docker-registry."""
import hashlib
import shutil
import tempfile
import urllib.request

import common
from faulty import FaultyRegistry
from layout import OCI_INDEX, OCI_MANIFEST, Image, digest, dump, layer, write_layout
from registry import DockerRegistry, need, push

need("docker-registry", "skopeo")

SIGNATURE, SBOM = "application/x.signature", "application/x.sbom"
API = r"/referrers/"


class Artifact:
    """One that refers to an image."""

    def __init__(self, subject, kind, content, **annotations):
        empty, blob = b"{}", content.encode()
        self.blobs = {digest(empty): empty, digest(blob): blob}
        body = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": kind,
                "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(empty), "size": 2},
                "layers": [{"mediaType": "text/plain", "digest": digest(blob), "size": len(blob)}],
                "subject": {key: subject.descriptor[key] for key in ("mediaType", "digest", "size")}}
        if annotations:
            body["annotations"] = annotations
        self.manifest, self.media_type = dump(body), OCI_MANIFEST
        self.digest = digest(self.manifest)
        self.blobs[self.digest] = self.manifest
        self.descriptor = {"mediaType": OCI_MANIFEST, "digest": self.digest, "size": len(self.manifest),
                           "artifactType": kind, **({"annotations": annotations} if annotations else {})}


def index(artifacts):
    return dump({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [one.descriptor for one in artifacts]})


class Case(common.Case):
    def setUp(self):
        super().setUp()
        self.images = {"one": Image([layer(1, 1000)]), "two": Image([layer(2, 1000)])}

    def diffoci(self, *words, status, says=()):
        result = self.run_program("--local-cache", self.home + "/store", "diff", "--quiet", "--semantic", "--referrers",
                                  *words, program="diffoci")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stdout + result.stderr)
        return result

    def rows(self, *words, status=1):
        """The rows that are about referrers: (type, name, rest)."""
        lines = self.diffoci(*words, status=status).stdout.splitlines()[1:]
        return [tuple(line.split(None, 2)) for line in lines if line.split()[0] not in ("File", "Layer")]


class Api(Case):
    def serve(self, artifacts, *faults):
        """artifacts: {name of the image: [Artifact]}"""
        everything = {**{f"app:{name}": image for name, image in self.images.items()},
                      **{f"app:{one.digest[7:20]}": one for list_ in artifacts.values() for one in list_}}
        lists = {self.images[name].digest: list_ for name, list_ in artifacts.items()}

        def answer(handler, _):
            which = handler.path.rsplit("/", 1)[-1].split("?")[0]
            return handler.send(200, index(lists.get(which, [])), Content_Type=OCI_INDEX)

        self.server = FaultyRegistry(everything, [*faults, (API, answer)])
        self.addCleanup(self.server.close)
        return [f"{self.server.host}/app:{name}" for name in self.images]

    def artifacts(self, signature, *boms):
        return lambda image: [Artifact(image, SIGNATURE, signature), *(Artifact(image, SBOM, text) for text in boms)]

    def test_pairs(self):
        one, two = self.images.values()
        names = self.serve({"one": self.artifacts("s", "b")(one), "two": list(reversed(self.artifacts("s", "b")(two)))})
        self.assertEqual(self.rows(*names), [])
        asked = self.server.paths(API)
        self.assertEqual(asked, [f"/v2/app/referrers/{image.digest}" for image in self.images.values()])
        self.assertEqual(self.server.paths("sha256-"), [])

    def test_differ(self):
        one, two = self.images.values()
        names = self.serve({"one": self.artifacts("s", "b")(one), "two": self.artifacts("t", "b", "c")(two)})
        first = hashlib.sha256(b"s").hexdigest()
        self.assertEqual(self.rows(*names), [
            ("Desc", "text/plain", f"{first}    {hashlib.sha256(b't').hexdigest()}"),
            ("Idx", "ctx:/referrers-2", f'referrer "{SBOM}" only appears in input 1')])

    def test_not_asked(self):
        names = self.serve({"one": self.artifacts("s")(self.images["one"])})
        self.run_program("--local-cache", self.home + "/store", "diff", *names, program="diffoci")
        self.assertEqual(self.server.paths("referrers"), [])

    def test_same_image(self):
        """The same bytes in two registries may be referred to in different ways."""
        names = self.serve({"one": self.artifacts("s")(self.images["one"])})
        other = FaultyRegistry({"app:one": self.images["one"]})
        self.addCleanup(other.close)
        self.assertEqual(self.rows(names[0], f"{other.host}/app:one"),
                         [("Idx", "ctx:/referrers-0", f'referrer "{SIGNATURE}" only appears in input 0')])

    def test_pages(self):
        """Each page says where the next one is."""
        image = self.images["one"]
        artifacts = [Artifact(image, SBOM, str(i)) for i in range(5)]

        def page(handler, _):
            if image.digest not in handler.path:
                return False
            at = int(handler.path.partition("?at=")[2] or 0)
            more = {"Link": f'</v2/app/referrers/{image.digest}?at={at + 2}>; rel="next"'} if at < 4 else {}
            return handler.send(200, index(artifacts[at:at + 2]), Content_Type=OCI_INDEX, **more)

        names = self.serve({"one": artifacts}, (API, page))
        self.assertEqual(len(self.rows(*names)), 5)
        self.assertEqual(len(self.server.paths(image.digest + r"(\?|$)")), 3)

    def test_page_elsewhere(self):
        """What another server is asked for might tell it our credentials."""
        other = FaultyRegistry()
        self.addCleanup(other.close)
        names = self.serve({}, (API, lambda handler, _: handler.send(
            200, index([]), Content_Type=OCI_INDEX, Link=f'<{other.url}/v2/app/referrers/x>; rel="next"')))
        self.diffoci(*names, status=2, says=["another server", other.host])
        self.assertEqual(other.requests, [])

    def test_endless_pages(self):
        names = self.serve({}, (API, lambda handler, calls: handler.send(
            200, index([]), Content_Type=OCI_INDEX, Link=f'<?at={calls}>; rel="next"')))
        self.diffoci(*names, status=2, says="pages of referrers")
        names = self.serve({}, (API, lambda handler, _: handler.send(
            200, index([]), Content_Type=OCI_INDEX, Link='<>; rel="next"')))
        self.diffoci(*names, status=2, says="go in a circle")

    def test_bad_lists(self):
        for body, says in ((b"", "JSON"), (b"[]", "expected an index"), (b'{"schemaVersion":2,"manifests":7}', "manifests"),
                           (b'{"schemaVersion":2,"manifests":[{}]}', "digest")):
            names = self.serve({}, (API, lambda handler, _, body=body: handler.send(200, body, Content_Type=OCI_INDEX)))
            self.diffoci(*names, status=2, says=["referrers of sha256:", says])

    def test_too_many(self):
        image = self.images["one"]
        names = self.serve({"one": [Artifact(image, SBOM, str(i)) for i in range(20)]})
        self.diffoci("--max-scale", "0.004", *names, status=2, says="--max-scale")

    def test_refused(self):
        for status, says in ((403, "HTTP status 403"), (418, "HTTP status 418")):
            names = self.serve({}, (API, lambda handler, _, status=status: handler.send(status)))
            self.diffoci("--plain-http", self.server.host, *names, status=2, says=says)

    def test_missing(self):
        """One that is listed, but not there."""
        artifact = Artifact(self.images["one"], SIGNATURE, "s")
        other = Artifact(self.images["two"], SIGNATURE, "t")
        names = self.serve({"one": [artifact], "two": [other]})
        del self.server.images[f"app:{artifact.digest[7:20]}"]
        self.diffoci(*names, status=2, says=["has no manifest", artifact.digest])


class Tag(Case):
    """docker-registry 2.8 has no API for referrers: then there is a tag."""

    def setUp(self):
        super().setUp()
        self.directory = tempfile.mkdtemp(prefix="diffoci-referrers-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.registry = DockerRegistry(self.directory, self.directory + "/storage")
        self.addCleanup(self.registry.close)
        write_layout(self.directory + "/layout", self.images)
        self.names = [f"{self.registry.host}/app:{name}" for name in self.images]
        for name, target in zip(self.images, self.names):
            push(self.directory + "/layout", name, target, self.directory)

    def request(self, method, url, data=None, media_type="application/octet-stream"):
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": media_type})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.headers

    def put(self, artifact):
        base = f"http://{self.registry.host}/v2/app"
        for key, data in artifact.blobs.items():
            if key != artifact.digest:
                location = self.request("POST", base + "/blobs/uploads/", b"")["Location"]
                self.request("PUT", f"{location}&digest={key}", data)
        self.request("PUT", f"{base}/manifests/{artifact.digest}", artifact.manifest, OCI_MANIFEST)

    def refer(self, image, *artifacts):
        for artifact in artifacts:
            self.put(artifact)
        self.request("PUT", f"http://{self.registry.host}/v2/app/manifests/{image.digest.replace(':', '-')}",
                     index(artifacts), OCI_INDEX)

    def test_none(self):
        self.assertEqual(self.rows(*self.names), [])

    def test_tag(self):
        one, two = self.images.values()
        self.refer(one, Artifact(one, SIGNATURE, "s"), Artifact(one, SBOM, "b", by="x"))
        self.refer(two, Artifact(two, SBOM, "b", by="x"))
        self.assertEqual(self.rows(*self.names),
                         [("Idx", "ctx:/referrers-0", f'referrer "{SIGNATURE}" only appears in input 0')])
        self.refer(two, Artifact(two, SBOM, "b", by="x"), Artifact(two, SIGNATURE, "s"))
        self.assertEqual(self.rows(*self.names), [])


if __name__ == "__main__":
    common.main()
