"""
faults.py - what goes wrong, by a seed. A fault is a function of the run; it lasts as long as the function runs, and the system
that it is about is locked for that time. Several may last at once.
"""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter

import kafka_admin
import log_reader
import servers


def needs(run, what):
    w = run.world
    return {"kafka": w.kafka_used, "embedded": not w.kafka_used, "double": w.double_used, "disk": run.plan["disk"],
            "clock": run.plan["clock"], "": True}[what]


# name: (what it is about, what the pipeline must have, how often, harm). harm 0: everything has to be as if it had not
# happened; 1: what is in the log or at the target is gone.
TABLE = {}


def fault(name, about, need="", weight=1, harm=0):
    def note(function):
        TABLE[name] = (function, about, need, weight, harm)
        return function
    return note


# ---- processes ----

@fault("kill", "millrace", weight=6)
def kill(run, rng):
    run.world.millrace.kill()
    run.sleep(rng.choice((0, 0.1, 1)))
    run.world.millrace.start()


@fault("restart", "millrace", weight=2)
def restart(run, rng):
    run.world.millrace.stop()
    run.world.millrace.start()


@fault("pause", "millrace", weight=2)
def pause(run, rng):
    stand_still(run, rng, run.world.millrace)


def stand_still(run, rng, process):
    process.send(signal.SIGSTOP)
    run.sleep(rng.uniform(0.3, 6))
    process.send(signal.SIGCONT)


def end_hard(run, rng, server):
    server.kill()
    run.sleep(rng.choice((0, 0.5, 2)))
    server.again()


@fault("mysql-kill", "mysql", weight=2)
def mysql_kill(run, rng):
    end_hard(run, rng, run.world.mysql)


@fault("mysql-pause", "mysql", weight=2)
def mysql_pause(run, rng):
    stand_still(run, rng, run.world.mysql)


@fault("broker-kill", "kafka", "kafka", 2)
def broker_kill(run, rng):
    end_hard(run, rng, run.world.kafka)


@fault("broker-pause", "kafka", "kafka", 2)
def broker_pause(run, rng):
    stand_still(run, rng, run.world.kafka)


@fault("double-kill", "double", "double", 2)
def double_kill(run, rng):
    end_hard(run, rng, run.world.double)


@fault("double-pause", "double", "double", 2)
def double_pause(run, rng):
    stand_still(run, rng, run.world.double)


@fault("two", "millrace", weight=2)
def two_writers(run, rng):
    """The same pipeline once more: with a log in Kafka from another folder, as on another host; embedded in the same folder."""
    w = run.world
    folder = f"{w.folder}/state2" if w.kafka_used else w.state
    os.makedirs(folder, exist_ok=True)
    other = servers.Millrace(w.folder, "second", w.conf(folder), roles=rng.choice(((), ("--role", "capture"))))
    still = rng.random() < 0.5
    if still:
        w.millrace.send(signal.SIGSTOP)
    other.start()
    run.sleep(rng.uniform(1, 4))
    if still:
        w.millrace.send(signal.SIGCONT)
        run.sleep(rng.uniform(0.5, 2))
    other.kill()
    # Who was fenced off stays down until an operator looks.
    w.millrace.kill()
    w.millrace.start()


# ---- links ----

def broken_link(about, links):
    def act(run, rng):
        link = rng.choice(links)
        how = rng.choice(("cut", "cut", "half", "stall {} up", "stall {} down", "stall {} both", "delay {} 0.05", "delay {} 0.4",
                          "refuse", "drip"))
        if how in ("cut", "half") and rng.random() < 0.5:
            run.world.links.order(f"refuse {link}")
        run.world.links.order(how.format(link) if "{}" in how else f"{how} {link}")
        run.tell(f"link {link}: {how.format(link)}")
        run.sleep(rng.choice((0.1, 1, 4, 8)))
        run.world.links.order(f"heal {link}")
        if how == "half" or how.startswith("stall"):
            run.world.links.order(f"cut {link}") if rng.random() < 0.3 else None
    return act


fault("link-mysql", "link-mysql", weight=3)(broken_link("mysql", ["mysql"]))
fault("link-kafka", "link-kafka", "kafka", 3)(broken_link("kafka", ["kafka"]))
fault("link-target", "link-target", "double", 3)(broken_link("target", ["fe", "be", "femysql"]))


# ---- disk and clock ----

@fault("disk-full", "disk", "disk", 2)
def disk_full(run, rng):
    path = f"{run.world.state}/filler"
    try:
        with open(path, "wb", buffering=0) as f:
            while f.write(b"\0" * (1 << 20)):
                pass
    except OSError:
        pass
    run.sleep(rng.uniform(1, 6))
    os.unlink(path)


@fault("clock", "millrace", "clock", 2)
def clock(run, rng):
    """The next start is on a machine whose clock is wrong."""
    m = run.world.millrace
    m.kill()
    m.clock = rng.choice((0, -3600, 3600, -86400, 86400 * 10, -40))
    run.tell(f"clock {m.clock:+d} s")
    m.start()


# ---- what is gone ----

