"""
workload.py - known changes by a seed. Every row has a version v, larger with each change of its key, and a text w made from
key and version; workers own disjoint keys, so that the versions of a key rise in commit order. Inserts, updates of one and of
many rows, deletes, keys that come back, keys that change, several tables in one transaction, rollbacks, XA, TRUNCATE, DDL.

What a worker believes is only used to choose statements: what happened is read from the binlog. A worker that loses its
connection asks the server again which of its keys there are.
"""
import random
import threading
import time

from mysql_client import Mysql, SqlError

WORKERS = 3
NKEYS = {"acct": 1, "pair": 2, "quiet": 1, "gone": 1, "shape": 1}
KEYS = {"acct": ["id"], "pair": ["a", "b"], "quiet": ["id"], "gone": ["id"], "shape": ["id"]}
CREATE = [
    "CREATE TABLE h.acct (id INT PRIMARY KEY, v BIGINT NOT NULL, w VARCHAR(40), pad VARCHAR(60))",
    "CREATE TABLE h.pair (a INT, b VARCHAR(20), v BIGINT NOT NULL, w VARCHAR(40), PRIMARY KEY (a, b))",
    "CREATE TABLE h.quiet (id INT PRIMARY KEY, v BIGINT NOT NULL, w VARCHAR(40))",
    "CREATE TABLE h.gone (id INT PRIMARY KEY, v BIGINT NOT NULL, w VARCHAR(40))",
    "CREATE TABLE h.shape (id INT PRIMARY KEY, v BIGINT NOT NULL, w VARCHAR(40))",
]
TYPES = ["INT", "BIGINT", "VARCHAR(20)", "DECIMAL(10,2)"]
ALONE = ("gone", "shape")               # worker 0 has these for itself: TRUNCATE and DDL


def condition(table, n):
    return f"a = {n // 3} AND b = 'k{n % 3}'" if table == "pair" else f"id = {n}"


def key_values(table, n):
    return f"{n // 3}, 'k{n % 3}'" if table == "pair" else str(n)


def key_settings(table, n):
    return f"a = {n // 3}, b = 'k{n % 3}'" if table == "pair" else f"id = {n}"


def key_number(table, row):
    return int(row[0]) * 3 + int(row[1][1:]) if table == "pair" else int(row[0])


