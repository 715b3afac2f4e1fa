"""VHDX, right and wrong."""

import struct
import uuid

import qcow2
import vhdx
from common import noise, padded, patched, pattern, put, text
from vhdx import BAT, BAT_AT, KIB, LOG, METADATA, METADATA_AT, MIB, Vhdx, header, items, regions, summed

SIZE = 4 * MIB
ONE = noise("one", 4096) + text(4096) + bytes(8192) + text(1000)


def usual(**more):
    return Vhdx({0: ONE, 2: text(9000)}, SIZE, **more)


def unchanced(path):
    """A file of qemu-img without the numbers that it takes by chance."""
    file = path.read_bytes()
    numbers = [struct.unpack_from("<Q", file, at + 8)[0] for at in vhdx.HEADERS]
    for at in vhdx.HEADERS:
        if file[at : at + 4] == b"head":
            number = struct.pack("<Q", 1 + sorted(numbers).index(struct.unpack_from("<Q", file, at + 8)[0]))
            data = patched(file[at : at + 4096], (8, number), (16, bytes(range(32))))
            file = patched(file, (at, summed(data)))
        # The log was replayed.
        length, place = struct.unpack_from("<IQ", file, at + 68)
        file = patched(file, (place, bytes(length)))
    at = bytes(file).find(vhdx.DISK_ID.bytes_le, 32)
    region, _ = struct.unpack_from("<QI", file, bytes(file).find(METADATA.bytes_le) + 16)
    offset, length = struct.unpack_from("<II", file, at + 16)
    return patched(file, (region + offset, bytes(range(length))))


def right(corpus):
    content = pattern("vhdx", (2 << 20) + 512 * 7)
    disk, made = corpus.work / "disk.raw", corpus.work / "made.vhdx"
    disk.write_bytes(content)
    for kind in ("dynamic", "fixed"):
        corpus.img(
            "convert", "-f", "raw", "-O", "vhdx", "-o", f"subformat={kind},block_size=1M,log_size=1M", disk, made
        )
        corpus.good(f"vhdx-{kind}.vhdx", unchanced(made), f"by qemu-img convert -o subformat={kind}", raws=[content])
    corpus.img("convert", "-f", "raw", "-O", "vhdx", disk, made)
    corpus.good("vhdx-usual.vhdx", unchanced(made), "by qemu-img convert", raws=[content])

    def good(name, of, says, file=None, **more):
        corpus.good(f"vhdx-{name}.vhdx", file or of.build(), says, raws=[of.raw()], **more)

    good("tiny", Vhdx({}, 512), "no block: the smallest there is")
    good("tiny-block", Vhdx({0: noise("tiny", 100)}, 4096), "one block")
    good("by-hand", usual(), "two blocks of 1 MiB")
    good("cut-block", Vhdx({1: ONE}, MIB + 512), "a last block that the disk ends in")
    states = usual(entries={1: vhdx.ZERO, 3: vhdx.UNMAPPED})
    good("states", states, "blocks that are zeros or were freed")
    good(
        "one-header",
        usual(),
        "the second header is damaged: the first holds",
        usual().build(headers=(header(1), header(2, wrong=True))),
        qemu=False,
    )
    kinds = [(BAT, BAT_AT, MIB, 1), (METADATA, METADATA_AT, MIB, 1)]
    one = usual().build(tables=(regions(kinds), regions(kinds, wrong=True)))
    good("one-table", usual(), "the second table of regions is damaged", one, qemu=False)
    named = usual(metadata=items(SIZE, more=[(uuid.UUID(int=77), b"nobody knows", 0)]))
    good("unknown-item", named, "metadata that is not known, and not required", qemu=False)
    kinds.append((uuid.UUID(int=78), DATA_LATE, MIB, 0))
    other = usual()
    good(
        "unknown-region",
        other,
        "a region that is not known, and not required",
        bytes(padded(other.build(kinds=kinds), DATA_LATE + MIB)),
        qemu=False,
    )
    large = Vhdx({4100: ONE}, 4200 * MIB)
    corpus.good("vhdx-ratio.vhdx", large.build(), "a table with entries for bitmaps between those of blocks", qemu=True)
    good("4k-sectors", Vhdx({0: ONE}, SIZE, logical=4096), "sectors of 4 KiB", qemu=False)


DATA_LATE = 8 * MIB