def when_reachable(act, *arguments):
    """The broker may be down or stand still by another fault: whoever deletes something there tries again."""
    end = time.monotonic() + 40
    while True:
        try:
            return act(*arguments)
        except (OSError, subprocess.SubprocessError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


@fault("lost-log", "millrace", "embedded", harm=1)
def lost_log(run, rng):
    w = run.world
    w.millrace.kill()
    run.keep_log(w.set_aside("log.db", len(w.lost_logs)))
    w.millrace.start()


@fault("lost-state", "millrace", "embedded", harm=1)
def lost_state(run, rng):
    """The whole folder: log, warehouse, everything."""
    w = run.world
    w.millrace.kill()
    run.keep_log(w.set_aside("", len(w.lost_logs)))
    run.emptied(*run.tables)
    w.millrace.start()


@fault("lost-warehouse", "millrace", harm=1)
def lost_warehouse(run, rng):
    w = run.world
    if w.double_used:
        return empty_target(run, rng)
    w.millrace.kill()
    run.emptied(*run.tables)
    shutil.rmtree(f"{w.state}/warehouse", ignore_errors=True)
    w.millrace.start()
    return None


@fault("empty-target", "millrace", harm=1)
def empty_target(run, rng):
    """Somebody empties a table at the target."""
    w, table = run.world, rng.choice(run.tables)
    run.tell(f"emptied at the target: {table}")
    w.millrace.kill()
    run.emptied(table)
    try:
        run.target.empty(table)
    except (OSError, sqlite3.Error):
        run.tell("not emptied: the target is away")
    w.millrace.start()


@fault("reset-group", "millrace", harm=1)
def reset_group(run, rng):
    """The group's offsets are put back to the beginning, or the group is deleted."""
    w = run.world
    w.millrace.kill()
    run.put_back()
    if w.kafka_used:
        run.sleep(4)            # the group has to lose its member first
        topics = when_reachable(kafka_admin.list_topics, w.bootstrap)
        topics = {t: n for t, n in topics.items() if t.startswith(log_reader.PREFIX)}
        if rng.random() < 0.5:
            when_reachable(kafka_admin.delete_group, w.bootstrap, "hist-load")
        else:
            when_reachable(kafka_admin.put_back, w.bootstrap, "hist-load", topics)
    else:
        db = sqlite3.connect(f"{w.state}/log.db", timeout=10)
        with db:
            db.execute("DELETE FROM group_offset" if rng.random() < 0.5 else "UPDATE group_offset SET offset = 0, metadata = ''")
        db.close()
    w.millrace.start()


@fault("delete-topic", "kafka", "kafka", harm=1)
def delete_topic(run, rng):
    table = rng.choice(run.tables)
    run.tell(f"topic of {table} deleted")
    run.topic_gone(table)
    when_reachable(kafka_admin.delete_topics, run.world.bootstrap, [log_reader.PREFIX + table])


@fault("delete-all", "millrace", "kafka", harm=1)
def delete_all(run, rng):
    """Everything that the pipeline has in Kafka, except its group."""
    w = run.world
    w.millrace.kill()
    topics = when_reachable(kafka_admin.list_topics, w.bootstrap)
    when_reachable(kafka_admin.delete_topics, w.bootstrap, [t for t in topics if not t.startswith("__")])
    run.log_begins_anew()
    run.sleep(1)
    w.millrace.start()


# ---- by a seed ----

class Faults:
    """Runs faults until told to stop, then waits until each is over."""

    def __init__(self, run, rng, only=None, pace=2.5):
        self.run, self.rng, self.pace = run, rng, pace
        self.busy = {}
        self.counts, self.trouble = Counter(), []
        self.names = [n for n, (_, _, need, _, harm) in TABLE.items()
                      if needs(run, need) and (n in only if only else harm <= run.plan["harm"])]
        self.harm_left = 2

    def choose(self):
        free = [n for n in self.names if not self.is_busy(TABLE[n][1]) and (TABLE[n][4] == 0 or self.harm_left > 0)]
        return self.rng.choices(free, [TABLE[n][3] for n in free])[0] if free else None

    def is_busy(self, about):
        return about in self.busy and self.busy[about].is_alive()

    def one(self, name):
        function, about, _, _, harm = TABLE[name]
        self.counts[name] += 1
        self.harm_left -= harm
        seed = self.rng.random()
        self.run.tell(f"fault {name}")

        def body():
            try:
                function(self.run, random.Random(seed))
            except Exception as e:          # the run says so in its line: a fault that did not happen is no test
                self.trouble.append(f"{name}: {e!r}")
            if about == "millrace" and not self.run.world.millrace.wanted:
                self.run.world.millrace.start()
            self.run.tell(f"over {name}")
        self.busy[about] = threading.Thread(target=body, daemon=True)
        self.busy[about].start()

    def go_on(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            name = self.choose()
            if name and sum(t.is_alive() for t in self.busy.values()) < 2:
                self.one(name)
            self.run.sleep(self.rng.uniform(0.2, 2 * self.pace))
        for t in self.busy.values():
            t.join(60)
