/*
 * test_log_local.c - what only the embedded log has to stand: kills in the middle of a commit, torn and foreign files,
 * a full disk, a second process, retention and compaction.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "log/log.h"
#include "tests/tap.h"

enum { PER_COMMIT = 50, KILLS = 12 };

static char root[] = "log-local-XXXXXX";

static struct log_conf conf_in(const char *name)
{
	static char dir[128];

	snprintf(dir, sizeof dir, "%s/%s", root, name);
	return (struct log_conf){
		.name = (char *)"t",
		.state_dir = dir,
		.partitions = 2,
		.replication = -1,
		.retention_ms = -1,
		.retention_bytes = -1,
		.segment_bytes = 1 << 20,
		.timeout_ms = 1000,
	};
}

static struct log *open_log(const struct log_conf *conf)
{
	struct err err = { 0 };
	struct log *l = log_open(conf, &err);

	if (!ok(l != NULL, "the log opens"))
		printf("# %s\n", err.msg);
	return l;
}

static int append(struct log_writer *w, const char *topic, const char *key, const char *value, int64_t timestamp_ms,
		struct err *err)
{
	const struct record r = {
		.topic = intern(topic),
		.key = key,
		.key_len = (uint32_t)strlen(key),
		.value = value,
		.value_len = value ? (uint32_t)strlen(value) : 0,
		.timestamp_ms = timestamp_ms,
	};

	return log_writer_append_record(w, &r, err);
}

struct seen {
	long count, sum, first, last;
	char text[512];
};

static int see(void *arg, const struct record *r)
{
	struct seen *s = arg;
	char key[32] = "";
	size_t at = strlen(s->text);

	memcpy(key, r->key, r->key_len < 31 ? r->key_len : 31);
	s->sum += atol(key);
	if (s->count++ == 0)
		s->first = r->offset;
	s->last = r->offset;
	if (at < 400)
		snprintf(s->text + at, sizeof s->text - at, "%ld:%s ", (long)r->offset, key);
	return 0;
}

static struct seen scan(struct log *l, const char *topic)
{
	struct seen s = { .count = 0 };
	struct err err = { 0 };

	if (log_scan(l, topic, 0, -1, -1, see, &s, &err))
		printf("# %s\n", err.msg);
	return s;
}

/* ---- kill -9 in the middle of commits ---- */

/* Appends 1, 2, 3, ... and tells each committed number through the pipe, until it is killed. */
static void child_appends(const struct log_conf *conf, long from, int out)
{
	struct err err = { 0 };
	struct log *l = log_open(conf, &err);
	struct log_writer *w = l ? log_writer_open(l, "w", &err) : NULL;
	char key[32];

	while (w) {
		for (int i = 0; i < PER_COMMIT; i++, from++) {
			snprintf(key, sizeof key, "%ld", from);
			if (append(w, "rows", key, "some value that is stored beside the key", 0, &err))
				_exit(2);
		}
		if (log_writer_commit(w, &err) || write(out, &from, sizeof from) != sizeof from)
			_exit(3);
	}
	_exit(1);
}

static long run_and_kill(const struct log_conf *conf, long from, int commits)
{
	long told = from, next;
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		close(fds[0]);
		child_appends(conf, from, fds[1]);
	}
	close(fds[1]);
	while (commits-- > 0 && read(fds[0], &next, sizeof next) == sizeof next)
		told = next;
	kill(pid, SIGKILL);
	while (read(fds[0], &next, sizeof next) == sizeof next)
		told = next;
	waitpid(pid, NULL, 0);
	close(fds[0]);
	return told;
}

static void test_kill(void)
{
	struct log_conf conf = conf_in("kill");
	struct log *l = open_log(&conf);
	struct err err = { 0 };
	long from = 0, told;
	bool right = true;

	is_int(log_topic_ensure(l, "rows", LOG_TOPIC_HISTORY, &err), 0, "topic");
	log_close(l);
	for (int i = 0; i < KILLS; i++) {
		struct seen s;

		told = run_and_kill(&conf, from, 1 + i * 3);
		l = log_open(&conf, &err);
		if (!l)
			break;
		s = scan(l, "rows");
		/* All that was told, whole transactions only, at most the one that was under way beyond. */
		right = right && s.count >= told && s.count <= told + PER_COMMIT && s.count % PER_COMMIT == 0;
		right = right && s.sum == s.count * (s.count - 1) / 2;
		from = s.count;
		log_close(l);
	}
	ok(right && l, "after each of %d kills all committed records and no other (%ld) %s", KILLS, from, err.msg);
}

