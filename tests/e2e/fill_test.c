/*
 * fill_test.c - snapshots beside the stream under two writers that change the same keys all the time: nothing is lost,
 * and no older row follows a newer one. Run by fill.sh with the folder of a running server.
 *
 * Every change of a row gives it a higher `v`, in the order of commits. A consumer keeps the `v` of each key and checks
 * every change as it comes: a row that was read must not be older than what the stream told of its key, nor come back
 * after its delete. The stream alone begins with nothing (no_data), so at the end only a snapshot that misses no row
 * leaves the consumer with the whole table. Crashes: the source is closed at any batch and opened anew with an earlier
 * one's position; what came in between is dropped, as a log does that never got it.
 */
#include <mysql.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/source.h"
#include "tests/login.h"
#include "tests/tap.h"

enum { ROWS = 6000, WRITERS = 2, SLOTS = 1 << 18, STEP_MS = 50, CEILING_S = 100 };

static struct mysql_conf conf;
static MYSQL *db;

/* ---- the server ---- */

static void db_connect(void)
{
	db = test_login(&conf);
}

/* Writers run into each other's locks: a statement that is refused for that is done without. */
__attribute__((format(printf, 1, 2))) static void sql(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0 ||
			(mysql_query(db, text) != 0 && mysql_errno(db) != 1213 && mysql_errno(db) != 1205 &&
					mysql_errno(db) != 1062)) {
		printf("Bail out! %s: %.300s\n", mysql_error(db), text);
		exit(1);
	}
	mysql_free_result(mysql_store_result(db));
	free(text);
}

/* ---- the writers: each has its own keys, so that the order of v is the order of commits ---- */

static void write_once(unsigned me, uint64_t v)
{
	unsigned key = (unsigned)rand() % ROWS * WRITERS + me, far = key + ROWS * WRITERS, what = (unsigned)rand() % 8;
	char text[16];

	snprintf(text, sizeof(text), "k%u", key);
	if (what == 0)
		sql("DELETE FROM numbers WHERE id = %u", key);
	else if (what == 1)
		sql("REPLACE INTO numbers (id, v, pad) VALUES (%u, %llu, 'r')", key, (unsigned long long)v);
	else if (what == 2)
		sql("UPDATE IGNORE numbers SET id = %u, v = %llu WHERE id = %u", far, (unsigned long long)v, key);
	else if (what == 3)
		sql("UPDATE IGNORE numbers SET id = %u, v = %llu WHERE id = %u", key, (unsigned long long)v, far);
	else if (what == 4)
		sql("INSERT INTO texts (a, b, v) VALUES ('%s', %u, %llu) ON DUPLICATE KEY UPDATE v = VALUES(v), a = %s(a)",
				text, key % 7, (unsigned long long)v, v % 2 ? "UPPER" : "LOWER");
	else if (what == 5)
		sql("DELETE FROM texts WHERE a = '%s'", text);
	else
		sql("UPDATE numbers SET v = %llu WHERE id IN (%u, %u)", (unsigned long long)v, key, far);
	if (v % 20 == 0)
		sql("INSERT INTO plain VALUES (%llu, %llu)", (unsigned long long)(v * WRITERS + me + 1000),
				(unsigned long long)v);
	if (v % 60 == 0)
		sql("DELETE FROM plain WHERE w = %llu", (unsigned long long)((v - 20) * WRITERS + me + 1000));
	if (v % 50 == 0 && me == 0)
		sql("UPDATE labels SET v = %llu WHERE l = 'c'", (unsigned long long)v);
}

static volatile sig_atomic_t writers_end;

static void end_writer(int number)
{
	writers_end = 1;
}

/* It ends between two statements: what the server still works on when its client is killed comes when nobody waits for
 * it any more. */
static pid_t start_writer(unsigned me)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	signal(SIGTERM, end_writer);
	db_connect();
	sql("USE filltest");
	srand(me + 1);
	for (uint64_t v = 2; !writers_end && getppid() != 1; v++)
		write_once(me, v);
	_exit(0);
}

