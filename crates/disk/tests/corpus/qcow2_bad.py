"""QCOW2 that is wrong, one thing at a time."""

import struct
import zlib

import qcow2
from common import Sparse, noise, patched, put, text
from qcow2 import COPIED, Data, Entry, Packed, Parts, Qcow2, Same, Zero, deflated, extension, zstd

CLUSTER = 4096
SIZE = 16 * CLUSTER
ONE, TWO = noise("one", CLUSTER), text(CLUSTER)


def usual(**more):
    """What is right but for what is asked."""
    return Qcow2({0: Data(ONE), 1: Data(TWO), 9: Data(ONE[::-1])}, SIZE, **more)


def wide(clusters, **more):
    return Qcow2(clusters, 8 * 16384, bits=14, incompatible=qcow2.EXTENDED, **more)


def backed(name, version=3):
    """A backing file of a name, which is in the first cluster."""
    file = usual(version=version).build(backing_at=512, backing_length=len(name))
    return patched(file, (512, name))


def make(corpus):
    def bad(name, file, reason, says, **more):
        corpus.bad(f"qcow2-{name}.qcow2", file, reason, says, **more)

    headers(bad)
    first_tables(bad)
    second_tables(bad)
    packed(bad)
    twice(bad)
    made = corpus.work / "made.qcow2"
    corpus.img("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", made, "1M")
    bad("backing-by-qemu", made, "backing-file", "by qemu-img create -b /etc/passwd")
    corpus.img("create", "-q", "-f", "qcow2", "-o", "data_file=other.raw,data_file_raw=on", made, "1M")
    bad("data-file-by-qemu", made, "external-data-file", "by qemu-img create -o data_file=other.raw")


