#!/usr/bin/env python3
"""The local store under stress: run.py DIFFOCI [--rounds N] [NAME...]

Each test below works in an empty directory of its own; NAMEs choose some. --rounds: how many
processes are killed (default 40; 200 for the full version). Everything that is claimed about a
store's files is computed here, by python's hashlib and json. Prints 'N passed, N failed, N skipped';
exit status 1 if one failed.
"""
import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tools")]
import mkimage as mk  # noqa: E402
import places  # noqa: E402
from registry import Registry  # noqa: E402

TIME_LIMIT = 60
FULL = 200  # rounds
LAYERS_SEEN = b"\x80\x81" * 40000


class Skip(Exception):
    pass


# --- running diffoci -----------------------------------------------------------------------------

PROGRAM = None
SEED = None


def command(*arguments, store="store", program=None):
    return [program or PROGRAM, "--local-cache", store, *arguments]


def run(*arguments, store="store", status=0, program=None, **more):
    more.setdefault("timeout", TIME_LIMIT)
    result = subprocess.run(command(*arguments, store=store, program=program), capture_output=True, text=True, **more)
    if status is not None and result.returncode != status:
        raise AssertionError(f"{arguments}: status {result.returncode}, wanted {status}\n{result.stdout}{result.stderr}")
    return result


def listed(store="store"):
    """The names that `images` prints, in full."""
    rows = [line.split() for line in run("images", store=store).stdout.splitlines()[1:]]
    return {f"{row[0]}:{row[1]}" for row in rows}


# --- looking at a store without diffoci ----------------------------------------------------------


def load_json(path):
    with open(path, "rb") as file:
        return json.load(file)


def blob_path(store, digest):
    return os.path.join(store, "blobs", *digest.split(":"))


def tree(store, descriptor):
    """The digests of all blobs below a descriptor, itself included; KeyError if one is not there."""
    digest = descriptor["digest"]
    path = blob_path(store, digest)
    if not os.path.exists(path):
        raise KeyError(digest)
    out = {digest}
    if "manifest" in descriptor["mediaType"] or "index" in descriptor["mediaType"]:
        document = load_json(path)
        for part in [*document.get("manifests", []), *document.get("layers", []), *filter(None, [document.get("config")])]:
            out |= tree(store, part)
    return out


def index_of(store):
    return load_json(os.path.join(store, "index.json"))["manifests"]


def all_blobs(store):
    base = os.path.join(store, "blobs", "sha256")
    return {"sha256:" + name for name in os.listdir(base)} if os.path.isdir(base) else set()


def check_store(store="store", complete=True):
    """Every blob is what its name says, every image is complete. The names, and all needed blobs."""
    names, needed = set(), set()
    for _ in range(3):  # a concurrent removal may fall between reading the index and the blobs
        try:
            names, needed = set(), set()
            for entry in index_of(store):
                needed |= tree(store, entry) if complete else set()
                names.add(entry.get("annotations", {}).get("io.containerd.image.name"))
            break
        except KeyError as error:
            missing = error
    else:
        raise AssertionError(f"an image lacks {missing}")
    for digest in all_blobs(store):
        try:
            with open(blob_path(store, digest), "rb") as file:
                found = "sha256:" + hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            continue
        assert found == digest, f"{digest} holds {found}"
    return names, needed


def check_clean(store="store"):
    """No leftovers: what is there is needed."""
    names, needed = check_store(store)
    assert all_blobs(store) == needed, f"not needed: {all_blobs(store) - needed}"
    for folder in ("leases", "partial"):
        left = os.listdir(os.path.join(store, ".diffoci", folder))
        assert not left, f"{folder}: {left}"
    return names


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def sample(i, shared=None, size=400000):
    """An image of three layers, the first of which it shares with others."""
    base = mk.layer(mk.file("base", shared or LAYERS_SEEN), compress=None)
    return mk.image(base, mk.layer(mk.file(f"f{i}", noise(i, size)), compress=None),
                    mk.layer(mk.file("last", f"image {i}")), created="2024-01-01T00:00:00Z", author=f"author {i}")


# --- tests ---------------------------------------------------------------------------------------


