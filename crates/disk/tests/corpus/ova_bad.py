"""OVA that is wrong, one thing at a time."""

import qcow2
from common import Sparse, noise, patched, put
from ova import BLOCK, File, Member, archive, item, long_name, manifest, ova, ovf, pax
from ova_good import ONE, SIZE, disk, packed, vmdk
from vmdk import SPARSE, Vmdk, descriptor


def make(corpus):
    def bad(name, file, reason, says, **more):
        corpus.bad(f"ova-{name}.ova", file, reason, says, **more)

    names(bad)
    sizes(bad)
    descriptors(bad)
    documents(bad)
    manifests(bad)
    disks(bad)


def names(bad):
    one, _ = disk()
    path = "tar-path"

    def member(name, reason, says, *members):
        bad(name, ova([one], more=members), reason, says)

    for name, what in [
        ("parent", "../disk2.vmdk"), ("parents", "../../../etc/cron.d/x"), ("absolute", "/etc/passwd"),
        ("folder", "images/disk2.vmdk"), ("inner", "a/../../b"), ("dots", ".."), ("dot", "."), ("dot-folder", "./disk2.vmdk"),
        ("windows", "..\\disk2.vmdk"), ("drive", "C:\\disk2.vmdk"), ("none", ""),
    ]:  # fmt: skip
        member(f"path-{name}", path, f'a member whose name is "{what}"', Member(what, b"x"))
    member("path-line", path, "a member whose name has a line end", Member("a\nb", b"x"))
    member("path-prefix", path, "a member whose name begins in another field", Member("x", b"x", prefix=b"../.."))
    member("path-gnu", path, "a long name of GNU tar that is a path", long_name("../" * 40 + "x", b"x"))
    member("path-pax", path, "a name in a header before that is a path", pax({"path": "../../etc/passwd"}, "x", b"x"))
    outside = File("../disk.vmdk", one.data, capacity=SIZE)
    bad("path-disk", ova([outside]), path, "the disk itself is at ../disk.vmdk, and the descriptor says so")
    for kind, name in [
        (b"1", "link"), (b"2", "symlink"), (b"3", "character-device"), (b"4", "block-device"), (b"5", "folder"),
        (b"6", "pipe"), (b"S", "sparse"), (b"M", "volume"), (b"Z", "unknown"),
    ]:  # fmt: skip
        what = Member("other", kind=kind, link=b"/etc/passwd")
        member(f"kind-{name}", "tar-member-type", f"a member that is a {name}", what)
    linked = File("disk.vmdk", b"", capacity=SIZE, stored=[Member("disk.vmdk", kind=b"2", link=b"/etc/passwd")])
    bad("kind-disk", ova([linked]), "tar-member-type", "the disk itself is a symlink to /etc/passwd")
    again = Member("disk.vmdk", noise("other", 4096))
    member("twice", "tar-duplicate", "two members with the name of the disk", again)
    member("twice-other", "tar-duplicate", "two other members with one name", Member("a", b"1"), Member("a", b"2"))
    member("twice-pax", "tar-duplicate", "the second by its long name", pax({"path": "disk.vmdk"}, "b", b"2"))