/* ---- files that are not right ---- */

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void fill(const struct log_conf *conf, int transactions)
{
	struct log *l = open_log(conf);
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, "w", &err);
	char key[32], *value = xmalloc(100001);
	unsigned seed = 7;

	for (int i = 0; i < 100000; i++)
		value[i] = (char)(' ' + (seed = seed * 1103515245 + 12345) / 65536 % 90);
	value[100000] = '\0';
	log_topic_ensure(l, "rows", LOG_TOPIC_OTHER, &err);
	for (int i = 0; i < transactions; i++) {
		snprintf(key, sizeof key, "%d", i);
		append(w, "rows", key, value, 0, &err);
		log_writer_commit(w, &err);
	}
	is_int(err.kind, ERR_NONE, "filled");
	log_writer_close(w);
	log_close(l);
	free(value);
}

static void refused(const struct log_conf *conf, const char *want, const char *what)
{
	char path[256];
	struct err err = { 0 };
	struct log *l;
	long before;

	snprintf(path, sizeof path, "%s/log.db", conf->state_dir);
	before = size_of(path);
	l = log_open(conf, &err);
	ok(l == NULL, "%s is refused", what);
	ok(strstr(err.msg, want) != NULL, "and said: %s", err.msg);
	is_int(size_of(path), before, "and left as it was");
	log_close(l);
}

static void test_wrong_files(void)
{
	struct log_conf conf = conf_in("half");
	char path[256];
	sqlite3 *db;
	FILE *f;

	fill(&conf, 20);
	snprintf(path, sizeof path, "%s/log.db", conf.state_dir);
	ok(truncate(path, size_of(path) / 2 / 8192 * 8192) == 0, "half of the file is cut off");
	refused(&conf, "malformed", "a torn file");

	conf = conf_in("foreign");
	mkdir(conf.state_dir, 0700);
	snprintf(path, sizeof path, "%s/log.db", conf.state_dir);
	f = fopen(path, "w");
	for (int i = 0; f && i < 1000; i++)
		fprintf(f, "this is no database\n");
	if (f)
		fclose(f);
	refused(&conf, "not a database", "a file that is no database");

	conf = conf_in("other");
	mkdir(conf.state_dir, 0700);
	snprintf(path, sizeof path, "%s/log.db", conf.state_dir);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "CREATE TABLE t (a); INSERT INTO t VALUES (1)", NULL, NULL, NULL);
	sqlite3_close(db);
	refused(&conf, "not a log of millrace", "somebody else's database");

	conf = conf_in("newer");
	fill(&conf, 1);
	snprintf(path, sizeof path, "%s/log.db", conf.state_dir);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	sqlite3_close(db);
	refused(&conf, "format 99", "a newer format");
}

static void test_flipped_bits(void)
{
	struct log_conf conf = conf_in("flip");
	char path[256];
	struct log *l;
	struct err err = { 0 };
	struct seen s = { .count = 0 };
	sqlite3 *db;

	fill(&conf, 5);
	snprintf(path, sizeof path, "%s/log.db", conf.state_dir);
	sqlite3_open(path, &db);
	sqlite3_exec(db,
			"UPDATE chunk SET data = CAST(substr(data, 1, 5000) || x'00ff' || substr(data, 5003) AS BLOB) "
			"WHERE id & 255 = 3",
			NULL, NULL, NULL);
	is_int(sqlite3_changes(db), 1, "two bytes are changed in one chunk");
	sqlite3_close(db);
	l = open_log(&conf);
	is_int(log_scan(l, "rows", 0, -1, -1, see, &s, &err), -1, "reading it fails");
	is_int(err.kind, ERR_FATAL, "as fatal: %s", err.msg);
	is_int(s.count, 3, "after the chunks that are well");
	log_close(l);
}

