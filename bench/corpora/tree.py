"""A tree of real files: Debian packages, fetched by apt and unpacked, not installed.

Uses the sources, keys and lists of the machine's apt with a status file of its own that says that
nothing is installed, so that apt resolves down to libc. Needs no root and no chroot, touches nothing
outside the cache directory.
"""

import os
import pathlib
import subprocess

# A base system, compilers, a JRE, Python and Node: about 2 GB in 90,000 entries on Debian 12.
PACKAGES = """
    base-files base-passwd bash coreutils dpkg apt login mount grep sed tar gzip findutils util-linux
    gcc g++ clang openjdk-17-jre-headless python3 nodejs npm golang-go libboost-dev git perl cargo
    vim-runtime
""".split()
# The first of these that the machine's apt knows.
HEADERS = ["linux-headers-amd64", "linux-headers-arm64", "linux-headers-generic"]


class Apt:
    def __init__(self, cache):
        self.packages = cache / "packages"
        (self.packages / "partial").mkdir(parents=True, exist_ok=True)
        status = cache / "packages" / "status"
        status.write_text("")
        self.options = [
            f"Dir::State::status={status}",
            f"Dir::Cache::archives={self.packages}",
            "Dir::Cache::pkgcache=",
            "Dir::Cache::srcpkgcache=",
            "APT::Install-Recommends=false",
            "Debug::NoLocking=true",
        ]
        if os.geteuid() == 0:
            self.options.append("APT::Sandbox::User=root")
        codename = os_release().get("VERSION_CODENAME")
        if codename:  # a machine may have other suppliers of Node and the like
            self.options.append(f"APT::Default-Release={codename}")

    def command(self, program, *arguments):
        return [program] + [w for o in self.options for w in ("-o", o)] + list(arguments)

    def knows(self, name):
        show = self.command("apt-cache", "show", "--no-all-versions", name)
        return subprocess.run(show, capture_output=True).returncode == 0

    def download(self, names):
        subprocess.run(
            self.command("apt-get", "--yes", "-qq", "--download-only", "install", *names),
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return sorted(self.packages.glob("*.deb"))


def os_release():
    fields = {}
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        key, separator, value = line.partition("=")
        if separator:
            fields[key] = value.strip('"')
    return fields


def unpack(package, directory):
    """One .deb, over what is there. Links to directories stay, as dpkg keeps them."""
    data = subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    )
    subprocess.run(
        ["tar", "-x", "-p", "--no-same-owner", "--keep-directory-symlink", "-C", str(directory)],
        stdin=data.stdout,
        check=True,
    )
    data.stdout.close()
    if data.wait() != 0:
        raise SystemExit(f"make-corpora: {package} cannot be unpacked")


def make_tree(cache):
    """The directory of the tree, made on the first call."""
    tree = cache / "tree"
    if tree.exists():
        return tree
    apt = Apt(cache)
    headers = [name for name in HEADERS if apt.knows(name)][:1]
    try:
        packages = apt.download(PACKAGES + headers)
    except subprocess.CalledProcessError:
        raise SystemExit("make-corpora: apt-get could not fetch the packages; `apt-get update` first?")
    making = cache / "tree.making"
    subprocess.run(["rm", "-rf", str(making)], check=True)
    making.mkdir()
    for package in packages:
        unpack(package, making)
    making.rename(tree)
    return tree