class Worker(threading.Thread):
    def __init__(self, load, number, seed):
        super().__init__(daemon=True)
        self.load, self.number, self.rng = load, number, random.Random(seed)
        self.v = 10 + number            # versions of one worker: all different, rising
        self.connection, self.undo, self.xa = None, [], 0
        self.tables = ["acct", "pair", "quiet"] + (list(ALONE) if number == 0 else [])
        self.alive = {t: set() for t in self.tables}
        self.columns, self.column = [], 0
        self.ddl_due = self.truncate_due = time.monotonic() + 1

    # ---- connection ----

    def connect(self):
        self.connection = Mysql(self.load.socket, timeout=20)
        for s in ("SET SESSION innodb_lock_wait_timeout = 2, lock_wait_timeout = 2", "USE h"):
            self.connection.query(s)
        for row in self.connection.query("XA RECOVER"):
            if row[3].startswith(f"w{self.number}-"):
                self.connection.query(f"XA {self.rng.choice(['COMMIT', 'ROLLBACK'])} '{row[3]}'")
        for t in self.tables:
            rows = self.connection.query(f"SELECT {', '.join(KEYS[t])} FROM {t}")
            self.alive[t] = {n for n in (key_number(t, r) for r in rows) if self.owns(t, n)}
        if self.number == 0:
            rows = self.connection.query("SELECT COLUMN_NAME, COLUMN_TYPE FROM information_schema.columns WHERE "
                                         "TABLE_SCHEMA = 'h' AND TABLE_NAME = 'shape' ORDER BY ORDINAL_POSITION")
            self.columns = [(r[0], r[1]) for r in rows if r[0] not in ("id", "v", "w")]

    def owns(self, table, n):
        return table in ALONE or n % WORKERS == self.number

    def run(self):
        while not self.load.done.is_set():
            try:
                if self.connection is None:
                    self.connect()
                self.transaction()
                self.load.transactions += 1
            except (SqlError, OSError):
                self.give_up()
                self.load.done.wait(0.05)
            self.load.done.wait(self.rng.random() * self.load.pause)
        if self.connection:
            self.connection.close()

    def give_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def do(self, statement):
        self.connection.query(statement)

    # ---- transactions ----

    def transaction(self):
        rng, now = self.rng, time.monotonic()
        if self.number == 0 and now > self.ddl_due and self.load.ddl:
            self.ddl_due = now + rng.uniform(0.5, 4)
            return self.several_ddl()
        if self.number == 0 and now > self.truncate_due:
            self.truncate_due = now + rng.uniform(2, 8)
            self.do("TRUNCATE TABLE h.gone")
            self.alive["gone"].clear()
            return None
        self.undo = []
        if rng.random() < 0.08:
            return self.xa_transaction()
        self.do("BEGIN")
        self.statements()
        if rng.random() < 0.1:
            self.do("ROLLBACK")
            self.take_back()
        else:
            self.do("COMMIT")
        return None

    def xa_transaction(self):
        rng = self.rng
        self.xa += 1
        xid = f"'w{self.number}-{self.load.run}{self.xa}'"
        self.do(f"XA START {xid}")
        self.statements()
        self.do(f"XA END {xid}")
        self.do(f"XA PREPARE {xid}")
        if rng.random() < 0.3:
            self.load.done.wait(rng.uniform(0, 0.5))
        if rng.random() < 0.7:
            self.do(f"XA COMMIT {xid}")
        else:
            self.do(f"XA ROLLBACK {xid}")
            self.take_back()

    def statements(self):
        for _ in range(self.rng.choice((1, 1, 2, 3, 5))):
            table = self.rng.choice(self.tables)
            if table == "quiet" and self.rng.random() < 0.8:
                table = "acct"
            getattr(self, self.rng.choice(("insert", "insert", "update", "update", "update", "update", "many", "delete",
                                           "delete", "back", "rekey")))(table)

    def take_back(self):
        for table, n, there in reversed(self.undo):
            (self.alive[table].add if there else self.alive[table].discard)(n)

    # ---- statements ----

    def version(self):
        self.v += WORKERS
        return self.v

    def mark(self, table, n, there):
        if there != (n in self.alive[table]):
            self.undo.append((table, n, not there))
        (self.alive[table].add if there else self.alive[table].discard)(n)

    def fresh(self, table):
        """A key that is not there; None: all of this worker's keys are taken, as far as chance can tell."""
        for _ in range(1000):
            n = self.rng.randrange(self.load.rows + self.load.rows // 4 + 50)
            if table not in ALONE:
                n = n - n % WORKERS + self.number
            if n not in self.alive[table]:
                return n
        return None

    def one(self, table):
        return self.rng.choice(tuple(self.alive[table])) if self.alive[table] else None

    def insert(self, table, n=None):
        n = self.fresh(table) if n is None else n
        if n is None:
            self.delete(table)
            return
        v = self.version()
        self.do(f"INSERT INTO h.{table} ({', '.join(KEYS[table])}, v, w) VALUES ({key_values(table, n)}, {v}, '{table} {n} {v}')")
        self.mark(table, n, True)

    def update(self, table):
        n = self.one(table)
        if n is not None:
            v = self.version()
            self.do(f"UPDATE h.{table} SET v = {v}, w = '{table} {n} {v}'{self.more(table)} WHERE {condition(table, n)}")

    def more(self, table):
        """One of the columns that were added gets a value, too."""
        if table != "shape" or not self.columns or self.rng.random() < 0.3:
            return ""
        name, type_ = self.rng.choice(self.columns)
        return f", {name} = " + (f"'{self.rng.randrange(1000)}'" if "char" in type_.lower() else f"{self.rng.randrange(1000)}")

    def many(self, table):
        column = "a" if table == "pair" else "id"
        low = self.rng.randrange(self.load.rows)
        high = low + self.rng.choice((5, 20, 20, 400))
        mine = "" if table in ALONE else (f" AND (a * 3 + CAST(SUBSTR(b, 2) AS SIGNED)) % {WORKERS} = {self.number}"
                                          if table == "pair" else f" AND id % {WORKERS} = {self.number}")
        v = self.version()
        self.do(f"UPDATE h.{table} SET v = {v}, w = '{table} many {v}' WHERE {column} BETWEEN {low} AND {high}{mine}")

    def delete(self, table):
        n = self.one(table)
        if n is not None:
            self.do(f"DELETE FROM h.{table} WHERE {condition(table, n)}")
            self.mark(table, n, False)

    def back(self, table):
        n = self.one(table)
        if n is not None:
            self.do(f"DELETE FROM h.{table} WHERE {condition(table, n)}")
            self.mark(table, n, False)
            self.insert(table, n)

    def rekey(self, table):
        n, to, v = self.one(table), self.fresh(table), self.version()
        if n is not None and to is not None:
            self.do(f"UPDATE h.{table} SET {key_settings(table, to)}, v = {v}, w = '{table} {to} {v}' WHERE {condition(table, n)}")
            self.mark(table, n, False)
            self.mark(table, to, True)

    # ---- DDL ----

    def several_ddl(self):
        for _ in range(self.rng.choice((1, 1, 2, 4, 10))):
            self.do("ALTER TABLE h.shape " + self.clause())
            if self.rng.random() < 0.8:
                self.do("BEGIN")
                self.undo = []
                self.update("shape")
                self.update("shape")
                self.do("COMMIT")

    def clause(self):
        rng, choices = self.rng, ["add", "add"]
        if self.columns:
            choices += ["drop", "widen"] + (["rename", "again", "default"] if self.load.ddl > 1 else [])
        what = rng.choice(choices)
        if what == "add" and rng.random() < 0.2:
            return ", ".join((self.add(), self.add()))
        if what in ("add", "default"):
            return self.add(" DEFAULT 7" if what == "default" else "")
        i = rng.randrange(len(self.columns))
        name, type_ = self.columns[i]
        if what == "drop":
            del self.columns[i]
            return f"DROP COLUMN {name}"
        if what == "again":
            self.columns.append(self.columns.pop(i))
            return f"DROP COLUMN {name}, ADD COLUMN {name} {type_}"
        if what == "widen":
            wide = "VARCHAR(50)" if "char" in type_.lower() else type_
            self.columns[i] = (name, wide)
            return f"MODIFY COLUMN {name} {wide}"
        self.column += 1
        self.columns[i] = (f"r{self.load.run}{self.column}", type_)
        return f"RENAME COLUMN {name} TO r{self.load.run}{self.column}"

    def add(self, more=""):
        self.column += 1
        name, type_ = f"c{self.load.run}{self.column}", self.rng.choice(TYPES)
        self.columns.append((name, type_))
        return f"ADD COLUMN {name} {type_}{more}"


class Workload:
    def __init__(self, socket, seed, rows, ddl, pause=0.04):
        """rows: about so many keys in the largest table; ddl: 0 none, 1 what every target can follow, 2 names used again,
        renames and defaults; pause: at most so many seconds between two transactions of a worker."""
        self.socket, self.seed, self.rows, self.ddl, self.pause = socket, seed, rows, ddl, pause
        self.run, self.transactions, self.done = "", 0, threading.Event()

    def create(self):
        c = Mysql(self.socket)
        numbers = f"(WITH RECURSIVE n AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM n WHERE n < {self.rows - 1}) SELECT n FROM n) x"
        for s in ["CREATE DATABASE h", f"SET SESSION cte_max_recursion_depth = {self.rows + 10}"] + CREATE + [
                f"INSERT INTO h.acct SELECT n, 1, CONCAT('acct ', n, ' 1'), REPEAT('p', n % 50) FROM {numbers}",
                f"INSERT INTO h.pair SELECT n DIV 3, CONCAT('k', n % 3), 1, CONCAT('pair ', n, ' 1') FROM {numbers} WHERE n % 2 = 0",
                f"INSERT INTO h.quiet SELECT n, 1, CONCAT('quiet ', n, ' 1') FROM {numbers} WHERE n % 10 = 0",
                f"INSERT INTO h.gone SELECT n, 1, CONCAT('gone ', n, ' 1') FROM {numbers} WHERE n % 5 = 0",
                f"INSERT INTO h.shape SELECT n, 1, CONCAT('shape ', n, ' 1') FROM {numbers} WHERE n % 5 = 0"]:
            c.query(s)
        c.close()

    def start(self):
        self.workers = [Worker(self, i, self.seed * 1000 + i) for i in range(WORKERS)]
        for w in self.workers:
            w.start()

    def stop(self):
        """Ends with no prepared transaction left open."""
        self.done.set()
        for w in self.workers:
            w.join()
        c = Mysql(self.socket)
        for row in c.query("XA RECOVER"):
            c.query(f"XA ROLLBACK '{row[3]}'")
        c.close()