def headers(bad):
    for version in (2, 3):
        bad(
            f"backing-v{version}",
            backed(b"/etc/passwd", version),
            "backing-file",
            f"version {version} with the backing file /etc/passwd",
        )
    nested = b'json:{"driver":"raw","file":{"driver":"file","filename":"/etc/passwd"}}'
    bad("backing-json", backed(nested), "backing-file", "a backing file whose name is a program of qemu")
    bad("backing-url", backed(b"nbd://169.254.169.254/x"), "backing-file", "a backing file on the network")
    bad(
        "backing-no-place", usual().build(backing_length=5), "backing-file", "the length of a backing file's name, at 0"
    )
    bad(
        "backing-no-length",
        usual().build(backing_at=512),
        "backing-file",
        "the place of a backing file's name, of no length",
    )
    other = extension(qcow2.DATA_FILE, b"/etc/passwd")
    external = qcow2.EXTERNAL
    bad(
        "data-file",
        usual(incompatible=external, extensions=other).build(),
        "external-data-file",
        "the data file /etc/passwd",
    )
    bad(
        "data-file-unnamed",
        usual(incompatible=external).build(autoclear=2),
        "external-data-file",
        "a data file without a name",
    )
    all_bits = usual(incompatible=external | qcow2.CORRUPT | 1 << 40).build(backing_at=512, backing_length=4, crypt=1)
    bad("data-file-first", all_bits, "external-data-file", "a data file, and all else that is refused: R1 comes first")
    for bit in (5, 63):
        bad(
            f"incompatible-{bit}",
            usual().build(incompatible=1 << bit),
            "unknown-feature",
            f"the incompatible bit {bit}",
        )
    bad("corrupt", usual(incompatible=qcow2.CORRUPT).build(), "corrupt-flag", "the corrupt bit")
    bad(
        "corrupt-dirty",
        usual(incompatible=qcow2.CORRUPT | qcow2.DIRTY).build(),
        "corrupt-flag",
        "the corrupt and the dirty bit",
    )
    for crypt, name in [(1, "aes"), (2, "luks"), (3, "unknown")]:
        bad(f"crypt-{name}", usual().build(crypt=crypt), "encrypted", f"crypt_method {crypt}, the data is readable")
    bad("crypt-v2", usual(version=2).build(crypt=1), "encrypted", "version 2 with crypt_method 1")
    header = extension(0x0537BE77, struct.pack(">QQ", 2 * CLUSTER, CLUSTER))
    whole = patched(usual(extensions=header).build(crypt=2), (2 * CLUSTER, b"LUKS\xba\xbe\0\1"))
    bad("crypt-luks-header", whole, "encrypted", "a LUKS header where the extension of the header says")
    for version in (0, 1, 4, 2**32 - 1):
        bad(f"version-{version}", usual().build(version=version), "bad-version", f"version {version}")
    for bits in (0, 8, 22, 63, 64, 2**32 - 1):
        bad(f"cluster-bits-{bits}", usual().build(bits=bits), "bad-cluster-bits", f"cluster_bits {bits}")
    thin = usual(incompatible=qcow2.EXTENDED).build()
    bad(
        "extended-4k",
        thin,
        "bad-cluster-bits",
        "extended entries with clusters of 4 KiB, whose parts were less than a sector",
    )
    for name, size in [("0", 0), ("16-tib", (16 << 40) + 512), ("8-eib", 1 << 63), ("all", 2**64 - 1)]:
        says = f"a disk of {size} bytes"
        file = Qcow2({0: Data(ONE)}, SIZE).build(size=size, first_length=4 << 20 if size else 1)
        bad(f"size-{name}", file, "virtual-size", says)
    for length in (0, 72, 96, 105, 108, 4104, 2**32 - 8):
        bad(f"header-length-{length}", usual().build(length=length), "bad-header", f"a header of {length} bytes")
    kind = usual(length=112).build
    bad("zstd-without-bit", kind(compression=1), "bad-compression-type", "zstd without its incompatible bit")
    bad(
        "bit-without-zstd",
        kind(incompatible=qcow2.COMPRESSION, compression=0),
        "bad-compression-type",
        "the incompatible bit without zstd",
    )
    bad(
        "compression-2",
        kind(incompatible=qcow2.COMPRESSION, compression=2),
        "bad-compression-type",
        "an unknown type of compression",
    )
    short = usual().build(incompatible=qcow2.COMPRESSION, length=104, compression=0)
    bad("bit-short-header", short, "bad-compression-type", "the incompatible bit in a header that has no type")
    for name, length in [("most", 2**32 - 1), ("outside", CLUSTER)]:
        long = usual(extensions=struct.pack(">II", 0x12345678, length)).build()
        bad(
            f"extension-{name}",
            long,
            "bad-header",
            f"an extension of the header of {length} bytes, behind the first cluster",
        )
    for order in (7, 2**32 - 1):
        bad(
            f"refcount-order-{order}",
            usual().build(order=order),
            "bad-refcount-order",
            f"reference counts of 2^{order} bits",
        )
    for name, count, at in [
        ("outside", 1, 1 << 30), ("end", 1, None), ("unaligned", 1, 4097), ("nowhere", 1, 0), ("many", 65537, 4096),
        ("most", 2**32 - 1, 4096), ("overflow", 2, 2**64 - 4096), ("not-all-inside", 1000, 4096 * 6),
    ]:  # fmt: skip
        file = usual()
        at = len(file.file) if at is None else at
        bad(
            f"snapshots-{name}",
            file.build(snapshots=count, snapshots_at=at),
            "bad-snapshots",
            f"{count} snapshots at {at}",
        )
    file, count = usual(), 65537
    at = len(file.file)
    bad(
        "snapshots-too-many",
        file.build(snapshots=count, snapshots_at=at) + bytes(40 * count),
        "bad-snapshots",
        f"{count} snapshots, for which there is room",
    )
    bad("truncated-header", usual().build()[:100], "truncated", "cut within the header")
    bad("truncated-v2", usual(version=2).build()[:40], "truncated", "version 2, cut within the header")
    bad("truncated-magic", b"QFI\xfb", "truncated", "the magic and nothing else")
    bad("truncated-tables", usual().build()[: 3 * CLUSTER], "bad-l1", "cut before the first table")


def first_tables(bad):
    def with_first(name, says, **fields):
        bad(f"l1-{name}", usual().build(**fields), "bad-l1", says)

    with_first("outside", "the first table is behind the file", first_at=1 << 40)
    with_first("end", "the first table begins where the file ends", first_at=len(usual().file))
    with_first("unaligned", "the first table is at no cluster", first_at=3 * CLUSTER + 8)
    with_first("nowhere", "the first table is the header", first_at=0)
    with_first("overflow", "the end of the first table is over 2^64", first_at=2**64 - CLUSTER)
    with_first("short", "no entry for a disk that needs one", first_length=0)
    with_first("short-large", "one entry for a disk that needs eight", size=8 * 512 * CLUSTER)
    with_first("most", "32 GiB of first table", first_length=2**32 - 1)
    with_first("not-all-inside", "a first table that ends behind the file", first_length=8 * CLUSTER)
    over = usual()
    large = over.build(first_length=(4 << 20) + 1)
    bad(
        "l1-over-limit",
        Sparse(64 << 20, (0, large)),
        "bad-l1",
        "a first table of 32 MiB and 8 bytes, all inside of the file",
    )
    for name, word, says in [
        ("outside", 1 << 40 | COPIED, "a second table behind the file"),
        ("overflow", 0x00FFFFFFFFFFF000, "a second table at almost 2^56"),
        ("unaligned", 4 * CLUSTER + 512, "a second table at no cluster"),
        ("reserved-low", 4 * CLUSTER | 1, "a reserved low bit"),
        ("reserved-high", 4 * CLUSTER | 1 << 62, "a reserved high bit"),
    ]:
        file = usual()
        put(file.file, file.first_at, struct.pack(">Q", word))
        bad(f"l1-entry-{name}", file.build(), "bad-l1", f"an entry of the first table: {says}")
    file = usual()
    put(file.file, file.first_at, struct.pack(">Q", len(file.file) | COPIED))
    bad("l1-entry-cut", file.build() + bytes(100), "bad-l1", "a second table that ends behind the file")


