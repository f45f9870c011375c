#!/usr/bin/env python3
"""JA4 of every capture, from the published description alone and without a line of shirgate's code.

Prints the rows of ja4_test.cpp:  tests/first_flight/ja4_reference.py
Checks itself first against the worked example of FoxIO's technical_details/JA4.md.
"""

import hashlib
import pathlib

VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2"}
GREASE = {v << 8 | v for v in range(0x0A, 0x100, 0x10)}


def numbers(data):
    all_of_them = (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    return [n for n in all_of_them if n not in GREASE]


def hash12(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12


def codes(values):
    return ",".join(f"{v:04x}" for v in values)


def alpn_characters(first):
    if not first:
        return "00"
    if all(bytes([c]).isalnum() for c in (first[0], first[-1])):
        return chr(first[0]) + chr(first[-1])
    return first.hex()[0] + first.hex()[-1]


def ja4(version, ciphers, types, signatures, first_alpn):
    hashed = codes(sorted(t for t in types if t not in (0, 16)))
    if hashed and signatures:
        hashed += "_" + codes(signatures)
    return (
        f"t{VERSIONS.get(version, '00')}{'d' if 0 in types else 'i'}{min(len(ciphers), 99):02}{min(len(types), 99):02}"
        f"{alpn_characters(first_alpn)}_{hash12(codes(sorted(ciphers)))}_{hash12(hashed)}"
    )


def handshake(stream):
    """The handshake bytes in a run of TLS records; of a TDS capture, in its packets."""
    if stream[0] == 0x12:
        inner = b""
        while stream:
            size = int.from_bytes(stream[2:4], "big")
            inner, stream = inner + stream[8:size], stream[size:]
        stream = inner
    message = b""
    while stream and stream[0] == 22:
        size = int.from_bytes(stream[3:5], "big")
        message, stream = message + stream[5 : 5 + size], stream[5 + size :]
    return message


def ja4_of_hello(message):
    at = 4 + 34
    at += 1 + message[at]
    size = int.from_bytes(message[at : at + 2], "big")
    ciphers = numbers(message[at + 2 : at + 2 + size])
    at += 2 + size
    at += 1 + message[at]
    extensions = {}
    end = at + 2 + int.from_bytes(message[at : at + 2], "big")
    at += 2
    while at < end:
        kind, size = (int.from_bytes(message[at + i : at + i + 2], "big") for i in (0, 2))
        if kind not in GREASE:
            extensions[kind] = message[at + 4 : at + 4 + size]
        at += 4 + size
    version = max(numbers(extensions[43][1:])) if 43 in extensions else int.from_bytes(message[4:6], "big")
    alpn = extensions[16][3 : 3 + extensions[16][2]] if 16 in extensions else b""
    return ja4(version, ciphers, list(extensions), numbers(extensions.get(13, b"")[2:]), alpn)


def check_the_published_example():
    ciphers = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
    types = "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
    signatures = "0403,0804,0401,0503,0805,0501,0806,0601"
    parts = ([int(code, 16) for code in text.split(",")] for text in (ciphers, types, signatures))
    assert ja4(0x0304, *parts, b"h2") == "t13d1516h2_8daaf6152771_e5627efa2ab1"


if __name__ == "__main__":
    check_the_published_example()
    captures = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "captures"
    for capture in sorted(captures.glob("*.bin")):
        data = capture.read_bytes()
        if data and data[0] in (0x12, 22):
            print(f'Expected{{"{capture.stem}", "{ja4_of_hello(handshake(data))}"}},')
