"""Writes archives (POSIX ustar) and OVF descriptors of any content, right or wrong (DMTF DSP0243)."""

import hashlib

from common import padded

BLOCK = 512
ENVELOPE = "http://schemas.dmtf.org/ovf/envelope/1"
SETTINGS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
FORMATS = {
    "vmdk": "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
    "qcow2": "http://www.gnome.org/~markmc/qcow-image-format.html",
    "iso": "http://www.ecma-international.org/publications/standards/Ecma-119.htm",
}


class Member:
    """A member of an archive: every field of its header can be set."""

    def __init__(self, name, data=b"", *, kind=b"0", size=None, link=b"", prefix=b"", magic=b"ustar\x0000", total=None):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data, self.kind, self.link, self.prefix = bytes(data), kind, link, prefix
        self.size = len(self.data) if size is None else size
        self.magic, self.total = magic, total

    def header(self):
        # What does not fit into digits is written in binary.
        size = self.size
        digits = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
        data = self.name[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + digits + b"%011o\0" % 0
        data += (
            b" " * 8 + self.kind + self.link.ljust(100, b"\0") + self.magic + bytes(80) + self.prefix.ljust(155, b"\0")
        )
        data = data.ljust(BLOCK, b"\0")
        total = sum(data) if self.total is None else self.total
        return data[:148] + b"%06o\0 " % total + data[156:]

    def build(self):
        return self.header() + padded(self.data, BLOCK)


def long_name(name, data, **more):
    """A member with a name as GNU tar writes it where it is long."""
    return [
        Member("././@LongLink", name.encode() + b"\0", kind=b"L", magic=b"ustar  \0"),
        Member(name[:99], data, **more),
    ]


def pax(records, name, data, **more):
    """A member with fields in a header before it."""
    body = b""
    for key, value in records.items():
        record = f" {key}={value}\n".encode()
        length = len(record) + len(str(len(record)))
        length = len(record) + len(str(length))
        body += str(length).encode() + record
    return [Member("PaxHeaders/x", body, kind=b"x"), Member(name, data, **more)]


def archive(members, *, end=2):
    flat = []
    for member in members:
        flat += member if isinstance(member, list) else [member]
    return b"".join(member.build() for member in flat) + bytes(BLOCK * end)


class File:
    """A file that a descriptor names. What is in `stored` is in the archive in its place."""

    def __init__(self, name, data, *, capacity=None, kind=None, href=None, more="", size=None, stored=None, id=None):
        self.name, self.data, self.capacity = name, bytes(data), capacity
        self.kind = kind or name.rpartition(".")[2]
        self.href, self.more, self.id = name if href is None else href, more, id
        self.stored = [Member(name, self.data)] if stored is None else stored
        self.size = len(self.data) if size is None else size


def item(number, kind, name, more):
    """A device of the machine; what is told of it is in the order of the schema, which is that of the alphabet."""
    tell = {"ElementName": name, "InstanceID": number, "ResourceType": kind, **more}
    return "<Item>" + "".join(f"<rasd:{key}>{tell[key]}</rasd:{key}>" for key in sorted(tell)) + "</Item>"


def ovf(
    files, *, units=None, order=None, config="", head="", references=None, disks=None, items=None, empty=(), more=""
):
    """A descriptor: of files with a capacity and of empty disks are disks, of the others CDs.

    `order` has numbers of disks as the machine has them, `empty` capacities of disks without a file.
    """
    is_disk = [file.capacity is not None for file in files]
    if references is None:
        references = "".join(
            f'<File ovf:id="{file.id or f"file{number}"}" ovf:href="{file.href}" ovf:size="{file.size}"{file.more}/>'
            for number, file in enumerate(files)
        )
    told = [
        f'<Disk ovf:diskId="disk{number}" ovf:fileRef="file{number}" ovf:capacity="{file.capacity}"'
        + (f' ovf:capacityAllocationUnits="{units}"' if units else "")
        + f' ovf:format="{FORMATS.get(file.kind, "urn:raw")}"/>'
        for number, file in enumerate(files)
        if is_disk[number]
    ]
    told += [
        f'<Disk ovf:diskId="disk{len(files) + number}" ovf:capacity="{capacity}" ovf:format="{FORMATS["vmdk"]}"/>'
        for number, capacity in enumerate(empty)
    ]
    if items is None:
        numbers = [number for number, is_one in enumerate(is_disk) if is_one]
        numbers += range(len(files), len(files) + len(empty))
        shown = [
            item(1, 6, "SCSI controller", {"Address": 0, "ResourceSubType": "lsilogic"}),
            item(2, 5, "IDE controller", {"Address": 0}),
        ]
        for place, number in enumerate(numbers if order is None else order):
            what = {"AddressOnParent": place, "HostResource": f"ovf:/disk/disk{number}", "Parent": 1}
            shown.append(item(10 + place, 17, f"Hard disk {place}", what))
        for number in (number for number, is_one in enumerate(is_disk) if not is_one):
            what = {"AddressOnParent": number, "HostResource": f"ovf:/file/file{number}", "Parent": 2}
            shown.append(item(50 + number, 15, f"CD {number}", what))
        items = "".join(shown)
    disks = "".join(told) if disks is None else disks
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<Envelope xmlns="{ENVELOPE}" xmlns:ovf="{ENVELOPE}" '
        f'xmlns:rasd="{SETTINGS}" xmlns:vmw="http://www.vmware.com/schema/ovf">\n'
        f"<References>{references}</References>\n<DiskSection><Info>Disks</Info>{disks}</DiskSection>\n"
        '<VirtualSystem ovf:id="machine"><Info>A machine</Info><VirtualHardwareSection><Info>Devices</Info>'
        f"{items}{config}</VirtualHardwareSection></VirtualSystem>{more}\n</Envelope>\n"
    ).encode()


def manifest(files, digest="sha256", **wrong):
    """Digests of pairs of a name and bytes; some of them replaced."""
    lines = ""
    for name, data in files:
        value = wrong.get(name.partition(".")[0], hashlib.new(digest, data).hexdigest())
        lines += f"{digest.upper()}({name})= {value}\n"
    return lines.encode()


def ova(
    files,
    *,
    name="machine.ovf",
    text=None,
    digest=None,
    signed=None,
    last=False,
    sign_last=False,
    more=(),
    end=2,
    **descriptor,
):
    """An archive: descriptor, manifest where a digest or its text is given, files."""
    text = ovf(files, **descriptor) if text is None else text
    if digest and signed is None:
        signed = manifest([(name, text)] + [(file.name, file.data) for file in files], digest)
    first = [Member(name, text)]
    sign = [Member("machine.mf", signed)] if signed is not None else []
    stored = [member for file in files for member in file.stored]
    order = first + sign + stored
    if sign_last:
        order = first + stored + sign
    if last:
        order = stored + sign + first
    return archive(order + list(more), end=end)
