#!/usr/bin/env python3
"""Makes images, sound and broken, byte by byte: the tests' image maker.

    mkimage.py < RECIPE

A recipe is Python; the functions below are there by name, files are written to the current
directory. Nothing here depends on the machine or the time: the same recipe gives the same bytes.

    a = image(layer(file("etc/x", "one")))
    b = image(layer(file("etc/x", "two")))
    oci_archive("a.tar", a)
    oci_dir("b", b)

Everything is made of bytes and dicts, so that a recipe can spoil any of them on the way:
    damaged = gzipped(tar(file("x", "y")))[:-8]
    oci_archive("bad.tar", image(blob(damaged, LAYER_GZIP)))
"""
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zlib

MTIME = 1690889073  # 2023-08-01 11:24:33 UTC

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP = LAYER + "+gzip"
LAYER_ZSTD = LAYER + "+zstd"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def to_bytes(value):
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, separators=(",", ":")).encode()


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


# --- tar ---------------------------------------------------------------------------------------


def number(value, width):
    """A header's number field: bytes as they are, octal where it fits, else base-256."""
    if isinstance(value, bytes):
        return value.ljust(width, b"\0")
    text = b"%0*o" % (width - 1, value) if value >= 0 else b""
    if value >= 0 and len(text) < width:
        return text + b"\0"
    field = (value + (1 << (8 * width))) % (1 << (8 * width)) if value < 0 else value
    raw = bytearray(field.to_bytes(width, "big"))
    raw[0] |= 0x80
    return bytes(raw)


def header(name, size=0, type="0", mode=0o644, uid=0, gid=0, uname="root", gname="root", mtime=MTIME, linkname="",
           major=0, minor=0, magic=b"ustar\x0000", checksum=None, prefix=b"", tail=None):
    """The 512 bytes of a header. checksum: another than the right one. tail: what stands from byte
    345 on, instead of prefix."""
    fields = [
        to_bytes(name)[:100].ljust(100, b"\0"), number(mode, 8), number(uid, 8), number(gid, 8), number(size, 12),
        number(mtime, 12), b" " * 8, to_bytes(type)[:1].ljust(1, b"\0"), to_bytes(linkname)[:100].ljust(100, b"\0"),
        magic, to_bytes(uname)[:32].ljust(32, b"\0"), to_bytes(gname)[:32].ljust(32, b"\0"),
        number(major, 8), number(minor, 8)]
    block = b"".join(fields)
    block += (tail if tail is not None else to_bytes(prefix)[:155]).ljust(512 - len(block), b"\0")
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(data):
    return data + b"\0" * (-len(data) % 512)


def record(key, value):
    """A PAX record: its length counts itself."""
    body = b" " + to_bytes(key) + b"=" + to_bytes(value) + b"\n"
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length += 1
    return str(length).encode() + body


def pax(records, type="x", **fields):
    """An extended header; records: a dict, or the bytes of its body."""
    body = records if isinstance(records, bytes) else b"".join(record(k, v) for k, v in records.items())
    fields.setdefault("size", len(body))
    return header("PaxHeaders.0/x", type=type, **fields) + padded(body)


def entry(name, content=b"", records=None, body=None, **fields):
    """An entry; records: PAX records in front of it; body: other bytes than the content padded."""
    content = to_bytes(content)
    fields.setdefault("size", len(content))
    data = header(name, **fields) + (padded(content) if body is None else body)
    return (pax(records) if records is not None else b"") + data


def file(name, content=b"", **fields):
    return entry(name, content, **fields)


def directory(name, **fields):
    return entry(name, **{"type": "5", "mode": 0o755, **fields})


def symlink(name, target, **fields):
    return entry(name, **{"type": "2", "mode": 0o777, "linkname": target, **fields})


def hardlink(name, target, **fields):
    return entry(name, **{"type": "1", "linkname": target, **fields})


def device(name, major, minor, type="3", **fields):
    return entry(name, type=type, major=major, minor=minor, **fields)


def fifo(name, **fields):
    return entry(name, **{"type": "6", **fields})