def second_tables(bad):
    def entry(name, what, reason, says, of=None, **more):
        file = Qcow2({0: Data(ONE), 1: Data(TWO), 2: what}, SIZE) if of is None else of({0: what, 1: Data(ONE * 4)})
        bad(f"l2-{name}", file.build(**more), reason, says)

    at = 6 * CLUSTER
    entry("unaligned", Entry(at + 512), "bad-l2", "data at no cluster")
    for bit in (1, 8, 56, 61):
        entry(f"reserved-{bit}", Entry(at | 1 << bit), "bad-l2", f"the reserved bit {bit}")
    old = Qcow2({0: Data(ONE), 1: Entry(1)}, SIZE, version=2)
    bad("l2-zero-v2", old.build(), "bad-l2", "a zero cluster in version 2, where the bit is reserved")
    entry("extended-zero", Entry(1), "bad-l2", "the zero bit in an extended entry", wide)
    entry("extended-both", Parts(ONE * 4, 3, 2), "bad-l2", "a part that is data and zeros at once", wide)
    entry("extended-all", Parts(ONE * 4, 2**32 - 1, 2**32 - 1), "bad-l2", "all parts are data and zeros at once", wide)
    entry("extended-nowhere", Entry(0, 1), "bad-l2", "a part that is data, of a cluster that is nowhere", wide)
    file = wide({0: Packed(deflated(ONE * 4)), 1: Data(ONE * 4)})
    put(file.file, file.entry_at(0) + 8, b"\0" * 7 + b"\1")
    bad("l2-extended-packed", file.build(), "bad-l2", "a compressed cluster in parts")
    file = Qcow2({0: Packed(deflated(ONE))}, SIZE)
    put(file.file, file.entry_at(0), struct.pack(">Q", file.words[0][0] | COPIED))
    bad("l2-packed-copied", file.build(), "bad-l2", "a compressed cluster that is said to be used once")
    outside = "data-out-of-bounds"
    entry("outside", Entry(1 << 40 | COPIED), outside, "data behind the file")
    entry("far", Entry(0x00FFFFFFFFFFF000), outside, "data at almost 2^56")
    entry("extended-outside", Entry(1 << 40, 1), outside, "a part behind the file", wide)
    file = usual()
    put(file.file, file.entry_at(3), struct.pack(">Q", len(file.file) | COPIED))
    bad("l2-end", file.build(), outside, "data that begins where the file ends")
    bad("truncated-data", usual().build()[:-CLUSTER], outside, "cut before the last cluster")
    entry("packed-outside", Entry(qcow2.COMPRESSED | 1 << 40), outside, "compressed data behind the file")
    entry("packed-far", Entry(qcow2.COMPRESSED | (1 << 58) - 1), outside, "compressed data at 2^58")
    late = Qcow2({index: Data(noise(index, CLUSTER)) for index in range(600)}, 2048 * CLUSTER)
    put(late.file, late.entry_at(599), struct.pack(">Q", 1 << 40))
    bad(
        "l2-late",
        late.build(),
        outside,
        "data behind the file, 2 MiB into the disk: convert sees it first unless all tables are checked",
    )


