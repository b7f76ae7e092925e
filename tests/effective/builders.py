#!/usr/bin/env python3
"""diff --effective on what real builders make of the same content: builders.py DIFFOCI [CASE...]

umoci, buildah and skopeo, each in a place of its own; a case whose program is missing is skipped. What has to be found
follows from how the images were made.
"""
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))

import mkimage  # noqa: E402
import places  # noqa: E402

POLICY = {"default": [{"type": "insecureAcceptAnything"}]}


class Skip(Exception):
    pass


class Wrong(Exception):
    pass


def need(place, *programs):
    """Programs that are there and can do what they are for: not every container lets them."""
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"there is no program {program}")
        if program != "skopeo" and os.geteuid() != 0:
            raise Skip(f"{program} is run as root")
        if program == "buildah" and not places.root_is_mounted():
            raise Skip("/ is no mount point (a chroot?), so buildah cannot unpack layers")
        if program not in WORKS:
            WORKS[program] = probe(place, program)
        if WORKS[program]:
            raise Skip(f"{program} does not run here: {WORKS[program]}")


WORKS = {}  # program -> why it does not; "" if it does


def probe(place, program):
    try:
        if program == "umoci":
            place.umoci("probe", lambda root: None)
        elif program == "buildah":
            place.buildah_steps("probe", lambda root: None)
    except Wrong as wrong:
        return str(wrong)
    return ""


def fill(root, changed=False):
    """The content: what layers can hold and every builder keeps."""
    os.makedirs(f"{root}/etc/conf.d", mode=0o755, exist_ok=True)
    os.makedirs(f"{root}/usr/bin", exist_ok=True)
    os.makedirs(f"{root}/private", exist_ok=True)
    for name, content, mode in (("etc/hosts", "127.0.0.1 localhost\n", 0o644), ("etc/conf.d/a", "", 0o600),
                                ("usr/bin/tool", "#!/bin/sh\n" * 3000, 0o755), ("etc/version", "1\n", 0o444)):
        with open(f"{root}/{name}", "w", encoding="utf-8") as file:
            file.write(content if not changed or name != "etc/version" else "2\n")
        os.chmod(f"{root}/{name}", mode)
    for link, target in (("bin", "usr/bin"), ("etc/dangling", "/nowhere/at/all")):
        if not os.path.islink(f"{root}/{link}"):
            os.symlink(target, f"{root}/{link}")
    if not os.path.exists(f"{root}/usr/bin/other-name"):
        os.link(f"{root}/usr/bin/tool", f"{root}/usr/bin/other-name")
    for directory in ("etc", "etc/conf.d", "usr", "usr/bin"):
        os.chmod(f"{root}/{directory}", 0o755)
    os.chmod(f"{root}/private", 0o700)
    os.chown(f"{root}/private", 1000, 1000)


def junk(root):
    """What the last layer takes away or puts right."""
    os.makedirs(f"{root}/var/cache/deep")
    os.makedirs(f"{root}/usr/bin")
    for name in ("var/cache/deep/x", "var/cache/y", "usr/bin/gone"):
        with open(f"{root}/{name}", "w", encoding="utf-8") as file:
            file.write("junk\n")
    os.makedirs(f"{root}/etc/hosts")  # a directory where a file will be


def unjunk(root):
    shutil.rmtree(f"{root}/var")
    shutil.rmtree(f"{root}/etc/hosts")
    os.remove(f"{root}/usr/bin/gone")


