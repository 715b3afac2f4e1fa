#!/usr/bin/env python3
"""Makes a Linux system of Debian's packages that starts by BIOS and by UEFI: `make.py FOLDER`.

Into the folder go, unless they are there: system.raw, a disk with a GPT, GRUB for both kinds of
firmware, and an ext4 with the system; data.raw, an ext4 alone; and facts.json, which tells where the
file systems are. Started, the system mounts what it has, tells its markers on the first serial line
and switches off.
"""

import fcntl
import hashlib
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import uuid
import zlib

SECTOR = 512
MIB = 1 << 20
# Where the partitions begin, and where the disk ends, in MiB.
CORE, ESP, ROOT, END = 1, 2, 10, 360
DATA = 8

BIOS_BOOT = uuid.UUID("21686148-6449-6e6f-744e-656564454649")
EFI_SYSTEM = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")

SYSTEM_MARKER = "the system is here"
DATA_MARKER = "the data is here"

INIT = """#!/bin/sh
# Tells what is on the disks, and ends.
mount -t tmpfs tmpfs /run
mkdir /run/data
data=nothing
mount -o ro -L atlas-data /run/data && data=$(cat /run/data/marker)
disks=$(ls /sys/block | tr '\\n' ' ')
printf 'MARKER system=%s; data=%s; efi=%s; disks=%s\\n' \\
    "$(cat /marker)" "$data" "$(test -d /sys/firmware/efi && echo yes || echo no)" "$disks" >/dev/ttyS0
mount -t proc proc /proc
# The line is to be sent before the kernel adds its own.
sleep 1
echo o >/proc/sysrq-trigger
sleep 60
"""

GRUB = """search --no-floppy --set=root --label atlas-root
linux /vmlinuz root=LABEL=atlas-root rootfstype=ext4 ro console=ttyS0 quiet panic=1 init=/sbin/tell
initrd /initrd.img
boot
"""

KEPT = ["system.raw", "data.raw", "facts.json"]
LEFT_OUT = ["doc", "man", "locale", "info", "bug", "lintian"]

PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "mformat": "mtools",
    "grub-mkimage": "grub-common grub-pc-bin grub-efi-amd64-bin",
}


def run(*args, **more):
    ran = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if ran.returncode:
        said = ran.stdout.decode(errors="replace")[-4000:]
        sys.exit(f"make.py: {args[0]} ended with {ran.returncode}:\n{said}")


def system(folder):
    """The files of the system."""
    tree = folder / "tree"
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT]
    archive = folder / "tree.tar"
    run(
        "mmdebstrap",
        "--variant=essential",
        "--include=linux-image-cloud-amd64,mount",
        *left_out,
        "bookworm",
        str(archive),
    )
    tree.mkdir()
    run("tar", "-xf", str(archive), "-C", str(tree), "--exclude=./dev/*")
    archive.unlink()
    (tree / "marker").write_text(SYSTEM_MARKER + "\n")
    tell = tree / "usr/sbin/tell"
    tell.write_text(INIT)
    tell.chmod(0o755)
    return tree


def ext4(path, label, tree, size):
    """A file system with a tree of files."""
    with open(path, "wb") as file:
        file.truncate(size)
    run("mke2fs", "-q", "-t", "ext4", "-L", label, "-d", str(tree), str(path))


def gpt(disk, size, partitions):
    """Writes a partition table twice, with the MBR that guards it."""
    sectors = size // SECTOR
    entries = bytearray(128 * 128)
    for number, (kind, first, last) in enumerate(partitions):
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"part:{number}")
        struct.pack_into(
            "<16s16sQQQ", entries, number * 128, kind.bytes_le, unique.bytes_le, first, last, 0
        )

    def header(at, other, table):
        made = bytearray(SECTOR)
        guid = uuid.uuid5(uuid.NAMESPACE_URL, "disk").bytes_le
        values = (b"EFI PART", 0x10000, 92, 0, 0, at, other, 34, sectors - 34, guid, table)
        struct.pack_into("<8sIIIIQQQQ16sQ", made, 0, *values)
        struct.pack_into("<III", made, 80, 128, 128, zlib.crc32(entries))
        struct.pack_into("<I", made, 16, zlib.crc32(made[:92]))
        return made

    for at, other, table in [(1, sectors - 1, 2), (sectors - 1, 1, sectors - 33)]:
        disk.seek(table * SECTOR)
        disk.write(entries)
        disk.seek(at * SECTOR)
        disk.write(header(at, other, table))


