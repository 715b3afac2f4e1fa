"""Writes VMDK of any content, right or wrong (VMware, Virtual Disk Format 5.0)."""

import struct
import zlib

from common import padded, put

SECTOR, PER_TABLE, AT_END = 512, 512, 2**64 - 1
NEWLINES, REDUNDANT, ZERO_ENTRIES, COMPRESSED, MARKERS = 1, 2, 4, 1 << 16, 1 << 17
SPARSE, STREAM = "monolithicSparse", "streamOptimized"


def descriptor(sectors, kind, *, extents=None, parent="ffffffff", more="", head="# Disk DescriptorFile\n"):
    if extents is None:
        extents = [f'RW {sectors} SPARSE "disk.vmdk"']
    create = f'createType="{kind}"\n' if kind else ""
    return (
        f"{head}version=1\nCID=7a3bf1c2\nparentCID={parent}\n{create}{more}\n"
        + "# Extent description\n" + "".join(f"{extent}\n" for extent in extents)
        + "\n# The Disk Data Base\n#DDB\n\n"
        + 'ddb.virtualHWVersion = "4"\nddb.geometry.cylinders = "1"\nddb.geometry.heads = "16"\n'
        + 'ddb.geometry.sectors = "63"\nddb.adapterType = "ide"\n'
    ).encode()  # fmt: skip


def header(fields):
    """A header or footer."""
    names = ["magic", "version", "flags", "capacity", "grain", "descriptor_at", "descriptor_length"]
    names += ["per_table", "redundant_at", "directory_at", "overhead", "unclean", "newlines", "compression"]
    return struct.pack("<4sIIQQQQIQQQB4sH", *(fields[name] for name in names)).ljust(SECTOR, b"\0")


def marker(count, length, kind):
    return struct.pack("<QII", count, length, kind).ljust(SECTOR, b"\0")


class Vmdk:
    """Grains of some sectors each: a dictionary of their numbers and bytes.

    `packed` has grains as they are compressed, `lba` the places that their markers tell, `lengths` the
    lengths that they tell, `entries` entries of tables by number, `directory` entries of the directory.
    """

    def __init__(self, grains, size, *, stream=False, footer=True, grain=8, text=None, descriptor_length=20,
                 packed=None, lba=None, lengths=None, entries=None, directory=None):  # fmt: skip
        self.grains, self.size, self.stream, self.grain = grains, size, stream, grain
        self.packed, self.lba, self.lengths = packed or {}, lba or {}, lengths or {}
        self.has_footer = stream and footer
        sectors = -(-size // SECTOR)
        text = descriptor(sectors, STREAM if stream else SPARSE) if text is None else text
        self.count = -(-sectors // grain)
        self.tables = -(-self.count // PER_TABLE)
        self.file = bytearray(SECTOR)
        put(self.file, SECTOR, text.ljust(descriptor_length * SECTOR, b"\0"))
        self.places, self.fields = {}, {
            "magic": b"KDMV", "version": 3 if stream else 1,
            "flags": 0x30001 if stream else 3, "capacity": sectors, "grain": grain, "descriptor_at": 1,
            "descriptor_length": descriptor_length, "per_table": PER_TABLE, "redundant_at": 0,
            "directory_at": 0, "overhead": 0, "unclean": 0, "newlines": b"\n \r\n",
            "compression": 1 if stream else 0,
        }  # fmt: skip
        if stream:
            self.write_stream(entries or {}, directory or {})
        else:
            self.write_sparse(entries or {}, directory or {})

    def here(self):
        return len(self.file) // SECTOR

    def room(self, sectors):
        at = self.here()
        self.file += bytes(sectors * SECTOR)
        return at

    def overhead(self):
        self.room(-self.here() % self.grain)
        self.fields["overhead"] = self.here()

    def write_tables(self, at, tables_at, entries, directory):
        for table in range(self.tables):
            place = directory.get(table, tables_at + 4 * table)
            put(self.file, at * SECTOR + 4 * table, struct.pack("<I", place))
        for number, place in {**self.places, **entries}.items():
            put(self.file, tables_at * SECTOR + 4 * number, struct.pack("<I", place))

    def write_sparse(self, entries, directory):
        sectors = -(-4 * self.tables // SECTOR)
        redundant, redundant_tables = self.room(sectors), self.room(4 * self.tables)
        usual, tables = self.room(sectors), self.room(4 * self.tables)
        self.fields |= {"redundant_at": redundant, "directory_at": usual}
        self.overhead()
        for number, data in self.grains.items():
            self.places[number] = self.here()
            self.file += padded(data, self.grain * SECTOR)
        self.write_tables(redundant, redundant_tables, entries, directory)
        self.write_tables(usual, tables, entries, directory)
        self.tables_at = tables * SECTOR

    def write_grains(self):
        for number, data in sorted(self.grains.items()):
            self.places[number] = self.here()
            data = self.packed.get(number) or zlib.compress(padded(data, self.grain * SECTOR))
            length = self.lengths.get(number, len(data))
            place = self.lba.get(number, number * self.grain)
            self.file += padded(struct.pack("<QI", place, length) + data, SECTOR)

    def write_stream(self, entries, directory):
        sectors = -(-4 * self.tables // SECTOR)
        if not self.has_footer:
            at, tables = self.room(sectors), self.room(4 * self.tables)
        self.overhead()
        self.write_grains()
        if self.has_footer:
            # Each table has a marker of its own; they lie one behind the other, with it between.
            places = {}
            for table in range(self.tables):
                self.file += marker(4, 0, 1)
                places[table] = self.room(4)
                for number, place in {**self.places, **entries}.items():
                    if number // PER_TABLE == table:
                        put(self.file, places[table] * SECTOR + 4 * (number % PER_TABLE), struct.pack("<I", place))
            self.file += marker(sectors, 0, 2)
            at = self.room(sectors)
            for table, place in {**places, **directory}.items():
                put(self.file, at * SECTOR + 4 * table, struct.pack("<I", place))
            self.tables_at = places[0] * SECTOR
        else:
            self.write_tables(at, tables, entries, directory)
            self.tables_at = tables * SECTOR
        self.fields["directory_at"] = at

    def build(self, *, footer=None, footer_marker=None, end_marker=None, **fields):
        """The file, its header and its footer with some fields changed."""
        file = bytearray(self.file)
        usual = {**self.fields, **fields}
        begin = {**usual, "directory_at": AT_END} if self.has_footer else usual
        put(file, 0, header({**begin, **fields}))
        if self.has_footer:
            file += footer_marker or marker(1, 0, 3)
            file += header({**usual, **(footer or {})})
            file += end_marker or bytes(SECTOR)
        return file

    def raw(self):
        """The disk."""
        disk = bytearray(self.count * self.grain * SECTOR)
        for number, data in self.grains.items():
            put(disk, number * self.grain * SECTOR, data)
        return bytes(disk[: -(-self.size // SECTOR) * SECTOR])