def sizes(bad):
    one, _ = disk()
    size = "tar-size"

    def told(name, value, reason, says):
        bad(f"size-{name}", ova([one], more=[Member("other", b"x", size=value)]), reason, says)

    told("2-63", 1 << 63, size, "a member of 2^63 bytes")
    told("2-64", 2**64 - 1, size, "a member of 2^64 - 1 bytes")
    told("2-87", (1 << 87) - 1, size, "a member of more than 2^64 bytes")
    told("2-63-block", (1 << 63) - 1, size, "a member of 2^63 - 1 bytes, which is more once it is whole blocks")
    told("8-gib", 8**11 - 1, "truncated", "a member of 8 GiB of which there is one byte")
    negative = bytearray(Member("other", b"x").build())
    put(negative, 124, b"\xff" * 12)
    whole = sum(negative[:148]) + 8 * 32 + sum(negative[156:512])
    put(negative, 148, b"%06o\0 " % whole)
    start = ova([one], end=0)
    bad("size-negative", start + bytes(negative) + bytes(1024), size, "a member of -1 bytes")
    letters = patched(negative, (124, b"12xyz678901\0"))
    put(letters, 148, b" " * 8)
    put(letters, 148, b"%06o\0 " % sum(letters[:512]))
    bad("size-letters", start + bytes(letters) + bytes(1024), size, "a size that is no number")
    bad(
        "size-pax",
        ova([one], more=[pax({"size": "9223372036854775807"}, "x", b"x")]),
        size,
        "a size in a header before",
    )
    huge = Member("././@LongLink", b"x", kind=b"L", size=1 << 40)
    bad("size-name", ova([one], more=[huge]), "truncated", "a long name of 1 TiB")
    long = Member("././@LongLink", b"x" * (2 << 20), kind=b"L", magic=b"ustar  \0")
    bad(
        "size-long-name",
        ova([one], more=[[long, Member("x", b"x")]]),
        size,
        "a long name of 2 MiB, all of which is there",
    )
    lots = [Member(f"m{number}", b"") for number in range(63)]
    bad("members-65", ova([one], more=lots), size, "65 members")
    bad("sum", ova([one], more=[Member("other", b"x", total=1)]), "bad-header", "a header whose checksum is wrong")
    two_names = [Member("././@LongLink", b"a\0", kind=b"L", magic=b"ustar  \0"), *pax({"path": "b"}, "c", b"x")]
    bad("two-names", ova([one], more=[two_names]), "bad-header", "a member with two long names")
    everywhere = pax({"path": "disk.vmdk"}, "x", b"x")
    everywhere[0].kind = b"g"
    bad("name-of-all", ova([one], more=[everywhere]), "bad-header", "a name for all members that follow")
    holes = pax({"GNU.sparse.major": "1", "GNU.sparse.realsize": "1099511627776"}, "x", b"x")
    bad("sparse-pax", ova([one], more=[holes]), "tar-member-type", "a sparse member in a header before")
    bad(
        "record",
        ova([one], more=[[Member("p", b"999 path=x\n", kind=b"x"), Member("x")]]),
        "bad-header",
        "a record of 999 bytes in a header of 11",
    )
    behind = ova([one]) + ova([disk("disk.vmdk", "two")[0]])
    bad("behind-end", behind, "bad-header", "a second archive behind the end of the first")
    file = ova([one], end=0)
    bad("no-end", file, "truncated", "no end of the archive")
    bad("truncated-data", file[:-5000], "truncated", "cut within the disk")
    bad("truncated-header", file + Member("other").header()[:200], "truncated", "cut within a header")
    bad("truncated-first", file[:300], "format-mismatch", "cut within the first header")


