"""Images for the tests of registries: made in memory, written as an OCI image layout."""
import gzip
import hashlib
import io
import json
import os
import random
import tarfile

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(value):
    return json.dumps(value, separators=(",", ":")).encode()


def layer(seed, size, *more):
    """(compressed, diff_id) of a layer with a file that does not compress, named after the seed, and one for each further seed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for each in (seed, *more):
            info = tarfile.TarInfo(f"file-{each}")
            info.size = size
            tar.addfile(info, io.BytesIO(random.Random(each).randbytes(size)))
    return gzip.compress(out.getvalue(), 1, mtime=0), digest(out.getvalue())


class Image:
    """blobs: digest -> bytes, with the manifest, whose digest is self.digest."""

    def __init__(self, layers, architecture="amd64"):
        self.blobs = {}
        config = dump({"architecture": architecture, "os": "linux", "config": {},
                       "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]}})
        self.config = self.describe(config, OCI_CONFIG)
        self.layers = [self.describe(data, OCI_LAYER) for data, _ in layers]
        manifest = dump({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": self.config, "layers": self.layers})
        self.descriptor = self.describe(manifest, OCI_MANIFEST)
        self.descriptor["platform"] = {"os": "linux", "architecture": architecture}
        self.digest, self.manifest, self.media_type = self.descriptor["digest"], manifest, OCI_MANIFEST

    def describe(self, data, media_type):
        self.blobs[digest(data)] = data
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


class Index:
    """Several images under one name; looks like an Image."""

    def __init__(self, images):
        self.blobs = {}
        for image in images:
            self.blobs.update(image.blobs)
        self.manifest = dump({"schemaVersion": 2, "mediaType": OCI_INDEX,
                              "manifests": [image.descriptor for image in images]})
        self.digest, self.media_type = digest(self.manifest), OCI_INDEX
        self.blobs[self.digest] = self.manifest
        self.descriptor = {"mediaType": OCI_INDEX, "digest": self.digest, "size": len(self.manifest)}


def write_layout(directory, images):
    """images: {reference name: Image}"""
    os.makedirs(os.path.join(directory, "blobs", "sha256"))
    entries = []
    for name, image in images.items():
        for key, data in image.blobs.items():
            with open(os.path.join(directory, "blobs", "sha256", key[7:]), "wb") as file:
                file.write(data)
        descriptor = {key: value for key, value in image.descriptor.items() if key != "platform"}
        entries.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}})
    with open(os.path.join(directory, "oci-layout"), "w", encoding="ascii") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(os.path.join(directory, "index.json"), "wb") as file:
        file.write(dump({"schemaVersion": 2, "manifests": entries}))