def grub(folder, format, name, config, *modules):
    run(
        "grub-mkimage",
        "-O",
        format,
        "-o",
        str(folder / name),
        "-c",
        str(config),
        "-p",
        "/boot/grub",
        "part_gpt",
        "ext2",
        "linux",
        "search",
        "search_label",
        "boot",
        *modules,
    )
    return (folder / name).read_bytes()


def starters(folder, disk, size):
    """What BIOS starts: a sector, and the rest of GRUB behind it."""
    config = folder / "grub.cfg"
    config.write_text(GRUB)
    core = bytearray(grub(folder, "i386-pc", "core.img", config, "biosdisk"))
    first = CORE * MIB // SECTOR
    # The first sector of the core tells where the others are: their place, their count, their segment.
    count = -(-len(core) // SECTOR) - 1
    struct.pack_into("<QHH", core, SECTOR - 12, first + 1, count, 0x820)
    boot = bytearray(pathlib.Path("/usr/lib/grub/i386-pc/boot.img").read_bytes())
    struct.pack_into("<Q", boot, 0x5C, first)
    # The one partition of the guard covers the disk.
    guard = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, size // SECTOR - 1)
    boot[446:462] = guard
    boot[462:510] = bytes(48)
    boot[510:512] = b"\x55\xaa"
    disk.seek(0)
    disk.write(boot[:SECTOR])
    disk.seek(CORE * MIB)
    disk.write(core)
    # What UEFI starts: a program in a file system of its own.
    grub(folder, "x86_64-efi", "grub.efi", config, "part_msdos", "fat")
    esp = folder / "esp.img"
    with open(esp, "wb") as file:
        file.truncate((ROOT - ESP) * MIB)
    run("mformat", "-i", str(esp), "-v", "ESP", "::")
    run("mmd", "-i", str(esp), "::/EFI", "::/EFI/BOOT")
    run("mcopy", "-i", str(esp), str(folder / "grub.efi"), "::/EFI/BOOT/BOOTX64.EFI")
    disk.seek(ESP * MIB)
    disk.write(esp.read_bytes())


def copy_sparse(source, disk, at):
    """Copies a file into a disk, but not its zeros."""
    with open(source, "rb") as file:
        while block := file.read(65536):
            if block.count(0) != len(block):
                disk.seek(at)
                disk.write(block)
            at += len(block)


def make(folder):
    size = END * MIB
    root = folder / "root.ext4"
    ext4(root, "atlas-root", system(folder), (END - 1 - ROOT) * MIB)
    partitions = [(BIOS_BOOT, CORE, ESP), (EFI_SYSTEM, ESP, ROOT), (LINUX, ROOT, END - 1)]
    sectors = [(kind, a * MIB // SECTOR, b * MIB // SECTOR - 1) for kind, a, b in partitions]
    with open(folder / "system.raw", "wb") as disk:
        disk.truncate(size)
        gpt(disk, size, sectors)
        starters(folder, disk, size)
        copy_sparse(root, disk, ROOT * MIB)
    data = folder / "data"
    data.mkdir()
    (data / "marker").write_text(DATA_MARKER + "\n")
    ext4(folder / "data.raw", "atlas-data", data, DATA * MIB)
    facts = {"root_at": ROOT * MIB, "system": SYSTEM_MARKER, "data": DATA_MARKER}
    (folder / "facts.json").write_text(json.dumps(facts) + "\n")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for program, packages in PROGRAMS.items():
        if not shutil.which(program):
            sys.exit(f"make.py: {program} is needed: apt-get install {packages}")
    # Tests that run at once make it once; it is not made again while nothing changed.
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, now = folder / "stamp", hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == now:
            return
        stamp.unlink(missing_ok=True)
        work = folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        make(work)
        for name in KEPT:
            (work / name).replace(folder / name)
        shutil.rmtree(work)
        stamp.write_text(now)


if __name__ == "__main__":
    main()