def descriptors(bad):
    one, _ = disk()
    missing, more, reference = "ovf-missing", "ovf-multiple", "ovf-reference"
    bad("no-descriptor", archive(one.stored), missing, "no descriptor")
    bad(
        "no-descriptor-manifest",
        archive([Member("machine.mf", b""), *one.stored]),
        missing,
        "a manifest, and no descriptor",
    )
    bad("empty-archive", archive([Member("notes.txt", b"")]), missing, "an archive of nothing")
    bad("two-descriptors", ova([one], more=[Member("second.ovf", ovf([one]))]), more, "two descriptors")

    def href(name, what, says=None):
        file = File("disk.vmdk", one.data, capacity=SIZE, href=what)
        bad(f"href-{name}", ova([file]), reference, says or f"a file whose href is {what}")

    href("absent", "other.vmdk", "a file that is not in the archive")
    href("parent", "../disk.vmdk")
    href("absolute", "/etc/passwd")
    href("http", "http://169.254.169.254/latest/meta-data/")
    href("file", "file:///etc/passwd")
    href("none", "", "a file without a name")
    text = ovf([one])

    def other(name, reason, says, *changes):
        changed = text
        for old, new in changes:
            assert old in changed, (name, old)
            changed = changed.replace(old, new)
        bad(name, ova([one], text=changed), reason, says)

    other(
        "no-file",
        reference,
        "a disk of a file that is not among the references",
        (b'fileRef="file0"', b'fileRef="file7"'),
    )
    other("no-disk", reference, "a device of a disk that there is not", (b"ovf:/disk/disk0", b"ovf:/disk/disk7"))
    other("odd-resource", reference, "a device of what is no disk", (b"ovf:/disk/disk0", b"file:///etc/passwd"))
    other(
        "parent-ref",
        "parent",
        "a disk that is the difference to another",
        (b'ovf:fileRef="file0"', b'ovf:fileRef="file0" ovf:parentRef="disk9"'),
    )
    same = '<File ovf:id="file0" ovf:href="disk.vmdk"/><File ovf:id="file0" ovf:href="machine.ovf"/>'
    bad("file-twice", ova([one], references=same), reference, "two files with one id")
    two = '<Disk ovf:diskId="d" ovf:fileRef="file0" ovf:capacity="65536" ovf:format="x"/>'
    devices = item(1, 6, "SCSI", {"Address": 0}) + item(
        2, 17, "disk", {"AddressOnParent": 0, "Parent": 1, "HostResource": "ovf:/disk/d"}
    )
    bad("disk-twice", ova([one], disks=two * 2, items=devices), reference, "two disks with one id")
    both = devices + item(3, 17, "disk", {"AddressOnParent": 1, "Parent": 1, "HostResource": "ovf:/disk/d"})
    bad("device-twice", ova([one], disks=two, items=both), "amplification", "two devices of one disk")
    bad("no-disks", ova([], disks=""), reference, "a machine without disks")
    lies = "capacity-mismatch"
    for name, value in [("less", SIZE - 512), ("more", SIZE + 512), ("0", 0), ("most", 2**64 - 1), ("over", 2**64)]:
        bad(f"capacity-{name}", ova([disk(capacity=value)[0]]), lies, f"a disk of {SIZE} bytes, told to have {value}")
    bad("capacity-text", ova([disk(capacity="64k")[0]]), lies, "a capacity that is no number")
    bad("capacity-negative", ova([disk(capacity="-65536")[0]]), lies, "a capacity below 0")
    for name, units in [
        ("overflow", "byte * 2^63"),
        ("2-64", "byte * 2^64"),
        ("2-most", "byte * 2^4294967295"),
        ("odd", "parsec"),
    ]:
        bad(f"units-{name}", ova([disk(capacity=1 << 20)[0]], units=units), lies, f"a capacity in {units}")
    bad("empty-16-tib", ova([one], empty=[(16 << 40) + 512]), "virtual-size", "a disk without a file, of over 16 TiB")
    bad("empty-0", ova([one], empty=[0]), "virtual-size", "a disk without a file, of 0 bytes")
    bad("empty-overflow", ova([one], empty=[2**64]), lies, "a disk without a file, of 2^64 bytes")
    bad("disks-17", ova([one], empty=[SIZE] * 16), "amplification", "17 disks, and 16 are allowed")


