"""
planted.py - the judge judged: in each run copies of what was read get one fault each, and the judge has to find it.
"""
import check
import target


def log_plants(rng, messages):
    """(name, kind that has to be found, messages with the fault)"""
    stream = [i for i, m in enumerate(messages) if m.op in "cud"]
    neighbours = [(i, j) for i, j in zip(stream, stream[1:]) if j == i + 1 and messages[i].partition == messages[j].partition
                  and messages[i].table == messages[j].table and messages[i].key != messages[j].key]
    if len(stream) < 3 or not neighbours:
        return
    i = rng.choice(stream[1:])
    m = messages[i]
    yield "one message dropped", "lost", messages[:i] + messages[i + 1:]
    yield "one message doubled", "doubled", messages + [m._replace(offset=1 + max(x.offset for x in messages))]
    changed = m._replace(row={**m.row, "w": "planted"})
    yield "one message changed", "invented", messages[:i] + [changed] + messages[i + 1:]
    i, j = rng.choice(neighbours)
    one, two = messages[i], messages[j]
    swapped = [two._replace(offset=one.offset), one._replace(offset=two.offset)]
    yield "two messages swapped", "reordered", messages[:i] + swapped + messages[j + 1:]


def poll_plant(rng, polls):
    """A key whose older version is seen once more."""
    seen = {}
    for at, table, changed in polls:
        for key, v in changed.items():
            if v is not None and seen.get((table, key), v) != v:
                return polls + [(polls[-1][0] + 1, table, {key: seen[table, key]})]
            if v is not None:
                seen[table, key] = v
    return None


def row_plant(rng, table):
    columns, rows = table
    rows = [list(r) for r in rows]
    row = rng.choice(rows)
    row[columns.index("w")] = "planted"
    return columns, rows


def prove(rng, changes, messages, base, gone, reread, polls, free, rows):
    """How many faults were planted, and the names of those that the judge has missed. base: counts without a fault; gone and reread
    as for check.Log; rows: a table of MySQL with its number of key columns."""
    planted, missed = 0, []
    for name, kind, faulty in log_plants(rng, [m for m in messages if m.table not in gone]):
        planted += 1
        if len(check.Log(changes, faulty, gone, reread=reread).check().lines[kind]) <= base[kind]:
            missed.append(name)
    older = poll_plant(rng, [p for p in polls if not free or p[1] not in free])
    if older:
        planted += 1
        if not check.check_polls(changes, older, free=free).lines["back"]:
            missed.append("an older version at the target")
    if rows and rows[0][1]:
        planted += 1
        if not target.difference(rows[0], row_plant(rng, rows[0]), rows[1]):
            missed.append("one row of the target changed")
    return planted, missed
