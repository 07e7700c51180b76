"""
check.py - the judge: what happened (truth.Change), what was published (log_reader.Message) and what a reader of the target
saw (target.Poller) against each other. Pure functions; each returns findings, a list of lines by kind.

  lost        a committed change that the log does not have, or a row that the snapshot has not read
  doubled     a change, or the snapshot's read of a row, that the log has twice
  invented    a message or a row that never was, or has another value
  reordered   messages of a partition not in commit order; a key's read by the snapshot on the wrong side of its changes
  back        a reader of the target saw an older version of a key after a newer one
"""
from collections import defaultdict

KINDS = ("lost", "doubled", "invented", "reordered", "back")


class Findings:
    def __init__(self):
        self.lines = {k: [] for k in KINDS}

    def add(self, kind, text):
        self.lines[kind].append(text)

    def counts(self):
        return {k: len(v) for k, v in self.lines.items()}


def identity(item):
    """A version is written once for each key: these name a change."""
    return item.table, item.op, item.key, item.v


def name(item):
    key = "" if item.key is None else ",".join(item.key)
    return f"{item.table} {item.op} key {key} v {item.v}" + (f" gtid {item.gtid}" if hasattr(item, "gtid") else "")


def place(m):
    return f"{name(m)} at {m.partition}:{m.offset}"


def same_row(change, message):
    """Columns that both have; values that the message writes in another form are not compared here, but at the target."""
    return all(change.row[k] == v for k, v in message.row.items() if k in change.row and k in ("id", "a", "b", "v", "w"))


class Log:
    """One log, from its beginning to its end, against the truth. gone: tables whose topic was deleted in between, of which no
    completeness can be asked. whole: it goes on to the end of the truth. reread: tables that may be emptied and read again, on purpose."""

    def __init__(self, changes, messages, gone=(), whole=True, reread=()):
        self.changes, self.messages, self.gone, self.whole, self.reread = changes, messages, set(gone), whole, set(reread)
        self.by_identity = {identity(c): c for c in changes if c.op != "t"}
        self.by_state = {(c.table, c.key, c.v): c for c in changes if c.op in "cu"}
        self.stream = [m for m in messages if m.op in "cud"]
        self.reads = [m for m in messages if m.op == "r"]
        self.found = Findings()
        self.begun_anew = set()         # tables whose snapshot began again: it empties them first
        self.newest = {}                # (table, key): the version that the snapshot has read last

    def check(self):
        self.check_stream()
        self.check_reads()
        self.check_order()
        if self.whole:
            self.check_snapshot()
        return self.found

    def check_stream(self):
        copies = defaultdict(list)
        for m in self.stream:
            copies[identity(m)].append(m)
        for i, list_ in copies.items():
            change = self.by_identity.get(i)
            if change is None:
                self.found.add("invented", place(list_[0]))
                continue
            for m in list_:
                if not same_row(change, m):
                    self.found.add("invented", f"{place(m)}: {m.row}, MySQL had {change.row}")
            for m in list_[1:]:
                self.found.add("doubled", place(m))
        seqs = [self.by_identity[i].seq for i in copies if i in self.by_identity]
        self.start = min(seqs, default=len(self.changes))
        end = len(self.changes) if self.whole else max(seqs, default=-1)
        for c in self.changes[self.start:end]:
            if c.op != "t" and c.table not in self.gone and identity(c) not in copies:
                self.found.add("lost", name(c))

    def check_reads(self):
        for m in self.reads:
            i = (m.table, m.key, m.v)
            if i not in self.by_state:
                self.found.add("invented", place(m))
            elif not same_row(self.by_state[i], m):
                self.found.add("invented", f"{place(m)}: {m.row}, MySQL had {self.by_state[i].row}")

    # ---- order, partition by partition ----

    def check_order(self):
        partitions = defaultdict(list)
        for m in self.messages:
            partitions[m.table, m.partition].append(m)
        for (table, number), messages in partitions.items():
            messages.sort(key=lambda m: m.offset)
            self.check_partition(table, number, self.without_new_beginnings(table, messages))

    def without_new_beginnings(self, table, messages):
        """A snapshot that begins again publishes a TRUNCATE of its own, before any change is streamed; what was read before it
        does not count."""
        first = next((i for i, m in enumerate(messages) if m.op in "cud"), len(messages))
        mine = sum(m.op == "t" for m in messages) - self.truncates(table)
        emptied = [i for i, m in enumerate(messages[:first]) if m.op == "t"]
        if mine <= 0 or not emptied:
            return messages
        self.begun_anew.add(table)
        return messages[emptied[min(mine, len(emptied)) - 1] + 1:]      # MySQL's own come after those of snapshots

    def truncates(self, table):
        return sum(c.op == "t" and c.table == table for c in self.changes[self.start:])

    def check_partition(self, table, number, messages):
        last, truncates = -1, [c for c in self.changes[self.start:] if c.op == "t" and c.table == table]
        if table in self.reread and sum(m.op == "t" for m in messages) > len(truncates):
            messages, truncates = [m for m in messages if m.op != "t"], []      # which of them is MySQL's, nobody can tell
        at, present = {}, set()
        for m in messages:
            if m.op == "t":
                if not truncates:
                    self.found.add("doubled", f"TRUNCATE of {place(m)}")
                    continue
                c = truncates.pop(0)
            elif m.op == "r":
                self.check_read(table, m, at, present)
                continue
            else:
                c = self.by_identity.get(identity(m))
            if c is None:
                continue
            if c.seq < last:
                self.found.add("reordered", f"{place(m)} after a later change")
            last = max(last, c.seq)
            if m.op != "t":
                if m.key in at and (at[m.key] > m.v or (m.op in "cu" and at[m.key] == m.v and m.key in present)):
                    self.found.add("reordered", f"{place(m)} after version {at[m.key]} of the key")
                at[m.key] = max(m.v, at.get(m.key, 0))
        if truncates and self.whole and table not in self.gone:
            self.found.add("lost", f"{len(truncates)} TRUNCATE of {table}, partition {number}")

    def check_read(self, table, m, at, present):
        if m.key in present and table not in self.reread:
            self.found.add("doubled", f"{place(m)}: the snapshot has read the row before")
        elif m.key in at and m.v < at[m.key]:
            self.found.add("reordered", f"{place(m)} after version {at[m.key]} of the key")
        present.add(m.key)
        self.newest[m.table, m.key] = at[m.key] = max(m.v, at.get(m.key, 0))

    # ---- what the snapshot has to have ----

    def check_snapshot(self):
        """Each row that was there when the stream began has been read, or changes later."""
        alive = {}
        for c in self.changes[:self.start]:
            if c.op == "t":
                alive = {i: x for i, x in alive.items() if i[0] != c.table}
            elif c.op == "d":
                alive.pop((c.table, c.key), None)
            else:
                alive[c.table, c.key] = c
        later = {(c.table, c.key) for c in self.changes[self.start:] if c.op != "t"}
        emptied = {c.table for c in self.changes[self.start:] if c.op == "t"}
        for i, c in alive.items():
            if i not in later and c.table not in emptied | self.gone and self.newest.get(i, -1) < c.v:
                self.found.add("lost", f"{name(c)}: no read, and no change later")