def documents(bad):
    one, _ = disk()

    def document(name, text, reason, says):
        bad(f"xml-{name}", ova([one], text=text), reason, says)

    kind, limit = "xml-doctype", "xml-limit"
    laughs = '<!DOCTYPE Envelope [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij")
    )
    text = ovf([one], head=laughs + "]>\n").replace(b"A machine", b"&j;")
    document("laughs", text, kind, "entities that come to 2 GB")
    entity = '<!DOCTYPE Envelope [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
    document(
        "outside-entity", ovf([one], head=entity).replace(b"A machine", b"&x;"), kind, "an entity that is /etc/passwd"
    )
    entity = '<!DOCTYPE Envelope [<!ENTITY % x SYSTEM "http://169.254.169.254/x.dtd">%x;]>\n'
    document("parameter-entity", ovf([one], head=entity), kind, "a parameter entity on the network")
    document("doctype", ovf([one], head="<!DOCTYPE Envelope>\n"), kind, "a document type that declares nothing")
    document(
        "doctype-outside",
        ovf([one], head='<!DOCTYPE Envelope SYSTEM "http://127.0.0.1/x.dtd">\n'),
        kind,
        "a document type elsewhere",
    )
    document("deep", ovf([one], more="<a>" * 100_000 + "</a>" * 100_000), limit, "100,000 elements within one another")
    document("deep-65", ovf([one], more="<a>" * 64 + "</a>" * 64), limit, "65 elements within one another")
    document("open", ovf([one], more="<a>" * 100_000), limit, "100,000 elements that do not end")
    document("large", ovf([one], more="<!--" + "x" * (5 << 20) + "-->"), limit, "a descriptor of 5 MiB")
    attributes = " ".join(f'a{number}="x"' for number in range(100_000))
    document("twice", ovf([one], more=f"<a {attributes} a0='y'/>"), limit, "an attribute twice, among 100,000")
    document("no-xml", b"this is no XML\n", limit, "no XML")
    document("nothing", b"", limit, "an empty descriptor")
    document("cut", ovf([one])[:-20], limit, "a descriptor that is cut")
    document("not-utf-8", ovf([one]).replace(b"A machine", b"\xff\xfe"), limit, "a descriptor that is no UTF-8")
    document("utf-16", ovf([one]).decode().replace("UTF-8", "UTF-16").encode("utf-16"), limit, "a descriptor in UTF-16")
    document("unknown-entity", ovf([one]).replace(b"A machine", b"&x;"), limit, "an entity that is not declared")
    document("other-root", b"<a/>", "ovf-missing", "XML that is no descriptor")


def manifests(bad):
    one, _ = disk()
    two, _ = disk("second.vmdk", "two")
    text = ovf([one, two])
    files = [("machine.ovf", text), (one.name, one.data), (two.name, two.data)]

    def signed(name, says, lines, at="inspect"):
        bad(f"manifest-{name}", ova([one, two], signed=lines), "manifest-mismatch", says, at=at)

    for digest, length in [("sha1", 40), ("sha256", 64), ("sha512", 128)]:
        signed(
            f"wrong-{digest}",
            f"a digest of the disk that is wrong, {digest}",
            manifest(files, digest, disk="0" * length),
        )
    signed("wrong-descriptor", "a digest of the descriptor that is wrong", manifest(files, machine="0" * 64))
    swapped = manifest([files[0], (one.name, two.data), (two.name, one.data)])
    signed("swapped", "the digests of two disks are swapped", swapped)
    signed("partial", "a disk that is not in the manifest", manifest(files[:2]))
    signed("no-descriptor", "the descriptor is not in the manifest", manifest(files[1:]))
    signed("absent", "a file that is not in the archive", manifest([*files, ("third.vmdk", b"x")]))
    signed("empty", "a manifest of nothing", b"")
    signed("md5", "digests of MD5", manifest(files, "md5"))
    signed("short", "a digest of 63 digits", manifest(files, disk="0" * 63))
    signed("no-digits", "a digest of letters", manifest(files, disk="z" * 64))
    signed("no-manifest", "text that is no manifest", b"hello\n")
    signed("twice", "the disk twice, first with another digest", manifest(files[1:2], disk="0" * 64) + manifest(files))
    signed("path", "a file in another folder", manifest([*files, ("../../etc/passwd", b"x")]))
    other = File(one.name, vmdk("third").build(), capacity=SIZE)
    bad(
        "manifest-changed",
        ova([other, two], text=text, signed=manifest(files)),
        "manifest-mismatch",
        "the disk was changed after it was signed",
    )