/* ---- a second process, a full disk ---- */

static void test_second_process(void)
{
	struct log_conf conf = conf_in("second");
	struct log *l = open_log(&conf);
	char want[32];
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = { 0 };

		snprintf(want, sizeof want, "process %ld", (long)getppid());
		_exit(log_open(&conf, &err) == NULL && strstr(err.msg, want) && err.kind == ERR_CONFIG ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a second process is refused and told who is there");
	log_close(l);
	l = open_log(&conf);
	log_close(l);
}

/* A writer that has written much to many topics does not keep a buffer for each. */
static void test_buffers(void)
{
	enum { TOPICS = 40, SIZE = 3 << 19 };
	struct log_conf conf = conf_in("buffers");
	struct log *l = open_log(&conf);
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, "w", &err);
	char *value = xmalloc(SIZE), topic[16];
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, after;

	memset(value, 'v', SIZE - 1);
	value[SIZE - 1] = '\0';
	for (int i = 0; i < TOPICS; i++) {
		snprintf(topic, sizeof topic, "t%d", i);
		log_topic_ensure(l, topic, LOG_TOPIC_ROWS, &err);
		append(w, topic, "1", value, 0, &err);
	}
	is_int(log_writer_commit(w, &err), 0, "a record of 1.5 MB in each of %d topics: %s", TOPICS, err.msg);
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	ok(after < before + (16 << 20), "at most 16 MB are kept: %zu", after - before);
	log_writer_close(w);
	log_close(l);
	free(value);
}

static void test_full_disk(void)
{
	struct log_conf conf = conf_in("full");
	struct log *l = open_log(&conf);
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, "w", &err);
	struct rlimit limit, old;
	char *value = xmalloc(1 << 20);
	struct seen s;

	for (int i = 0; i < (1 << 20) - 1; i++)
		value[i] = (char)(1 + rand() % 255);
	value[(1 << 20) - 1] = '\0';
	log_topic_ensure(l, "rows", LOG_TOPIC_HISTORY, &err);
	append(w, "rows", "1", "small", 0, &err);
	is_int(log_writer_commit(w, &err), 0, "a commit before");
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){ .rlim_cur = 512 << 10, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	append(w, "rows", "2", value, 0, &err);
	is_int(log_writer_commit(w, &err), -1, "a commit with no room fails");
	is_int(err.kind, ERR_RETRY, "to be tried again: %s", err.msg);
	ok(strstr(err.msg, "space") != NULL, "and says what to do");
	s = scan(l, "rows");
	is_str(s.text, "0:1 ", "what was there is there");
	setrlimit(RLIMIT_FSIZE, &old);
	err_clear(&err);
	append(w, "rows", "3", value, 0, &err);
	is_int(log_writer_commit(w, &err), 0, "with room again it goes on: %s", err.msg);
	s = scan(l, "rows");
	is_str(s.text, "0:1 1:3 ", "without a gap");
	log_writer_close(w);
	log_close(l);
	l = open_log(&conf);
	s = scan(l, "rows");
	is_str(s.text, "0:1 1:3 ", "the same after reopening");
	log_close(l);
	free(value);
}

/* ---- forgetting ---- */

static struct log_topic *find(struct log_topics *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->items[i].name, name) == 0)
			return &t->items[i];
	return NULL;
}

static void retained(struct log *l, int64_t low, int64_t high, const char *what)
{
	struct log_topics topics;
	struct err err = { 0 };

	is_int(log_topics(l, &topics, &err), 0, "topics");
	is_int(find(&topics, "rows")->partitions[0].low, low, "low %s", what);
	is_int(find(&topics, "rows")->partitions[0].high, high, "high %s", what);
	log_topics_free(&topics);
}