/* ---- the consumer ---- */

struct cell { /* what is known of a key */
	char *key;
	uint64_t v;
	enum { UNTOLD, ALIVE, DELETED } state;
};

struct op { /* of a change that the log does not have yet */
	char *key;
	uint64_t v;
	char kind;
};

static struct cell *cells;
static struct op *ops;
static size_t nops;
static unsigned faults, reads;

static struct cell *cell_of(const char *key)
{
	uint64_t h = 1469598103934665603u;
	size_t i;

	for (const char *p = key; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	for (i = (h ^ h >> 31) % SLOTS; cells[i].key && strcmp(cells[i].key, key) != 0; i = (i + 1) % SLOTS)
		;
	if (cells[i].key == NULL)
		cells[i].key = xstrdup(key);
	return &cells[i];
}

static void apply_truncate(const char *table)
{
	size_t len = strlen(table);

	for (size_t i = 0; i < SLOTS; i++)
		if (cells[i].key && strncmp(cells[i].key, table, len) == 0 && cells[i].key[len] == '|')
			cells[i].state = DELETED;
}

static void apply(const struct op *o)
{
	struct cell *c;

	if (o->kind == 't') {
		apply_truncate(o->key);
		return;
	}
	c = cell_of(o->key);
	if (o->v < c->v || (o->kind == 'r' && c->state == DELETED && o->v <= c->v)) {
		if (faults++ < 10)
			printf("# %s: '%c' with v %llu behind v %llu%s\n", o->key, o->kind, (unsigned long long)o->v,
					(unsigned long long)c->v, c->state == DELETED ? " and its delete" : "");
	}
	reads += o->kind == 'r';
	c->v = o->v;
	c->state = o->kind == 'd' ? DELETED : ALIVE;
}

static void ops_end(bool logged)
{
	for (size_t i = 0; i < nops; i++) {
		if (logged)
			apply(&ops[i]);
		free(ops[i].key);
	}
	nops = 0;
}

static void add_op(const struct change *c, const struct value *row, char kind)
{
	char key[400], *at = key;
	int v = schema_column(c->schema, "v", 1);

	at += sprintf(at, "%s", c->schema->table);
	if (c->schema->nkey == 0) { /* `plain`: its first column stays what it is, and is there once */
		*at++ = '|';
		at += value_print(&row[0], at);
	}
	for (unsigned i = 0; i < c->schema->nkey; i++) {
		*at++ = '|';
		at += value_print(&row[c->schema->key[i]], at);
	}
	*at = '\0';
	ops = xrealloc(ops, (nops + 1) * sizeof(*ops));
	ops[nops++] = (struct op){ .key = xstrdup(key), .v = (uint64_t)row[v].i, .kind = kind };
}

static bool same_key(const struct change *c)
{
	for (unsigned i = 0; i < c->schema->nkey; i++)
		if (!value_equal(&c->before[c->schema->key[i]], &c->after[c->schema->key[i]]))
			return false;
	return true;
}

static void take(const struct batch *b)
{
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		if (c->op == CHANGE_TRUNCATE) {
			ops = xrealloc(ops, (nops + 1) * sizeof(*ops));
			ops[nops++] = (struct op){ .key = xstrdup(c->schema->table), .kind = 't' };
		}
		if (c->op == CHANGE_DELETE || (c->op == CHANGE_UPDATE && !same_key(c)))
			add_op(c, c->before, 'd');
		if (c->op == CHANGE_READ || c->op == CHANGE_CREATE || c->op == CHANGE_UPDATE)
			add_op(c, c->after, (char)c->op);
	}
}

/* ---- runs ---- */

struct run {
	struct source *source;
	struct batch *batch;
	struct position logged;
	struct schema **history;
	size_t nhistory;
	unsigned crashes, changed;
};

