"""Writes VHDX of any content, right or wrong (Microsoft, MS-VHDX)."""

import functools
import struct
import uuid

from common import padded, put

KIB, MIB = 1 << 10, 1 << 20
BAT = uuid.UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
METADATA = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
PARAMETERS = uuid.UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
DISK_SIZE = uuid.UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
DISK_ID = uuid.UUID("beca12ab-b2e6-4523-93ef-c309e000c746")
LOGICAL = uuid.UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f")
PHYSICAL = uuid.UUID("cda348c7-445d-4471-9cc9-e9885251c556")
PARENT = uuid.UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c")
LOG = uuid.UUID(int=7)
NOT_PRESENT, UNDEFINED, ZERO, UNMAPPED, PRESENT, PARTLY = 0, 1, 2, 3, 6, 7
HEADERS, REGIONS = (64 * KIB, 128 * KIB), (192 * KIB, 256 * KIB)
LOG_AT, METADATA_AT, BAT_AT, DATA_AT = MIB, 2 * MIB, 3 * MIB, 4 * MIB


def table():
    made = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        made.append(number)
    return made


TABLE = table()


@functools.lru_cache
def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def summed(data, wrong=False):
    """With its checksum at byte 4."""
    data = bytearray(data)
    put(data, 4, bytes(4))
    put(data, 4, struct.pack("<I", crc32c(bytes(data)) ^ wrong))
    return bytes(data)


def header(
    number, *, magic=b"head", version=1, log=uuid.UUID(int=0), log_version=0, log_at=LOG_AT, log_length=MIB, wrong=False
):
    data = struct.pack("<4sIQ", magic, 0, number) + uuid.UUID(int=1).bytes_le + uuid.UUID(int=2).bytes_le + log.bytes_le
    data += struct.pack("<HHIQ", log_version, version, log_length, log_at)
    return summed(data.ljust(4096, b"\0"), wrong)


def regions(entries, *, magic=b"regi", count=None, wrong=False):
    """A table of regions: (kind, place, length, is required)."""
    data = struct.pack("<4sIII", magic, 0, len(entries) if count is None else count, 0)
    for kind, at, length, required in entries:
        data += kind.bytes_le + struct.pack("<QII", at, length, required)
    return summed(data.ljust(64 * KIB, b"\0"), wrong)


def items(size, *, block=MIB, flags=0, logical=512, physical=4096, more=(), without=(), count=None):
    """The region of metadata."""
    # Bit 0: of the user; bit 1: of the disk; bit 2: is required.
    kept = [
        (PARAMETERS, struct.pack("<II", block, flags), 4),
        (DISK_SIZE, struct.pack("<Q", size), 6),
        (DISK_ID, uuid.UUID(int=3).bytes_le, 6),
        (LOGICAL, struct.pack("<I", logical), 6),
        (PHYSICAL, struct.pack("<I", physical), 6),
        *more,
    ]
    kept = [item for item in kept if item[0] not in without]
    data = bytearray(struct.pack("<8sHH20x", b"metadata", 0, len(kept) if count is None else count))
    at = 64 * KIB
    for number, (kind, value, bits) in enumerate(kept):
        put(data, 32 + 32 * number, kind.bytes_le + struct.pack("<IIII", at, len(value), bits, 0))
        put(data, at, value)
        at += len(value) + -len(value) % 8
    return bytes(data)


class Vhdx:
    """Blocks by their numbers. What is written of the rest can be replaced, piece by piece."""

    def __init__(self, blocks, size, *, block=MIB, logical=512, metadata=None, entries=None):
        self.blocks, self.size, self.block = blocks, size, block
        self.count = -(-size // block)
        # Behind so many blocks the table has an entry for what sectors are there, which only a child uses.
        self.ratio = (1 << 23) * logical // block
        self.metadata = items(size, block=block, logical=logical) if metadata is None else metadata
        self.entries, self.places = entries or {}, {}

    def build(self, *, headers=None, tables=None, kinds=None, log=b"", first=b"vhdxfile", cut=None):
        file = bytearray(DATA_AT)
        put(file, 0, first + "corpus of disks".encode("utf-16-le"))
        headers = (header(1), header(2)) if headers is None else headers
        usual = [(BAT, BAT_AT, MIB, 1), (METADATA, METADATA_AT, MIB, 1)] if kinds is None else kinds
        tables = (regions(usual), regions(usual)) if tables is None else tables
        for at, data in [*zip(HEADERS, headers), *zip(REGIONS, tables)]:
            put(file, at, data)
        put(file, LOG_AT, log)
        put(file, METADATA_AT, self.metadata)
        for number, data in self.blocks.items():
            self.places[number] = len(file)
            self.entry(file, number, len(file) | PRESENT)
            file += padded(data, self.block)
        for number, entry in self.entries.items():
            self.entry(file, number, entry)
        return file if cut is None else file[:cut]

    def entry(self, file, number, entry):
        put(file, BAT_AT + 8 * (number + number // self.ratio), struct.pack("<Q", entry))

    def raw(self):
        disk = bytearray(self.count * self.block)
        for number, data in self.blocks.items():
            put(disk, number * self.block, data)
        return bytes(disk[: self.size])
