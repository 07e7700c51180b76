"""
servers.py - the systems of one run: MySQL, the broker, the StarRocks double, the links between, millrace itself. Started, ended,
killed, stopped and continued; everything that was started is ended by close().
"""
import json
import os
import shutil
import signal
import subprocess
import threading
import time

TOP = os.environ.get("top_srcdir") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("top_builddir") or f"{TOP}/build"
HERE = os.path.dirname(os.path.abspath(__file__))
WRONG_USAGE = 2


class Broken(Exception):
    """The run itself does not work: no verdict on millrace."""


def sh(*command, timeout=120):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    if p.returncode:
        raise Broken(f"{' '.join(command)}: {p.stdout.strip()[-500:]}")
    return p.stdout


def read_env(path):
    with open(path) as f:
        return dict(line.strip().split("=", 1) for line in f if "=" in line)


class Server:
    """One of tests/servers."""

    def __init__(self, kind, folder, *options):
        self.kind, self.folder, self.options = kind, folder, options
        self.script = f"{TOP}/tests/servers/{kind}"

    def start(self):
        os.environ.setdefault("top_builddir", BUILD)
        sh(self.script, "start", self.folder, *self.options)
        self.env = read_env(f"{self.folder}/env")

    def again(self):
        """Goes on with its data on its ports."""
        if self.kind == "starrocks":
            sh(self.script, "restart", self.folder)
        else:
            sh(self.script, "start", self.folder, *(self.options if self.kind == "mysql" else ()))
        self.env = read_env(f"{self.folder}/env")

    def kill(self):
        sh(self.script, "kill", self.folder)

    def stop(self):
        sh(self.script, "stop", self.folder)

    def send(self, number):
        os.kill(int(self.env["pid"]), number)


class Links:
    """The proxy, and its orders."""

    def __init__(self, folder, names):
        self.fifo = f"{folder}/links"
        self.process = subprocess.Popen([f"{HERE}/link_proxy", self.fifo] + names, stdout=subprocess.PIPE, text=True,
                                        stderr=open(f"{folder}/links.log", "w"))
        self.ports = {}
        for _ in names:
            name, port = self.process.stdout.readline().strip().split("=")
            self.ports[name] = int(port)
        while not os.path.exists(self.fifo):
            time.sleep(0.01)

    def order(self, text):
        with open(self.fifo, "w") as f:
            f.write(text + "\n")

    def close(self):
        self.process.kill()
        self.process.wait()