class Readers:
    """Compare two images that are never removed, over and over; the result must stay the same."""

    def __init__(self, a, b, count=1):
        self.arguments = ("diff", "--pull=never", a, b)
        self.wanted = run(*self.arguments, status=1).stdout
        assert "f0" in self.wanted
        self.stop, self.problems, self.rounds = False, [], 0
        self.threads = [threading.Thread(target=self.work) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.stop:
            result = run(*self.arguments, status=None)
            self.rounds += 1
            if result.returncode != 1 or result.stdout != self.wanted:
                self.problems.append(result.stdout + result.stderr)
                return

    def finish(self):
        self.stop = True
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems[0]
        assert self.rounds > 0


def duration(arguments, **more):
    start = time.monotonic()
    run(*arguments, **more)
    return time.monotonic() - start


def test_kill(rounds):
    """Killed at a random moment of load, pull and remove, the store holds what was complete."""
    rng = random.Random(SEED)
    images = [sample(i) for i in range(6)]
    registry = Registry()
    for i, one in enumerate(images):
        one.named(f"example.com/i:{i}")
        (mk.docker_archive if i % 3 == 2 else mk.oci_archive)(f"{i}.tar", one, compress="gzip" if i % 2 else None)
    for i in (0, 1):
        run("load", "--input", f"{i}.tar")
    pulled = {i: registry.add(f"p:{i}", images[i]) for i in range(2, 6)}
    ways = {f"example.com/i:{i}": ("load", "--input", f"{i}.tar") for i in range(2, 6)}
    ways.update({name: ("pull", name) for name in pulled.values()})
    usual = max(duration(ways["example.com/i:2"]), duration(ways[pulled[2]]))
    sure = {"example.com/i:0", "example.com/i:1", "example.com/i:2", pulled[2]}
    readers = Readers("example.com/i:0", "example.com/i:1")
    killed = 0
    try:
        for number in range(rounds):
            name = rng.choice(list(ways))
            remove = name in sure or rng.random() < 0.2
            process = subprocess.Popen(command(*(("remove", name) if remove else ways[name])),
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if remove:
                sure.discard(name)
            time.sleep(rng.random() * usual * (0.5 if remove else 1.2))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
            if process.returncode == 0 and not remove:
                sure.add(name)
            names, _ = check_store()
            assert sure <= names, f"round {number}: lost {sure - names}"
            if number % 10 == 9:
                assert sure <= listed()
    finally:
        readers.finish()
        registry.close()
    assert killed >= rounds // 4, f"only {killed} of {rounds} were killed"
    run("load", "--input", "0.tar")  # any opening for writing sweeps
    names = check_clean()
    assert sure <= names
    run("remove", *names)
    check_clean()
    assert not all_blobs("store")


def test_together(rounds):
    """Processes that load, remove, pull and compare at once lose nothing."""
    # What comes and goes shares a layer, which each removal would like to free.
    images = [sample(i, size=150000, shared=b"shared" * 20000 if i > 1 else None) for i in range(6)]
    registry = Registry()
    for i, one in enumerate(images):
        one.named(f"example.com/i:{i}")
        mk.oci_archive(f"{i}.tar", one)
    for i in (0, 1):
        run("load", "--input", f"{i}.tar")
    names = {i: registry.add(f"p:{i}", images[i]) for i in (4, 5)}
    readers = Readers("example.com/i:0", "example.com/i:1", count=2)
    problems = []
    stop = time.monotonic() + min(60, rounds / 5)

    def work(load, remove, name):
        try:
            while time.monotonic() < stop:
                run(*load)
                result = run("diff", "--pull=never", "example.com/i:0", name, status=1)
                assert "f0" in result.stdout, result.stdout
                run(*remove)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(("load", "--input", f"{i}.tar"), ("remove", f"example.com/i:{i}"),
                                                   f"example.com/i:{i}")) for i in (2, 3)]
    threads += [threading.Thread(target=work, args=(("pull", name), ("remove", name), name)) for name in names.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    readers.finish()
    registry.close()
    assert not problems, problems[0]
    run("load", "--input", "0.tar")
    assert check_clean() == {"example.com/i:0", "example.com/i:1"}


def test_many_loads(_):
    """Images that are loaded in the same instant do not push each other out of index.json."""
    for i in range(8):
        mk.oci_archive(f"{i}.tar", mk.image(mk.layer(mk.file("x", str(i)), compress=None)).named(f"example.com/i:{i}"))
    for _ in range(4):
        loads = [subprocess.Popen(command("load", "--input", f"{i}.tar"), stdout=subprocess.PIPE) for i in range(8)]
        for load in loads:
            out, _ = load.communicate(timeout=TIME_LIMIT)
            assert load.returncode == 0
        assert check_clean() == {f"example.com/i:{i}" for i in range(8)}
        run("remove", *(f"example.com/i:{i}" for i in range(8)))
        assert check_clean() == set()


def test_many_makers(_):
    """Processes that make the same store in the same instant all find it a store."""
    for i in range(4):
        mk.oci_archive(f"{i}.tar", mk.image(mk.layer(mk.file("x", str(i)), compress=None)).named(f"example.com/i:{i}"))
    for number in range(30):
        store = f"store-{number}"
        loads = [subprocess.Popen(command("load", "--input", f"{i}.tar", store=store), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) for i in range(4)]
        for load in loads:
            _, err = load.communicate(timeout=TIME_LIMIT)
            assert load.returncode == 0, err
        assert check_clean(store) == {f"example.com/i:{i}" for i in range(4)}


def test_remove_while_read(_):
    """What a comparison has begun to read stays until it ends, and is freed then."""
    images = [sample(i) for i in range(2)]
    registry = Registry(delay=0.1)
    a, b = registry.add("a:1", images[0]), registry.add("b:1", images[1])
    registry.delay = 0
    run("pull", a)
    registry.delay = 0.1
    wanted = run("diff", "--no-cache", a, b, status=1).stdout
    process = subprocess.Popen(command("diff", a, b), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.3)  # it now waits for the registry
    run("remove", a)
    assert a not in check_store(complete=False)[0]
    assert process.poll() is None and set(images[0].blobs) <= all_blobs("store")
    out, err = process.communicate(timeout=TIME_LIMIT)
    registry.close()
    assert process.returncode == 1 and out == wanted, out + err
    left = all_blobs("store")
    gone = set(images[0].blobs) - set(images[1].blobs)
    assert not left & gone, f"not freed: {left & gone}"


def test_interop(_):
    """skopeo and umoci read the store; what they put into it is left alone."""
    for tool in ("skopeo", "umoci"):
        if not shutil.which(tool):
            raise Skip(tool)
    images = [sample(i).named(f"example.com/team/i:{i}") for i in range(3)]
    mk.oci_archive("all.tar", *images[:2])
    run("load", "--input", "all.tar")
    name = "example.com/team/i:1"
    found = json.loads(subprocess.run(["skopeo", "inspect", f"oci:store:{name}"], check=True, capture_output=True).stdout)
    assert found["Digest"] == images[1].descriptor["digest"]
    subprocess.run(["skopeo", "copy", "-q", "--dest-oci-accept-uncompressed-layers", f"oci:store:{name}", "oci:copy:x"], check=True)
    assert all_blobs("copy") == set(images[1].blobs)
    umoci = subprocess.run(["umoci", "ls", "--layout", "store"], check=True, capture_output=True, text=True).stdout
    assert umoci.split() == ["example.com/team/i:0", name], umoci
    stat = subprocess.run(["umoci", "stat", "--json", "--image", f"store:{name}"], check=True, capture_output=True).stdout
    assert [h.get("created_by") for h in json.loads(stat)["history"]] == ["layer 0", "layer 1", "layer 2"]

    mk.oci_archive("foreign.tar", images[2])
    subprocess.run(["skopeo", "copy", "-q", "--dest-oci-accept-uncompressed-layers", "oci-archive:foreign.tar", "oci:store:elsewhere/i:7"], check=True)
    mk.write("store/blobs/sha256/" + hashlib.sha256(b"on its way").hexdigest(), b"on its way")
    assert "elsewhere/i:7" in listed()
    result = run("diff", "--pull=never", "elsewhere/i:7", name, status=1)
    assert "f1" in result.stdout
    run("remove", "example.com/team/i:0", name)
    assert all_blobs("store") == set(images[2].blobs) | {"sha256:" + hashlib.sha256(b"on its way").hexdigest()}
    assert run("remove", "elsewhere/i:7").stdout == "docker.io/elsewhere/i:7\n"
    assert len(all_blobs("store")) == 1


def test_go_directory(_):
    """A directory of the program of this name in Go: its files stay, and so do its blobs."""
    image = sample(0).named("example.com/i:0")
    other = sample(1).named("example.com/i:1")
    mk.oci_archive("0.tar", image)
    for digest, data in other.blobs.items():
        mk.write(blob_path("store", digest), data)
    for name in ("diffoci.db", "ingest/x", "labels/sha256/" + "0" * 64):
        mk.write(os.path.join("store", name), b"as it was")
    run("load", "--input", "0.tar")
    assert listed() == {"example.com/i:0"}
    run("remove", "example.com/i:0")
    for name in ("diffoci.db", "ingest/x", "labels/sha256/" + "0" * 64):
        with open(os.path.join("store", name), "rb") as file:
            assert file.read() == b"as it was"
    assert set(other.blobs) <= all_blobs("store")
    run("diff", "--pull=never", "--cache-limit=1", "example.com/i:0", "example.com/i:0", status=2)
    assert set(other.blobs) <= all_blobs("store")


def test_read_only(_):
    """A store that may not be written can be read; writing says why not."""
    if os.geteuid() != 0:
        raise Skip("root")
    images = [sample(i).named(f"example.com/i:{i}") for i in range(2)]
    mk.oci_archive("all.tar", *images)
    run("load", "--input", "all.tar")
    registry = Registry()
    name = registry.add("i:1", images[1])
    subprocess.run(["chmod", "-R", "a+rX", "."], check=True)
    as_nobody = {"user": 65534, "group": 65534, "extra_groups": [], "env": {**os.environ, "HOME": os.getcwd()}}
    as_nobody["program"] = places.for_anyone(PROGRAM, ".")
    before = sorted((root, *files) for root, _, files in os.walk("store"))
    assert "f1" in run("diff", "--pull=never", "example.com/i:0", "example.com/i:1", status=1, **as_nobody).stdout
    assert "example.com/i" in run("images", **as_nobody).stdout
    for arguments in (("load", "--input", "all.tar"), ("remove", "example.com/i:0"), ("pull", name)):
        result = run(*arguments, status=2, **as_nobody)
        assert "store" in result.stderr and "Permission denied" in result.stderr, result.stderr
        assert len(result.stderr.splitlines()) == 1, result.stderr
    result = run("diff", "example.com/i:0", name, status=None, **as_nobody)
    result = run("diff", "--quiet", "--pull=always", name, name, status=0, **as_nobody)
    assert "warning" in result.stderr and len(result.stderr.splitlines()) == 1, result.stderr
    assert not run("diff", "--quiet", "--no-cache", name, name, **as_nobody).stderr
    registry.close()
    assert before == sorted((root, *files) for root, _, files in os.walk("store"))


def test_verdict_in_one_pass(_):
    """Without a store every layer is fetched once, and the verdict is known all the same where it can be."""
    def of(*layers):
        return mk.image(*(mk.layer(*entries) for entries in layers))

    x, y, z = mk.file("x", "1"), mk.file("y", "2"), mk.file("z", "3")
    user = mk.file("x", "1", uname="someone")
    images = {"a": of([x], [y], [z]), "user": of([user], [y], [z]), "merged": of([user, y, z]), "other": of([x], [y, mk.file("z")]),
              "twice": of([mk.file("x")], [mk.file("x", "1", uname="someone")], [z, y])}
    registry = Registry()
    names = {name: registry.add(f"{name}:1", image) for name, image in images.items()}
    for name, wanted in (("a", "identical"), ("user", "effective"), ("merged", "effective"), ("other", "different"),
                         ("twice", "effective")):
        result = run("diff", "--no-cache", "--verdict", names["a"], names[name], status=None)
        assert (result.stdout, result.returncode) == (wanted + "\n", int(name != "a")), result
    registry.close()


def test_full(_):
    """A full disk: load fails and leaves nothing behind, diff goes on without storing."""
    os.mkdir("store")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", "store"], stderr=subprocess.DEVNULL).returncode:
        raise Skip("the right to mount a tmpfs")
    registry = Registry()
    try:
        small = [sample(i).named(f"example.com/i:{i}") for i in range(2)]
        large = [sample(i, size=4000000).named(f"example.com/i:{i}") for i in (2, 3)]
        mk.oci_archive("small.tar", *small)
        mk.oci_archive("large.tar", large[0])
        names = [registry.add(f"i:{i}", one) for i, one in enumerate(large)]
        run("load", "--input", "small.tar")
        for arguments in (("load", "--input", "large.tar"), ("pull", names[0])):
            result = run(*arguments, status=2)
            assert "No space left" in result.stderr, result.stderr
            assert check_clean() == {"example.com/i:0", "example.com/i:1"}
        result = run("diff", "--quiet", *names, status=1)
        assert "f2" in result.stdout and "f3" in result.stdout
        assert result.stderr.count("warning") == 1 and len(result.stderr.splitlines()) == 1, result.stderr
        assert result.stdout == run("diff", "--no-cache", *names, status=1).stdout
        check_store(complete=False)
        assert {"example.com/i:0", "example.com/i:1"} <= listed()
    finally:
        registry.close()
        subprocess.run(["umount", "store"], check=True)


def test_once(_):
    """Two processes that want the same blobs fetch each of them once."""
    image = sample(0, size=2000000)
    registry = Registry(delay=0.02)
    name = registry.add("i:0", image)
    processes = [subprocess.Popen(command("pull", name), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=TIME_LIMIT)
        assert process.returncode == 0, err
    registry.close()
    layers = [layer["digest"] for layer in image.manifest["layers"]]
    assert all(registry.served[digest] == 1 for digest in layers), registry.served
    check_clean()


def test_both_ways(_):
    """diff A B and diff B A at once: each streams what the other one is writing, none waits for ever."""
    images = [sample(i, size=2000000) for i in range(2)]
    registry = Registry(delay=0.02)
    names = [registry.add(f"i:{i}", one) for i, one in enumerate(images)]
    processes = [subprocess.Popen(command("diff", *order), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for order in (names, names[::-1], names, names[::-1])]
    for process in processes:
        out, err = process.communicate(timeout=TIME_LIMIT)
        assert process.returncode == 1 and "f0" in out and "f1" in out, out + err
    registry.close()
    check_store(complete=False)


def test_only_what_differs(_):
    """diff fetches only the layers that differ; images fetched so are used again without asking."""
    images = [sample(i) for i in range(2)]
    registry = Registry()
    names = [registry.add(f"i:{i}", one) for i, one in enumerate(images)]
    first = run("diff", *names, status=1)
    shared = images[0].manifest["layers"][0]["digest"]
    assert shared not in registry.served and shared not in all_blobs("store")
    before = dict(registry.served)
    assert run("diff", *names, status=1).stdout == first.stdout
    assert registry.served == before
    run("diff", "--pull=always", *names, status=1)
    assert sum(registry.served.values()) == sum(before.values()) + 2  # the two manifests
    run("diff", "--pull=never", *names, status=1)
    assert listed() == set()  # neither is complete
    run("pull", names[0])
    assert listed() == set(names)  # the layer that both lacked makes both complete
    assert registry.served[shared] == 1
    registry.close()
    run("diff", *names, status=1)
    run("remove", *names)
    check_clean()


def test_cut_short(rounds):
    """A transfer that ends early is an error; what came of it waits for the next try, and goes then."""
    if rounds < FULL:
        raise Skip(f"--rounds {FULL}: the pauses between retries take a while")
    images = [sample(i) for i in range(2)]
    registry = Registry()
    names = [registry.add(f"i:{i}", one) for i, one in enumerate(images)]
    bad = images[1].manifest["layers"][1]["digest"]
    registry.cut.add(bad)
    assert names[1] in run("diff", *names, status=2).stderr
    check_store(complete=False)
    assert bad not in all_blobs("store") and len(os.listdir("store/.diffoci/partial")) <= 1
    registry.cut.clear()
    run("diff", *names, status=1)
    assert os.listdir("store/.diffoci/partial") == []
    registry.close()


def test_cache_limit(_):
    """--cache-limit removes what was longest unused, never what was pulled or loaded."""
    images = [sample(i, size=100000) for i in range(6)]
    registry = Registry()
    names = [registry.add(f"i:{i}", one) for i, one in enumerate(images)]
    run("pull", names[0])
    for pair in ((1, 2), (3, 4)):
        run("diff", *(names[i] for i in pair), status=1)
        time.sleep(0.05)
    run("diff", names[1], names[0], status=1)  # 1 is used again; 2 is now the oldest
    size = {i: len(images[i].blobs[images[i].manifest["layers"][1]["digest"]]) for i in range(6)}
    total = sum(os.path.getsize(blob_path("store", digest)) for digest in all_blobs("store"))
    run("diff", "--pull=never", f"--cache-limit={total - size[2]}", names[0], names[0])
    middle = {i: images[i].manifest["layers"][1]["digest"] for i in range(6)}
    left = all_blobs("store")
    assert [middle[i] in left for i in range(5)] == [True, True, False, True, True]
    now = time.time()
    for i, hours in ((1, 1), (3, 3), (4, 2)):
        os.utime(blob_path("store", middle[i]), (now, now - 3600 * hours))
    total = sum(os.path.getsize(blob_path("store", digest)) for digest in left)
    run("diff", "--pull=never", f"--cache-limit={total - 1}", names[0], names[0])
    assert [middle[i] in all_blobs("store") for i in range(5)] == [True, True, False, False, True]
    assert names[0] in listed()
    run("diff", "--pull=never", names[0], names[0], env={**os.environ, "DIFFOCI_CACHE_LIMIT": "1"})
    assert check_clean() == {names[0]}
    run("diff", names[1], names[2], status=1)  # fetched again
    registry.close()


def test_leftovers(_):
    """What dead processes leave is swept; what living ones hold is not."""
    mk.oci_archive("0.tar", sample(0).named("example.com/i:0"))
    run("load", "--input", "0.tar")
    dead = hashlib.sha256(b"dead").hexdigest()
    mk.write(f"store/blobs/sha256/{dead}", b"dead")
    mk.write("store/.diffoci/partial/123-4", b"half")
    mk.write("store/.diffoci/leases/123-4", f"b sha256:{dead}\nb sha256:{index_of('store')[0]['digest'][7:]}\nb sha256:12")
    with open("store/.diffoci/partial/held", "wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run("remove", "example.com/none", status=2)
        assert os.listdir("store/.diffoci/partial") == ["held"]
    run("remove", "example.com/none", status=2)
    assert check_clean() == {"example.com/i:0"}


def test_damaged(_):
    """A blob that rotted in the store is fetched anew, by pull and by diff; where it cannot be, that is said."""
    image = sample(0)
    registry = Registry()
    name = registry.add("i:0", image)
    run("pull", name)
    victim = image.manifest["layers"][1]["digest"]
    os.chmod(blob_path("store", victim), 0o644)
    with open(blob_path("store", victim), "r+b") as file:
        file.truncate(1000)
    assert listed() == set()
    run("pull", name)
    assert check_clean() == {name}

    def spoil(victim, at):
        os.chmod(blob_path("store", victim), 0o644)
        with open(blob_path("store", victim), "r+b") as file:
            file.seek(at)
            file.write(b"!")

    other = registry.add("i:1", sample(1))
    wanted = run("diff", name, other, status=1).stdout
    shown = run("show", name).stdout
    # In the content of the layer's one file; in its header; in documents.
    for victim, at in ((victim, 600), (victim, 150), (image.manifest["config"]["digest"], 0), (image.descriptor["digest"], 0)):
        for arguments, status, says in ((("pull", name), 0, None), (("diff", name, other), 1, wanted), (("show", name), 0, shown)):
            spoil(victim, at)
            result = run(*arguments, status=status)
            assert says is None or result.stdout == says, result.stdout
            check_store(complete=False)
    spoil(victim := image.manifest["layers"][1]["digest"], 600)
    result = run("diff", "--pull=never", name, other, status=2)
    assert f"the store's copy of blob {victim} is damaged" in result.stderr, result.stderr
    run("pull", name)
    spoil(victim, 600)
    result = run("show", "--pull=never", name, status=2)
    assert f"the store's copy of blob {victim} is damaged" in result.stderr, result.stderr
    mk.oci_archive("again.tar", image.named(name))
    run("load", "--input", "again.tar")
    assert run("diff", "--pull=never", name, other, status=1).stdout == wanted
    registry.close()
    with open("store/index.json", "w", encoding="utf-8") as file:
        file.write("{")
    for arguments in (("images",), ("remove", name), ("diff", "--pull=never", name, name)):
        assert "index.json" in run(*arguments, status=2).stderr


def main():
    global PROGRAM, SEED
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    PROGRAM, SEED = os.path.abspath(options.program), options.seed
    os.environ.pop("DIFFOCI_CACHE_LIMIT", None)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, test in [(n, f) for n, f in globals().items() if n.startswith("test_")]:
        name = name[len("test_"):]
        if options.names and name not in options.names:
            continue
        with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
            os.chmod(directory, 0o755)
            start = time.monotonic()
            try:
                test(options.rounds)
                result = "passed"
            except Skip as why:
                result, _ = "skipped", print(f"{name}: skipped, needs {why}")
            except (AssertionError, subprocess.SubprocessError) as error:
                line = traceback.extract_tb(error.__traceback__)[1]
                result, _ = "failed", print(f"{name} (--seed {SEED}), line {line.lineno}: {line.line}\n{error}")
            counts[result] += 1
            print(f"{name}: {result}, {time.monotonic() - start:.1f} s", flush=True)
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