static void keep_history(struct run *r, const struct batch *b)
{
	for (size_t i = 0; i < b->nchanges; i++)
		for (unsigned k = 0; b->changes[i].op == CHANGE_DDL && k < b->changes[i].ddl->ntables; k++) {
			struct schema *s = b->changes[i].ddl->table[k].schema;

			if (s == NULL)
				continue;
			r->history = xrealloc(r->history, (r->nhistory + 1) * sizeof(*r->history));
			r->history[r->nhistory++] = schema_ref(s);
		}
}

static void run_open(struct run *r)
{
	struct err err = { 0 };

	r->source = source_open(&conf, "fill-test", &r->logged, r->history, r->nhistory, &err);
	if (r->source == NULL)
		printf("Bail out! %s\n", err.msg), exit(1);
}

static void tell_news(struct run *r)
{
	char *line;

	while ((line = source_news(r->source)) != NULL) {
		printf("# %s\n", line);
		free(line);
	}
}

static void step(struct run *r, bool commit)
{
	struct err err = { 0 };
	enum source_step s;

	batch_reset(r->batch);
	s = source_step(r->source, r->batch, STEP_MS, &err);
	tell_news(r);
	if (s == SOURCE_FAILED)
		printf("# %s\n", err.msg);
	if (s != SOURCE_BATCH)
		return;
	take(r->batch);
	if (!commit)
		return;
	keep_history(r, r->batch);
	ops_end(true);
	position_copy(&r->logged, &r->batch->position);
}

static void crash(struct run *r)
{
	for (int i = rand() % 6; i > 0; i--)
		step(r, false);
	ops_end(false);
	source_close(r->source);
	run_open(r);
	r->crashes++;
}

/* The tables change their form, and lose their rows, while they are read. */
static void change_tables(struct run *r)
{
	static const char *const ddl[] = {
		"ALTER TABLE numbers ADD COLUMN more INT DEFAULT 5",
		"ALTER TABLE numbers MODIFY pad VARCHAR(400)",
		"TRUNCATE TABLE texts",
		"ALTER TABLE numbers DROP COLUMN more",
		"ALTER TABLE texts ADD COLUMN more INT FIRST",
		"ALTER TABLE texts DROP COLUMN more",
		"CREATE TABLE other LIKE numbers",
		"DROP TABLE other",
	};

	if (r->crashes > 2 && r->crashes % 3 == 0 && r->crashes / 3 - 1 < sizeof(ddl) / sizeof(*ddl) &&
			r->changed != r->crashes) {
		sql("%s", ddl[r->crashes / 3 - 1]);
		r->changed = r->crashes;
	}
}

static unsigned filling(struct run *r)
{
	struct source_status *st = xcalloc(1, sizeof(*st));
	unsigned n;

	source_status(r->source, st);
	n = st->fill.tables + st->fill.orders;
	free(st);
	return n;
}

static bool streams(struct run *r)
{
	struct source_status *st = xcalloc(1, sizeof(*st));
	bool yes;

	source_status(r->source, st);
	yes = st->state == SOURCE_STREAMING || st->state == SOURCE_IDLE;
	free(st);
	return yes;
}

static bool order(struct run *r, const char *tables)
{
	struct source_order o = { .action = ORDER_START, .tables = tables };
	struct err err = { 0 };
	struct source_plan *p = source_plan_new(&conf, &o, &err);
	bool taken = p && source_take_plan(r->source, p, &err) > 0;

	if (!taken)
		printf("# %s\n", err.msg);
	source_plan_free(p);
	return taken;
}

static bool until(struct run *r, bool (*over)(struct run *), unsigned one_crash_in)
{
	int64_t end = clock_mono_us() + CEILING_S * 1000000ll;
	bool done;

	while (!(done = over(r)) && clock_mono_us() < end) {
		step(r, true);
		if (one_crash_in && (unsigned)rand() % one_crash_in == 0)
			crash(r);
		if (one_crash_in)
			change_tables(r);
	}
	return done;
}

static bool filled(struct run *r)
{
	return filling(r) == 0;
}

