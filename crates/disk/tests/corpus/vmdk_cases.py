"""VMDK, right and wrong."""

import re
import struct
import zlib

import qcow2
from common import noise, patched, pattern, text
from vmdk import SECTOR, SPARSE, STREAM, ZERO_ENTRIES, Vmdk, descriptor, marker

SIZE, GRAIN = 16 * 4096, 4096
ONE, TWO = noise("one", GRAIN), text(GRAIN)
GRAINS = {0: ONE, 3: TWO, 9: ONE[::-1]}


def sparse(**more):
    return Vmdk(GRAINS, SIZE, **more)


def stream(**more):
    return Vmdk(GRAINS, SIZE, stream=True, **more)


def unchanced(path):
    """A file of qemu-img without the number that it takes by chance."""
    file, end = path.read_bytes(), 21 * SECTOR
    text = re.sub(rb"\nCID=[0-9a-f]+\n", b"\nCID=7a3bf1c2\n", file[SECTOR:end].rstrip(b"\0"))
    return patched(file, (SECTOR, text.ljust(end - SECTOR, b"\0")))


def right(corpus):
    disk, made = corpus.work / "disk.raw", corpus.work / "made.vmdk"
    content = pattern("vmdk", (1 << 20) + 512 * 7)
    disk.write_bytes(content)
    for kind in (SPARSE, STREAM):
        for name, size in [("", len(content)), ("-small", 512 * 3)]:
            disk.write_bytes(b"begins" + content[6:size])
            corpus.img("convert", "-f", "raw", "-O", "vmdk", "-o", f"subformat={kind}", disk, made)
            corpus.good(
                f"vmdk-{kind}{name}.vmdk", unchanced(made), f"by qemu-img convert -o subformat={kind}", raws=[disk]
            )
    made.unlink(missing_ok=True)
    corpus.img("create", "-q", "-f", "vmdk", "-o", f"subformat={SPARSE},zeroed_grain=on", made, "1M")
    corpus.io(made, "write -P 5 0 256k", "write -z 64k 64k", kind="vmdk")
    corpus.good("vmdk-zeroed-by-qemu.vmdk", unchanced(made), "a grain of zeros, by qemu-img")

    def good(name, of, says, file=None, **more):
        corpus.good(f"vmdk-{name}.vmdk", file or of.build(), says, raws=[of.raw()], **more)

    least = {0: noise("tiny", 100), 2: text(200)}
    good("tiny", Vmdk(least, 3 * GRAIN - 512, descriptor_length=1), "the smallest with tables")
    good("tiny-footer", Vmdk(least, 3 * GRAIN, descriptor_length=1, stream=True), "the smallest with a footer")
    good("tiny-stream", Vmdk(least, 3 * GRAIN, descriptor_length=1, stream=True, footer=False), "the smallest stream")
    good("sparse", sparse(), "grains of 4 KiB")
    good("stream-footer", stream(), "streamOptimized with a footer, as ovftool writes it")
    good("stream-header", stream(footer=False), "streamOptimized without a footer")
    large = {0: ONE, 17: pattern("grain", 65536), 513: TWO, 1100: ONE}
    size = 1100 * 65536 + 4096
    good("tables", Vmdk(large, size, grain=128), "three tables, and a last grain that is cut")
    good("stream-tables", Vmdk(large, size, grain=128, stream=True), "the same, streamOptimized with a footer")
    good("grain-2m", Vmdk({0: pattern("2m", 2 << 20)}, 3 << 20, grain=4096), "grains of 2 MiB")
    good("empty", Vmdk({}, SIZE), "no grain at all")
    good("stream-empty", Vmdk({}, SIZE, stream=True), "no grain at all, streamOptimized")
    zeroed = sparse(entries={1: 1})
    good("zero-entry", zeroed, "an entry that says zeros", zeroed.build(flags=3 | ZERO_ENTRIES, version=2))
    cases = descriptor(SIZE // SECTOR, "MONOLITHICSPARSE", parent="FFFFFFFF", head="# Disk DescriptorFile\r\n")
    good("letters", sparse(text=cases), "large letters in the descriptor", qemu=False)
    named = descriptor(SIZE // SECTOR, SPARSE, extents=[f'RW {SIZE // SECTOR} SPARSE "another name.vmdk"'])
    good("renamed", sparse(text=named), "an extent of another name than the file")
    no_copy = sparse()
    good("one-directory", no_copy, "no second directory", no_copy.build(flags=1, redundant_at=0))


def wrong(corpus):
    def bad(name, file, reason, says, **more):
        corpus.bad(f"vmdk-{name}.vmdk", file, reason, says, **more)

    descriptors(bad)
    headers(bad)
    tables(bad)
    streams(bad)


def descriptors(bad):
    sectors = SIZE // SECTOR
    path, kind = "vmdk-extent-path", "vmdk-subtype"
    for name, extents in {
        "monolithicFlat": ['RW 16 FLAT "/etc/passwd" 0'], "twoGbMaxExtentFlat": ['RW 16 FLAT "disk-f001.vmdk" 0'],
        "twoGbMaxExtentSparse": ['RW 16 SPARSE "disk-s001.vmdk"'], "vmfs": ['RW 16 VMFS "disk-flat.vmdk"'],
        "vmfsSparse": ['RW 16 VMFSSPARSE "disk-delta.vmdk"'], "seSparse": ['RW 16 SESPARSE "disk-sesparse.vmdk"'],
        "vmfsRaw": ['RW 16 VMFSRDM "rdm.vmdk"'], "fullDevice": ['RW 16 FLAT "/dev/sda" 0'], "custom": ['RW 16 FLAT "x" 0'],
    }.items():  # fmt: skip
        bad(f"text-{name}", descriptor(16, name, extents=extents), kind, f"a descriptor alone, {name}: {extents[0]}")
        inside = sparse(text=descriptor(sectors, name))
        bad(f"inside-{name}", inside.build(), kind, f"a sparse file whose descriptor says {name}")
    bad("text-sparse", descriptor(16, SPARSE), kind, "a descriptor alone that says monolithicSparse")
    bad("cowd", b"COWD" + struct.pack("<III", 1, 3, 2048).ljust(2044, b"\0"), kind, "a COWD file of ESX")
    se = struct.pack("<QQQQ", 0xCAFEBABE, 0x0000000200000001, 2048, 8).ljust(4096, b"\0")
    bad("sesparse", se, kind, "a seSparse file of ESX")
    bad("no-type", sparse(text=descriptor(sectors, None)).build(), "vmdk-header", "a descriptor without createType")
    stream_says = stream(text=descriptor(sectors, "twoGbMaxExtentSparse"))
    bad("stream-other-type", stream_says.build(), kind, "a stream whose descriptor says twoGbMaxExtentSparse")

    def extents(name, what, reason, says):
        bad(f"extent-{name}", sparse(text=descriptor(sectors, SPARSE, extents=what)).build(), reason, says)

    for name, extent in [
        ("absolute", "/etc/passwd"), ("parent", "../disk.vmdk"), ("folder", "images/disk.vmdk"),
        ("windows", "C:\\disk.vmdk"), ("windows-parent", "..\\disk.vmdk"), ("dots", ".."), ("url", "nbd://127.0.0.1/x"),
    ]:  # fmt: skip
        extents(name, [f'RW {sectors} SPARSE "{extent}"'], path, f"an extent whose name is {extent}")
    extents("flat", [f'RW {sectors} FLAT "/etc/passwd" 0'], path, "monolithicSparse with a flat extent: CVE-2022-47951")
    extents(
        "flat-beside", [f'RW {sectors} FLAT "disk-flat.vmdk" 0'], path, "monolithicSparse with a flat extent beside it"
    )
    two = [f'RW {sectors} SPARSE "disk.vmdk"', f'RW {sectors} FLAT "/etc/passwd" 0']
    extents("two", two, path, "two extents, the second /etc/passwd")
    extents("two-sparse", [two[0], two[0].replace("disk", "disk2")], path, "two extents, the second another file")
    extents("none", [], "vmdk-header", "no extent")
    extents("unquoted", [f"RW {sectors} SPARSE"], "vmdk-header", "an extent without a name")
    extents("zero", two[:1] + ["RW 8 ZERO"], path, "a second extent of zeros")
    extents(
        "size", [f'RW {sectors * 2} SPARSE "disk.vmdk"'], "vmdk-header", "an extent of another size than the header has"
    )

    def said(name, more, reason, says, **changes):
        bad(name, sparse(text=descriptor(sectors, SPARSE, more=more, **changes)).build(), reason, says)

    said("parent-cid", "", "parent", "a parent by its parentCID", parent="12345678")
    said("parent-hint", 'parentFileNameHint="/etc/passwd"\n', "parent", "a parent by its name")
    said("two-types", 'createType="monolithicFlat"\n', "vmdk-header", "two types, the second monolithicFlat")
    said("unknown-line", "what is this\n", "vmdk-header", "a line of the descriptor that is not understood")
    said("change-track", 'changeTrackPath="/etc/passwd"\n', path, "a file that keeps what was changed")
    said("native", 'isNativeSnapshot="yes"\n', "parent", "a snapshot of the storage")
    said(
        "parent-uuid",
        'ddb.uuid.parent="00000000-0000-0000-0000-000000000001"\n',
        "parent",
        "a parent as VirtualBox tells it",
    )
    hidden = descriptor(sectors, SPARSE) + b'\0\nRW 16 FLAT "/etc/passwd" 0\n'
    bad("hidden-extent", sparse(text=hidden).build(), "vmdk-header", "an extent behind a zero, where some stop to read")
    said("not-text", "\x01\x02\x03\n", "vmdk-header", "a line of the descriptor that is no text")


def headers(bad):
    def field(name, says, reason="vmdk-header", of=sparse, **fields):
        bad(f"header-{name}", of().build(**fields), reason, says)

    for version in (0, 4, 2**32 - 1):
        field(f"version-{version}", f"version {version}", "bad-version", version=version)
    for grain in (0, 4, 9, 8192, 2**40, 2**63):
        field(f"grain-{grain}", f"grains of {grain} sectors", grain=grain)
    for count in (0, 1, 511, 2**32 - 1):
        field(f"entries-{count}", f"{count} entries in a table", per_table=count)
    field("capacity-0", "a disk of 0 bytes", "virtual-size", capacity=0)
    for bits in (45, 55, 63):
        field(f"capacity-{bits}", f"a disk of 2^{bits} sectors", "virtual-size", capacity=1 << bits)
    field("newlines", "line ends that were changed on the way", newlines=b"\n \n\n")
    field("compression", "an unknown compression", "bad-compression-type", of=stream, compression=2)
    field("flags", "compressed grains without the bit of markers", of=stream, flags=0x10001)
    field(
        "descriptor-none",
        "no descriptor: a part of a disk in parts",
        "vmdk-subtype",
        descriptor_at=0,
        descriptor_length=0,
    )
    field("descriptor-far", "the descriptor is not behind the header", descriptor_at=2)
    field("descriptor-large", "a descriptor of more than 1 MiB", descriptor_length=2049)
    field("descriptor-most", "a descriptor of 2^64 sectors", descriptor_length=2**64 - 1)
    field("descriptor-outside", "a descriptor that ends behind the file", "truncated", descriptor_length=2000)
    field("directory-outside", "the directory is behind the file", directory_at=1 << 40)
    field("directory-overflow", "the directory is at 2^63 sectors", directory_at=1 << 63)
    field("directory-0", "the directory is the header", directory_at=0)
    large = Vmdk(GRAINS, SIZE, descriptor_length=2049, text=descriptor(SIZE // SECTOR, SPARSE))
    bad(
        "descriptor-large-inside",
        large.build(),
        "vmdk-header",
        "a descriptor of 1 MiB and a sector, all inside of the file",
    )
    bad("truncated-header", sparse().build()[:300], "truncated", "cut within the header")
    bad("truncated-magic", b"KDMV", "truncated", "the magic and nothing else")
    bad("truncated-descriptor", sparse().build()[: 5 * SECTOR], "truncated", "cut within the descriptor")


def tables(bad):
    outside = "data-out-of-bounds"
    bad("table-outside", sparse(directory={0: 1 << 30}).build(), outside, "a table behind the file")
    bad("table-most", sparse(directory={0: 2**32 - 1}).build(), outside, "a table at 2^32 sectors")
    bad("grain-outside", sparse(entries={5: 1 << 30}).build(), outside, "a grain behind the file")
    end = len(sparse().file) // SECTOR
    bad("grain-end", sparse(entries={5: end}).build(), outside, "a grain that begins where the file ends")
    bad("stream-grain-outside", stream(entries={5: 1 << 30}).build(), outside, "a compressed grain behind the file")
    bad(
        "stream-table-outside",
        stream(directory={0: 1 << 30}).build(),
        outside,
        "a table behind the file, streamOptimized",
    )
    bad("truncated-data", sparse().build()[:-GRAIN], outside, "cut before the last grain")
    once = sparse()
    bad(
        "grain-twice",
        sparse(entries={7: once.places[0]}).build(),
        "amplification",
        "one grain, at two places of the disk",
    )
    again = stream()
    bad(
        "stream-grain-twice",
        stream(entries={7: again.places[0]}).build(),
        "amplification",
        "one compressed grain, at two places",
    )
    two = Vmdk({0: ONE, 600: TWO}, 1024 * GRAIN)
    table = two.tables_at // SECTOR
    twice = Vmdk({0: ONE, 600: TWO}, 1024 * GRAIN, directory={1: table})
    bad("table-twice", twice.build(), "amplification", "one table, twice in the directory")
    for name, magic in [
        ("vmdk", bytes(sparse().build()[:GRAIN])),
        ("qcow2", bytes(qcow2.Qcow2({}, SIZE).build()[:GRAIN])),
    ]:
        bad(f"nested-{name}", Vmdk({0: magic}, SIZE).build(), "nested-format", f"a {name} on the disk")
    bad(
        "nested-stream",
        Vmdk({0: bytes(sparse().build()[:GRAIN])}, SIZE, stream=True).build(),
        "nested-format",
        "a vmdk on the disk, streamOptimized",
    )
    bad("luks", Vmdk({0: b"LUKS\xba\xbe\0\1".ljust(GRAIN, b"\0")}, SIZE).build(), "encrypted", "LUKS on the disk")


def streams(bad):
    footer = "vmdk-footer"

    def differs(name, says, **fields):
        bad(f"footer-{name}", stream().build(footer=fields), footer, f"a footer that has another {says}")

    differs("version", "version", version=1)
    differs("capacity", "capacity", capacity=2 * SIZE // SECTOR)
    differs("grain", "size of grains", grain=16)
    differs("entries", "count of entries", per_table=256)
    differs("descriptor", "place of the descriptor", descriptor_at=4)
    differs("descriptor-length", "length of the descriptor", descriptor_length=19)
    differs("magic", "magic", magic=b"XXXX")
    differs("directory", "directory: it is at the end, again", directory_at=2**64 - 1)
    bad(
        "footer-marker",
        stream().build(footer_marker=marker(1, 0, 2)),
        footer,
        "the footer's marker is that of a directory",
    )
    bad(
        "footer-end",
        stream().build(end_marker=marker(1, 0, 3)),
        footer,
        "the file does not end with the end of the stream",
    )
    bad(
        "footer-none",
        stream().build()[: -3 * SECTOR],
        "truncated",
        "the header says that there is a footer, and there is none",
    )
    bad("footer-cut", stream().build()[:-SECTOR], "truncated", "the end of the stream is cut")
    bad("footer-short", stream().build()[: 22 * SECTOR], "truncated", "the file ends behind its descriptor")

    def grain(name, reason, says, **more):
        """On the first grain, which is looked at first, and on one far behind."""
        for place, number in [("", 3), ("-late", 1500)]:
            what = {key: {number: value} for key, value in more.items()}
            file = Vmdk({0: ONE, number: TWO}, 2048 * GRAIN, stream=True, **what)
            bad(f"{name}{place}", file.build(), reason, says, at="convert")

    wrong = "vmdk-grain"
    grain("marker-place", wrong, "a marker of another place", lba=8 * 7)
    grain("marker-far", wrong, "a marker of a place behind the disk", lba=2**64 - 8)
    grain("marker-0", wrong, "a marker of a length of 0", lengths=0)
    grain("marker-long", wrong, "a marker of a length of more than two grains", lengths=2 * GRAIN + 1)
    grain("marker-most", wrong, "a marker of a length of 4 GiB", lengths=2**32 - 1)
    whole = zlib.compress(TWO)
    grain("grain-bomb", "decompression-bomb", "1 MiB in a grain of 4 KiB", packed=zlib.compress(bytes(1 << 20)))
    grain("grain-more", "decompression-bomb", "a byte more than a grain", packed=zlib.compress(TWO + b"x"))
    grain("grain-less", "compressed-data", "a byte less than a grain", packed=zlib.compress(TWO[:-1]))
    grain("grain-noise", "compressed-data", "a grain that is no deflate", packed=noise("no deflate", 300))
    grain("grain-cut", "compressed-data", "a grain without its end", packed=whole[:-8])
    sum_wrong = bytes(patched(whole, (len(whole) - 4, bytes(4))))
    grain("grain-sum", "compressed-data", "a grain whose checksum is wrong", packed=sum_wrong)
    cut = Vmdk({0: ONE, 1: TWO}, SIZE, stream=True, footer=False)
    bad(
        "truncated-grain",
        cut.build()[: cut.places[1] * SECTOR + 20],
        "truncated",
        "cut within the last grain",
        at="convert",
    )


def make(corpus):
    right(corpus)
    wrong(corpus)