def packed(bad):
    new = {"incompatible": qcow2.COMPRESSION}
    packer = zlib.compressobj(9, zlib.DEFLATED, -12)
    # What is stored tells its length twice, and here these differ.
    damaged = packer.compress(ONE[:2000]) + packer.flush(zlib.Z_FULL_FLUSH) + b"\1\x30\x08\0\0" + ONE[2000:]

    def one(name, data, reason, says, more=None):
        """At the beginning of the disk, which is looked at first, and far behind, where only convert looks."""
        for place, index in [("", 0), ("-late", 2000)]:
            file = Qcow2({index: Packed(data)}, 4096 * CLUSTER, **(more or {}))
            bad(f"{name}{place}", file.build()[: file.end], reason, says, at="convert")

    less, over = "compressed-data", "decompression-bomb"
    one("deflate-damaged", damaged, less, "deflate that is damaged halfway")
    one("deflate-noise", b"\x07" + noise("no deflate", 900), less, "what is no deflate")
    one("deflate-cut", deflated(ONE[:2000] + TWO[:2096])[:1000], less, "deflate without its end")
    one("deflate-short", deflated(TWO[:100]), less, "deflate of 100 bytes in place of 4,096")
    one("deflate-one-less", deflated(TWO[:-1]), less, "deflate of one byte less than a cluster")
    one("deflate-one-more", deflated(TWO + b"x"), over, "deflate of one byte more than a cluster")
    one("deflate-bomb", deflated(bytes(1 << 20)), over, "deflate of 1 MiB in a cluster of 4 KiB")
    one("zstd-damaged", zstd(TWO)[:9] + b"\xff\xff\xff" + TWO, less, "zstd with a block that cannot be", new)
    one("zstd-magic", b"\0" * 4 + zstd(TWO)[4:], less, "zstd without its magic", new)
    one("zstd-cut", zstd(TWO)[:-600], less, "zstd without its end", new)
    one("zstd-short", zstd(TWO[:100]), less, "zstd of 100 bytes in place of 4,096", new)
    one("zstd-one-more", zstd(TWO + b"x"), over, "zstd of one byte more than a cluster", new)
    one("zstd-bomb", zstd(b"", runs=[(64 << 20, 0)]), over, "zstd of 64 MiB in 2 KiB", new)
    one(
        "zstd-bomb-untold", zstd(b"", runs=[(1 << 20, 0)], tells=False), over, "zstd of 1 MiB that tells no length", new
    )
    lying = bytearray(zstd(b"", runs=[(1 << 20, 0)]))
    lying[5:9] = struct.pack("<I", CLUSTER)
    one("zstd-lies", bytes(lying), over, "zstd of 1 MiB that tells 4 KiB", new)
    far = bytearray(zstd(TWO))
    far[5:9] = struct.pack("<I", 2**32 - 1)
    one("zstd-tells-4-gib", bytes(far), over, "zstd of 4 KiB that tells 4 GiB", new)


def twice(bad):
    def same(name, clusters, says, size=SIZE, **more):
        bad(f"twice-{name}", Qcow2(clusters, size, **more).build(), "amplification", says)

    same("data", {0: Data(ONE), 1: Same(0)}, "one cluster of the file is two of the disk")
    same("data-far", {0: Data(ONE), 4000: Same(0)}, "one cluster of the file, in two second tables", 4096 * CLUSTER)
    same("packed", {0: Packed(deflated(TWO)), 1: Same(0)}, "one compressed cluster is two of the disk")
    same(
        "all",
        {0: Data(ONE)} | {index: Same(0) for index in range(1, 8192)},
        "32 MiB of disk out of one cluster",
        8192 * CLUSTER,
    )
    file = Qcow2({0: Data(ONE)}, 8192 * 512 * CLUSTER)
    for table in range(8192):
        put(file.file, file.first_at + 8 * table, struct.pack(">Q", file.tables[0] | COPIED))
    bad("twice-table", file.build(), "amplification", "16 GiB of disk: one second table, 8,192 times")
    file = usual()
    put(file.file, file.entry_at(5), struct.pack(">Q", file.tables[0] | COPIED))
    bad("twice-table-as-data", file.build(), "amplification", "a second table that is data too")
    at = Qcow2({0: Packed(deflated(TWO))}, SIZE)
    word, _ = at.words[0]
    for index in range(1, 16):
        put(at.file, at.entry_at(index), struct.pack(">Q", (word | 7 << 58) + index))
    bad("twice-overlapping", at.build(), "amplification", "16 compressed clusters of 4 KiB that overlap in one")
    parts = {0: Parts(ONE * 4, 1), 1: Same(0)}
    bad("twice-parts", wide(parts).build(), "amplification", "one cluster of the file, for the same part of two")
    zero = Qcow2({0: Zero(ONE), 1: Data(ONE)}, SIZE)
    put(zero.file, zero.entry_at(1), struct.pack(">Q", zero.places[1] | COPIED))
    put(zero.file, zero.entry_at(2), struct.pack(">Q", zero.places[1] | COPIED))
    bad("twice-beside-zero", zero.build(), "amplification", "a cluster twice, beside a zero cluster")
