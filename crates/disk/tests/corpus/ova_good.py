"""OVA that is right."""

import gzip

from common import noise, pattern, text
from ova import BLOCK, File, Member, long_name, manifest, ova, ovf, pax
from qcow2 import Data, Qcow2
from raw import CODE, ESP, gpt, iso, mbr
from vmdk import Vmdk

SIZE = 64 << 10
ONE = mbr([(0x83, 1, 100)], CODE) + noise("one", 4096 - BLOCK)


def vmdk(seed="one", size=SIZE):
    return Vmdk({0: ONE if seed == "one" else noise(seed, 4096), 3: text(4096)}, size, stream=True)


def disk(name="disk.vmdk", seed="one", **more):
    of = vmdk(seed)
    return File(name, of.build(), capacity=more.pop("capacity", SIZE), **more), of.raw()


def firmware(kind, secure=None):
    config = f'<vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="{kind}"/>'
    if secure:
        config += f'<vmw:Config ovf:required="false" vmw:key="uefi.secureBoot.enabled" vmw:value="{secure}"/>'
    return config


def packed(data):
    return gzip.compress(data, mtime=0)


def make(corpus):
    def good(name, file, says, raws, **more):
        corpus.good(f"ova-{name}.ova", file, says, raws=raws, qemu=False, **more)

    one, raw = disk()
    good("one-disk", ova([one]), "one disk, no manifest", [raw], firmware="bios")
    small = ONE[:512] + bytes(512)
    signed = File("d.raw", small, capacity=len(small))
    good(
        "tiny",
        ova([signed], digest="sha1", config=firmware("efi")),
        "a disk of two sectors, signed",
        [small],
        firmware="uefi",
    )
    zipped = File("d.gz", packed(small), capacity=len(small), kind="raw", more=' ovf:compression="gzip"')
    good("tiny-gzip", ova([zipped]), "a disk of two sectors, compressed", [small])
    least = Vmdk({0: ONE[:100]}, 4096, stream=True, descriptor_length=1)
    parts = [least.build()[at : at + 2048] for at in range(0, len(least.build()), 2048)]
    stored = [pax({"path": f"d.vmdk.{number:09}"}, "x", part) for number, part in enumerate(parts)]
    parted = File("d.vmdk", b"".join(parts), capacity=4096, more=' ovf:chunkSize="2048"', stored=stored)
    good(
        "tiny-chunks",
        ova([parted], empty=[4096]),
        "a small VMDK in chunks, and an empty disk",
        [least.raw(), bytes(4096)],
    )
    for digest in ("sha1", "sha256", "sha512"):
        good(f"manifest-{digest}", ova([one], digest=digest), f"a manifest of {digest}", [raw])
    good("manifest-last", ova([one], digest="sha256", sign_last=True), "the manifest is behind the disk", [raw])
    good("descriptor-last", ova([one], digest="sha256", last=True), "the descriptor comes last", [raw])
    certificate = Member(
        "machine.cert", b"SHA256(machine.mf)= 00\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
    )
    good("certificate", ova([one], digest="sha256", more=[certificate]), "a certificate, which is not looked at", [raw])
    unix = ova([one], signed=manifest([("machine.ovf", ovf([one])), (one.name, one.data)]).replace(b"\n", b"\r\n"))
    good("manifest-lines", unix, "a manifest with the line ends of Windows", [raw])
    two, raw_two = disk("second.vmdk", "two")
    three, raw_three = disk("third.vmdk", "three")
    good("two-disks", ova([one, two]), "two disks", [raw, raw_two])
    good(
        "order",
        ova([three, one, two], order=[1, 2, 0]),
        "three disks, in another order than their files",
        [raw, raw_two, raw_three],
    )
    cluster = Qcow2({0: Data(ONE)}, SIZE).build()
    data = ONE + bytes(SIZE - len(ONE))
    good("qcow2", ova([File("disk.qcow2", cluster, capacity=SIZE)]), "a QCOW2", [data])
    plain = gpt(128 << 10, [ESP])
    good(
        "raw",
        ova([File("disk.raw", plain, capacity=len(plain))]),
        "a RAW with an EFI partition",
        [plain],
        firmware="uefi",
    )
    fat = File("disk.img", plain, capacity=128, kind="raw")
    good("units", ova([fat], units="byte * 2^10"), "a capacity in KiB", [plain])
    many = File("disk.raw", bytes(1 << 20), capacity=1)
    good("units-mib", ova([many], units="byte * 2^20"), "a capacity in MiB", [bytes(1 << 20)])
    cd = iso()
    good("iso", ova([one, File("tools.iso", cd)]), "a disk and a CD", [raw, cd])
    good(
        "efi",
        ova([one], config=firmware("efi")),
        "the descriptor asks for EFI, and its word holds",
        [raw],
        firmware="uefi",
    )
    good(
        "secure",
        ova([one], config=firmware("efi", "true")),
        "the descriptor asks for secure boot",
        [raw],
        firmware="uefi",
    )
    good(
        "bios",
        ova([File("disk.raw", plain, capacity=len(plain))], config=firmware("bios")),
        "the descriptor asks for BIOS",
        [plain],
        firmware="bios",
    )
    good("empty-disk", ova([one], empty=[SIZE * 2]), "a disk, and one without a file", [raw, bytes(2 * SIZE)])
    good(
        "empty-first",
        ova([one], empty=[SIZE * 2], order=[1, 0]),
        "the disk without a file comes first",
        [bytes(2 * SIZE), raw],
    )
    zipped = File("disk.raw.gz", packed(data), capacity=SIZE, kind="raw", more=' ovf:compression="gzip"')
    good("gzip", ova([zipped], digest="sha256"), "a RAW that is compressed", [data])
    zipped = File("disk.vmdk.gz", packed(one.data), capacity=SIZE, kind="vmdk", more=' ovf:compression="gzip"')
    good("gzip-vmdk", ova([zipped]), "a VMDK that is compressed", [raw])
    plain_too = File(one.name, one.data, capacity=SIZE, more=' ovf:compression="identity"')
    good("identity", ova([plain_too]), "compression that says none", [raw])
    for length, name in [(8192, "chunks"), (1 << 20, "one-chunk")]:
        parts = [one.data[at : at + length] for at in range(0, len(one.data), length)]
        stored = [Member(f"disk.vmdk.{number:09}", part) for number, part in enumerate(parts)]
        file = File("disk.vmdk", one.data, capacity=SIZE, more=f' ovf:chunkSize="{length}"', stored=stored)
        good(name, ova([file]), f"a file in chunks of {length} bytes", [raw])
        signs = [("machine.ovf", ovf([file]))] + [(member.name.decode(), member.data) for member in stored]
        good(f"{name}-manifest", ova([file], signed=manifest(signs)), "chunks, each in the manifest", [raw])
    long = "a" * 120 + ".vmdk"
    named = File(long, one.data, capacity=SIZE, stored=long_name(long, one.data))
    good("name-gnu", ova([named]), "a long name, as GNU tar writes it", [raw])
    named = File(long, one.data, capacity=SIZE, stored=pax({"path": long, "mtime": "1.5"}, "short", one.data))
    good("name-pax", ova([named]), "a long name, as POSIX has it", [raw])
    spaced = File("my disk é.vmdk", one.data, capacity=SIZE)
    good("name-spaces", ova([spaced], digest="sha256"), "a name with spaces and a letter that is not ASCII", [raw])
    old = File(one.name, one.data, capacity=SIZE, stored=[Member(one.name, one.data, kind=b"\0", magic=bytes(8))])
    good("old-tar", ova([old]), "a member as tar wrote it before POSIX", [raw])
    forgotten = File(one.name, one.data, capacity=SIZE, size=1)
    good("size-forgotten", ova([forgotten]), "a file that is told to have one byte: tools forget it", [raw])
    good("long-end", ova([one], end=20), "a long end of the archive", [raw])
    good(
        "other-member",
        ova([one], more=[Member("notes.txt", b"what the machine is for\n")]),
        "a member that nothing names",
        [raw],
    )
    renamed = ovf([one]).replace(b"<Envelope xmlns=", b"<o:Envelope xmlns:o=").replace(b"</Envelope>", b"</o:Envelope>")
    for name in (
        "References",
        "DiskSection",
        "VirtualSystem",
        "VirtualHardwareSection",
        "Info",
        "Item",
        "Disk",
        "File",
    ):
        renamed = renamed.replace(f"<{name}>".encode(), f"<o:{name}>".encode()).replace(
            f"<{name} ".encode(), f"<o:{name} ".encode()
        )
        renamed = renamed.replace(f"</{name}>".encode(), f"</o:{name}>".encode())
    good("prefixes", ova([one], text=renamed), "all names have a prefix", [raw])
    short = ovf([one]).replace(b"ovf:/disk/", b"/disk/")
    good("resource-short", ova([one], text=short), "a device whose resource is /disk/…", [raw])
    turned = ovf([one, two]).replace(b">0</rasd:AddressOnParent>", b">9</rasd:AddressOnParent>")
    good(
        "addresses",
        ova([one, two], text=turned),
        "two devices whose order is not that of their addresses",
        [raw_two, raw],
    )
    large = pattern("ova", 700_000 // 512 * 512)
    grown = Vmdk(
        {number: large[at : at + 65536] for number, at in enumerate(range(0, len(large), 65536))},
        len(large),
        grain=128,
        stream=True,
    )
    file = File("disk.vmdk", grown.build(), capacity=len(large))
    good("usual", ova([file], digest="sha256"), "grains of 64 KiB", [grown.raw()])