class Place:
    def __init__(self, diffoci, directory):
        self.diffoci, self.directory = diffoci, directory
        self.policy = self.path("policy.json")
        with open(self.policy, "w", encoding="utf-8") as file:
            json.dump(POLICY, file)
        self.environ = {**os.environ, "HOME": directory, "TMPDIR": directory, "XDG_RUNTIME_DIR": directory,
                        "LC_ALL": "C"}
        self.environ.pop("REGISTRY_AUTH_FILE", None)
        self.containers = 0

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def call(self, *command, **more):
        try:
            done = subprocess.run(command, cwd=self.directory, env=self.environ, capture_output=True, text=True,
                                  check=False, timeout=120, stdin=subprocess.DEVNULL, **more)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{' '.join(command)}: does not end") from error
        if done.returncode != 0:
            raise Wrong(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    # umoci

    def umoci(self, layout, *steps, config=()):
        """An image of one layer for each step, a function that changes the root file system."""
        self.call("umoci", "init", "--layout", layout)
        self.call("umoci", "new", "--image", f"{layout}:x")
        for number, step in enumerate(steps):
            bundle = self.path(f"{layout}-bundle-{number}")
            self.call("umoci", "unpack", "--image", f"{layout}:x", bundle)
            step(f"{bundle}/rootfs")
            self.call("umoci", "repack", "--image", f"{layout}:x", bundle)
            shutil.rmtree(bundle)
        if config:
            self.call("umoci", "config", "--image", f"{layout}:x", *config)
        return f"oci:{self.path(layout)}:x"

    # buildah

    def buildah(self, *arguments):
        return self.call("buildah", "--root", self.path("root"), "--runroot", self.path("runroot"),
                         "--storage-driver", "vfs", *arguments).strip()

    def buildah_steps(self, layout, *steps, start="scratch", config=(), commit=()):
        """A container that every step changes, committed after each of them."""
        for number, step in enumerate(steps):
            name = f"{layout}-{number}"
            self.buildah("from", "--signature-policy", self.policy, "--name", name, start)
            step(self.buildah("mount", name))
            if config and number == len(steps) - 1:
                self.buildah("config", *config, name)
            start = f"oci:{self.path(layout)}:{number}"
            self.buildah("commit", "--signature-policy", self.policy, *commit, name, start)
            self.buildah("rm", name)
        return start

    def buildah_file(self, layout, lines, *flags):
        """An image built from a Dockerfile; the context is the content."""
        context = self.path("context")
        if not os.path.isdir(context):
            fill(context)
        with open(self.path("Dockerfile"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self.buildah("bud", "--isolation", "chroot", "--signature-policy", self.policy, *flags, "-f",
                     self.path("Dockerfile"), "-t", layout, context)
        self.buildah("push", "--signature-policy", self.policy, layout, f"oci:{self.path(layout)}:x")
        return f"oci:{self.path(layout)}:x"

    # skopeo

    def copy(self, source, target, *flags):
        self.call("skopeo", "--policy", self.policy, "copy", *flags, source, target)
        return target

    # diffoci

    def leaves(self, a, b, *flags):
        report = self.path("report.json")
        done = subprocess.run([self.diffoci, "diff", "--effective", f"--report-file={report}", *flags, a, b],
                              capture_output=True, text=True, check=False, env=self.environ, cwd=self.directory)
        if done.returncode not in (0, 1):
            raise Wrong(f"{a} {b}: status {done.returncode}\n{done.stderr}")
        with open(report, encoding="utf-8") as file:
            found = list(leaves_of(json.load(file)))
        if done.returncode != (1 if found else 0):
            raise Wrong(f"status {done.returncode} with {len(found)} differences")
        return found

    def expect(self, a, b, wanted=(), *flags):
        """wanted: what differs, as "PATH: FIELD, FIELD" or "config: FIELD"."""
        found = sorted(describe(event) for event in self.leaves(a, b, *flags))
        if found != sorted(wanted):
            raise Wrong(f"{a} {b}: found {found}, not {sorted(wanted)}")


def leaves_of(node):
    if "children" not in node:
        if node["event"]:
            yield node["event"]
        return
    for child in node["children"]:
        yield from leaves_of(child)


def describe(event):
    fields = [line[2:].partition(":")[0] for line in event.get("diff", "").splitlines()]
    if event["type"] == "TarEntryMismatch":
        path = event["inputs"][0]["tarEntry"]["header"]["Name"]
    elif event["type"] == "ConfigBlobMismatch":
        path = "config"
    else:
        return event["note"]
    return f"{path}: {', '.join(dict.fromkeys(fields))}"


# --- umoci ---------------------------------------------------------------------------------------


def umoci_layers(place):
    """All at once; in two layers, of which the second one takes away what the first has too much."""
    need(place, "umoci")
    one = place.umoci("one", fill)
    two = place.umoci("two", junk, lambda root: (unjunk(root), fill(root)))
    three = place.umoci("three", fill, lambda root: os.utime(f"{root}/etc/version", (5, 5)), lambda root: None)
    place.expect(one, two)
    place.expect(one, three)
    place.expect(three, two)
    changed = place.umoci("changed", junk, lambda root: (unjunk(root), fill(root, changed=True)))
    place.expect(one, changed, ["etc/version: Digest"])


def umoci_links(place):
    """A link that becomes a file of its own."""
    need(place, "umoci")

    def split(root):
        os.remove(f"{root}/usr/bin/other-name")
        shutil.copy2(f"{root}/usr/bin/tool", f"{root}/usr/bin/other-name")

    one = place.umoci("one", fill)
    two = place.umoci("two", fill, split)
    place.expect(one, two, ["usr/bin/tool: Hardlink"])


def umoci_config(place):
    need(place, "umoci")
    one = place.umoci("one", fill, config=["--config.env=A=1", "--config.env=B=2", "--author=me", "--config.cmd=x",
                                           "--created=2020-01-01T00:00:00Z"])
    two = place.umoci("two", fill, config=["--config.env=B=2", "--config.env=A=1", "--author=you", "--config.cmd=x"])
    three = place.umoci("three", fill, config=["--config.env=B=2", "--config.cmd=x", "--config.label=k=v"])
    place.expect(one, two)
    place.expect(one, three, ["config: config.Env.A", "config: config.Labels.k"])


# --- buildah -------------------------------------------------------------------------------------


def buildah_layers(place):
    """The same through one commit, and through two, with whiteouts in the second; in other formats too."""
    need(place, "buildah")
    one = place.buildah_steps("one", fill)
    two = place.buildah_steps("two", junk, lambda root: (unjunk(root), fill(root)), commit=["--timestamp=0"])
    docker = place.buildah_steps("docker", fill, commit=["--format=docker", "--disable-compression"])
    changed = place.buildah_steps("changed", fill, lambda root: os.chmod(f"{root}/etc/version", 0o400))
    place.expect(one, two)
    place.expect(two, docker)
    place.expect(docker, changed, ["etc/version: Mode"])


def buildah_file(place):
    """One Dockerfile, with a layer for every line and with one for all."""
    need(place, "buildah")
    lines = ["FROM scratch", "COPY etc /etc", "COPY usr /usr", "COPY --chown=7:8 etc/version /owned", "ENV A=1",
             "LABEL l=m", 'CMD ["/usr/bin/tool"]', "USER 1000"]
    layers = place.buildah_file("layers", lines, "--layers")
    single = place.buildah_file("single", lines, "--layers=false")
    dated = place.buildah_file("dated", lines, "--layers", "--timestamp=1000000000")
    squashed = place.buildah_file("squashed", lines, "--squash", "--format=docker")
    other = place.buildah_file("other", [*lines, "COPY --chown=9:8 etc/version /owned"], "--layers")
    place.expect(layers, single)
    place.expect(layers, dated)
    place.expect(layers, squashed)
    place.expect(layers, other, ["owned: Uid"])


# --- one against another -----------------------------------------------------------------------------


def umoci_buildah(place):
    """One content by two builders. buildah's root directory is of another mode, if it writes one; it puts its version
    into a label."""
    need(place, "umoci", "buildah")

    def filled(root):
        os.chmod(root, 0o755)
        fill(root)

    version = place.buildah("--version").split()[2]
    settings = ["--config.cmd=/bin/tool", "--config.env=A=1", f"--config.label=io.buildah.version={version}"]
    one = place.umoci("one", filled, config=settings)
    two = place.buildah_steps("two", filled, config=["--cmd", "/bin/tool", "--env", "A=1"])
    without = place.umoci("without", filled, config=settings[:2])
    place.expect(one, two)
    place.expect(two, without, ["config: config.Labels.io.buildah.version"])


def umoci_upon_buildah(place):
    """A layer of umoci's upon an image of buildah's, against the same from buildah alone."""
    need(place, "umoci", "buildah", "skopeo")
    base = place.buildah_steps("base", fill)
    place.copy(base, f"oci:{place.path('mixed')}:x")
    bundle = place.path("bundle")
    place.call("umoci", "unpack", "--image", "mixed:x", bundle)
    os.remove(f"{bundle}/rootfs/etc/dangling")
    shutil.rmtree(f"{bundle}/rootfs/etc/conf.d")
    place.call("umoci", "repack", "--image", "mixed:x", bundle)

    def without(root):
        os.remove(f"{root}/etc/dangling")
        shutil.rmtree(f"{root}/etc/conf.d")

    whole = place.buildah_steps("whole", fill, without)
    place.expect(f"oci:{place.path('mixed')}:x", whole)
    place.expect(base, whole, ['name "etc/conf.d" only appears in input 0', 'name "etc/conf.d/a" only appears in input 0',
                               'name "etc/dangling" only appears in input 0'])


# --- skopeo --------------------------------------------------------------------------------------


def small_image(arch="amd64"):
    entries = [mkimage.directory("etc/"), mkimage.file("etc/x", "one\n" * 999), mkimage.hardlink("etc/y", "etc/x"),
               mkimage.symlink("link", "/etc/x"), mkimage.file("gone", "x")]
    return mkimage.image(mkimage.layer(*entries), mkimage.layer(mkimage.file(".wh.gone"), mkimage.file(arch, arch)),
                         arch=arch, descriptor={"platform": mkimage.platform(arch)})


def skopeo_formats(place):
    """To Docker's media types, an archive, other compression, and back."""
    need(place, "skopeo")
    mkimage.oci_dir(place.path("start"), small_image())
    start = f"oci:{place.path('start')}"
    places = {
        "v2s2": place.copy(start, f"dir:{place.path('v2s2')}", "--format=v2s2"),
        "zstd": place.copy(start, f"oci:{place.path('zstd')}:x", "--dest-compress-format=zstd", "--dest-compress-level=9"),
        "plain": place.copy(start, f"dir:{place.path('plain')}", "--dest-decompress"),
        "docker": place.copy(start, f"docker-archive:{place.path('docker.tar')}:a/b:c"),
        "archive": place.copy(start, f"oci-archive:{place.path('archive.tar')}:x"),
    }
    places["back"] = place.copy(places["docker"], f"oci:{place.path('back')}:x")
    for name in places:
        place.expect(start, places[name])
    place.expect(places["docker"], places["zstd"])
    place.expect(places["v2s2"], places["back"])


def skopeo_all(place):
    """An index, copied with all its images, and compared with the images alone."""
    need(place, "skopeo")
    images = [small_image(arch) for arch in ("amd64", "arm64")]
    mkimage.oci_dir(place.path("start"), mkimage.index(*images, platforms=[mkimage.platform(a) for a in ("amd64", "arm64")]))
    mkimage.oci_dir(place.path("arm64"), images[1])
    start = f"oci:{place.path('start')}"
    # A manifest list needs manifests of its own kind, which skopeo does not make of others when it copies all of them.
    copied = place.copy(start, f"oci:{place.path('copied')}:x", "--all")
    place.expect(start, copied, [], "--all-platforms")
    place.expect(copied, f"oci:{place.path('arm64')}", [], "--platform=arm64")
    one = place.copy(start, f"oci:{place.path('one')}:x", "--override-arch=arm64", "--override-os=linux")
    place.expect(copied, place.copy(one, f"dir:{place.path('v2s2')}", "--format=v2s2"), [], "--platform=arm64")


CASES = [umoci_layers, umoci_links, umoci_config, buildah_layers, buildah_file, umoci_buildah, umoci_upon_buildah,
         skopeo_formats, skopeo_all]


def main():
    diffoci, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:]
    passed = failed = skipped = 0
    for case in CASES:
        if chosen and case.__name__ not in chosen:
            continue
        directory = places.folder("diffoci-builders-")
        try:
            case(Place(diffoci, directory))
            passed += 1
        except Skip as skip:
            print(f"{case.__name__}: skipped: {skip}")
            skipped += 1
        except Wrong as wrong:
            print(f"{case.__name__}: {wrong}")
            failed += 1
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
