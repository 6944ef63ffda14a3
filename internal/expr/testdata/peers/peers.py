"""Writes values with cbor2 and msgpack of Python, and reads ours with them. It prints lines for written.txt, or for
read.txt if it is given ours.txt."""
import datetime
import decimal
import json
import math
import subprocess
import sys

import cbor2
import msgpack

def version(package):
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout
    return {"python3-cbor2": "cbor2", "python3-msgpack": "python-msgpack"}[package] + " " + said

at = datetime.datetime(2025, 11, 30, 9, 15, 0, 250000, tzinfo=datetime.timezone.utc)
values = {
    "hello": {"type": "hello", "n": 1},
    "numbers": [0, 127, 128, 255, 256, 65536, 4294967296, 9007199254740991, -1, -32, -33, -129, -32769, -2147483649],
    "big": [18446744073709551615, -9223372036854775808],
    "floats": [0.1, 1.5, -0.25, 1e300, math.nan, math.inf, -math.inf],
    "text": ["", "ä€😀", "x" * 32, "y" * 256],
    "octets": bytes([0, 255, 16]),
    "nothing": [None, True, False],
    "nested": {"a": [{"b": []}, {}], "c": {"d": {"e": "f"}}},
    "keys": {1: "a", -7: "b", "c": 1},
}

def shown(v):
    if v is None:
        return "null"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, float):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(v), repr(v))
    if isinstance(v, int):
        return str(v)
    if isinstance(v, str):
        return json.dumps(v, ensure_ascii=False)
    if isinstance(v, bytes):
        return "h'" + v.hex() + "'"
    if isinstance(v, cbor2.CBORTag):
        return "%d(%s)" % (v.tag, shown(v.value))
    if isinstance(v, cbor2.CBORSimpleValue):
        return "simple(%d)" % v.value
    if v is cbor2.undefined:
        return "undefined"
    if isinstance(v, msgpack.ExtType):
        return "%d(h'%s')" % (v.code, v.data.hex())
    if isinstance(v, msgpack.Timestamp):
        return "-1(%s)" % shown(v.seconds + v.nanoseconds / 1e9 if v.nanoseconds else v.seconds)
    if isinstance(v, (list, tuple)):
        return "[" + ",".join(map(shown, v)) + "]"
    return "{" + ",".join(shown(k) + ":" + shown(x) for k, x in v.items()) + "}"

if len(sys.argv) > 1:
    for line in open(sys.argv[1], encoding="utf-8"):
        if line.startswith("#") or not line.strip():
            continue
        format, expression, octets = line.rstrip("\n").split("\t")
        data = bytes.fromhex(octets)
        if format == "msgpack":
            print(format, version("python3-msgpack"), expression, octets, shown(msgpack.unpackb(data, strict_map_key=False)), sep="\t")
        else:
            print(format, version("python3-cbor2"), expression, octets, shown(cbor2.loads(data)), sep="\t")
else:
    for name, v in values.items():
        print("cbor", version("python3-cbor2"), name, cbor2.dumps(v).hex(), sep="\t")
        print("msgpack", version("python3-msgpack"), name, msgpack.packb(v).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "shortest floats", cbor2.dumps(values["floats"], canonical=True).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "bignums", cbor2.dumps([2**64, -2**64 - 1, 2**100]).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "time", cbor2.dumps(at).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "timestamp", cbor2.dumps(at, datetime_as_timestamp=True).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "tag", cbor2.dumps(cbor2.CBORTag(32, "http://a")).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "decimal", cbor2.dumps(decimal.Decimal("1.5")).hex(), sep="\t")
    print("cbor", version("python3-cbor2"), "undefined", cbor2.dumps([cbor2.undefined, cbor2.CBORSimpleValue(99)]).hex(), sep="\t")
    print("msgpack", version("python3-msgpack"), "time", msgpack.packb(at, datetime=True).hex(), sep="\t")
    print("msgpack", version("python3-msgpack"), "extension", msgpack.packb({"a": msgpack.ExtType(5, b"\x01\x02")}).hex(), sep="\t")