static bool by_position(struct run *r)
{
	MYSQL_RES *res = mysql_query(db, "SHOW BINARY LOG STATUS") == 0 ? mysql_store_result(db) : NULL;
	MYSQL_ROW row = res ? mysql_fetch_row(res) : NULL;
	bool same = row && strcmp(row[0], r->logged.file) == 0 && strtoull(row[1], NULL, 10) == r->logged.pos;

	mysql_free_result(res);
	return same;
}

static bool by_gtids(struct run *r)
{
	MYSQL_RES *res = mysql_query(db, "SELECT @@GLOBAL.gtid_executed") == 0 ? mysql_store_result(db) : NULL;
	MYSQL_ROW row = res ? mysql_fetch_row(res) : NULL;
	bool same = false;

	if (row && row[0] && r->logged.gtids) {
		char text[4096];
		size_t n = 0;

		for (const char *p = row[0]; *p && n < sizeof(text) - 1; p++)
			if (*p != '\n' && *p != ' ')
				text[n++] = *p;
		text[n] = '\0';
		same = strcmp(text, r->logged.gtids) == 0;
	}
	mysql_free_result(res);
	return same;
}

/* A key of the log that the table does not have, among so many. */
static bool is_in(const char *table, const char *key, const char *row)
{
	char text[600];
	MYSQL_RES *res;
	bool found;

	snprintf(text, sizeof(text), "SELECT 1 FROM filltest.%s WHERE CONCAT_WS('|', '%s', %s) = BINARY '%s'", table,
			table, key, row);
	res = mysql_query(db, text) == 0 ? mysql_store_result(db) : NULL;
	found = res && mysql_num_rows(res) > 0;
	mysql_free_result(res);
	return found;
}

/* All that the server has executed is in the log. */
static bool caught_up(struct run *r)
{
	return r->logged.gtids ? by_gtids(r) : by_position(r);
}

static void tell_place(struct run *r)
{
	struct source_status *st = xcalloc(1, sizeof(*st));
	char *executed = NULL;
	MYSQL_RES *res = mysql_query(db, "SELECT @@GLOBAL.gtid_executed") == 0 ? mysql_store_result(db) : NULL;
	MYSQL_ROW row = res ? mysql_fetch_row(res) : NULL;

	executed = xstrdup(row ? row[0] : "");
	source_status(r->source, st);
	printf("# log: %s, %s:%llu; executed %s; source: state %d, %s:%llu, %llu events\n",
			r->logged.gtids ? r->logged.gtids : "", r->logged.file, (unsigned long long)r->logged.pos,
			executed, (int)st->state, st->file, (unsigned long long)st->pos,
			(unsigned long long)st->events);
	free(executed);
	mysql_free_result(res);
	free(st);
}

static size_t compare(const char *table, const char *key)
{
	char text[200];
	MYSQL_RES *res;
	MYSQL_ROW row;
	size_t wrong = 0, rows = 0, alive = 0, len = strlen(table);

	snprintf(text, sizeof(text), "SELECT CONCAT_WS('|', '%s', %s), v FROM filltest.%s", table, key, table);
	res = mysql_query(db, text) == 0 ? mysql_store_result(db) : NULL;
	while (res && (row = mysql_fetch_row(res)) != NULL) {
		const struct cell *c = cell_of(row[0]);

		rows++;
		if (c->state == ALIVE && c->v == strtoull(row[1], NULL, 10))
			continue;
		if (wrong++ < 5)
			printf("# %s: v %s in the table, %llu%s in the log\n", row[0], row[1], (unsigned long long)c->v,
					c->state == ALIVE ? "" : " (not there)");
	}
	mysql_free_result(res);
	for (size_t i = 0; i < SLOTS; i++)
		alive += cells[i].key && cells[i].state == ALIVE && strncmp(cells[i].key, table, len) == 0 &&
				cells[i].key[len] == '|';
	printf("# %s: %zu rows in the table, %zu in the log\n", table, rows, alive);
	for (size_t i = 0; alive > rows && i < SLOTS; i++)
		if (cells[i].key && cells[i].state == ALIVE && strncmp(cells[i].key, table, len) == 0 &&
				!is_in(table, key, cells[i].key))
			printf("# %s is in the log only, v %llu\n", cells[i].key, (unsigned long long)cells[i].v);
	return wrong + (alive > rows ? alive - rows : rows - alive) + (rows == 0);
}

