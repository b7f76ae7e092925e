#!/usr/bin/env python3
"""What --inside says of SquashFS file systems that mksquashfs and tar2sqfs write: squashfs.py DIFFOCI [NAME...]

A pair of file systems made from two descriptions; wanted are the places inside that are told. They never are equal. Then the contents of all files, with each compressor, against those that went in."""
import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
ITSELF = "srv/x.squashfs"
CHANCE = random.Random(5)
FILES = {"big": "".join(f"{i}\n" for i in range(30000)), "small": "hi\n", "empty": "", "d/one": "1" * 4096, "d/two": "2" * 5000,
         "zeros": "\0" * 300000, "noise": CHANCE.randbytes(9000)}
# Of mksquashfs, "pseudo file definitions": directory, device, symbolic link.
PSEUDO = ["/dev d 755 0 0", "/dev/null c 666 0 0 1 3", "/dev/loop b 660 0 6 7 260", "/etc d 750 3 4", "/etc/link s 777 0 0 ../small"]
PLAIN = {"files": FILES, "pseudo": PSEUDO, "options": ()}


def but(files=None, pseudo=None, options=(), links=()):
    """PLAIN with other contents, with lines of the definitions replaced, or with options more."""
    lines = [(pseudo or {}).get(line, line) for line in PLAIN["pseudo"]] + (pseudo or {}).get(None, [])
    return {"files": {**FILES, **(files or {})}, "pseudo": [line for line in lines if line], "options": options, "links": links}