static void test_retention(void)
{
	struct log_conf conf = conf_in("retention");
	char *topic[] = { (char *)"rows" };
	struct conf_list topics = { topic, 1 };
	struct err err = { 0 };
	struct log_writer *w;
	struct log_reader *r;
	struct batch *b = batch_new();
	struct log *l;

	conf.retention_ms = 60000;
	clock_fake(1000000000000000);
	l = open_log(&conf);
	w = log_writer_open(l, "w", &err);
	log_topic_ensure(l, "rows", LOG_TOPIC_ROWS, &err);
	log_topic_ensure(l, "history", LOG_TOPIC_HISTORY, &err);
	for (int i = 0; i < 5; i++) {
		append(w, "rows", "k", "v", 0, &err);
		append(w, "history", "k", "v", 0, &err);
		is_int(log_writer_commit(w, &err), 0, "commit");
	}
	r = log_reader_open(l, "g", &topics, &err);
	is_int(log_reader_poll(r, b, 1, 0, &err), LOG_READ_CHANGED, "a reader");
	is_int(log_reader_poll(r, b, 1, 0, &err), LOG_READ_BATCH, "reads the first record");
	clock_fake(1000000000000000 + 100000000);
	append(w, "rows", "k", "v", 0, &err);
	is_int(log_writer_commit(w, &err), 0, "commit later");
	retained(l, 5, 6, "after the time is over");
	is_int(scan(l, "history").count, 5, "history is kept");
	batch_reset(b);
	is_int(log_reader_poll(r, b, 1, 0, &err), LOG_READ_CHANGED, "a reader that was too slow is told to look");
	is_int(log_reader_seek(r, "rows", 0, 5, &err), 0, "it can be moved");
	is_int(log_reader_poll(r, b, 1, 0, &err), LOG_READ_BATCH, "and goes on");
	log_reader_close(r);
	log_writer_close(w);
	log_close(l);
	l = open_log(&conf);
	retained(l, 5, 6, "after reopening");
	log_close(l);
	clock_fake(-1);
	batch_free(b);
}

/* Writes one message a step of the clock, so that retention looks each time. */
static void write_later(struct log_writer *w, int64_t *now, int count)
{
	struct err err = { 0 };

	for (int i = 0; i < count; i++) {
		clock_fake(*now += 100000000);
		append(w, "rows", "k", "v", 0, &err);
		is_int(log_writer_commit(w, &err), 0, "commit");
	}
}

/* What the load has not read stays when its time is over, up to a limit. */
static void test_unloaded(void)
{
	struct log_conf conf = conf_in("unloaded");
	char *topic[] = { (char *)"rows" };
	struct conf_list topics = { topic, 1 }, none = { 0 };
	int64_t now = 1000000000000000;
	struct batch *b = batch_new();
	struct err err = { 0 };
	struct log_writer *w;
	struct log_reader *r;
	uint64_t all;
	struct log *l;

	conf.retention_ms = 60000;
	conf.keeps_for = (char *)"g";
	conf.unloaded_bytes = -1;
	clock_fake(now);
	l = open_log(&conf);
	w = log_writer_open(l, "w", &err);
	log_topic_ensure(l, "rows", LOG_TOPIC_ROWS, &err);
	write_later(w, &now, 6);
	retained(l, 0, 6, "nobody has read them yet");
	ok(log_unloaded(l) > 0, "bytes past their retention are counted");
	r = log_reader_open(l, "g", &topics, &err);
	is_int(log_reader_poll(r, b, 1, 0, &err), LOG_READ_CHANGED, "the group's reader");
	is_int(log_reader_commit(r, "rows", 0, 4, "", &err), 0, "has loaded four of them");
	write_later(w, &now, 1);
	retained(l, 4, 7, "what it has loaded goes");
	log_reader_close(r);
	write_later(w, &now, 2);
	retained(l, 4, 9, "a reader that is gone keeps its place");
	all = log_unloaded(l);
	log_writer_close(w);
	log_close(l);

	conf.unloaded_bytes = (int64_t)(all / 2);
	l = open_log(&conf);
	w = log_writer_open(l, "w", &err);
	write_later(w, &now, 4);
	ok(log_unloaded(l) <= all, "twice as many messages, and the limit holds the bytes down (%llu)",
			(unsigned long long)log_unloaded(l));
	retained(l, 9, 13, "past the limit the oldest go");
	r = log_reader_open(l, "g", &none, &err);
	write_later(w, &now, 1);
	retained(l, 13, 14, "a group that does not read the topic keeps nothing of it");
	is_int((long long)log_unloaded(l), 0, "and nothing is counted");
	log_reader_close(r);
	log_writer_close(w);
	log_close(l);
	clock_fake(-1);
	batch_free(b);
}