class Millrace:
    """The process, kept running as a service manager does. ends: (time, how) of each end that was not asked for."""

    def __init__(self, folder, name, conf, roles=()):
        self.folder, self.conf, self.log = folder, f"{folder}/{name}.conf", f"{folder}/{name}.log"
        with open(os.open(self.conf, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(conf)
        self.command = [f"{BUILD}/millrace", "-c", self.conf]
        self.roles, self.process, self.wanted, self.ends, self.clock = roles, None, False, [], 0
        self.lock = threading.RLock()
        self.slowest_stop = 0.0

    def start(self):
        with self.lock:
            self.wanted = True
            env = dict(os.environ)
            if self.clock:
                env.update(LD_PRELOAD=f"{BUILD}/tests/history/wrong_clock.so", WRONG_CLOCK=str(self.clock))
            self.process = subprocess.Popen(self.command + ["run", *self.roles], env=env, stdin=subprocess.DEVNULL,
                                            stdout=open(self.log, "a"), stderr=subprocess.STDOUT)

    def watch(self):
        """Called now and then: starts it again when it has ended by itself."""
        with self.lock:
            if self.wanted and self.process.poll() is not None:
                self.ends.append(self.process.returncode)
                if self.process.returncode == WRONG_USAGE and len(self.ends) > 20:
                    self.wanted = False
                    return
                time.sleep(0.5)
                self.start()

    def kill(self):
        with self.lock:
            self.wanted = False
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, limit=60):
        """In good order. How many seconds it took; after the limit it is killed."""
        with self.lock:
            self.wanted = False
            began = time.monotonic()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(limit)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
            took = time.monotonic() - began
            if self.process.returncode < 0 or took >= limit:
                self.ends.append(self.process.returncode)
            self.slowest_stop = max(self.slowest_stop, took)

    def send(self, number):
        with self.lock:
            self.process.send_signal(number)

    def ask(self, *words, timeout=30):
        return subprocess.run(self.command + list(words), capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)

    def status(self):
        """None: no answer."""
        try:
            return json.loads(self.ask("status", "--json", timeout=10).stdout)
        except (ValueError, subprocess.TimeoutExpired):
            return None


class World:
    """The systems of one pipeline: embedded, warehouse (Kafka and the embedded warehouse), double (Kafka and StarRocks' double)."""

    def __init__(self, folder, pipeline, plan):
        self.folder, self.pipeline, self.plan = folder, pipeline, plan
        self.kafka_used, self.double_used = pipeline != "embedded", pipeline == "double"
        self.closers, self.lost_logs = [], []
        self.kafka = self.double = None
        os.makedirs(f"{folder}/state", exist_ok=True)
        self.state = f"{folder}/state"

    def open(self):
        names = ["mysql"] + ["kafka"] * self.kafka_used + ["fe", "be", "femysql"] * self.double_used
        self.links = Links(self.folder, names)
        self.closers.append(self.links.close)
        starts = [threading.Thread(target=s) for s in [self.open_mysql] + [self.open_kafka] * self.kafka_used +
                  [self.open_double] * self.double_used]
        for t in starts:
            t.start()
        for t in starts:
            t.join()
        servers = [self.mysql] + [self.kafka] * self.kafka_used + [self.double] * self.double_used
        if not all(s and hasattr(s, "env") for s in servers):
            raise Broken(f"a server does not start: see {self.folder}")
        self.plan["disk"] = self.plan["disk"] and self.small_disk()
        with open(os.open(f"{self.folder}/mysql.pw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write(self.mysql.env["password"] + "\n")
        self.millrace = Millrace(self.folder, "millrace", self.conf(self.state))
        self.closers.append(self.end_millrace)

    def small_disk(self):
        """The state directory on a file system of its own, that can be filled; where that is not allowed the run does without."""
        try:
            sh("mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "millrace-history", self.state)
        except (Broken, OSError):
            return False
        self.closers.append(lambda: sh("umount", "-l", self.state))
        return True

    def end_millrace(self):
        if self.millrace.process and self.millrace.process.poll() is None:
            self.millrace.kill()

    def open_mysql(self):
        self.mysql = Server("mysql", f"{self.folder}/mysql", f"--binlog-row-metadata={self.plan['metadata']}")
        self.closers.append(self.mysql.stop)
        self.mysql.start()
        self.links.order(f"target mysql {self.mysql.env['port']}")
        self.socket = self.mysql.env["socket"]

    def open_kafka(self):
        self.kafka = Server("kafka", f"{self.folder}/kafka", "--link", str(self.links.ports["kafka"]))
        self.closers.append(self.kafka.stop)
        self.kafka.start()
        self.links.order(f"target kafka {self.kafka.env['link'].split(':')[1]}")
        self.bootstrap = self.kafka.env["bootstrap"]

    def open_double(self):
        self.double = Server("starrocks", f"{self.folder}/starrocks", "--be-link", str(self.links.ports["be"]), "--alter-delay-ms", "100")
        self.closers.append(self.double.stop)
        self.double.start()
        for link, key in ("fe", "fe_http"), ("be", "be_http"), ("femysql", "fe_mysql"):
            self.links.order(f"target {link} {self.double.env[key].split(':')[1]}")

    def conf(self, state):
        ports, plan = self.links.ports, self.plan
        lines = ["[millrace]", "name = hist", f"state.dir = {state}", "[mysql]", "host = 127.0.0.1", f"port = {ports['mysql']}",
                 f"user = {self.mysql.env['user']}", f"password.file = {self.folder}/mysql.pw", "database.include.list = h",
                 "decimal.handling.mode = string", "[kafka]", "topic.prefix = mysql", f"message.format = {plan['format']}",
                 f"schemas.enable = {plan['schemas']}"] + (["add.fields = op"] if plan["format"] == "flat" else [])
        if self.kafka_used:
            lines += [f"bootstrap.servers = 127.0.0.1:{ports['kafka']}", f"topic.creation.default.partitions = {plan['partitions']}",
                      "session.timeout.ms = 3000", "heartbeat.interval.ms = 500"]
        lines += ["[starrocks]", "load.interval = 200ms"]
        if self.double_used:
            lines += [f"fe.http = 127.0.0.1:{ports['fe']}", f"fe.mysql = 127.0.0.1:{ports['femysql']}", "user = root"]
        return "\n".join(lines) + "\n"

    def warehouse_path(self):
        return f"{self.state}/warehouse/h.db"

    def double_address(self):
        host, port = self.double.env["fe_mysql"].split(":")
        return host, int(port)

    def set_aside(self, what, number):
        """Moves files of the state directory away, as an accident does; the millrace process is down. Returns where they are."""
        aside = f"{self.folder}/aside{number}"
        os.makedirs(aside)
        for name in os.listdir(self.state):
            if name.startswith(what):
                shutil.move(f"{self.state}/{name}", f"{aside}/{name}")
        return aside

    def close(self):
        for closer in reversed(self.closers):
            try:
                closer()
            except (Broken, OSError, subprocess.SubprocessError) as e:
                print(f"# {e}")
        self.closers = []


def short_folder(parent, name):
    """A folder whose Unix sockets have short names."""
    folder = os.path.join(parent, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if len(folder) > 60:
        raise Broken(f"{folder}: too long for Unix sockets; set TMPDIR to a shorter folder")
    return folder