def gnu_long(name, type="L"):
    """GNU's header for a name ("L") or link target ("K") over 100 bytes; stands before the entry."""
    body = to_bytes(name) + b"\0"
    return header("././@LongLink", size=len(body), type=type, mode=0, magic=b"ustar  \0") + padded(body)


def tar(*entries, end=b"\0" * 1024):
    return b"".join(entries) + end


# --- compression -------------------------------------------------------------------------------


def gzipped(data, level=6):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=level, mtime=0) as file_:
        file_.write(data)
    return out.getvalue()


def gzip_member(data, crc=None, size=None, header=b"\x1f\x8b\x08\0\0\0\0\0\0\xff", stored=None):
    """A gzip member with parts of it replaced; stored: the deflate stream itself."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush() if stored is None else stored
    crc = zlib.crc32(data) if crc is None else crc
    size = len(data) & 0xFFFFFFFF if size is None else size
    return header + body + struct.pack("<II", crc, size)


def zstded(data, level=3, *options):
    return subprocess.run(["zstd", "-q", "-c", f"-{level}", *options], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


# --- images ------------------------------------------------------------------------------------


class Image:
    """Blobs by digest, and the descriptor that names the image among them."""

    def __init__(self):
        self.blobs = {}
        self.descriptor = None
        self.names = []

    def put(self, data, media_type, **more):
        """Adds a blob; the descriptor of it. more: further members, or other values for these."""
        data = to_bytes(data)
        self.blobs[sha256(data)] = data
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **more}

    def drop(self, descriptor):
        """Forgets a blob."""
        del self.blobs[descriptor["digest"]]

    def spoil(self, descriptor, data):
        """Another content under the same digest."""
        self.blobs[descriptor["digest"]] = to_bytes(data)

    def named(self, *names):
        self.names = list(names)
        return self

    def annotated(self, number_=0):
        """The descriptor for index.json, with its number_-th name."""
        name = self.names[number_] if self.names else None
        descriptor = dict(self.descriptor)
        if name:
            tag = name.rsplit("/", 1)[-1].split(":")[1:]
            descriptor["annotations"] = {
                **descriptor.get("annotations", {}), "io.containerd.image.name": name,
                "org.opencontainers.image.ref.name": tag[0] if tag else name}
        return descriptor


class Blob:
    """A layer as it is stored."""

    def __init__(self, data, media_type=LAYER, diff_id=None, **more):
        self.data, self.media_type, self.more = to_bytes(data), media_type, more
        self.diff_id = diff_id or sha256(self.data)


def blob(data, media_type=LAYER, diff_id=None, **more):
    return Blob(data, media_type, diff_id, **more)


def layer(*entries, compress="gzip", level=6, media_type=None, **more):
    plain = tar(*entries)
    if compress == "gzip":
        return Blob(gzipped(plain, level), media_type or LAYER_GZIP, sha256(plain), **more)
    if compress == "zstd":
        return Blob(zstded(plain, level), media_type or LAYER_ZSTD, sha256(plain), **more)
    return Blob(plain, media_type or LAYER, sha256(plain), **more)


def config_of(layers, arch="amd64", os_="linux", variant=None, created="2023-08-01T11:24:33Z", cmd=("sh",), **more):
    document = {"created": created, "architecture": arch, "os": os_, "config": {"Cmd": list(cmd)},
                "rootfs": {"type": "layers", "diff_ids": [l.diff_id for l in layers]},
                "history": [{"created": created, "created_by": f"layer {i}"} for i in range(len(layers))]}
    if variant:
        document["variant"] = variant
    return {**document, **more}


def image(*layers, config=None, manifest=None, media_type=MANIFEST, config_type=CONFIG, into=None, raw_manifest=None,
          raw_config=None, descriptor=None, **config_fields):
    """An image of one manifest. config, manifest: members to add or replace; raw_*: other bytes
    altogether; descriptor: members of the descriptor that names it; into: an image that takes the
    blobs."""
    out = into if into is not None else Image()
    document = {**config_of(layers, **config_fields), **(config or {})}
    body = {"schemaVersion": 2, "mediaType": media_type,
            "config": out.put(raw_config if raw_config is not None else document, config_type),
            "layers": [out.put(l.data, l.media_type, **l.more) for l in layers], **(manifest or {})}
    out.manifest = body
    out.descriptor = out.put(raw_manifest if raw_manifest is not None else body, media_type, **(descriptor or {}))
    return out


def platform(arch, os_="linux", variant=None):
    return {"architecture": arch, "os": os_, **({"variant": variant} if variant else {})}


def index(*images, platforms=None, media_type=INDEX, descriptors=None, raw=None, **more):
    """An image of several manifests, one per image; platforms: one for each."""
    out = Image()
    members = []
    for i, one in enumerate(images):
        out.blobs.update(one.blobs)
        member = dict(one.descriptor)
        if platforms and platforms[i]:
            member["platform"] = platforms[i]
        members.append(member)
    body = {"schemaVersion": 2, "mediaType": media_type, "manifests": descriptors if descriptors is not None else members,
            **more}
    out.descriptor = out.put(raw if raw is not None else body, media_type)
    return out


# --- archives ----------------------------------------------------------------------------------


def oci_files(images, index_json=None, layout='{"imageLayoutVersion":"1.0.0"}'):
    """The files of an OCI image layout, in the order in which they are written."""
    files = {"oci-layout": to_bytes(layout)} if layout is not None else {}
    descriptors = [one.annotated(n) for one in images for n in range(max(1, len(one.names)))]
    document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}
    files["index.json"] = to_bytes(index_json if index_json is not None else document)
    for one in images:
        for digest, data in one.blobs.items():
            files["blobs/" + digest.replace(":", "/")] = data
    return files


def write(path, data):
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(to_bytes(data))


def oci_dir(path, *images, **more):
    for name, data in oci_files(images, **more).items():
        write(os.path.join(path, name), data)


def compressed(data, compress):
    return {None: lambda d: d, "gzip": gzipped, "zstd": zstded}[compress](data)


def parents(name):
    parts = name.split("/")[:-1]
    return ["/".join(parts[:n + 1]) for n in range(len(parts))]


def archive(path, files, compress=None, cut=None):
    """Directories have members of their own, and all are the user's: else skopeo could unpack it as root only."""
    own = {"uid": os.getuid(), "gid": os.getgid()}
    folders = {f"{folder}/" for name in files for folder in parents(name)}
    data = tar(*(directory(name, **own) for name in sorted(folders)),
               *(file(name, content, **own) for name, content in files.items()))
    write(path, compressed(data, compress)[:cut])


