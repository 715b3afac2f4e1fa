"""What every writer uses: bytes that are the same each time, sparse files, the list of entries."""

import hashlib
import json
import os
import pathlib
import subprocess

BLOCK = 4096


def noise(seed, length):
    """Bytes that do not compress."""
    return hashlib.shake_128(str(seed).encode()).digest(length)


def text(length, line=b"a line of text that compresses well\n"):
    return (line * (length // len(line) + 1))[:length]


def pattern(seed, length):
    """A disk with holes, zeros, text and noise, in runs of many lengths."""
    made, number = bytearray(), 0
    while len(made) < length:
        word = noise(f"{seed} {number}", 4)
        run = 512 * (1 + int.from_bytes(word[:2], "little") % 180)
        kind = word[2] % 4
        if kind < 2:
            made += bytes(run)
        elif kind == 2:
            made += text(run)
        else:
            made += noise(f"{seed} {number} bytes", run)
        number += 1
    return bytes(made[:length])


def put(data, at, what):
    """Writes bytes into a bytearray, which grows where needed."""
    if len(data) < at + len(what):
        data.extend(bytes(at + len(what) - len(data)))
    data[at : at + len(what)] = what


def patched(data, *changes):
    """A copy with some bytes changed: pairs of a place and bytes."""
    data = bytearray(data)
    for at, what in changes:
        put(data, at, what)
    return data


def padded(data, to):
    return bytes(data) + bytes(-len(data) % to)


class Sparse:
    """A file too large to be in memory: a length and a few places that are not zeros."""

    def __init__(self, length, *parts):
        self.length, self.parts = length, parts


def write(path, data):
    """Writes a file, whose zeros are holes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sparse = data if isinstance(data, Sparse) else Sparse(len(data), (0, data))
    with open(path, "wb") as file:
        file.truncate(sparse.length)
        for start, part in sparse.parts:
            part = memoryview(part)
            for at in range(0, len(part), BLOCK):
                block = part[at : at + BLOCK]
                if any(block):
                    file.seek(start + at)
                    file.write(block)


def extents(path):
    """The places of a file that are not zeros: pairs of a number of a block, and its bytes."""
    with open(path, "rb") as file:
        end, at = file.seek(0, os.SEEK_END), 0
        while at < end:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA) // BLOCK * BLOCK
            except OSError:
                return
            hole = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            file.seek(at)
            while at < hole:
                block = file.read(BLOCK)
                if any(block):
                    yield at // BLOCK, block
                at += BLOCK


class Corpus:
    """The folder that is made, and what is in it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.work = self.folder / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        self.entries, self.names, self.raws = [], set(), {}

    def run(self, program, *args):
        args = [program, *map(str, args)]
        ran = subprocess.run(args, cwd=self.work, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise SystemExit(f"{' '.join(args)}: {ran.stderr or ran.stdout}")

    def img(self, command, *args):
        # Nothing waits for the disk of the host.
        quick = ["-t", "unsafe"] if command == "convert" else []
        self.run("qemu-img", command, *quick, *args)

    def io(self, name, *commands, kind="qcow2"):
        args = [part for command in commands for part in ("-c", command)]
        self.run("qemu-io", "-t", "unsafe", "-f", kind, *args, name)

    def raw(self, data):
        """Keeps a raw once, whoever needs it; its file, size and number of blocks that are not zeros."""
        path = data
        if not isinstance(data, pathlib.Path):
            path = self.work / "kept.raw"
            write(path, data)
        size, digest, blocks = path.stat().st_size, hashlib.sha256(), 0
        for number, block in extents(path):
            digest.update(number.to_bytes(8, "little") + block)
            blocks += 1
        name = f"raw/{size}-{digest.hexdigest()[:16]}.raw"
        if name not in self.raws:
            self.raws[name] = blocks
            (self.folder / "raw").mkdir(exist_ok=True)
            path.rename(self.folder / name)
        return name, size, blocks

    def oracle(self, name, declared):
        """What `qemu-img` reads in a file of the folder."""
        to = self.work / "oracle.raw"
        to.unlink(missing_ok=True)
        kind = {"vhd": "vpc", "iso": "raw"}.get(declared, declared)
        self.img("convert", "-f", kind, "-O", "raw", self.folder / name, to)
        return to

    def add(self, name, entry, data):
        if name in self.names:
            raise SystemExit(f"two entries are {name}")
        self.names.add(name)
        if isinstance(data, pathlib.Path):
            parts = ((number * BLOCK, block) for number, block in extents(data))
            write(self.folder / name, Sparse(data.stat().st_size, *parts))
        else:
            write(self.folder / name, data)
        self.entries.append({"file": name, **entry})

    def good(self, name, data, says, *, raws=None, qemu=True, firmware=None):
        """A file to be accepted. Its raws are given, or what `qemu-img` reads; both, where it can."""
        declared = name.rpartition(".")[2]
        name = f"good/{name}"
        entry = {"declared": declared, "verdict": "accept", "at": "convert"}
        self.add(name, entry, data)
        kept = [self.raw(raw) for raw in raws or []]
        if qemu:
            seen = self.raw(self.oracle(name, declared))
            if kept and kept != [seen]:
                raise SystemExit(f"{name}: qemu-img reads {seen}, and it was made of {kept}")
            kept = [seen]
        entry = self.entries[-1]
        entry["raws"] = [raw for raw, _, _ in kept]
        entry["virtual_sizes"] = [size for _, size, _ in kept]
        entry["blocks"] = [blocks for _, _, blocks in kept]
        if firmware:
            entry["firmware"] = firmware
        entry["says"] = says

    def bad(self, name, data, reason, says, *, declared=None, at="inspect"):
        """A file to be refused, by `inspect` or at the latest by `convert`."""
        entry = {
            "declared": declared or name.rpartition(".")[2],
            "verdict": "reject",
            "reason": reason,
            "at": at,
            "says": says,
        }
        self.add(f"hostile/{name}", entry, data)

    def finish(self):
        for left in self.work.iterdir():
            left.unlink()
        self.work.rmdir()
        with open(self.folder / "corpus.json", "w", encoding="utf-8") as file:
            json.dump(self.entries, file, indent=1)
            file.write("\n")