# ---- polls of the target ----

def states_by_key(changes):
    """{(table, key): its versions one after the other, None: not there}."""
    states = defaultdict(lambda: [None])
    keys = defaultdict(set)
    for c in changes:
        if c.op == "t":
            for key in keys.pop(c.table, ()):
                states[c.table, key].append(None)
        else:
            states[c.table, c.key].append(None if c.op == "d" else c.v)
            (keys[c.table].discard if c.op == "d" else keys[c.table].add)(c.key)
    return states


def check_polls(changes, polls, vanish=(), free=None):
    """vanish: tables that may be empty for a time, because something empties and fills them. free: {table: time} from which a
    reader may see old versions again, because somebody put offsets back."""
    found, states, at = Findings(), states_by_key(changes), defaultdict(int)
    versions = {i: {v: n for n, v in enumerate(list_) if v is not None} for i, list_ in states.items()}
    for time, table, changed in polls:
        if free and time >= free.get(table, time + 1):
            continue
        for key, v in changed.items():
            i = (table, key)
            if v is None and table in vanish:
                continue                    # emptied by an accident, or deleted: both look the same
            if v is None:
                later = [n for n in range(at[i], len(states[i])) if states[i][n] is None]
                if later:
                    at[i] = later[0]
                else:
                    found.add("back", f"{table} key {','.join(key)}: not there any more, which never was so in MySQL")
            elif v not in versions.get(i, ()):
                found.add("invented", f"{table} key {','.join(key)} v {v} at the target")
            elif versions[i][v] < at[i]:
                found.add("back", f"{table} key {','.join(key)}: v {v} after v {states[i][at[i]]}")
            else:
                at[i] = versions[i][v]
    return found