static void test_retention_bytes(void)
{
	struct log_conf conf = conf_in("bytes");
	struct log *l;
	struct err err = { 0 };
	struct log_writer *w;
	struct log_topics topics;

	fill(&conf, 20); /* of about 85 KB packed each */
	conf.retention_bytes = 500000;
	clock_fake(clock_wall_us());
	l = open_log(&conf);
	w = log_writer_open(l, "w", &err);
	clock_fake(clock_wall_us() + 100000000);
	for (int i = 0; i < 4; i++) { /* a step each */
		append(w, "rows", "k", "v", 0, &err);
		log_writer_commit(w, &err);
		clock_fake(clock_wall_us() + 100000000);
	}
	clock_fake(-1);
	is_int(log_topics(l, &topics, &err), 0, "topics");
	ok(find(&topics, "rows")->bytes <= 500000, "not more bytes than allowed (%llu)",
			(unsigned long long)find(&topics, "rows")->bytes);
	ok(find(&topics, "rows")->bytes >= 400000, "and not much less");
	is_int(find(&topics, "rows")->partitions[0].high, 24, "the end stays");
	log_topics_free(&topics);
	log_writer_close(w);
	log_close(l);
}

static void test_compaction(void)
{
	struct log_conf conf = conf_in("compact");
	struct log *l = open_log(&conf);
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, "w", &err);
	struct seen s;

	log_topic_ensure(l, "offsets", LOG_TOPIC_OFFSETS, &err);
	append(w, "offsets", "gone", "x", 0, &err);
	append(w, "offsets", "7", "early", 0, &err);
	append(w, "offsets", "gone", NULL, 0, &err);
	for (int i = 0; i < 700; i++) {
		append(w, "offsets", "1", i % 2 ? "odd" : "even", 0, &err);
		if (log_writer_commit(w, &err))
			break;
	}
	is_int(err.kind, ERR_NONE, "700 commits: %s", err.msg);
	s = scan(l, "offsets");
	ok(s.count < 300, "are not 700 records (%ld)", s.count);
	is_int(s.last, 702, "the last is the last");
	is_int(s.first, 1, "the only one of its key stays");
	ok(strncmp(s.text, "1:7 ", 4) == 0, "at its offset; a deleted key is gone: %.20s", s.text);
	log_writer_close(w);
	log_close(l);
	l = open_log(&conf);
	is_int(scan(l, "offsets").last, 702, "the same after reopening");
	log_close(l);
}

/* Whoever opens the same id has it; the one before writes nothing more, whatever it holds. */
static void test_fence(void)
{
	struct log_conf conf = conf_in("fence");
	struct log *l = open_log(&conf);
	struct err err = { 0 };
	struct log_writer *first = log_writer_open(l, "w", &err), *other = log_writer_open(l, "x", &err), *second;

	log_topic_ensure(l, "rows", LOG_TOPIC_OTHER, &err);
	append(first, "rows", "1", "by the first", 0, &err);
	second = log_writer_open(l, "w", &err);
	is_int(log_writer_commit(first, &err), -1, "a writer that was replaced commits nothing");
	is_int(err.kind, ERR_FENCED, "and is told why: %s", err.msg);
	err_clear(&err);
	append(second, "rows", "2", "by the second", 0, &err);
	is_int(log_writer_commit(second, &err), 0, "the later one does %s", err.msg);
	append(other, "rows", "3", "by another", 0, &err);
	is_int(log_writer_commit(other, &err), 0, "and so does one of another id %s", err.msg);
	log_writer_close(first);
	log_writer_close(second);
	log_writer_close(other);
	log_close(l);
}

int main(void)
{
	char line[64];

	if (!mkdtemp(root))
		return 99;
	test_kill();
	test_wrong_files();
	test_flipped_bits();
	test_second_process();
	test_fence();
	test_buffers();
	test_full_disk();
	test_retention();
	test_unloaded();
	test_retention_bytes();
	test_compaction();
	snprintf(line, sizeof line, "rm -rf '%s'", root);
	is_int(system(line), 0, "cleaned up");
	return tap_done();
}
