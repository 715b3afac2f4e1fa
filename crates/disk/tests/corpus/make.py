#!/usr/bin/env python3
"""Makes the corpus of disk images: `make.py FOLDER`. The same each time."""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import importlib

from common import Corpus

PARTS = ["qcow2_good", "qcow2_bad", "raw", "vmdk_cases", "vhd", "vhdx_cases", "ova_good", "ova_bad", "formats"]


def stamp():
    """What the corpus is made by: these files and qemu-img."""
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(subprocess.run(["qemu-img", "--version"], capture_output=True, check=True).stdout)
    return digest.hexdigest()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for program in ("qemu-img", "qemu-io"):
        if not shutil.which(program):
            sys.exit(f"{program} is needed: apt-get install qemu-utils")
    # Tests that run at once make it once; it is not made again while nothing changed.
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, now = folder / "stamp", stamp()
        if made.exists() and made.read_text() == now:
            return
        made.unlink(missing_ok=True)
        for old in ("good", "hostile", "raw", "work"):
            shutil.rmtree(folder / old, ignore_errors=True)
        corpus = Corpus(folder)
        for part in PARTS:
            importlib.import_module(part).make(corpus)
        corpus.finish()
        made.write_text(now)


if __name__ == "__main__":
    main()
