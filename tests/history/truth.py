"""
truth.py - what really happened: every committed change of a row, in commit order, as MySQL's own mysqlbinlog prints the
binlog. Names of columns follow from the DDL statements in it, which the workload writes in few forms.
"""
import os
import re
import subprocess
from collections import namedtuple

# op: c (insert), u (update), d (delete), t (TRUNCATE). v: the version, of a delete the one that was deleted. row: by name.
Change = namedtuple("Change", "seq table op key v row gtid")

GTID = re.compile(r"SET @@SESSION.GTID_NEXT= '([^']+)'")
ROW = re.compile(r"### (INSERT INTO|UPDATE|DELETE FROM) `[^`]+`\.`([^`]+)`")
CELL = re.compile(r"###   @(\d+)=(.*)")
XA = re.compile(r"XA (START|PREPARE|COMMIT|ROLLBACK) (X'[^']*')")
DDL = re.compile(r"(CREATE|ALTER|TRUNCATE) TABLE h\.(\w+) ?(.*)")


def binlog_lines(mysql_root, data):
    """Lines of mysqlbinlog over all files of the data folder. The program is of another distribution and brings its C library."""
    libc = next(os.path.join(r, "libc.so.6") for r, _, files in os.walk(f"{mysql_root}/usr/lib") if "libc.so.6" in files)
    loader = next(os.path.join(d, f) for d in (f"{mysql_root}/usr/lib64", os.path.dirname(libc)) if os.path.isdir(d)
                  for f in os.listdir(d) if f.startswith("ld-linux"))
    with open(f"{data}/binlog.index") as index:
        files = [os.path.join(data, os.path.basename(line.strip())) for line in index]
    command = [loader, "--library-path", os.path.dirname(libc), f"{mysql_root}/usr/bin/mysqlbinlog", "--no-defaults",
               "--base64-output=DECODE-ROWS", "-v"] + files
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        yield from p.stdout
        trouble = p.stderr.read()
    if p.returncode:
        raise RuntimeError(f"mysqlbinlog: {trouble.strip()}")


def cell(text):
    if text == "NULL":
        return None
    if text.startswith("'"):
        return text[1:-1]
    return text.split(" ")[0]           # -1 (4294967295)


class Reader:
    def __init__(self, nkeys):
        """nkeys: {table: how many columns its key has}; they come first, then v."""
        self.nkeys, self.columns = nkeys, {}
        self.changes, self.group, self.prepared = [], [], {}
        self.gtid = self.xid = self.row = None
        self.ddls = 0

    def emit(self, group):
        for kind, table, before, after in group:
            n = self.nkeys[table]
            sides = [tuple(r[:n]) if r else None for r in (before, after)]
            if kind == "UPDATE" and sides[0] != sides[1]:
                self.add(table, "d", before)
                self.add(table, "c", after)
            else:
                self.add(table, {"INSERT INTO": "c", "UPDATE": "u", "DELETE FROM": "d"}[kind], after or before)

    def add(self, table, op, cells):
        n = self.nkeys[table]
        self.changes.append(Change(len(self.changes), table, op, tuple(cells[:n]), int(cells[n]),
                                   dict(zip(self.columns[table], cells)), self.gtid))

    def end_row(self):
        if self.row:
            kind, table, sides = self.row
            before = sides.get("WHERE")
            after = sides.get("SET")
            self.group.append((kind, table, before, after))
            self.row = None

    def ddl(self, kind, table, rest):
        self.ddls += 1
        if kind == "TRUNCATE":
            self.changes.append(Change(len(self.changes), table, "t", None, None, None, self.gtid))
            return
        if kind == "CREATE":
            self.columns[table] = re.findall(r"(?:\(|, )(\w+) (?:INT|BIGINT|VARCHAR)", rest)
            return
        names = list(self.columns[table])
        for clause in re.split(r", (?=ADD|DROP|RENAME|MODIFY)", rest):
            verb, _, name, *more = clause.split(" ")
            if verb == "ADD":
                names.append(name)
            elif verb == "DROP":
                names.remove(name)
            elif verb == "RENAME":
                names[self.columns[table].index(name)] = more[1]
        self.columns[table] = names

    def line(self, line):
        if line.startswith("###"):
            self.row_line(line)
            return
        self.end_row()
        if line.startswith("COMMIT/*!*/"):
            self.emit(self.group)
            self.group = []
        elif line.startswith("SET @@SESSION.GTID_NEXT"):
            self.gtid, self.group, self.xid = GTID.match(line).group(1), [], None
        elif line.startswith("XA "):
            self.xa_line(line)
        elif (m := DDL.match(line)):
            self.ddl(*m.groups())

    def row_line(self, line):
        if (m := CELL.match(line)):
            self.cells.append(cell(m.group(2)))
        elif (m := ROW.match(line)):
            self.end_row()
            self.row = (m.group(1), m.group(2), {})
        else:
            self.cells = self.row[2].setdefault(line.split()[1], [])

    def xa_line(self, line):
        m = XA.match(line)
        if not m:
            return
        verb, xid = m.groups()
        if verb == "PREPARE":
            self.prepared[xid], self.group = self.group, []
        elif verb == "COMMIT":
            self.emit(self.prepared.pop(xid, self.group))
            self.group = []
        elif verb == "ROLLBACK":
            self.prepared.pop(xid, None)


def read(mysql_root, data, nkeys):
    reader = Reader(nkeys)
    for line in binlog_lines(mysql_root, data):
        reader.line(line.rstrip("\n"))
    reader.end_row()
    return reader
