"""QCOW2 that is right: what `qemu-img` writes, and what it does not."""

import struct

import qcow2
from common import noise, padded, patched, pattern, put, text
from qcow2 import Data, Packed, Parts, Qcow2, Zero, deflated, extension, stored, zstd

VARIANTS = {
    "v2": ("compat=0.10", False),
    "v2-zlib": ("compat=0.10", True),
    "v2-cluster-512": ("compat=0.10,cluster_size=512", False),
    "v3": ("compat=1.1", False),
    "v3-zlib": ("compat=1.1", True),
    "v3-zstd": ("compression_type=zstd", True),
    "cluster-512": ("cluster_size=512", False),
    "cluster-512-zlib": ("cluster_size=512", True),
    "cluster-512-zstd": ("cluster_size=512,compression_type=zstd", True),
    "cluster-1k": ("cluster_size=1k", False),
    "cluster-4k": ("cluster_size=4k", False),
    "cluster-4k-zlib": ("cluster_size=4k", True),
    "cluster-256k-zstd": ("cluster_size=256k,compression_type=zstd", True),
    "cluster-2m": ("cluster_size=2M", False),
    "cluster-2m-zlib": ("cluster_size=2M", True),
    "cluster-2m-zstd": ("cluster_size=2M,compression_type=zstd", True),
    "extended-16k": ("extended_l2=on,cluster_size=16k", False),
    "extended-16k-zlib": ("extended_l2=on,cluster_size=16k", True),
    "extended-128k": ("extended_l2=on,cluster_size=128k", False),
    "extended-64k-zstd": ("extended_l2=on,cluster_size=64k,compression_type=zstd", True),
    "refcount-1": ("refcount_bits=1", False),
    "refcount-2": ("refcount_bits=2", False),
    "refcount-4": ("refcount_bits=4", False),
    "refcount-8-zlib": ("refcount_bits=8", True),
    "refcount-32": ("refcount_bits=32", False),
    "refcount-64": ("refcount_bits=64", False),
    "lazy-refcounts": ("lazy_refcounts=on", False),
    "preallocation-metadata": ("preallocation=metadata", False),
    "preallocation-falloc": ("preallocation=falloc", False),
    "preallocation-full": ("preallocation=full", False),
    "extended-preallocation": ("extended_l2=on,cluster_size=32k,preallocation=metadata", False),
}


def by_qemu(corpus):
    disk = pattern("disk", (1 << 20) + 512 * 7)
    source = corpus.work / "disk.raw"
    source.write_bytes(disk)
    made = corpus.work / "made.qcow2"

    def make(options, *, compressed=False, of="disk.raw"):
        made.unlink(missing_ok=True)
        flags = ["-c"] if compressed else []
        corpus.img("convert", "-f", "raw", "-O", "qcow2", *flags, "-o", options, of, made)

    def create(options, size):
        made.unlink(missing_ok=True)
        corpus.img("create", "-q", "-f", "qcow2", "-o", options, made, size)

    for name, (options, compressed) in VARIANTS.items():
        make(options, compressed=compressed)
        says = f"by qemu-img convert{' -c' if compressed else ''} -o {options}"
        corpus.good(f"qcow2-{name}.qcow2", made, says, raws=[disk])
    for size in (512, 65536 + 512, 300 * 1024 + 512):
        part = corpus.work / "part.raw"
        part.write_bytes(b"begins" + disk[6:size])
        make("compat=1.1", of=part)
        corpus.good(f"qcow2-size-{size}.qcow2", made, f"a disk of {size} bytes", raws=[part])
    create("compat=1.1", "10M")
    corpus.good("qcow2-empty.qcow2", made, "a disk of holes only", raws=[bytes(10 << 20)])
    for name, options in [("64k", "compat=1.1"), ("2m", "cluster_size=2M")]:
        create(options, "1T")
        corpus.io(made, "write -P 7 0 4k", "write -P 8 512G 64k", f"write -P 9 {(1 << 40) - 4096} 4k")
        corpus.good(f"qcow2-1-tib-{name}.qcow2", made, "1 TiB with three places that are data")
    create("compat=1.1,cluster_size=4k", "1M")
    corpus.io(made, "write -P 1 0 512k", "write -z 64k 64k", "write -z -u 256k 32k", "write -z 768k 64k")
    corpus.good("qcow2-zero-clusters.qcow2", made, "zero clusters with and without a cluster of the file")
    create("extended_l2=on,cluster_size=64k", "1M")
    corpus.io(made, "write -P 1 2k 2k", "write -P 2 70k 10k", "write -z 72k 4k", "write -z 256k 64k")
    corpus.good("qcow2-extended-parts.qcow2", made, "clusters of which some parts are data or zeros")
    for version in ("0.10", "1.1"):
        make(f"compat={version}")
        corpus.img("snapshot", "-c", "before", made)
        corpus.io(made, "write -P 200 0 128k", "write -P 201 900k 64k")
        corpus.img("snapshot", "-c", "between", made)
        corpus.io(made, "write -P 202 64k 4k")
        says = "two internal snapshots, after each of which the active layer was written to"
        corpus.good(f"qcow2-snapshots-{version}.qcow2", undated(made.read_bytes()), says)
    make("compat=1.1")
    corpus.img("bitmap", "--add", made, "changes")
    corpus.good("qcow2-bitmap.qcow2", made, "a persistent bitmap", raws=[disk])
    make("lazy_refcounts=on")
    put_dirty = patched(made.read_bytes(), (72, struct.pack(">Q", qcow2.DIRTY)))
    corpus.good("qcow2-dirty.qcow2", put_dirty, "the dirty bit: reference counts are not used", raws=[disk])
    make("cluster_size=64k")
    corpus.img("resize", "-q", "-f", "qcow2", made, "20M")
    corpus.good("qcow2-grown.qcow2", made, "grown after it was made", raws=[padded(disk, 20 << 20)])


