"""Writes QCOW2 of any content, right or wrong (QEMU, docs/interop/qcow2.rst)."""

import struct
import zlib

from common import put

BACKING, FEATURES, BITMAPS, DATA_FILE = 0xE2792ACA, 0x6803F857, 0x23852875, 0x44415441
DIRTY, CORRUPT, EXTERNAL, COMPRESSION, EXTENDED = 1, 2, 4, 8, 16
COPIED, COMPRESSED = 1 << 63, 1 << 62


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -12)
    return packer.compress(data) + packer.flush()


def stored(data):
    """Deflate without compression."""
    packer = zlib.compressobj(0, zlib.DEFLATED, -12)
    return packer.compress(data) + packer.flush()


def zstd(data, *, tells=True, runs=None):
    """A frame of blocks that are stored, or of runs of one byte: pairs of a length and a byte."""
    length = sum(count for count, _ in runs) if runs else len(data)
    frame = b"\x28\xb5\x2f\xfd"
    # One segment and its length in four bytes, or else a window of 128 KiB.
    frame += struct.pack("<BI", 0xA0, length) if tells else b"\x00\x38"
    # (is a run, length, bytes)
    parts = []
    if runs:
        for count, byte in runs:
            while count > 0:
                here = min(count, 128 << 10)
                parts.append((1, here, bytes([byte])))
                count -= here
    else:
        parts = [(0, len(data[at : at + 65536]), data[at : at + 65536]) for at in range(0, len(data), 65536)]
    for number, (kind, count, content) in enumerate(parts):
        is_last = number + 1 == len(parts)
        frame += struct.pack("<I", count << 3 | kind << 1 | is_last)[:3] + content
    return frame


def extension(kind, data):
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


class Data:
    """A cluster that is stored."""

    def __init__(self, data):
        self.data = data


class Parts(Data):
    """Parts of a cluster of extended entries: bits of those that are data, and of those that are zeros."""

    def __init__(self, data, are_data, are_zeros=0):
        super().__init__(data)
        self.bits = are_zeros << 32 | are_data


class Zero(Data):
    """A zero cluster, with a cluster of the file kept for it where there is data."""

    def __init__(self, data=b""):
        super().__init__(data)


class Packed(Data):
    """A compressed cluster, as it is written."""


class Entry:
    """The words of an entry as they are."""

    def __init__(self, word, bits=0):
        self.word, self.bits = word, bits


class Same:
    """The entry of another cluster."""

    def __init__(self, as_index):
        self.index = as_index


class Qcow2:
    """Header, tables of reference counts, first table, second tables, data, compressed data."""

    def __init__(self, clusters, size, *, bits=12, version=3, incompatible=0, extensions=b"", **fields):
        self.bits, self.cluster = bits, 1 << bits
        self.is_extended = incompatible & EXTENDED != 0
        self.entry = 16 if self.is_extended else 8
        self.per_table = self.cluster // self.entry
        self.size, self.file, self.refs = size, bytearray(), {}
        tables = -(-size // (self.per_table * self.cluster))
        self.first_length = max(1, tables)
        self.refs_at = self.take(self.cluster, skip=1)
        self.counts_at = self.take(self.cluster)
        self.first_at = self.take(self.first_length * 8)
        used = sorted({index // self.per_table for index in clusters})
        self.tables = {table: self.take(self.cluster) for table in used}
        for table, at in self.tables.items():
            put(self.file, self.first_at + 8 * table, struct.pack(">Q", at | COPIED))
        self.words, self.places = {}, {}
        packed = [index for index, what in clusters.items() if isinstance(what, Packed)]
        for index, what in clusters.items():
            if index not in packed and not isinstance(what, Same):
                self.place(index, what)
        self.end = len(self.file)
        for index in packed:
            self.pack(index, clusters[index].data)
        for index, what in clusters.items():
            if isinstance(what, Same):
                self.words[index] = self.words[what.index]
        for index, words in self.words.items():
            put(self.file, self.entry_at(index), struct.pack(">QQ", *words)[: self.entry])
        self.header = {
            "magic": b"QFI\xfb", "version": version, "backing_at": 0, "backing_length": 0,
            "bits": bits, "size": size, "crypt": 0, "first_length": self.first_length,
            "first_at": self.first_at, "refs_at": self.refs_at, "ref_clusters": 1, "snapshots": 0,
            "snapshots_at": 0, "incompatible": incompatible, "compatible": 0, "autoclear": 0,
            "order": 4, "length": 112 if incompatible & COMPRESSION else 104,
            "compression": 1 if incompatible & COMPRESSION else 0,
        }  # fmt: skip
        self.header.update(fields)
        self.extensions = extensions

    def take(self, length, skip=0):
        """Takes clusters at the end of the file."""
        at = -(-len(self.file) // self.cluster) * self.cluster + skip * self.cluster
        put(self.file, at, bytes(-(-length // self.cluster) * self.cluster))
        for number in range(at // self.cluster - skip, len(self.file) // self.cluster):
            self.refs[number] = 1
        return at

    def entry_at(self, index):
        return self.tables[index // self.per_table] + self.entry * (index % self.per_table)

    def place(self, index, what):
        if isinstance(what, Entry):
            self.words[index] = what.word, what.bits
            return
        at = 0
        if what.data:
            at = self.places[index] = self.take(self.cluster)
            put(self.file, at, what.data)
        bits = what.bits if isinstance(what, Parts) else 0
        if self.is_extended and not isinstance(what, Parts):
            bits = 0xFFFFFFFF << 32 if isinstance(what, Zero) else 0xFFFFFFFF
        is_zero = isinstance(what, Zero) and not self.is_extended
        self.words[index] = at | (COPIED if at else 0) | is_zero, bits

    def pack(self, index, data):
        at = self.places[index] = self.end
        put(self.file, at, data)
        self.end = at + len(data)
        self.words[index] = self.packed(at, len(data)), 0
        for number in range(at >> self.bits, ((self.end - 1 | 511) >> self.bits) + 1):
            self.refs[number] = self.refs.get(number, 0) + 1

    def packed(self, at, length):
        """The entry of compressed data at a place."""
        sectors = (at + length - 1 >> 9) - (at >> 9)
        return COMPRESSED | sectors << 62 - (self.bits - 8) | at

    def build(self, **fields):
        """The file, its header with some fields changed."""
        self.header.update(fields)
        file, header = bytearray(self.file), self.header
        old = ">4sIQIIQIIQQIIQ"
        names = list(header)
        values = [header[name] for name in names[:13]]
        put(file, 0, struct.pack(old, *values))
        at = 72
        if header["version"] != 2:
            values = [header[name] for name in names[13:18]]
            put(file, 72, struct.pack(">QQQII", *values))
            if header["length"] > 104 or header["compression"]:
                put(file, 104, bytes([header["compression"]]))
            at = min(header["length"], 4096)
        put(file, at, self.extensions)
        put(file, self.refs_at, struct.pack(">Q", self.counts_at))
        for number, count in self.refs.items():
            if 2 * number < self.cluster:
                put(file, self.counts_at + 2 * number, struct.pack(">H", count))
        return file
