"""The Go tool, where --go names one: timed beside, held to no target."""

import json
import subprocess
import tarfile
import tempfile

NAME = "docker.io/bench/{}:latest"


class Unavailable(Exception):
    pass


def named_archive(layout, name, path):
    """An OCI layout as an archive whose image has a name, which the Go tool wants."""
    index = json.loads((layout / "index.json").read_text())
    index["manifests"][0]["annotations"] = {"io.containerd.image.name": name}
    with tarfile.open(path, "w") as archive, tempfile.NamedTemporaryFile("w") as changed:
        changed.write(json.dumps(index))
        changed.flush()
        archive.add(layout / "oci-layout", "oci-layout")
        archive.add(changed.name, "index.json")
        archive.add(layout / "blobs", "blobs")


def load(program, directory, pair):
    """Imports both images of a pair; returns the command that compares them. Raises Unavailable."""
    base = [program, "--backend=local", f"--local-cache={directory / 'store'}"]
    names = []
    for side in ("a", "b"):
        name = NAME.format(f"{pair.name}-{side}")
        archive = directory / "image.tar"
        named_archive(pair / side, name, archive)
        done = subprocess.run(base + ["load", f"--input={archive}"], capture_output=True, text=True)
        archive.unlink()
        if done.returncode != 0:
            raise Unavailable(f"it does not load {pair.name}: {done.stderr.strip()[-160:]}")
        names.append(name)
    return base + ["diff", "--semantic"] + names