def undated(file):
    """Takes the times out of a table of snapshots."""
    count, at = struct.unpack_from(">IQ", file, 60)
    for _ in range(count):
        file = patched(file, (at + 16, bytes(8)))
        id_length, name_length, more = (
            *struct.unpack_from(">HH", file, at + 12),
            struct.unpack_from(">I", file, at + 36)[0],
        )
        at += -(-(40 + more + id_length + name_length) // 8) * 8
    return file


def disk_of(size, cluster, clusters):
    """The disk that holds some clusters."""
    disk = bytearray(-(-size // cluster) * cluster)
    for index, data in clusters.items():
        put(disk, index * cluster, data)
    return bytes(disk[:size])


def by_hand(corpus):
    one, two, last = noise("one", 4096), text(4096), noise("last", 4096)
    data = {0: one, 3: two, 15: last}
    size = 64 * 1024
    disk = disk_of(size, 4096, data)

    def usual(**fields):
        return Qcow2({index: Data(it) for index, it in data.items()}, size, **fields)

    def good(name, file, says, raw=disk, **more):
        corpus.good(f"qcow2-{name}.qcow2", file, says, raws=[raw], **more)

    tiny = Qcow2({0: Data(noise("tiny", 512)), 1: Packed(deflated(text(512)))}, 1536, bits=9)
    good("tiny", tiny.build(), "the smallest: clusters of 512 bytes", noise("tiny", 512) + text(512) + bytes(512))
    least = noise("tiny", 100) + bytes(412)
    zipped = {0: Packed(zstd(least)), 2: Packed(zstd(b"", runs=[(512, 7)])), 3: Zero(least), 4: Zero()}
    zipped = Qcow2(zipped, 5 * 512, bits=9, incompatible=qcow2.COMPRESSION)
    good(
        "tiny-zstd",
        zipped.build(),
        "the smallest with zstd and zero clusters",
        least + bytes(512) + b"\7" * 512 + bytes(1024),
    )
    old = Qcow2({0: Data(least), 70: Packed(stored(least))}, 71 * 512, bits=9, version=2)
    good("tiny-v2", old.build(), "version 2, with two second tables", least + bytes(69 * 512) + least)
    part = {0: Parts(least, 1), 1: Parts(b"", 0, 1), 2: Packed(deflated(bytes(16384)))}
    part = Qcow2(part, 3 * 16384, bits=14, incompatible=qcow2.EXTENDED)
    good("tiny-extended", part.build(), "the smallest with parts of clusters", least + bytes(3 * 16384 - 512))
    good("header-104", usual().build(), "a header of 104 bytes, without a type of compression")
    good("header-112", usual(length=112).build(), "a header of 112 bytes, compressed by zlib")
    good("header-512", usual(length=512).build(), "a header with fields that are not known")
    known = extension(qcow2.FEATURES, b"\0\0dirty bit".ljust(48, b"\0"))
    known += extension(0x12345678, b"nobody knows") + extension(0, b"")
    good("extensions", usual(extensions=known).build(), "extensions of the header, one not known")
    good(
        "v2-extension", usual(version=2, extensions=known).build(), "version 2: what would be features is an extension"
    )
    both = usual(compatible=1 << 40, autoclear=1 << 41).build()
    good("unknown-compatible", both, "unknown compatible and autoclear bits")
    longer = usual()
    longer.build(first_length=200)
    good("l1-longer", longer.build(), "a first table that is longer than the disk needs")
    short = usual().build()
    good("short-tail", short[:-1000], "the last cluster is cut short: zeros", disk[:-1000] + bytes(1000))
    whole = Qcow2({0: Data(one), 2: Data(two)}, 3 * 4096 - 512).build()
    good("cluster-past-disk", whole, "the disk ends within a cluster", one + bytes(4096) + two[:-512])
    kept = Qcow2({0: Data(one), 1: Zero(last), 2: Zero()}, 4 * 4096).build()
    good("zero-kept", kept, "zero clusters, one with data kept for it", one + bytes(3 * 4096))
    unused = usual()
    for index in data:
        word, _ = unused.words[index]
        put(unused.file, unused.entry_at(index), struct.pack(">Q", word & ~qcow2.COPIED))
    good("not-copied", unused.build(), "entries without the bit that they are used once", qemu=False)
    packed = {5: Packed(deflated(two)), 1: Packed(deflated(bytes(4096))), 0: Packed(stored(one)), 2: Data(last)}
    raw = disk_of(size, 4096, {5: two, 0: one, 2: last})
    good("packed-order", Qcow2(packed, size).build(), "compressed clusters out of order that share sectors", raw)
    raw = disk_of(size, 4096, {1: two})
    cut = Qcow2({1: Packed(deflated(two))}, size)
    good("packed-past-end", cut.build()[: cut.end], "the last sector of compressed data ends behind the file", raw)
    frames = {0: Packed(zstd(one)), 1: Packed(zstd(b"", runs=[(4096, 7)])), 2: Packed(zstd(two, tells=False))}
    frames[3] = Packed(zstd(last) + noise("slack", 300))
    raw = disk_of(size, 4096, {0: one, 1: b"\7" * 4096, 2: two, 3: last})
    new = Qcow2(frames, size, incompatible=qcow2.COMPRESSION).build()
    good("zstd-frames", new, "zstd with and without a length, a run, and slack behind a frame", raw)
    wide = noise("wide", 16384)
    parts = {0: Parts(wide, 0x0000FFFF, 0xFFFF0000), 1: Data(wide), 3: Packed(deflated(text(16384)))}
    parts |= {2: Parts(b"", 0, 0xF), 4: Parts(wide, 1 << 31), 5: Parts(wide, 0, 0xFFFFFFFF), 6: Parts(wide, 0x5, 0)}
    raw = disk_of(
        128 * 1024,
        16384,
        {
            0: wide[:8192], 1: wide, 3: text(16384), 4: bytes(31 * 512) + wide[31 * 512 :],
            6: wide[:512] + bytes(512) + wide[1024:1536],
        },
    )  # fmt: skip
    extended = Qcow2(parts, 128 * 1024, bits=14, incompatible=qcow2.EXTENDED).build()
    good("extended", extended, "every kind of part", raw)
    many = Qcow2({0: Data(one), 1000: Data(two), 4095: Data(last)}, 4096 * 4096).build()
    raw = disk_of(4096 * 4096, 4096, {0: one, 1000: two, 4095: last})
    good("many-tables", many, "eight second tables, of which three are there", raw)
    order = Qcow2({0: Data(one)}, 4096).build(order=0)
    good("refcounts-wrong", order, "reference counts of another width: they are not used", one)


def make(corpus):
    by_qemu(corpus)
    by_hand(corpus)
