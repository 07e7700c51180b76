"""
seed.py - one seed: the plan that follows from it, the run, the verdict.

The run writes everything into its folder: millrace.log, the servers' logs, faults.log (what happened when), status.json, and
what the judge found (findings.txt).
"""
import json
import random
import re
import shlex
import threading
import time
import traceback
from collections import Counter

import check
import faults
import log_reader
import planted
import target
import truth
import workload
from mysql_client import Mysql, SqlError
from servers import TOP, World, sh

PIPELINES = ("embedded", "warehouse", "double")
ANOMALIES = check.KINDS + ("unequal", "late", "unmended", "crashed", "hung")
STOP_LIMIT = 20                 # seconds for a SIGTERM, on a machine that does other things, too


def make_plan(seed, pipeline=None, harm=None, ddl=None, settled=None):
    """Everything that is chosen by the seed before anything runs."""
    rng = random.Random(seed)
    plan = {
        "pipeline": PIPELINES[seed % 3], "metadata": rng.choice(("MINIMAL", "FULL")), "format": rng.choice(("flat", "envelope")),
        "schemas": rng.choice(("true", "false")), "partitions": rng.choice((1, 1, 3)), "rows": rng.choice((300, 1000, 3000)),
        "ddl": rng.choice((0, 1, 1, 2)), "harm": int(rng.random() < 0.3), "disk": rng.random() < 0.25,
        "clock": rng.random() < 0.25, "pace": rng.choice((1.2, 2.5, 5)), "settled": rng.random() < 0.6,
    }
    for name, value in ("pipeline", pipeline), ("harm", harm), ("ddl", ddl), ("settled", settled):
        if value is not None:
            plan[name] = value
    return plan


