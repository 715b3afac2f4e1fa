"""Writes VHD, fixed and dynamic, right and wrong (Microsoft, Virtual Hard Disk Image Format 1.0)."""

import struct

import qcow2
from common import noise, padded, patched, pattern, put, text

SECTOR, NOWHERE, UNUSED = 512, 2**64 - 1, 2**32 - 1
FIXED, DYNAMIC, DIFFERENCE = 2, 3, 4
BLOCK = 2 << 20


def summed(data, at):
    """With the checksum at a place: the complement of the sum of all bytes."""
    data = patched(data, (at, bytes(4)))
    return bytes(patched(data, (at, struct.pack(">I", ~sum(data) & 0xFFFFFFFF))))


def geometry(size):
    """Cylinders, heads and sectors, as the specification has them."""
    total = min(size // SECTOR, 65535 * 16 * 255)
    if total >= 65535 * 16 * 63:
        return struct.pack(">HBB", total // 255 // 16, 16, 255)
    each, times = 17, total // 17
    heads = max((times + 1023) // 1024, 4)
    if times >= heads * 1024 or heads > 16:
        each, heads, times = 31, 16, total // 31
    if times >= heads * 1024:
        each, heads, times = 63, 16, total // 63
    return struct.pack(">HBB", times // heads, heads, each)


def footer(
    size, kind, *, cookie=b"conectix", features=2, version=0x10000, at=None, saved=0, original=None, sum_of=None
):
    at = at if at is not None else (NOWHERE if kind == FIXED else SECTOR)
    data = struct.pack(
        ">8sIIQI4sI4sQQ",
        cookie,
        features,
        version,
        at,
        0,
        b"win ",
        0xA0000,
        b"Wi2k",
        size if original is None else original,
        size,
    )
    data += geometry(size) + struct.pack(">II16sB", kind, 0, b"corpus of disks\0", saved)
    data = data.ljust(SECTOR, b"\0")
    return summed(data, 64) if sum_of is None else bytes(patched(data, (64, struct.pack(">I", sum_of))))


def fixed(disk, **more):
    return disk + footer(more.pop("size", len(disk)), FIXED, **more)


class Dynamic:
    """Blocks of some bytes each, by their numbers."""

    def __init__(self, blocks, size, *, block=4096):
        self.blocks, self.size, self.block = blocks, size, block
        self.count = -(-size // block)
        self.table_at = 3 * SECTOR
        self.file = bytearray(self.table_at + -(-4 * self.count // SECTOR) * SECTOR)
        put(self.file, self.table_at, b"\xff" * (len(self.file) - self.table_at))
        self.places = {}
        self.bitmap = -(-block // SECTOR // 8 // SECTOR) * SECTOR
        for number, data in blocks.items():
            self.places[number] = len(self.file) // SECTOR
            put(self.file, self.table_at + 4 * number, struct.pack(">I", self.places[number]))
            ones = b"\xff" * (block // SECTOR // 8) if block >= 4096 else b"\xff"
            self.file += ones.ljust(self.bitmap, b"\0") + padded(data, block)

    def build(self, *, kind=DYNAMIC, entries=None, table_at=None, count=None, block=None, cookie=b"cxsparse",
              version=0x10000, header_sum=None, copy=None, cut=0, **fields):  # fmt: skip
        file = bytearray(self.file)
        for number, place in (entries or {}).items():
            put(file, self.table_at + 4 * number, struct.pack(">I", place))
        at = self.table_at if table_at is None else table_at
        count, block = self.count if count is None else count, self.block if block is None else block
        head = struct.pack(">8sQQIII", cookie, NOWHERE, at, version, count, block).ljust(1024, b"\0")
        head = summed(head, 36) if header_sum is None else patched(head, (36, struct.pack(">I", header_sum)))
        end = footer(fields.pop("size", self.size), kind, **fields)
        put(file, 0, end if copy is None else copy)
        put(file, SECTOR, head)
        file += end
        return file[: len(file) - cut]

    def raw(self):
        disk = bytearray(self.count * self.block)
        for number, data in self.blocks.items():
            put(disk, number * self.block, data)
        return bytes(disk[: self.size])


ONE, TWO = noise("one", 4096), text(4096)
SIZE = 64 << 10


def usual(**more):
    return Dynamic({0: ONE, 2: TWO, 15: ONE[::-1]}, SIZE, **more)


def unchanced(path):
    """A file of qemu-img without its time and number."""
    file = path.read_bytes()
    places = [len(file) - SECTOR]
    places += [0] if file[:8] == b"conectix" else []
    for at in places:
        end = patched(file[at : at + SECTOR], (24, bytes(4)), (68, bytes(16)))
        file = patched(file, (at, summed(end, 64)))
    return file


def right(corpus):
    content = pattern("vhd", (1 << 20) + 512 * 7)
    disk, made = corpus.work / "disk.raw", corpus.work / "made.vhd"
    disk.write_bytes(content)
    for kind in ("fixed", "dynamic"):
        for name, more in [("", ""), ("-exact", ",force_size=on")]:
            corpus.img("convert", "-f", "raw", "-O", "vpc", "-o", f"subformat={kind}{more}", disk, made)
            raws = [content] if more else None
            corpus.good(
                f"vhd-{kind}{name}.vhd", unchanced(made), f"by qemu-img convert -o subformat={kind}{more}", raws=raws
            )

    def good(name, file, says, raw, **more):
        corpus.good(f"vhd-{name}.vhd", file, says, raws=[raw], **more)

    good("fixed-tiny", fixed(ONE[:512]), "one sector and its footer", ONE[:512])
    size = 700 * SECTOR
    good("fixed-odd", fixed(content[:size]), "a size that is no geometry: the current size holds", content[:size])
    good("dynamic-4k", usual().build(), "blocks of 4 KiB", usual().raw(), qemu=False)
    tiny = Dynamic({0: ONE[:100]}, 2 * 4096)
    good("dynamic-tiny", tiny.build(), "one block", tiny.raw(), qemu=False)
    half = Dynamic({0: content[: 1 << 19], 5: TWO}, (3 << 20) + 512, block=512 << 10)
    good("dynamic-512k", half.build(), "blocks of 512 KiB, and a last one that is cut", half.raw())
    large = Dynamic({1: content}, 5 << 20, block=BLOCK)
    good("dynamic-2m", large.build(), "blocks of 2 MiB", large.raw())
    good("dynamic-empty", Dynamic({}, 5 << 20, block=BLOCK).build(), "no block", bytes(5 << 20))
    longer = Dynamic({0: content, 1: TWO}, 4 << 20, block=BLOCK)
    good("dynamic-longer-table", longer.build(count=100), "a table that is longer than the disk", longer.raw())


def wrong(corpus):
    def bad(name, file, reason, says, **more):
        corpus.bad(f"vhd-{name}.vhd", file, reason, says, **more)

    def dynamic(name, reason, says, **fields):
        bad(f"dynamic-{name}", usual().build(**fields), reason, says)

    disk = ONE * 16
    head, table, outside = "bad-header", "bad-l1", "data-out-of-bounds"
    dynamic("difference", "parent", "a difference to a parent", kind=DIFFERENCE)
    for kind in (0, 1, 5, 6, 2**32 - 1):
        dynamic(f"kind-{kind}", head, f"the unknown type {kind}", kind=kind)
    dynamic("sum", head, "a footer whose checksum is wrong", sum_of=1)
    bad("fixed-sum", fixed(disk, sum_of=1), head, "a fixed disk whose checksum is wrong")
    bad("fixed-version", fixed(disk, version=0x20000), "bad-version", "version 2 of the format")
    bad("fixed-larger", fixed(disk, size=2 * len(disk)), "truncated", "a fixed disk that is larger than its file")
    bad("fixed-smaller", fixed(disk, size=len(disk) // 2), head, "a fixed disk that is smaller than its file")
    bad("fixed-0", footer(0, FIXED), "virtual-size", "a fixed disk of 0 bytes")
    bad("fixed-unaligned", fixed(disk, size=len(disk) - 1), "virtual-size", "a fixed disk of no whole sectors")
    dynamic("copy", head, "the copy of the footer differs", copy=footer(2 * SIZE, DYNAMIC))
    dynamic("footer-cut", "truncated", "no footer at the end, only its copy at the beginning", cut=SECTOR)
    dynamic("header-cookie", head, "no header of a dynamic disk", cookie=b"xxxxxxxx")
    dynamic("header-sum", head, "a header whose checksum is wrong", header_sum=1)
    dynamic("header-version", "bad-version", "version 2 of the header", version=0x20000)
    dynamic("header-outside", head, "the header is behind the file", at=1 << 40)
    dynamic("header-overflow", head, "the header is at 2^64 - 512", at=2**64 - 512)
    dynamic("table-outside", table, "the table is behind the file", table_at=1 << 40)
    dynamic("table-overflow", table, "the end of the table is over 2^64", table_at=2**64 - 512)
    dynamic("table-short", table, "a table that does not cover the disk", count=15)
    dynamic("table-most", table, "a table of 16 GiB", count=2**32 - 1)
    for block in (0, 256, 513, 3 << 20, 1 << 31):
        dynamic(f"block-{block}", "bad-cluster-bits", f"blocks of {block} bytes", block=block)
    dynamic("size-0", "virtual-size", "a disk of 0 bytes", size=0)
    dynamic("size-8-eib", "virtual-size", "a disk of 2^63 bytes", size=1 << 63)
    dynamic("entry-outside", outside, "a block behind the file", entries={1: 1 << 28})
    dynamic("entry-most", outside, "a block at 2^32 - 2 sectors", entries={1: 2**32 - 2})
    once = usual()
    dynamic("entry-end", outside, "a block that begins where the file ends", entries={1: len(once.build()) // SECTOR})
    dynamic("twice", "amplification", "one block, twice on the disk", entries={1: once.places[0]})
    short = Dynamic({0: ONE}, SIZE)
    bad("dynamic-truncated", short.build(entries={9: 40, 10: 50}), outside, "blocks of which the file has none")
    bad("truncated", b"conectix" + bytes(100), "truncated", "cut within the footer")
    bad(
        "fixed-qcow2",
        fixed(bytes(qcow2.Qcow2({}, SIZE).build())),
        "ambiguous-format",
        "a fixed disk that begins as a QCOW2",
    )
    nested = Dynamic({0: bytes(qcow2.Qcow2({}, SIZE).build()[:4096])}, SIZE)
    bad("dynamic-nested", nested.build(), "nested-format", "a QCOW2 on the disk")
    inner = Dynamic({15: bytes(3584) + footer(SIZE - SECTOR, FIXED)}, SIZE)
    bad("dynamic-nested-vhd", inner.build(), "nested-format", "a fixed VHD on the disk")
    luks = Dynamic({0: b"LUKS\xba\xbe\0\2".ljust(4096, b"\0")}, SIZE)
    bad("dynamic-luks", luks.build(), "encrypted", "LUKS on the disk")


def make(corpus):
    right(corpus)
    wrong(corpus)