def wrong(corpus):
    def bad(name, reason, says, of=None, **fields):
        file = (of or usual()).build(**fields)
        corpus.bad(f"vhdx-{name}.vhdx", file, reason, says)

    head, outside = "vhdx-header", "data-out-of-bounds"
    for name, changes, reason, says in [
        ("sum", {"wrong": True}, head, "both headers have a wrong checksum"),
        ("magic", {"magic": b"xxxx"}, head, "no header has its magic"),
        ("version", {"version": 2}, "bad-version", "version 2"),
        ("log-version", {"log_version": 1, "log": LOG}, "bad-version", "version 1 of the log"),
        ("log-garbage", {"log": LOG}, head, "a log that is to be replayed, and holds nothing"),
        ("log-outside", {"log": LOG, "log_at": 1 << 40}, "truncated", "a log behind the file, to be replayed"),
        ("log-unaligned", {"log": LOG, "log_at": MIB + 512}, head, "a log at no MiB, to be replayed"),
    ]:
        bad(f"header-{name}", reason, says, headers=(header(1, **changes), header(2, **changes)))
    entry = b"loge" + struct.pack("<III", 0, 4096, 0) + struct.pack("<QII", 1, 1 << 30, 0) + LOG.bytes_le
    lying = summed(entry.ljust(4096, b"\0"))
    both = (header(1, log=LOG), header(2, log=LOG))
    bad("log-descriptors", head, "a log whose entry has 2^30 descriptors", headers=both, log=lying)
    usual_kinds = [(BAT, BAT_AT, MIB, 1), (METADATA, METADATA_AT, MIB, 1)]

    def region(name, kinds, says, reason=head, **more):
        both = (regions(kinds, **more),) * 2
        bad(f"regions-{name}", reason, says, tables=both)

    region("sum", usual_kinds, "both tables of regions have a wrong checksum", wrong=True)
    region("magic", usual_kinds, "no table of regions has its magic", magic=b"xxxx")
    region("many", usual_kinds, "2,048 regions, and 2,047 fit", count=2048)
    region("none", [], "no regions")
    region("no-bat", usual_kinds[1:], "no table of blocks")
    region("no-metadata", usual_kinds[:1], "no metadata")
    region("twice", usual_kinds + usual_kinds[:1], "two tables of blocks")
    region(
        "unknown",
        [*usual_kinds, (uuid.UUID(int=79), BAT_AT, MIB, 1)],
        "a region that is required, and not known",
        "unknown-feature",
    )
    region(
        "bat-outside", [(BAT, 1 << 40, MIB, 1), usual_kinds[1]], "the table of blocks is behind the file", "truncated"
    )
    region(
        "bat-overflow",
        [(BAT, 2**64 - MIB, MIB, 1), usual_kinds[1]],
        "the end of the table of blocks is over 2^64",
        "truncated",
    )
    region("bat-unaligned", [(BAT, BAT_AT + 512, MIB, 1), usual_kinds[1]], "the table of blocks is at no MiB")
    region("bat-header", [(BAT, 0, MIB, 1), usual_kinds[1]], "the table of blocks is the header")
    region(
        "metadata-outside",
        [usual_kinds[0], (METADATA, 1 << 40, MIB, 1)],
        "the metadata is behind the file",
        "truncated",
    )
    region("overlap", [(BAT, METADATA_AT, MIB, 1), usual_kinds[1]], "two regions at one place")

    def item(name, reason, says, size=SIZE, **more):
        bad(f"metadata-{name}", reason, says, usual(metadata=items(size, **more)))

    item("parent", "parent", "a difference to a parent", flags=2)
    locator = (vhdx.PARENT, vhdx.PARENT.bytes_le + struct.pack("<HH", 0, 0), 6)
    item("locator", "parent", "where to find the parent, and the bit that there is one", flags=2, more=[locator])
    for block in (0, 512 * KIB, 3 * MIB, 512 * MIB):
        item(f"block-{block}", "bad-cluster-bits", f"blocks of {block} bytes", block=block)
    for sector in (0, 513, 1024):
        item(f"sector-{sector}", head, f"sectors of {sector} bytes", logical=sector)
    item("size-0", "virtual-size", "a disk of 0 bytes", size=0)
    item("size-65-tib", "virtual-size", "a disk of 65 TiB", size=65 << 40)
    item("size-all", "virtual-size", "a disk of 2^64 - 512 bytes", size=2**64 - 512)
    item("size-unaligned", "virtual-size", "a disk of no whole sectors", size=SIZE - 1)
    item("unknown", "unknown-feature", "metadata that is required, and not known", more=[(uuid.UUID(int=80), b"", 4)])
    for name, kind in [("parameters", vhdx.PARAMETERS), ("size", vhdx.DISK_SIZE), ("sector", vhdx.LOGICAL)]:
        item(f"no-{name}", head, f"metadata without the {name}", without=[kind])
    item("many", head, "2,048 entries of metadata, and 2,047 fit", count=2048)
    item("large-table", "bad-l1", "a disk that its table of blocks does not cover", size=1 << 40)
    broken = patched(items(SIZE), (32 + 16, struct.pack("<I", MIB)))
    bad("metadata-outside", head, "an item behind the region", usual(metadata=broken))
    bad("metadata-magic", head, "metadata without its magic", usual(metadata=patched(items(SIZE), (0, b"xxxxxxxx"))))
    place = usual()
    end = len(place.build())
    for name, entry, reason, says in [
        ("outside", 1 << 40 | vhdx.PRESENT, outside, "a block behind the file"),
        ("far", (2**44 - 1) << 20 | vhdx.PRESENT, outside, "a block at almost 2^64"),
        ("end", end | vhdx.PRESENT, outside, "a block that begins where the file ends"),
        ("twice", place.places[0] | vhdx.PRESENT, "amplification", "one block, twice on the disk"),
        ("partly", end - MIB | vhdx.PARTLY, "bad-l1", "a block that is there in parts, without a parent"),
        ("state", end - MIB | 5, "bad-l1", "a block of an unknown state"),
        ("nowhere", vhdx.PRESENT, "bad-l1", "a block that is the header"),
    ]:
        bad(f"entry-{name}", reason, says, usual(entries={1: entry}))
    bad("truncated-magic", "truncated", "the magic and nothing else", cut=8)
    bad("truncated-headers", "truncated", "cut behind the first header", cut=100 * KIB)
    bad("truncated-regions", "truncated", "cut within the metadata", cut=2 * MIB + 100)
    bad("truncated-data", outside, "cut before the last block", cut=end - MIB)
    nested = Vhdx({0: bytes(qcow2.Qcow2({}, MIB).build())}, SIZE)
    bad("nested", "nested-format", "a QCOW2 on the disk", nested)
    bad("luks", "encrypted", "LUKS on the disk", Vhdx({0: b"LUKS\xba\xbe\0\2"}, SIZE))
    polyglot = bytearray(usual().build())
    put(polyglot, 32769, b"CD001")
    corpus.bad("vhdx-iso.vhdx", polyglot, "ambiguous-format", "a CD in what is not used of the first 64 KiB")


def make(corpus):
    right(corpus)
    wrong(corpus)
