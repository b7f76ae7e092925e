#!/usr/bin/env python3
"""Makes the images of questions that people come with: make.py DIRECTORY

  rebuilt   the same Dockerfile built twice, three days apart
  upgraded  a package of the image is there in another version
  added     curl installed on top of a base
  packed    jar files written again, one of them with something else in it

DIRECTORY/NAME-0 and NAME-1 are OCI image layouts. What is in them is made up, in the shape that Debian's packages, apt, dpkg and
Python have; it is the same bytes on every machine, layers are not compressed, so outputs can be held against files.
"""
import hashlib
import io
import os
import random
import struct
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import mkimage  # noqa: E402
from mkimage import directory, file, image, layer, parents, symlink  # noqa: E402

DAY = 24 * 60 * 60
BUILT = mkimage.MTIME


class Package:
    """Files by name, as (content, mode), and what dpkg knows of them."""

    def __init__(self, name, version, files):
        self.name, self.version, self.files = name, version, dict(files)
        sums = "".join(f"{hashlib.md5(content).hexdigest()}  {path}\n" for path, (content, _) in sorted(files.items()))
        listed = {"."} | set(files) | {above.rstrip("/") for path in files for above in parents(path)}
        self.files[f"var/lib/dpkg/info/{name}.list"] = ("".join(f"/{p}\n" for p in sorted(listed - {""})).encode(), 0o644)
        self.files[f"var/lib/dpkg/info/{name}.md5sums"] = (sums.encode(), 0o644)

    def status(self):
        return f"Package: {self.name}\nStatus: install ok installed\nVersion: {self.version}\n\n"


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def program(seed, size):
    return b"\x7fELF\x02\x01\x01" + noise(seed, size)


def base_packages():
    for number, name in enumerate(["bash", "coreutils", "dpkg", "libc6", "libssl3", "passwd", "python3", "tzdata"]):
        files = {f"usr/bin/{name}-{i}": (program(f"{name}{i}", 9000 + 700 * i), 0o755) for i in range(6)}
        files.update({f"usr/share/doc/{name}/{doc}": (f"{name}: {doc}\n".encode() * 40, 0o644) for doc in ("copyright", "changelog.Debian")})
        files.update({f"usr/lib/x86_64-linux-gnu/lib{name}.so.{i}": (program(f"lib{name}{i}", 40000), 0o644) for i in range(2)})
        yield Package(name, f"{number + 1}.2-{number}", files)
    yield Package("util-linux", "2.38.1-5", {"usr/bin/su": (program("su", 72000), 0o4755), "usr/bin/mount": (program("mount", 59000), 0o4755)})


def nginx(version, debian):
    """The same files in every version, those of the second with other contents in what the version is part of."""
    def own(name, size):
        return program(f"{name} {version}", size + (4096 if version.startswith("1.22.2") else 0))
    files = {"usr/sbin/nginx": (own("nginx", 1200000), 0o755)}
    files.update({f"usr/lib/nginx/modules/ngx_{m}_module.so": (own(m, 21000), 0o644) for m in ("http_geoip", "http_image_filter", "mail", "stream")})
    files.update({f"usr/share/nginx/html/{p}": (f"<p>{p}</p>\n".encode(), 0o644) for p in ("index.html", "50x.html")})
    files.update({f"etc/nginx/{p}": (f"# {p}\n".encode() * 30, 0o644) for p in ("nginx.conf", "mime.types", "fastcgi_params", "proxy_params")})
    files["usr/share/doc/nginx/changelog.Debian"] = (f"nginx ({version}-{debian}) bookworm; urgency=medium\n".encode() * 9, 0o644)
    files["usr/share/doc/nginx/copyright"] = (b"Copyright: the nginx authors\n" * 20, 0o644)
    return Package("nginx", f"{version}-{debian}", files)


def curl():
    libraries = {f"usr/lib/x86_64-linux-gnu/{name}": (program(name, size), 0o644)
                 for name, size in (("libcurl.so.4.8.0", 690000), ("libnghttp2.so.14.24.1", 170000), ("librtmp.so.1", 120000), ("libpsl.so.5.3.2", 70000))}
    docs = {f"usr/share/doc/{p}/{d}": (f"{p} {d}\n".encode() * 30, 0o644) for p in ("curl", "libcurl4", "libnghttp2-14", "librtmp1", "libpsl5")
            for d in ("copyright", "changelog.Debian")}
    return Package("curl", "7.88.1-10", {"usr/bin/curl": (program("curl", 283000), 0o755), "usr/share/zsh/vendor-completions/_curl": (b"#compdef curl\n", 0o644),
                                         **libraries, **docs})


def log(start, words):
    """dpkg.log and apt's history.log of an installation at a time."""
    day = f"2023-08-{1 + start // DAY:02}"
    lines = [f"{day} 11:{24 + i // 60:02}:{i % 60:02} {word}\n" for i, word in enumerate(words)]
    return {"var/log/dpkg.log": ("".join(lines).encode(), 0o644),
            "var/log/apt/history.log": (f"\nStart-Date: {day}  11:24:33\nCommandline: apt-get install\nEnd-Date: {day}  11:24:59\n".encode(), 0o644)}


