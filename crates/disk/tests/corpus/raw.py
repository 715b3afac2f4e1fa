"""Writes RAW disks, with tables of partitions, and CDs."""

import struct
import uuid
import zlib

from common import Sparse, noise, padded, patched, pattern, put, text

ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
BIOS_BOOT = uuid.UUID("21686148-6449-6e6f-744e-656564454649")
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
ONE_FOOTER = b"conectix" + bytes(504)
CODE = text(440, b"\xeb\xfe boot code ")


def mbr(partitions, code=b""):
    """A first sector: partitions are a type, a first sector and a count."""
    sector = bytearray(512)
    put(sector, 0, code)
    for number, (kind, first, count) in enumerate(partitions):
        put(sector, 446 + 16 * number, struct.pack("<B3xB3xII", 0x80 if number == 0 else 0, kind, first, count))
    put(sector, 510, b"\x55\xaa")
    return bytes(sector)


def gpt(size, kinds, *, code=b"", sector=512, backup=True):
    """A disk with a GPT of some partitions, each of some sectors."""
    disk, last = bytearray(size), size // sector - 1
    put(disk, 0, mbr([(0xEE, 1, min(last, 2**32 - 1))], code))
    entries, first = b"", 2 + -(-128 * 128 // sector)
    for number, kind in enumerate(kinds):
        end = first + 63
        own = uuid.UUID(int=number + 1)
        entries += kind.bytes_le + own.bytes_le + struct.pack("<QQQ", first, end, 0) + bytes(72)
        put(disk, first * sector, noise(f"partition {number}", 4000))
        first = end + 1
    entries = entries.ljust(128 * 128, b"\0")
    span = len(entries) // sector

    def header(own, other, at):
        fields = [own, other, 2 + span, last - span - 1, uuid.UUID(int=99).bytes_le, at, 128, 128, zlib.crc32(entries)]
        data = struct.pack("<8sIIII", b"EFI PART", 0x10000, 92, 0, 0) + struct.pack("<QQQQ16sQIII", *fields)
        return patched(data, (16, struct.pack("<I", zlib.crc32(data))))

    put(disk, sector, header(1, last, 2))
    put(disk, 2 * sector, entries)
    if backup:
        put(disk, (last - span) * sector, entries)
        put(disk, last * sector, header(last, 1, last - span))
    return bytes(disk)


def iso(*, first=b"", more=b"", name=b"CORPUS"):
    """A CD with an empty folder (ECMA-119)."""

    def both(short, number):
        return struct.pack("<H" if short else "<I", number) + struct.pack(">H" if short else ">I", number)

    sectors = 20 + len(more) // 2048
    folder = bytes([34, 0]) + both(False, 19) + both(False, 2048) + bytes([80, 1, 1, 0, 0, 0, 0, 2, 0, 0])
    folder += both(True, 1) + b"\1\0"
    volume = b"\1CD001\1\0" + b" " * 32 + name.ljust(32) + bytes(8) + both(False, sectors) + bytes(32)
    volume += both(True, 1) + both(True, 1) + both(True, 2048) + both(False, 10)
    volume += struct.pack("<II", 18, 0) + struct.pack(">II", 18, 0) + folder + b" " * (128 * 4 + 37 * 3)
    volume += (b"0" * 16 + b"\0") * 4 + b"\1"
    cd = bytearray(20 * 2048)
    put(cd, 0, first)
    put(cd, 16 * 2048, volume)
    put(cd, 17 * 2048, b"\xffCD001\1")
    put(cd, 18 * 2048, struct.pack("<BBIHB", 1, 0, 19, 1, 0))
    put(cd, 19 * 2048, folder + bytes([34, 0]) + folder[2:32] + b"\1\1")
    return bytes(cd) + padded(more, 2048)


def boot_catalog():
    """A CD that starts a machine (El Torito)."""
    entry = struct.pack("<BBH24x", 1, 0, 0) + b"\0\0\x55\xaa"
    total = -sum(struct.unpack("<16H", entry)) & 0xFFFF
    entry = patched(entry, (28, struct.pack("<H", total)))
    catalog = bytes(entry) + struct.pack("<BBHBBHI", 0x88, 0, 0, 0, 0, 4, 22).ljust(32, b"\0")
    return iso(more=padded(catalog, 2048) + padded(CODE, 2048))


def make(corpus):
    def good(name, disk, says, firmware="bios", **more):
        corpus.good(name, disk, says, raws=more.pop("raws", [disk]), firmware=firmware, **more)

    size = 256 << 10
    good("raw-plain.raw", pattern("raw", 1 << 20), "a disk without partitions")
    good("raw-zeros.raw", bytes(size), "a disk of zeros")
    good("raw-tiny.raw", mbr([], CODE), "one sector, with boot code")
    odd = pattern("odd", 10_001)
    good("raw-odd.raw", odd, "no whole sectors: the last is filled with zeros", raws=[padded(odd, 512)])
    good("raw-byte.raw", b"x", "one byte", raws=[padded(b"x", 512)])
    body = padded(pattern("body", size), size)[512:]
    good("raw-mbr.raw", mbr([(0x83, 1, 400)], CODE) + body, "an MBR with boot code")
    good("raw-mbr-esp.raw", mbr([(0xEF, 1, 400)]) + body, "an MBR with an EFI partition and no code", "uefi")
    good("raw-mbr-esp-code.raw", mbr([(0xEF, 1, 400)], CODE) + body, "an MBR with an EFI partition and code")
    good(
        "raw-tiny-gpt.raw",
        gpt(35 * 1024, [ESP])[: 34 * 512 + 1024],
        "a GPT that is cut behind its first partition",
        "uefi",
    )
    good("raw-gpt-esp.raw", gpt(size, [ESP, LINUX]), "a GPT with an EFI partition", "uefi")
    good("raw-gpt-both.raw", gpt(size, [BIOS_BOOT, ESP, LINUX]), "a GPT with an EFI and a BIOS-boot partition")
    good("raw-gpt-code.raw", gpt(size, [ESP], code=CODE), "a GPT with an EFI partition and boot code")
    good("raw-gpt-bios.raw", gpt(size, [BIOS_BOOT]), "a GPT with a BIOS-boot partition")
    good("raw-gpt-linux.raw", gpt(size, [LINUX]), "a GPT that nothing starts from")
    good("raw-gpt-4k.raw", gpt(1 << 20, [ESP], sector=4096), "a GPT of sectors of 4 KiB", "uefi")
    good("raw-gpt-no-backup.raw", gpt(size, [ESP], backup=False), "a GPT without its copy", "uefi")
    inside = patched(gpt(size, [LINUX]), (34 * 512, b"LUKS\xba\xbe\0\2"), (100 * 512, b"QFI\xfb\0\0\0\3"))
    good("raw-luks-partition.raw", bytes(inside), "LUKS in a partition, and a QCOW2 as a file")
    good("iso-tiny.iso", iso(), "a CD")
    good("iso-boots.iso", boot_catalog(), "a CD that starts a machine")
    good("iso-hybrid.iso", iso(first=mbr([(0x17, 0, 80)], CODE)), "a CD with an MBR, declared iso")
    hybrid = bytearray(iso(first=gpt(32768, [ESP], backup=False)))
    good("iso-hybrid-gpt.iso", bytes(hybrid[:40960]), "a CD with a GPT, declared iso", None)

    corpus.bad("raw-empty.raw", b"", "virtual-size", "an empty file")
    for version in (1, 2):
        luks = b"LUKS\xba\xbe" + struct.pack(">H", version) + b"aes".ljust(32, b"\0")
        corpus.bad(f"raw-luks{version}.raw", padded(luks, size), "encrypted", f"LUKS version {version}")
    old = patched(ONE_FOOTER, (64, bytes(4)))
    corpus.bad(
        "raw-vhd-511.raw",
        bytes(size) + bytes(old[:511]),
        "nested-format",
        "a fixed VHD of an old version, whose footer has 511 bytes",
    )
    tib = Sparse(3 << 40, (0, CODE))
    corpus.bad("raw-3-tib.raw", tib, "amplification", "3 TiB of data, and 2 TiB are allowed")