def disks(bad):
    one, _ = disk()

    def holds(name, file, reason, says, **more):
        bad(f"disk-{name}", ova([file]), reason, says, **more)

    backed = qcow2.Qcow2({}, SIZE).build(backing_at=512, backing_length=11)
    holds(
        "backing",
        File("disk.qcow2", patched(backed, (512, b"/etc/passwd")), capacity=SIZE),
        "backing-file",
        "a QCOW2 with a backing file",
    )
    crypt = qcow2.Qcow2({}, SIZE).build(crypt=2)
    holds("encrypted", File("disk.qcow2", crypt, capacity=SIZE), "encrypted", "a QCOW2 that is encrypted")
    luks = b"LUKS\xba\xbe\0\2".ljust(SIZE, b"\0")
    holds("luks", File("disk.raw", luks, capacity=SIZE), "encrypted", "a RAW that is encrypted")
    flat = descriptor(SIZE // BLOCK, "monolithicFlat", extents=['RW 128 FLAT "/etc/passwd" 0'])
    holds("flat", File("disk.vmdk", flat, capacity=SIZE), "vmdk-subtype", "a VMDK that is a descriptor of /etc/passwd")
    named = Vmdk({0: ONE}, SIZE, text=descriptor(SIZE // BLOCK, SPARSE, extents=['RW 128 SPARSE "/etc/passwd"']))
    holds(
        "path",
        File("disk.vmdk", named.build(), capacity=SIZE),
        "vmdk-extent-path",
        "a VMDK whose extent is /etc/passwd",
    )
    holds(
        "archive",
        File("disk.raw", ova([one]), capacity=len(ova([one]))),
        "format-mismatch",
        "an OVA in the OVA, told to be RAW",
    )
    nested = qcow2.Qcow2({0: qcow2.Data(bytes(qcow2.Qcow2({}, SIZE).build()[:4096]))}, SIZE)
    holds("nested", File("disk.qcow2", nested.build(), capacity=SIZE), "nested-format", "a QCOW2 in a QCOW2 in the OVA")
    cut = File("disk.vmdk", one.data[:2000], capacity=SIZE)
    holds("cut", cut, "truncated", "a VMDK of which the archive has the beginning")
    zipped = ' ovf:compression="gzip"'
    over = "decompression-bomb"
    bomb = File("disk.raw.gz", packed(bytes(130 << 20)), capacity=SIZE, kind="raw", more=zipped)
    holds("gzip-bomb", bomb, over, "130 MiB in a member of 130 KiB, told to be 64 KiB", at="convert")
    more = File("disk.raw.gz", packed(ONE + bytes(SIZE - len(ONE) + 1)), capacity=SIZE, kind="raw", more=zipped)
    holds("gzip-more", more, "capacity-mismatch", "a byte more than is told", at="convert")
    data = packed(ONE + bytes(SIZE - len(ONE)))
    for name, content, says in [
        ("damaged", patched(data, (20, bytes(40))), "a compressed member that is damaged"),
        ("cut", data[:-30], "a compressed member that is cut"),
        ("sum", patched(data, (len(data) - 8, bytes(4))), "a compressed member whose checksum is wrong"),
        ("none", ONE, "a member that is told to be compressed, and is not"),
    ]:
        holds(
            f"gzip-{name}",
            File("disk.raw.gz", content, capacity=SIZE, kind="raw", more=zipped),
            "compressed-data",
            says,
            at="convert",
        )
    holds(
        "compression",
        File("disk.vmdk", one.data, capacity=SIZE, more=' ovf:compression="bzip2"'),
        "unknown-feature",
        "a compression that is not known",
    )
    parts = [Member(f"disk.vmdk.{number:09}", one.data[number * 8192 :][:8192]) for number in range(3)]
    chunks = ' ovf:chunkSize="8192"'

    def chunked(name, stored, says, reason="ovf-reference", told=chunks):
        holds(f"chunks-{name}", File("disk.vmdk", one.data, capacity=SIZE, more=told, stored=stored), reason, says)

    chunked("hole", [parts[0], parts[2]], "the second of three chunks is not there")
    chunked("no-first", parts[1:], "the first of three chunks is not there")
    chunked("none", [], "no chunk is there")
    short = Member("disk.vmdk.000000001", one.data[8192:12288])
    chunked("short", [parts[0], short, parts[2]], "the second of three chunks is shorter than it is told", "tar-size")
    chunked("size-0", parts, "chunks of 0 bytes", told=' ovf:chunkSize="0"')
    member = Member("big.raw", size=3 << 40)
    head = ova([File("big.raw", b"", capacity=3 << 40, size=3 << 40, stored=[])], end=0)
    big = head + member.header()
    bad(
        "disk-3-tib",
        Sparse(len(big) + (3 << 40) + 1024, (0, big)),
        "tar-size",
        "a RAW of 3 TiB, and 2 TiB of data are allowed",
    )
