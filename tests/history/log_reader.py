"""
log_reader.py - what millrace has published, read by a stranger: kcat with isolation.level=read_committed from Kafka, or the
embedded log's SQLite file (docs/testing.md says how it is laid out). Flat messages with __op and envelopes, with schemas or without.
"""
import ctypes
import json
import sqlite3
import struct
import subprocess
from collections import namedtuple

import kafka_admin

# op: r (snapshot), c, u, d, t. The rest as in truth.Change.
Message = namedtuple("Message", "table partition offset op key v row")

PREFIX = "mysql.h."
PARTITION_BITS = 40             # chunk.id = partition id << 40 | first offset
NO_BYTES = 0xffffffff


def payload(text):
    value = json.loads(text)
    return value["payload"] if isinstance(value, dict) and "payload" in value and "schema" in value else value


def side(value):
    """A row as text by name, as mysqlbinlog has it."""
    return {k: None if x is None else str(x) for k, x in value.items() if not k.startswith("__")}


def parse(topic, partition, offset, key, value, headers, keys):
    """None: a tombstone, which follows its delete and says nothing more."""
    table = topic[len(PREFIX):]
    if value is None and key is None:
        if "__millrace.alter" in headers:       # DDL that changes rows: docs/ddl.md
            return None
        assert headers.get("__op") == "t", f"{topic} {partition} {offset}: a record without key and value, no header __op"
        return Message(table, partition, offset, "t", None, None, None)
    if value is None:
        return None
    value = payload(value)
    if "op" in value and "source" in value:
        op, row = value["op"], value["after"] if value["after"] is not None else value["before"]
        if op == "t":
            return Message(table, partition, offset, "t", None, None, None)
    else:
        op, row = value["__op"], value
        assert (value.get("__deleted") == "true") == (op == "d"), f"{topic} {partition} {offset}: __deleted does not match {op}"
    row = side(row)
    name = tuple(row[k] for k in keys[table])
    assert name == tuple(str(payload(key)[k]) for k in keys[table]), f"{topic} {partition} {offset}: the key is not the row's"
    return Message(table, partition, offset, op, name, int(row["v"]), row)


# ---- Kafka ----

def read_kafka(bootstrap, keys):
    messages = []
    for topic in kafka_admin.list_topics(bootstrap):
        if topic.startswith(PREFIX) and topic[len(PREFIX):] in keys:
            command = ["kcat", "-b", bootstrap, "-C", "-q", "-e", "-J", "-t", topic, "-o", "beginning",
                       "-X", "isolation.level=read_committed", "-X", "check.crcs=true"]
            out = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout
            for line in out.splitlines():
                r = json.loads(line)
                words = r.get("headers") or []
                headers = dict(zip(words[::2], words[1::2]))
                messages.append(parse(topic, r["partition"], r["offset"], r["key"], r["payload"], headers, keys))
    return [m for m in messages if m]


# ---- the embedded log ----

zstd = ctypes.CDLL("libzstd.so.1")
zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
zstd.ZSTD_decompress.restype = ctypes.c_size_t
zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def unpack(data):
    size = zstd.ZSTD_getFrameContentSize(data, ctypes.c_size_t(len(data)))
    raw = ctypes.create_string_buffer(size)
    assert zstd.ZSTD_decompress(raw, size, data, len(data)) == size, "a chunk is damaged"
    return raw.raw


def records(raw):
    """Key, value and headers of each record of a chunk."""
    at = 16
    while at < len(raw):
        nkey, nvalue, nheaders = struct.unpack_from("<III", raw, at)
        at += 24
        parts = []
        for n in (nkey, nvalue):
            n = -1 if n == NO_BYTES else n
            parts.append(None if n < 0 else raw[at:at + n].decode())
            at += max(n, 0)
        headers = {}
        for _ in range(nheaders):
            nname, n = struct.unpack_from("<II", raw, at)
            at += 8
            name, at = raw[at:at + nname].decode(), at + nname
            n = 0 if n == NO_BYTES else n
            headers[name], at = raw[at:at + n].decode(), at + n
        yield parts[0], parts[1], headers


def read_embedded(path, keys, aside=False):
    """aside: the file of a process that is no more, which may have left its last transactions in the write-ahead log."""
    messages = []
    with sqlite3.connect(path if aside else f"file:{path}?mode=ro", uri=not aside, timeout=20) as db:
        parts = db.execute("SELECT part.id, name, number FROM part JOIN topic ON topic.id = part.topic").fetchall()
        for part, topic, number in parts:
            if not topic.startswith(PREFIX) or topic[len(PREFIX):] not in keys:
                continue
            low, high = part << PARTITION_BITS, (part + 1) << PARTITION_BITS
            for chunk, data in db.execute("SELECT id, data FROM chunk WHERE id >= ? AND id < ? ORDER BY id", (low, high)):
                for i, (key, value, headers) in enumerate(records(unpack(data))):
                    messages.append(parse(topic, number, chunk - low + i, key, value, headers, keys))
    db.close()
    return [m for m in messages if m]