def make(directory, made):
    tree, out = os.path.join(directory, "tree"), os.path.join(directory, "x.squashfs")
    for path in (tree, out):
        subprocess.run(["rm", "-rf", path], check=True)
    for name, content in made["files"].items():
        if content is None:
            continue
        path = os.path.join(tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o644)
    for new, old in made.get("links", ()):
        os.link(os.path.join(tree, old), os.path.join(tree, new))
    pseudo = os.path.join(directory, "pseudo")
    with open(pseudo, "w", encoding="ascii") as file:
        file.write("\n".join(made["pseudo"]) + "\n")
    subprocess.run(["mksquashfs", tree, out, "-noappend", "-quiet", "-no-progress", "-pf", pseudo,
                    *(("-mkfs-time", "1000", "-all-time", "500") if "-mkfs-time" not in made["options"] else ()), *made["options"]],
                   check=True, stdout=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"})
    with open(out, "rb") as file:
        return file.read()


def generated(text=b"two", **attributes):
    """By tar2sqfs, from an archive, in which attributes are that nobody may set; a long value that two files have is there once."""
    def side(directory):
        out, path = io.BytesIO(), os.path.join(directory, "x.squashfs")
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, content in (("a", b"one"), ("b", text), ("c", b"three")):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                info.pax_headers = {"SCHILY.xattr." + key: value for key, value in attributes.get(name, {"user.x": "q" * 3000}).items()}
                archive.addfile(info, io.BytesIO(content))
        subprocess.run(["tar2sqfs", "-f", "-q", path], input=out.getvalue(), check=True, stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            return file.read()
    return side


def changed(change):
    return lambda directory: change(make(directory, PLAIN))


def in_tar(made):
    def side(directory):
        content, out = make(directory, made), io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            info = tarfile.TarInfo("fs.squashfs")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        return out.getvalue()
    return side


ZIPPED = {n: subprocess.run(["gzip", "-nc"], input=b"word %d" % n, stdout=subprocess.PIPE, check=True).stdout for n in range(2)}
CASES = {
    "times": ({ITSELF}, PLAIN, but(options=("-mkfs-time", "9", "-all-time", "7"))),
    "content": ({"big"}, PLAIN, but({"big": FILES["big"] + "more\n"})),
    "one_byte": ({"big"}, PLAIN, but({"big": FILES["big"].replace("777", "778", 1)})),
    "content_in_a_fragment": ({"small"}, PLAIN, but({"small": "ho\n"})),
    "last_byte_of_zeros": ({"zeros"}, PLAIN, but({"zeros": "\0" * 299999 + "\1"})),
    "more": ({"new"}, PLAIN, but({"new": "x"})),
    "less": ({"d/two"}, PLAIN, but({"d/two": None})),
    "mode": ({"etc"}, PLAIN, but(pseudo={PSEUDO[3]: "/etc d 751 3 4"})),
    "setuid": ({"small"}, PLAIN, but(pseudo={None: ["/small m 4755 0 0"]})),
    "owner": ({"etc"}, PLAIN, but(pseudo={PSEUDO[3]: "/etc d 750 3 5"})),
    "link": ({"etc/link"}, PLAIN, but(pseudo={PSEUDO[4]: "/etc/link s 777 0 0 ../big"})),
    "device": ({"dev/loop"}, PLAIN, but(pseudo={PSEUDO[2]: "/dev/loop b 660 0 6 7 261"})),
    "attribute": ({"b"}, generated(b={"security.capability": "\1\2", "user.x": "1"}), generated(b={"security.capability": "\1\1", "user.x": "1"})),
    "attribute_of_two": ({"b"}, generated(), generated(b={"user.x": "q" * 2999 + "r"})),
    "attribute_gone": ({"c"}, generated(), generated(c={})),
    "hard_link": ({"small", "z"}, but({"z": "hi\n"}), but(links=[("z", "small")])),
    "type": ({"etc/link"}, PLAIN, but(pseudo={PSEUDO[4]: "/etc/link d 755 0 0"})),
    "block_size": ({ITSELF}, PLAIN, but(options=("-b", "4096"))),
    "no_fragments": ({ITSELF}, PLAIN, but(options=("-no-fragments",))),
    "not_compressed": ({ITSELF}, PLAIN, but(options=("-noI", "-noD", "-noF", "-noX", "-noId"))),
    "deeper": ({"x.gz!/x"}, but({"x.gz": ZIPPED[0]}), but({"x.gz": ZIPPED[1]})),
    "behind_its_end": ({ITSELF}, PLAIN, changed(lambda content: content + b"evil")),
    "in_padding": ({ITSELF}, PLAIN, changed(lambda content: content[:-1] + b"x")),
    "cut_short": ({ITSELF}, PLAIN, changed(lambda content: content[:len(content) - 4096])),
    "in_a_tar": ({"fs.squashfs!/etc"}, in_tar(PLAIN), in_tar(but(pseudo={PSEUDO[3]: "/etc d 751 3 4"}))),
    "other_compressor": ({ITSELF}, PLAIN, but(options=("-comp", "xz"))),
    "other_compressor_and_content": ({ITSELF, "big"}, PLAIN, but({"big": "x"}, options=("-comp", "zstd"))),
    "unknown_compressor": ({ITSELF}, PLAIN, but(options=("-comp", "lzo"))),
    "tar2sqfs": ({"b"}, generated(b"two"), generated(b"2")),
}
BOTH_WAYS = {"more", "attribute_gone", "hard_link", "cut_short", "unknown_compressor", "other_compressor"}
# A directory of 4,000 names, so that directories have several blocks and an index, and metadata too.
CASES["many"] = ({"many/f03333"}, *(but({f"many/f{i:05}": f"{i}" if n == 0 or i != 3333 else "!" for i in range(4000)}) for n in range(2)))


def compare(program, directory, contents, *flags):
    for n, content in enumerate(contents):
        path = os.path.join(directory, f"content{n}")
        with open(path, "wb") as file:
            file.write(content)
        recipe = (f"oci_archive({os.path.join(directory, f'{n}.tar')!r}, "
                  f"image(layer(file({ITSELF!r}, open({path!r}, 'rb').read()))))")
        subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, check=True)
    result = subprocess.run([program, "diff", "--semantic", "--inside", *flags, os.path.join(directory, "0.tar"), os.path.join(directory, "1.tar")],
                            capture_output=True, text=True, check=False)
    rows = {}
    for line in result.stdout.splitlines()[1:]:
        columns = re.split(r"\s{2,}", line)
        rows[columns[1].split("!/", 1)[1] if "!/" in columns[1] else columns[1]] = columns[2:]
    return result.returncode, rows, result.stdout + result.stderr


def written(side, directory):
    return side(directory) if callable(side) else make(directory, side)


def try_case(program, name, wanted, sides):
    with tempfile.TemporaryDirectory() as directory:
        contents = [written(side, directory) for side in sides]
        for order in (contents, contents[::-1])[:1 + (name in BOTH_WAYS)]:
            status, rows, output = compare(program, directory, order)
            if (status, set(rows)) != (1, wanted):
                print(f"{name}: wanted {sorted(wanted)}, found {sorted(rows)}, status {status}\n{output}")
                return False
            told = "not looked into" in output
            if told != (name in ("unknown_compressor", "cut_short")):
                print(f"{name}: {output}")
                return False
    return True


def read_whole(program, *options):
    """Every file beside an empty file system: its digest is told."""
    wanted = {name: hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest() for name, content in FILES.items()}
    with tempfile.TemporaryDirectory() as directory:
        empty = make(directory, {"files": {"d/x": ""}, "pseudo": [], "options": options})
        _, rows, output = compare(program, directory, [make(directory, but(options=options)), empty])
    got = {name: rows.get(name, [""])[0] for name in wanted}
    if got != wanted:
        print(f"{options}: wanted {wanted}, found {got}\n{output}")
    return got == wanted


def main():
    program = os.path.abspath(sys.argv[1])
    for needed in ("mksquashfs", "tar2sqfs"):
        if not shutil.which(needed):
            print(f"there is no {needed}")
            return 77
    results = [try_case(program, name, wanted, sides) for name, (wanted, *sides) in CASES.items()
               if name in (sys.argv[2:] or [name])]
    if not sys.argv[2:]:
        for compressor, size in (("gzip", "4096"), ("gzip", "1048576"), ("xz", "131072"), ("zstd", "65536"), ("lz4", "131072"), ("lzma", "131072")):
            results.append(read_whole(program, "-comp", compressor, "-b", size))
    print(f"{sum(results)} passed, {results.count(False)} failed")
    return 1 if results.count(False) else 0


sys.exit(main())
