"""Blobs -> an OCI image layout in a directory."""

import hashlib
import json
import os
import platform

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
CREATED = "2024-01-01T00:00:00Z"


class Layout:
    def __init__(self, directory):
        self.directory = directory
        self.blobs = directory / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)

    def add_json(self, media_type, value):
        data = json.dumps(value, separators=(",", ":")).encode()
        digest = hashlib.sha256(data).hexdigest()
        (self.blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def add_layer(self, blob):
        path = self.blobs / blob.digest
        if not path.exists():  # an image may have a layer twice
            os.link(blob.path, path)
        return {"mediaType": blob.media_type, "digest": f"sha256:{blob.digest}", "size": blob.size}

    def write(self, layers):
        """The image of these blobs, and the files that make the directory a layout."""
        machine = platform.machine()
        config = {
            "created": CREATED,
            "architecture": ARCHITECTURES.get(machine, machine),
            "os": "linux",
            "config": {"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "Cmd": ["/bin/sh"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{b.diff_id}" for b in layers]},
            "history": [{"created": CREATED, "created_by": f"layer {i}"} for i in range(len(layers))],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": self.add_json("application/vnd.oci.image.config.v1+json", config),
            "layers": [self.add_layer(blob) for blob in layers],
        }
        index = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [self.add_json(manifest["mediaType"], manifest)],
        }
        (self.directory / "index.json").write_text(json.dumps(index))
        (self.directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
