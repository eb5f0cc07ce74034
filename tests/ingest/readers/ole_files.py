"""Writes compound files by hand: a header, one table, a directory and the streams."""

import struct

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def entry(name, kind, start, size):
    """One entry of the directory."""
    text = name.encode("utf-16-le").ljust(64, b"\0")
    head = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, FREE, FREE, FREE)
    return text + head + bytes(36) + struct.pack("<III", start, size, 0)


def compound(name, content, *, small=False):
    """A compound file with one stream, in sectors of its own or in small ones.

    Sector 0 is the table, 1 the directory, 2 the table of small sectors, 3 and on the content.
    """
    sectors = -(-len(content) // SECTOR)
    chain = [*range(4, 3 + sectors), END] if sectors else []
    table = [TABLE, END, END, *chain]
    small_table = [*range(1, -(-len(content) // 64)), END] if small else []
    root = entry("Root Entry", 5, 3, len(content)) if small else entry("Root Entry", 5, END, 0)
    directory = root + entry(name, 2, 0 if small else 3, len(content))

    def numbers(listed):
        return struct.pack(f"<{len(listed)}I", *listed).ljust(SECTOR, b"\xff")

    header = SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0")
    cutoff = 4096 if small else 0
    header += struct.pack("<8I", 1, 1, 0, cutoff, 2, 1, END, 0)
    header += numbers([0])[: SECTOR - 76]
    body = numbers(table) + directory.ljust(SECTOR, b"\0") + numbers(small_table)
    return header + body + content.ljust(sectors * SECTOR, b"\0")