static void make_tables(void)
{
	sql("CREATE DATABASE filltest");
	sql("USE filltest");
	sql("CREATE TABLE numbers (id INT UNSIGNED PRIMARY KEY, v BIGINT NOT NULL, pad VARCHAR(300))");
	sql("CREATE TABLE texts (a VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, b INT, v BIGINT NOT NULL, PRIMARY KEY (a, b))");
	sql("CREATE TABLE labels (l ENUM('a', 'b', 'c') PRIMARY KEY, v BIGINT NOT NULL)");
	sql("CREATE TABLE plain (w BIGINT UNSIGNED, v BIGINT NOT NULL)");
	sql("SET SESSION cte_max_recursion_depth = 200000");
	sql("INSERT INTO numbers WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	    "SELECT i, 1, REPEAT('x', i %% 250) FROM n",
			ROWS * WRITERS);
	sql("INSERT INTO texts SELECT CONCAT('k', id), id %% 7, 1 FROM numbers");
	sql("INSERT INTO plain SELECT id, 1 FROM numbers WHERE id < 500");
	sql("INSERT INTO labels VALUES ('a', 1), ('b', 1), ('c', 1)");
}

int main(int argc, char **argv)
{
	struct run r = { .batch = batch_new() };
	pid_t writers[WRITERS];
	char list[] = "filltest", *lists[] = { list };

	if (argc < 2)
		return 1;
	cells = xcalloc(SLOTS, sizeof(*cells));
	test_server_conf(argv[1], &conf);
	conf.host = xstrdup("127.0.0.1");
	conf.snapshot_mode = SNAPSHOT_NO_DATA;
	conf.login.ssl_mode = SSL_DISABLED;
	conf.database_include = (struct conf_list){ .items = lists, .count = 1 };
	conf.chunk_rows = 200;
	db_connect();
	make_tables();
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = start_writer(i);
	position_init(&r.logged);
	run_open(&r);
	ok(until(&r, streams, 0), "streams");
	ok(order(&r, "filltest.numbers, filltest.texts") && until(&r, filled, 0),
			"two tables are read while they change");
	is_int(faults, 0, "no older row follows a newer one");
	for (size_t i = 0; i < SLOTS; i++) /* what is not told again is lost */
		cells[i].state = cells[i].state == DELETED ? DELETED : UNTOLD;
	ok(order(&r, "filltest\\..*") && until(&r, filled, 12),
			"again, with crashes and DDL, and tables without a key to page by");
	ok(r.crashes >= 9 && r.changed >= 9, "there were crashes: %u, and DDL", r.crashes);
	is_int(faults, 0, "no older row follows a newer one");
	for (unsigned i = 0; i < WRITERS; i++) {
		kill(writers[i], SIGTERM);
		waitpid(writers[i], NULL, 0);
	}
	if (!ok(until(&r, caught_up, 0), "caught up"))
		tell_place(&r);
	is_int(compare("numbers", "id"), 0, "numbers: every row, as new as it is");
	is_int(compare("texts", "a, b"), 0, "texts: every row");
	is_int(compare("labels", "l"), 0, "labels: every row");
	is_int(compare("plain", "w"), 0, "plain: every row, though it has no key");
	is_int(faults, 0, "no older row in all of it, %u rows read", reads);
	sql("DROP DATABASE filltest");
	source_close(r.source);
	batch_free(r.batch);
	position_done(&r.logged);
	for (size_t i = 0; i < r.nhistory; i++)
		schema_unref(r.history[i]);
	free(r.history);
	for (size_t i = 0; i < SLOTS; i++)
		free(cells[i].key);
	free(cells);
	free(ops);
	mysql_close(db);
	free(conf.host);
	free(conf.user);
	free(conf.password);
	return tap_done();
}
