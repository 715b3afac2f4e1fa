"""Files that are of another format than is declared, of two formats at once, or hold a third inside."""

import gzip
import lzma
import struct

import vhd
from common import noise, padded, patched, text
from ova import Member, ova
from ova_good import disk
from qcow2 import Data, Qcow2
from raw import CODE, boot_catalog, iso, mbr
from vhdx import Vhdx
from vmdk import SPARSE, Vmdk, descriptor

SIZE = 64 << 10
ONE = noise("one", 4096)


def qcow2(data=ONE, **more):
    """A QCOW2 of 64 KiB that begins with some bytes."""
    parts = {at // 4096: Data(data[at : at + 4096]) for at in range(0, len(data), 4096)}
    return Qcow2(parts, more.pop("size", SIZE), **more)


def vmdk(data=ONE, **more):
    parts = {at // 4096: data[at : at + 4096] for at in range(0, len(data), 4096)}
    return Vmdk(parts, SIZE, **more)


FILES = {
    "raw": lambda: mbr([(0x83, 1, 100)], CODE) + noise("raw", SIZE - 512),
    "qcow2": lambda: bytes(qcow2().build()),
    "vmdk": lambda: bytes(vmdk().build()),
    "vhd": lambda: bytes(vhd.fixed(mbr([], CODE) + noise("vhd", SIZE - 512))),
    "vhdx": lambda: bytes(Vhdx({}, 1 << 20).build()),
    "iso": boot_catalog,
    "ova": lambda: bytes(ova([disk()[0]])),
}
FOREIGN = {
    "qed": lambda: b"QED\0" + struct.pack("<III", 65536, 4, 1).ljust(SIZE, b"\0"),
    "vdi": lambda: (b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0") + b"\x7f\x10\xda\xbe\1\0\1\0").ljust(SIZE, b"\0"),
    "gzip": lambda: gzip.compress(FILES["raw"](), mtime=0),
    "xz": lambda: lzma.compress(FILES["raw"]()),
    "zstd": lambda: b"\x28\xb5\x2f\xfd\x20\0\1\0\0",
    "luks": lambda: b"LUKS\xba\xbe\0\2".ljust(SIZE, b"\0"),
    "flat-descriptor": lambda: descriptor(128, "monolithicFlat", extents=['RW 128 FLAT "/etc/passwd" 0']),
    # qemu takes these for a VMDK by the line of their version: https://gitlab.com/qemu-project/qemu block/vmdk.c
    "version-descriptor": lambda: descriptor(128, "monolithicFlat", head="", extents=['RW 1 FLAT "/etc/passwd" 0']),
    "comment-descriptor": lambda: descriptor(128, "monolithicFlat", head="# x\n  \n#y\n", extents=['RW 1 FLAT "/etc/passwd" 0']),
    "crlf-descriptor": lambda: FOREIGN["version-descriptor"]().replace(b"\n", b"\r\n"),
    "parallels": lambda: (b"WithoutFreeSpace" + struct.pack("<7I", 2, 16, 64, 64, 0, 64, 0)).ljust(SIZE, b"\0"),
    "bochs": lambda: (b"Bochs Virtual HD Image".ljust(32, b"\0") + b"Redolog".ljust(16, b"\0") + b"Growing".ljust(16, b"\0") + struct.pack("<II", 0x20000, 512)).ljust(SIZE, b"\0"),
    "cloop": lambda: b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n".ljust(SIZE, b"\0"),
    "text": lambda: text(1000),
}  # fmt: skip
TEXTS = [name for name in FOREIGN if name.endswith("descriptor")]


def make(corpus):
    for declared in FILES:
        for found, file in FILES.items():
            if found != declared:
                says = f"a {found}, declared {declared}"
                corpus.bad(
                    f"declared-{declared}-is-{found}.{found}", file(), "format-mismatch", says, declared=declared
                )
    for found, file in FOREIGN.items():
        for declared in ("raw", "qcow2", "vmdk"):
            if declared == "raw" and found in ("luks", "text") or declared == "vmdk" and found.endswith("descriptor"):
                continue
            corpus.bad(
                f"declared-{declared}-is-{found}.bin",
                file(),
                "format-mismatch",
                f"a {found}, declared {declared}",
                declared=declared,
            )
    dynamic = vhd.Dynamic({0: ONE}, SIZE).build()
    hybrid = iso(first=mbr([(0x17, 0, 80)], CODE))
    for name, file in [("dynamic-vhd", dynamic), ("hybrid-iso", hybrid), ("stream", vmdk(stream=True).build())]:
        corpus.bad(f"declared-raw-is-{name}.bin", file, "format-mismatch", f"a {name}, declared raw", declared="raw")
    for declared in FILES:
        if declared != "raw":
            corpus.bad(f"empty.{declared}", b"", "format-mismatch", "an empty file")
            corpus.bad(f"one-byte.{declared}", b"Q", "format-mismatch", "a file of one byte")
    polyglots(corpus)
    nested(corpus)


def polyglots(corpus):
    def bad(name, file, says, *more):
        """The same, as whatever it is declared."""
        for declared in (name.rpartition(".")[2], *more):
            corpus.bad(
                f"two-{name.rpartition('.')[0]}-as-{declared}.bin", file, "ambiguous-format", says, declared=declared
            )

    footer = vhd.footer(SIZE, vhd.FIXED)
    base = qcow2().build()
    bad("qcow2-vhd.qcow2", padded(base, 512) + footer, "a QCOW2 with the footer of a fixed VHD behind it", "vhd", "raw")
    whole = qcow2(noise("long", 12 * 4096)).build()
    bad(
        "qcow2-iso.qcow2",
        patched(whole, (32768, iso()[32768:36864])),
        "a QCOW2 whose data is the table of contents of a CD",
        "iso",
        "raw",
    )
    large = Qcow2({0: Data(ONE)}, SIZE, bits=16).build()
    bad(
        "qcow2-iso-first.qcow2",
        patched(large, (32768, iso()[32768:36864])),
        "a CD in the first cluster of a QCOW2",
        "iso",
    )
    bad(
        "qcow2-tar.qcow2",
        patched(base, (257, b"ustar\x0000")),
        "a QCOW2 whose first sector is a header of an archive",
        "ova",
        "raw",
    )
    bad("qcow2-vdi.qcow2", patched(base, (64, b"\x7f\x10\xda\xbe")), "a QCOW2 with the magic of a VDI", "raw")
    bad(
        "vmdk-vhd.vmdk",
        padded(vmdk().build(), 512) + footer,
        "a VMDK with the footer of a fixed VHD behind it",
        "vhd",
        "raw",
    )
    bad(
        "vmdk-tar.vmdk",
        patched(vmdk().build(), (257, b"ustar\x0000")),
        "a VMDK whose first sector is a header of an archive",
        "ova",
    )
    cd = Vmdk({0: ONE}, SIZE, descriptor_length=128, text=descriptor(128, SPARSE)).build()
    bad("vmdk-iso.vmdk", patched(cd, (32768, iso()[32768:36864])), "a CD in the descriptor of a VMDK", "iso")
    bad("iso-vhd.iso", iso() + footer, "a CD with the footer of a fixed VHD behind it", "vhd", "raw")
    bad(
        "iso-tar.iso",
        iso(first=Member("disk.raw", size=40448).header()),
        "a CD whose first sector is a header of an archive",
        "ova",
    )
    bad("iso-gzip.iso", iso(first=gzip.compress(b"x", mtime=0)), "a CD that begins as gzip", "raw")
    bad("luks-iso.raw", iso(first=b"LUKS\xba\xbe\0\2"), "LUKS, and a CD", "iso")
    archive = ova([disk()[0]])
    bad("ova-vhd.ova", padded(archive, 512) + footer, "an OVA with the footer of a fixed VHD behind it", "vhd", "raw")
    filled = ova([disk()[0]], more=[Member("notes.txt", text(40_000))])
    bad("ova-iso.ova", patched(filled, (32769, b"CD001")), "an OVA with what tells a CD where a CD has it", "iso")
    bad("vhd-qcow2.vhd", vhd.fixed(padded(qcow2().build(), 512)), "a fixed VHD that begins as a QCOW2", "qcow2", "raw")
    bad(
        "vhd-text.vhd",
        vhd.fixed(padded(descriptor(128, "monolithicFlat"), 512)),
        "a fixed VHD that begins as the text of a VMDK",
        "vmdk",
        "raw",
    )


def nested(corpus):
    """Any format on the disk of any other, which somebody could probe for later."""
    inside = {name: file() for name, file in FILES.items() if name not in ("raw", "vhdx")}
    inside["vhdx"] = FILES["vhdx"]()[:32768]
    inside |= {
        name: FOREIGN[name]() for name in ("qed", "vdi", "gzip", "xz", "zstd", "parallels", "bochs", "cloop", *TEXTS)
    }
    for name, data in inside.items():
        data = data[: SIZE - 512]
        if name == "vhd":
            data = bytes(SIZE - 512) + vhd.footer(SIZE - 512, vhd.FIXED)
        says = f"a {name} on the disk"
        # The last of the disk is not the last of the file, which would have two formats then.
        parts = {at // 4096: Data(data[at : at + 4096]) for at in reversed(range(0, len(data), 4096))}
        corpus.bad(f"nested-{name}.qcow2", Qcow2(parts, SIZE).build(), "nested-format", says)
        corpus.bad(f"nested-{name}.vmdk", vmdk(data, stream=True).build(), "nested-format", says)
    for name, data in [("luks", FOREIGN["luks"]())]:
        corpus.bad(f"nested-{name}.qcow2", qcow2(data).build(), "encrypted", f"a {name} on the disk")
    inner = qcow2(bytes(vmdk(bytes(qcow2().build()[:4096])).build()[:40960]))
    corpus.bad("nested-three.qcow2", inner.build(), "nested-format", "a QCOW2 in a VMDK in a QCOW2")
    footer = Data(bytes(3584) + vhd.footer(31 * 4096 + 3584, vhd.FIXED))
    both = "a fixed VHD on the disk, which is one of the file too: its last cluster"
    corpus.bad("two-qcow2-vhd-inside.qcow2", Qcow2({31: footer}, 32 * 4096).build(), "ambiguous-format", both)
