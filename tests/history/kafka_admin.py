"""
kafka_admin.py - what an administrator does to a broker by mistake: topics deleted, a group deleted, a group's offsets put
back. Three requests of Kafka's protocol, in versions that every broker since 1.0 knows; one broker, no library.
"""
import json
import socket
import struct
import subprocess

OFFSET_COMMIT, DELETE_TOPICS, DELETE_GROUPS = 8, 20, 42


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


def call(bootstrap, key, version, body, timeout=15):
    host, port = bootstrap.split(":")
    head = struct.pack(">hhi", key, version, 1) + text("history")
    with socket.create_connection((host, int(port)), timeout) as s:
        s.sendall(struct.pack(">i", len(head + body)) + head + body)
        answer = b""
        while len(answer) < 4 or len(answer) < 4 + struct.unpack(">i", answer[:4])[0]:
            part = s.recv(1 << 16)
            if not part:
                raise ConnectionError("the broker closed the connection")
            answer += part
    return answer[8:]


def delete_topics(bootstrap, topics):
    call(bootstrap, DELETE_TOPICS, 1, array([text(t) for t in topics]) + struct.pack(">i", 10000))


def delete_group(bootstrap, group):
    call(bootstrap, DELETE_GROUPS, 0, array([text(group)]))


def put_back(bootstrap, group, topics):
    """The group's offset of each partition is 0, as kafka-consumer-groups --reset-offsets --to-earliest does it. topics:
    {topic: partitions}. The group has no members."""
    rows = [text(t) + array([struct.pack(">iq", p, 0) + text("") for p in range(n)]) for t, n in topics.items()]
    call(bootstrap, OFFSET_COMMIT, 2, text(group) + struct.pack(">i", -1) + text("") + struct.pack(">q", -1) + array(rows))


def list_topics(bootstrap):
    """{topic: partitions}, read by kcat."""
    out = subprocess.run(["kcat", "-b", bootstrap, "-L", "-J"], capture_output=True, timeout=30, check=True).stdout
    return {t["topic"]: len(t["partitions"]) for t in json.loads(out)["topics"]}
