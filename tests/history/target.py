"""
target.py - what a reader of the target sees: whole tables, and versions polled while everything moves. The embedded
warehouse is a SQLite file; StarRocks (here its double) is asked over the MySQL protocol.
"""
import os
import sqlite3
import threading
import time
from decimal import Decimal, InvalidOperation

from mysql_client import Mysql, SqlError

UNKNOWN_TABLE = (1051, 1146, 5502)


class Warehouse:
    def __init__(self, path):
        self.path = path

    def table(self, name):
        """Column names and rows; None when there is no such table."""
        if not os.path.exists(self.path):
            return None
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            cursor = db.execute(f'SELECT * FROM "{name}"')
            return [c[0] for c in cursor.description], [list(r) for r in cursor]
        except sqlite3.OperationalError as e:
            if "no such table" in str(e):
                return None
            raise OSError(str(e)) from e
        finally:
            db.close()

    def empty(self, name):
        db = sqlite3.connect(self.path, timeout=10)
        with db:
            db.execute(f'DELETE FROM "{name}"')
        db.close()


class StarRocks:
    def __init__(self, address, database="h"):
        self.address, self.database, self.connection = address, database, None

    def call(self, statement):
        try:
            self.connection = self.connection or Mysql(self.address, timeout=10)
            return self.connection.table(statement)
        except SqlError as e:
            if e.code in UNKNOWN_TABLE or "nknown" in str(e):
                return None
            raise OSError(str(e)) from e
        except OSError:
            if self.connection:
                self.connection.close()
            self.connection = None
            raise

    def table(self, name):
        return self.call(f"SELECT * FROM `{self.database}`.`{name}`")

    def empty(self, name):
        self.call(f"TRUNCATE TABLE `{self.database}`.`{name}`")


# ---- comparing ----

def plain(value):
    """One text for one value, whatever a server writes: 2.50 and 2.5, 1 and '1'."""
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    try:
        return str(Decimal(str(value)).normalize() + 0)
    except InvalidOperation:
        return str(value)


def as_rows(table, nkeys, names=None):
    """{key: row as text in the order of names}; names: MySQL's columns."""
    columns, rows = table
    order = [columns.index(n) if n in columns else None for n in names or columns]
    out = {}
    for row in rows:
        cells = tuple(None if i is None else plain(row[i]) for i in order)
        out[cells[:nkeys]] = cells
    return out


def difference(mysql, target, nkeys):
    """Lines that say which rows differ; none: equal. Both are what table() returns; columns that MySQL has not are left out."""
    if target is None:
        return ["the target has no such table"] if mysql[1] else []
    names = mysql[0]
    want, have = as_rows(mysql, nkeys), as_rows(target, nkeys, names)
    lines = [f"column {n} is missing" for n in names if n not in target[0]]
    for key in sorted(want.keys() | have.keys(), key=str):
        if want.get(key) != have.get(key):
            lines.append(f"{key}: MySQL {want.get(key)}, target {have.get(key)}")
    if lines and names != target[0]:
        lines.insert(0, f"columns: MySQL {','.join(names)}, target {','.join(target[0])}")
    return lines


# ---- polls ----

class Poller(threading.Thread):
    """Reads keys and versions of all tables again and again. polls: (time, table, {key: version or None}) with what has changed."""

    def __init__(self, target, nkeys, pause=0.25):
        super().__init__(daemon=True)
        self.target, self.nkeys, self.pause = target, nkeys, pause
        self.polls, self.count, self.failed = [], 0, 0
        self.seen = {t: {} for t in nkeys}
        self.done = threading.Event()

    def poll(self, name):
        at = time.monotonic()
        table = self.target.table(name)
        now = {}
        if table is not None:
            columns, n = table[0], self.nkeys[name]
            v = columns.index("v")
            now = {tuple(str(c) for c in row[:n]): int(row[v]) for row in table[1]}
        before = self.seen[name]
        changed = {k: x for k, x in now.items() if before.get(k) != x}
        changed.update({k: None for k in before if k not in now})
        if changed:
            self.polls.append((at, name, changed))
        self.seen[name] = now

    def run(self):
        while not self.done.is_set():
            for name in self.nkeys:
                try:
                    self.poll(name)
                    self.count += 1
                except (OSError, SqlError, ValueError):
                    self.failed += 1        # the target is away: no poll
            self.done.wait(self.pause)

    def stop(self):
        self.done.set()
        self.join()