def pyc(seed, mtime):
    """PEP 552: magic, flags, mtime and size of the source, then the code."""
    return struct.pack("<IIII", 0x0A0D0DA7, 0, mtime, 4000) + noise(seed, 3000)


def tree_of(packages, more=()):
    tree = {}
    for package in packages:
        tree.update(package.files)
    if packages:
        tree["var/lib/dpkg/status"] = ("".join(p.status() for p in packages).encode(), 0o644)
    tree.update(dict(more))
    return tree


def entries(tree, mtime, links=()):
    """Directories first, as an unpacked package has them; files at the package's own time, what is made in the build at its."""
    out, seen = [], set()
    for name in sorted(tree):
        for above in parents(name):
            above = above.rstrip("/")
            if above and above not in seen:
                seen.add(above)
                out.append(directory(above, mtime=mtime))
        content, mode = tree[name]
        out.append(file(name, content, mode=mode, mtime=mtime if name.startswith("var/") or name.endswith(".pyc") else BUILT - 90 * DAY))
    return out + [symlink(name, target, mtime=mtime) for name, target in links]


def of_layers(trees, commands, start, **config):
    created = f"2023-08-{1 + start // DAY:02}T11:24:33Z"
    history = [{"created": created if i else "2023-07-31T00:00:00Z", "created_by": command, **({"empty_layer": True} if not command.startswith(("RUN", "debuerreotype", "COPY")) else {})}
               for i, command in enumerate(commands)]
    layers = [layer(*entries(tree, BUILT + (start if number else 0)), compress=None) for number, tree in enumerate(trees)]
    return image(*layers, arch="amd64", created=created, config={"history": history, "config": {"Env": ["PATH=/usr/bin"], "Cmd": ["bash"], **config}})


BASE = "debuerreotype 0.15"


def rebuilt(start):
    """FROM base; RUN apt-get install nginx and compile what Python has; CMD."""
    base, package = list(base_packages()), nginx("1.22.1", "9")
    made = {**log(start, [f"status installed {p.name} {p.version}" for p in [package] * 12]),
            "var/cache/ldconfig/aux-cache": (b"glibc-ld.so.cache1.7" + struct.pack("<40Q", *[BUILT + start + i for i in range(40)]), 0o600),
            **{f"usr/lib/python3/dist-packages/app/__pycache__/m{i}.cpython-311.pyc": (pyc(i, BUILT + start), 0o644) for i in range(8)}}
    second = tree_of([package], made)
    second["var/lib/dpkg/status"] = ("".join(p.status() for p in base + [package]).encode(), 0o644)
    return of_layers([tree_of(base), second], [BASE, "RUN /bin/sh -c apt-get update && apt-get install -y nginx # buildkit", 'CMD ["nginx"]'], start)


def upgraded(version, debian, start):
    base, package = list(base_packages()), nginx(version, debian)
    second = tree_of([package], log(start, [f"status installed nginx {package.version}"] * 4))
    second["var/lib/dpkg/status"] = ("".join(p.status() for p in base + [package]).encode(), 0o644)
    command = f"RUN /bin/sh -c apt-get update && apt-get install -y nginx={package.version} # buildkit"
    return of_layers([tree_of(base), second], [BASE, f"ENV NGINX_VERSION={version}", command, 'CMD ["nginx"]'], start,
                     Env=["PATH=/usr/bin", f"NGINX_VERSION={version}"], Cmd=["nginx", "-g", "daemon off;"])


def added(with_curl):
    base, package = list(base_packages()), curl()
    if not with_curl:
        return of_layers([tree_of(base)], [BASE], 0)
    second = tree_of([package], log(0, ["status installed curl 7.88.1-10"] * 4))
    second["var/lib/dpkg/status"] = ("".join(p.status() for p in base + [package]).encode(), 0o644)
    return of_layers([tree_of(base), second], [BASE, "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"], 0)


def jar(members, day):
    """A zip archive as jar(1) writes it, at a day of August 2023."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 8, day, 11, 24, 32)), content)
    return out.getvalue()


def packed(day, answer):
    """Archives that a build wrote at another time, and one in which something changed."""
    manifest = {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n\r\n"}
    files = {"srv/app.jar": (jar({**manifest, "app/Main.class": noise("main", 4000), "app.properties": b"answer=" + answer + b"\n"}, day), 0o644),
             "srv/lib.jar": (jar({**manifest, "lib/A.class": noise("a", 3000)}, day), 0o644)}
    return of_layers([tree_of([], files)], ["COPY target/ /srv # buildkit"], 0)


PAIRS = {
    "rebuilt": lambda: (rebuilt(0), rebuilt(3 * DAY)),
    "upgraded": lambda: (upgraded("1.22.1", "9", 0), upgraded("1.22.2", "1", 0)),
    "added": lambda: (added(False), added(True)),
    "packed": lambda: (packed(1, b"42"), packed(4, b"54")),
}


def main():
    for name, make in PAIRS.items():
        for side, one in enumerate(make()):
            mkimage.oci_dir(os.path.join(sys.argv[1], f"{name}-{side}"), one)


if __name__ == "__main__":
    main()