class Run:
    def __init__(self, seed, folder, plan, seconds, patience, only=None):
        self.seed, self.folder, self.plan, self.seconds, self.patience, self.only = seed, folder, plan, seconds, patience, only
        self.rng = random.Random(seed * 7919)
        self.tables = list(workload.NKEYS)
        self.began = time.monotonic()
        self.counts = {k: 0 for k in ANOMALIES}
        self.told, self.left, self.notes = [], [], []
        self.lost_logs, self.gone, self.vanish, self.free = [], set(), set(), {}
        self.changes = self.messages = ()
        self.planted = self.missed = ()
        self.happened = ""
        self.lock = threading.Lock()

    # ---- what faults call ----

    def tell(self, text):
        with self.lock, open(f"{self.folder}/faults.log", "a") as f:
            f.write(f"{time.monotonic() - self.began:8.3f} {time.strftime('%H:%M:%S')} {text}\n")

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds)

    def keep_log(self, folder):
        self.world.lost_logs.append(folder)
        self.lost_logs.append(f"{folder}/log.db")
        self.vanish.update(self.tables)

    def emptied(self, *tables):
        self.vanish.update(tables)

    def put_back(self):
        self.vanish.update(self.tables)
        for t in self.tables:
            self.free.setdefault(t, time.monotonic())

    def topic_gone(self, table):
        self.gone.add(table)
        self.vanish.add(table)

    def log_begins_anew(self):
        self.vanish.update(self.tables)

    # ---- the run ----

    def go(self):
        self.world = World(self.folder, self.plan["pipeline"], self.plan)
        try:
            self.world.open()
            self.load = workload.Workload(self.world.socket, self.seed, self.plan["rows"], self.plan["ddl"])
            self.load.create()
            w = self.world
            self.target = target.StarRocks(w.double_address()) if w.double_used else target.Warehouse(w.warehouse_path())
            self.trouble_time()
            self.judge()
        finally:
            self.load_is_over()
            self.world.close()

    def load_is_over(self):
        if hasattr(self, "load") and hasattr(self.load, "workers"):
            self.load.done.set()

    def trouble_time(self):
        w = self.world
        poller = target.Poller(self.target if not w.double_used else target.StarRocks(w.double_address()), workload.NKEYS)
        w.millrace.start()
        self.load.start()
        poller.start()
        watch = threading.Thread(target=self.watch, daemon=True)
        watch.start()
        self.faults = faults.Faults(self, random.Random(self.seed * 31), self.only, self.plan["pace"])
        if self.plan["settled"]:
            self.wait_settled()
        self.faults.go_on(self.seconds)
        w.links.order("heal all")
        self.tell("faults are over")
        self.load.stop()
        self.tell("the workload is over")
        try:
            self.wait_equal()
        finally:
            poller.stop()
        self.polls, self.poller = poller.polls, poller

    def wait_settled(self):
        """The faults begin when the snapshot is over; in the other seeds they meet the snapshot."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            capture = (self.world.millrace.status() or {}).get("capture") or {}
            if capture.get("state") in ("streaming", "idle"):
                return
            self.sleep(0.3)

    def watch(self):
        while not self.load.done.wait(0.3) or self.world.millrace.wanted:
            self.world.millrace.watch()
            time.sleep(0.2)

    # ---- equal in time ----

    def differences(self):
        """{table: lines}; None: a side does not answer."""
        out = {}
        try:
            c = Mysql(self.world.socket)
            for t, n in workload.NKEYS.items():
                lines = target.difference(c.table(f"SELECT * FROM h.{t}"), self.target.table(t), n)
                if lines:
                    out[t] = lines
            c.close()
        except (OSError, SqlError) as e:
            self.notes.append(f"compare: {e!r}")
            return None
        return out

    def equal_within(self, seconds, until=lambda: False):
        end, self.different = time.monotonic() + seconds, None
        while True:
            self.different = self.differences()
            if self.different == {}:
                return True
            if time.monotonic() > end or until():
                return False
            time.sleep(0.5)

    def problems(self):
        status = self.world.millrace.status() or {}
        return status.get("problems") or []

    def named(self, problems):
        """The problem that tells that a table differs, for each table that does."""
        out = {}
        for t in self.different or {}:
            for p in problems:
                subject = p.get("subject", "")
                mine = subject in (f"h.{t}", log_reader.PREFIX + t, "load", "capture", "log", "target", "h") or subject.startswith("log")
                if mine and (subject.endswith(f".{t}") or p["severity"] == "error"):
                    out.setdefault(t, p)
        return out

    def wait_equal(self):
        if self.equal_within(self.patience, until=self.steadily_told()):
            self.tell("equal")
            problems = [p for p in self.problems() if p["severity"] == "error"]
            self.left = sorted({p["code"] for p in problems})
            return
        told = self.named(self.problems())
        self.save_status()
        silent = set(self.different or {"?": 1}) - set(told)
        if silent and self.equal_within(self.patience, until=self.steadily_told()):
            self.counts["late"] += len(silent)
            self.tell("equal, too late")
            return
        told = self.named(self.problems())
        different = self.different or {"?": ["no answer"]}
        self.told = sorted({f"{p['code']}:{t}" for t, p in told.items()})
        self.counts["unequal"] += len(set(different) - set(told))
        self.write_findings("different", [f"{t}: {'TOLD ' + told[t]['code'] if t in told else 'SILENT'}: {x}"
                                          for t, lines in different.items() for x in lines[:20]])
        if told:
            self.mend(told)

    def steadily_told(self):
        """Every difference has been told for 20 s and stays as it is: waiting longer shows nothing."""
        since = {"at": None, "what": None}

        def until():
            different = {t: len(x) for t, x in (self.different or {}).items()}
            told = self.named(self.problems()) if different else {}
            now = (sorted(different.items()), sorted(p["code"] for p in told.values()))
            if not different or set(told) != set(different) or now != since["what"]:
                since.update(at=time.monotonic(), what=now)
                return False
            return time.monotonic() - since["at"] > 20
        return until

    def wait_captured(self):
        """A table may be told as different while capture still waits for the broker: what is on its way is not lost."""
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            capture = (self.world.millrace.status() or {}).get("capture") or {}
            if capture.get("state") == "idle" and capture.get("gtid") == capture.get("server_gtid"):
                return
            self.sleep(0.3)

    def mend(self, told):
        """The commands that the problems name are run; then everything has to be equal."""
        self.wait_captured()
        self.read_log()                 # before a command writes into it
        for command in sorted({p["command"] for p in told.values() if p.get("command")}):
            words = shlex.split(command)
            if words and words[0] == "millrace":
                answer = self.world.millrace.ask(*words[1:])
                self.tell(f"{command}: {answer.returncode} {answer.stdout.strip()} {answer.stderr.strip()}")
        if not self.equal_within(self.patience):
            left = set(self.different or {}) & set(told)
            self.counts["unmended"] += len(left) or 1
            self.write_findings("unmended", [f"{t}: {x}" for t, lines in (self.different or {}).items() for x in lines[:20]])

    # ---- the verdict ----

    def read_log(self):
        if not self.messages:
            w = self.world
            self.messages = (log_reader.read_kafka(w.bootstrap, workload.KEYS) if w.kafka_used
                             else log_reader.read_embedded(f"{w.state}/log.db", workload.KEYS))

    def judge(self):
        w = self.world
        self.save_status()
        self.read_log()
        self.stop_millrace()
        reader = truth.read(sh(f"{TOP}/tests/servers/mysql", "root").strip(), f"{w.mysql.folder}/data", workload.NKEYS)
        self.changes, self.ddls = reader.changes, reader.ddls
        reread = self.tables if self.plan["harm"] or self.told else ["shape"] if self.plan["ddl"] else []
        log = check.Log(self.changes, self.messages, self.gone, reread=reread)
        self.take(log.check(), "log")
        base = log.found.counts()
        for path in self.lost_logs:
            old = check.Log(self.changes, log_reader.read_embedded(path, workload.KEYS, aside=True), whole=False, reread=reread)
            self.take(old.check(), path)
        polls = check.check_polls(self.changes, self.polls, self.vanish | log.begun_anew | set(reread), self.free)
        self.take(polls, "polls")
        self.prove(base, reread)
        ends = w.millrace.ends
        self.counts["crashed"] += sum(e < 0 and e not in (-9, -15) for e in ends)
        self.counts["hung"] += w.millrace.slowest_stop > STOP_LIMIT
        if ends:
            self.notes.append("ended by itself: " + ", ".join(f"{code} x{n}" for code, n in Counter(ends).items()))
        self.notes += self.faults.trouble

    def prove(self, base, reread):
        c = Mysql(self.world.socket)
        rows = (c.table("SELECT * FROM h.acct"), 1)
        c.close()
        self.planted, self.missed = planted.prove(self.rng, self.changes, self.messages, base, self.gone, reread, self.polls,
                                                 self.free, rows)

    def stop_millrace(self):
        self.world.millrace.stop(limit=60)

    def take(self, found, where):
        for kind, lines in found.lines.items():
            self.counts[kind] += len(lines)
            self.write_findings(f"{kind} ({where})", lines)

    def write_findings(self, title, lines):
        if lines:
            with open(f"{self.folder}/findings.txt", "a") as f:
                f.write(f"== {title}: {len(lines)}\n" + "".join(f"{x}\n" for x in lines[:200]))

    def save_status(self):
        with open(f"{self.folder}/status.json", "w") as f:
            json.dump(self.world.millrace.status(), f, indent=1)

    # ---- the line ----

    def anomalies(self):
        return {k: n for k, n in self.counts.items() if n}

    def ok(self):
        return not self.anomalies() and not self.missed and self.planted

    def line(self):
        plan, happened = self.plan, " ".join(f"{n}x{c}" for n, c in sorted(self.faults.counts.items()))
        reads = sum(m.op == "r" for m in self.messages)
        verdict = "ok" if self.ok() else "FAIL"
        parts = [
            f"seed {self.seed} {verdict} {plan['pipeline']} {plan['format']} schemas={plan['schemas']} {plan['metadata'].lower()}"
            f" partitions={plan['partitions']} ddl={plan['ddl']}",
            f"{len(self.changes)} changes, {self.load.transactions} transactions, {self.ddls} ddl, {len(self.messages) - reads}"
            f" messages, {reads} reads, {self.poller.count} polls",
            " ".join(f"{k} {n}" for k, n in self.counts.items()) + f" told {len(self.told)}",
            f"planted {self.planted - len(self.missed)}/{self.planted}",
            happened or "no faults", f"{time.monotonic() - self.began:.0f} s",
        ]
        for name, items in ("told", self.told), ("left", self.left), ("MISSED", self.missed), ("note", self.notes[:3]):
            if items:
                parts.append(f"{name}: {'; '.join(items)}")
        return " | ".join(parts)


def run_seed(seed, folder, plan, seconds, patience, only=None):
    """The run, or (when the run itself does not work) a line that says why; (ok, line)."""
    run = Run(seed, folder, plan, seconds, patience, only)
    try:
        run.go()
        return run.ok(), run.line()
    except Exception as e:
        with open(f"{folder}/broken.txt", "w") as f:
            traceback.print_exc(file=f)
        return False, f"seed {seed} BROKEN {plan['pipeline']}: {re.sub(chr(10), ' ', repr(e))[:300]}"