def oci_archive(path, *images, compress=None, cut=None, **more):
    archive(path, oci_files(images, **more), compress, cut)


def docker_files(images, style="20"):
    """What "docker save" writes without an OCI layout; each image of image() with plain layers.
    style "20": one directory per layer; "podman": SHA.tar beside each other."""
    files, documents = {}, []
    for one in images:
        names = []
        for i, descriptor in enumerate(one.manifest["layers"]):
            hex_ = descriptor["digest"].split(":")[1]
            name = f"{hex_}/layer.tar" if style == "20" else f"{hex_}.tar"
            if style == "20":
                files[f"{hex_}/VERSION"] = b"1.0"
            files[name] = one.blobs[descriptor["digest"]]
            names.append(name)
        digest = one.manifest["config"]["digest"]
        config = digest.split(":")[1] + ".json"
        files[config] = one.blobs[digest]
        documents.append({"Config": config, "RepoTags": one.names or None, "Layers": names})
    files["manifest.json"] = to_bytes(documents)
    return files


def docker_archive(path, *images, style="20", compress=None, replace=None, cut=None):
    """replace: files to add, or with None to leave out."""
    files = {**docker_files(images, style), **(replace or {})}
    archive(path, {k: to_bytes(v) for k, v in files.items() if v is not None}, compress, cut)


if __name__ == "__main__":
    exec(compile(sys.stdin.read(), "recipe", "exec"), globals())
