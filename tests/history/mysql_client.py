"""
mysql_client.py - as much of the MySQL protocol as the history checker needs: text queries on one connection, for the MySQL
server (Unix socket, a user without a password) and for the StarRocks double (TCP). It shares no code with millrace.

Values come back as str, NULL as None. Every call has a time limit. SqlError: the server refused, the connection goes on.
OSError: the connection is gone or nothing came within the limit; the caller closes it.
"""
import socket
import struct

CLIENT_LONG_PASSWORD, CLIENT_CONNECT_WITH_DB, CLIENT_PROTOCOL_41 = 0x1, 0x8, 0x200
CLIENT_TRANSACTIONS, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH = 0x2000, 0x8000, 0x80000
COM_QUERY = 3
UTF8MB4 = 45


class SqlError(Exception):
    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


class Mysql:
    def __init__(self, address, user="root", timeout=10):
        """address: the path of a Unix socket, or (host, port)."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.buffer = b""
        try:
            self.socket.connect(address)
            self.log_in(user)
        except BaseException:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    # ---- packets ----

    def take(self, count):
        while len(self.buffer) < count:
            part = self.socket.recv(1 << 16)
            if not part:
                raise ConnectionError("the server closed the connection")
            self.buffer += part
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def packet(self):
        head = self.take(4)
        self.number = head[3]
        body = self.take(int.from_bytes(head[:3], "little"))
        if body[:1] == b"\xff":
            at = 9 if body[3:4] == b"#" else 3
            raise SqlError(int.from_bytes(body[1:3], "little"), body[at:].decode("utf-8", "replace"))
        return body

    def send(self, body, number):
        self.socket.sendall(len(body).to_bytes(3, "little") + bytes([number]) + body)

    def log_in(self, user):
        self.packet()
        flags = (CLIENT_LONG_PASSWORD | CLIENT_PROTOCOL_41 | CLIENT_TRANSACTIONS | CLIENT_SECURE_CONNECTION |
                 CLIENT_PLUGIN_AUTH)
        self.send(struct.pack("<IIB23x", flags, 1 << 24, UTF8MB4) + user.encode() + b"\0\0mysql_native_password\0", 1)
        while True:
            body = self.packet()
            if body[:1] == b"\0":
                return
            if body[:1] == b"\xfe":         # another plugin: no password in any of them
                self.send(b"", self.number + 1)

    # ---- queries ----

    @staticmethod
    def length(body, at):
        """A length-encoded number; None is NULL. Returns it and where the next byte stands."""
        first = body[at]
        if first < 0xfb:
            return first, at + 1
        if first == 0xfb:
            return None, at + 1
        size = {0xfc: 2, 0xfd: 3, 0xfe: 8}[first]
        return int.from_bytes(body[at + 1:at + 1 + size], "little"), at + 1 + size

    def values(self, body):
        row, at = [], 0
        while at < len(body):
            size, at = self.length(body, at)
            row.append(None if size is None else body[at:at + size].decode("utf-8", "replace"))
            at += size or 0
        return row

    def table(self, statement):
        """The names of the columns and the rows; for a statement without a result, two empty lists."""
        self.send(bytes([COM_QUERY]) + statement.encode(), 0)
        body = self.packet()
        if body[:1] == b"\0":
            return [], []
        count, _ = self.length(body, 0)
        names = [self.values(self.packet())[4] for _ in range(count)]
        self.packet()                       # EOF
        rows = []
        while True:
            body = self.packet()
            if body[:1] == b"\xfe" and len(body) < 9:
                return names, rows
            rows.append(self.values(body))

    def query(self, statement):
        return self.table(statement)[1]
