/*
 * ddl_differential.c - thousands of DDL statements on a real server; after each, the schemas that the source tells must
 * be those of information_schema. Run by ddl_differential.sh.
 *
 *   ddl_differential FOLDER SEED STATEMENTS [CORPUS-FILE]	the folder of a server (tests/servers/mysql)
 *
 * A round is some statements on empty databases. After each the source is asked until it has read all that the server
 * has executed; a difference is therefore the last statement's. At the end of a round the schemas are read in two more
 * ways: from the server (as a snapshot does), and from what was told so far (as a restart does).
 */
#include <iconv.h>
#include <mysql.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/xalloc.h"
#include "source/source.h"
#include "tests/e2e/ddl_compare.h"
#include "tests/e2e/ddl_random.h"
#include "tests/login.h"
#include "tests/tap.h"

enum { ROUND = 150, TEXT_MAX = 1 << 20, CATCH_UP_S = 120, DIFFERENCES_MAX = 20 };

static const char *server_dir;
static struct mysql_conf conf = {
	.host = "127.0.0.1",
	.login = { .ssl_mode = SSL_DISABLED },
	.connect_timeout_ms = 20000,
	.heartbeat_ms = 30000,
	.snapshot_mode = SNAPSHOT_NO_DATA,
	.max_batch_rows = 1000,
	.max_batch_bytes = 1 << 20,
};

/* ---- what the source tells ---- */

struct follower {
	struct source *source;
	struct batch *batch;
	struct position position;
	struct schema **schemas; /* references, by what DDL said */
	size_t count;
	size_t stopped; /* tables */
	struct err err;
};

static void forget(struct follower *f, const char *db, const char *table)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->schemas[i]->db, db) != 0 || strcmp(f->schemas[i]->table, table) != 0)
			continue;
		schema_unref(f->schemas[i]);
		f->schemas[i] = f->schemas[--f->count];
		return;
	}
}

static void forget_database(struct follower *f, const char *db)
{
	for (size_t i = f->count; i-- > 0;) {
		if (strcmp(f->schemas[i]->db, db) == 0) {
			schema_unref(f->schemas[i]);
			f->schemas[i] = f->schemas[--f->count];
		}
	}
}

static void apply(struct follower *f, const struct ddl_change *d)
{
	for (unsigned i = 0; i < d->ntables; i++) {
		const struct ddl_table *t = &d->table[i];

		if (t->previous_table)
			forget(f, t->previous_db, t->previous_table);
		forget(f, t->db, t->table);
		if (t->schema == NULL)
			continue;
		f->schemas = xrealloc(f->schemas, (f->count + 1) * sizeof(*f->schemas));
		f->schemas[f->count++] = schema_ref(t->schema);
	}
	if (d->database && d->collation == 0)
		forget_database(f, d->database);
}

/* history: begin where `position` says, with the schemas that are there; else anew, from the server. */
static void follower_open(struct follower *f, bool history)
{
	if (f->batch == NULL) {
		f->batch = batch_new();
		position_init(&f->position);
	}
	source_close(f->source);
	if (!history) {
		while (f->count > 0)
			schema_unref(f->schemas[--f->count]);
		position_done(&f->position);
		position_init(&f->position);
	}
	f->stopped = 0;
	f->source = source_open(&conf, "ddl-differential", &f->position, f->schemas, f->count, &f->err);
}

static void follower_done(struct follower *f)
{
	source_close(f->source);
	while (f->count > 0)
		schema_unref(f->schemas[--f->count]);
	free(f->schemas);
	batch_free(f->batch);
	position_done(&f->position);
}

static bool is_there(const struct position *p, const char *executed)
{
	return p->gtids && !p->snapshot && strcmp(p->gtids, executed) == 0;
}

/* Reads until the server's executed set is reached. */
static bool catch_up(struct follower *f, const char *executed)
{
	int64_t until = clock_mono_us() + CATCH_UP_S * 1000000ll;
	bool there = false;

	while (!there && clock_mono_us() < until) {
		enum source_step step;

		batch_reset(f->batch);
		step = source_step(f->source, f->batch, 50, &f->err);
		if (step == SOURCE_FAILED)
			return false;
		for (size_t i = 0; i < f->batch->nchanges; i++)
			if (f->batch->changes[i].op == CHANGE_DDL)
				apply(f, f->batch->changes[i].ddl);
		if (position_is_set(&f->batch->position))
			position_copy(&f->position, &f->batch->position);
		there = is_there(&f->position, executed);
	}
	return there || err_set(&f->err, ERR_RETRY, 0, "not caught up within %d s", CATCH_UP_S) == 0;
}

/* Tables that are stopped since the last question. */
static unsigned newly_stopped(struct follower *f)
{
	size_t n, stopped = 0;
	struct source_table *tables = source_tables(f->source, &n);

	for (size_t i = 0; i < n; i++) {
		stopped++;
		printf("# %s is stopped: %s\n", tables[i].name, tables[i].error);
	}
	free(tables);
	f->stopped = stopped;
	return (unsigned)stopped;
}

/* ---- the server ---- */

static MYSQL *server_connect(void)
{
	MYSQL *db = test_login(&conf);

	mysql_query(db, "SET NAMES utf8mb4");
	return db;
}

static char *executed_set(MYSQL *db)
{
	MYSQL_RES *res = mysql_query(db, "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')") == 0
			? mysql_store_result(db)
			: NULL;
	MYSQL_ROW row = res ? mysql_fetch_row(res) : NULL;
	char *text = xstrdup(row && row[0] ? row[0] : "");

	mysql_free_result(res);
	return text;
}

/* From UTF-8 to what the session sends; false: a character is not in it. */
static bool to_client(const char *charset, const char *sql, char *out, size_t size)
{
	const char *name = strcmp(charset, "sjis") == 0	 ? "SHIFT_JIS"
			: strcmp(charset, "latin1") == 0 ? "CP1252"
							 : charset;
	char *in = (char *)sql;
	size_t left = strlen(sql) + 1;
	iconv_t cd;
	bool done;

	if (strncmp(charset, "utf8", 4) == 0)
		return snprintf(out, size, "%s", sql) < (int)size;
	cd = iconv_open(name, "UTF-8");
	done = iconv(cd, &in, &left, &out, &size) == 0;
	iconv_close(cd);
	return done;
}

static bool run(MYSQL *session, const char *client, const char *sql)
{
	static char text[TEXT_MAX];
	bool done = to_client(client, sql, text, sizeof(text)) && mysql_query(session, text) == 0;

	do {
		mysql_free_result(mysql_store_result(session));
	} while (done && mysql_next_result(session) == 0);
	return done;
}

/* ---- rounds ---- */

struct test {
	MYSQL *ask;	/* utf8mb4, for questions */
	MYSQL *session; /* the statements' */
	struct follower follower;
	struct ddl_random random;
	unsigned long long drawn, accepted, differences;
};

static void print_statement(const char *sql)
{
	printf("#   by: ");
	for (; *sql; sql++)
		putchar(*sql == '\n' ? ' ' : *sql);
	printf("\n");
	fflush(stdout);
}

/* What the source has after the statement is what the server has. A difference is told once: the source begins anew. */
static bool check(struct test *t, const char *sql)
{
	struct follower *f = &t->follower;
	char *executed = executed_set(t->ask), bad[400];
	unsigned differences = 0;

	if (is_there(&f->position, executed)) { /* it wrote nothing */
		free(executed);
		return true;
	}
	if (!catch_up(f, executed)) {
		printf("# the source fails: %s\n", f->err.msg);
		differences = 1;
	} else {
		differences = newly_stopped(f) + ddl_compare(t->ask, f->schemas, f->count, bad, sizeof(bad));
	}
	if (differences > 0) {
		print_statement(sql);
		t->differences++;
		follower_open(f, false);
		if (!catch_up(f, executed))
			printf("# and cannot begin anew: %s\n", f->err.msg);
	}
	free(executed);
	return differences == 0;
}

static void round_begin(struct test *t, uint64_t seed)
{
	if (t->session)
		mysql_close(t->session);
	t->session = server_connect();
	run(t->session, "utf8mb4", "DROP DATABASE IF EXISTS dd_a");
	run(t->session, "utf8mb4", "DROP DATABASE IF EXISTS dd_b");
	run(t->session, "utf8mb4", "DROP DATABASE IF EXISTS `dd c`");
	run(t->session, "utf8mb4", "CREATE DATABASE dd_a");
	run(t->session, "utf8mb4", "CREATE DATABASE dd_b CHARACTER SET latin1");
	run(t->session, "utf8mb4", "USE dd_a");
	ddl_random_init(&t->random, seed);
	follower_open(&t->follower, false);
	check(t, "the round's beginning");
}

static bool is_lost(MYSQL *db)
{
	enum { GONE = 2006, LOST = 2013 };

	return mysql_errno(db) == GONE || mysql_errno(db) == LOST;
}

/* Some statements end a server. That is not what is tested here: it starts again, and the next round begins. */
static void server_again(struct test *t, const char *sql)
{
	char cmd[1400];

	printf("# the server ended itself\n");
	print_statement(sql);
	snprintf(cmd, sizeof(cmd), "'%s/tests/servers/mysql' start '%s' > /dev/null", getenv("top_srcdir"), server_dir);
	if (system(cmd) != 0) {
		printf("Bail out! %s\n", cmd);
		exit(1);
	}
	mysql_close(t->ask);
	t->ask = server_connect();
}

/* false: the round is over. */
static bool round_statement(struct test *t, struct buf *sql)
{
	t->random.tables = t->follower.schemas;
	t->random.ntables = t->follower.count;
	ddl_random_statement(&t->random, sql);
	t->drawn++;
	if (!run(t->session, t->random.client, sql->data)) {
		if (!is_lost(t->session))
			return true;
		server_again(t, sql->data);
		return false;
	}
	t->accepted++;
	check(t, sql->data);
	return true;
}

/* By the definitions that the server shows, and by what was told before: both are what the stream said. */
static void round_end(struct test *t)
{
	follower_open(&t->follower, true);
	check(t, "a restart with the history");
	follower_open(&t->follower, false);
	check(t, "a snapshot of the definitions");
}

static void run_round(struct test *t, uint64_t seed)
{
	unsigned long long before = t->differences, accepted = t->accepted;
	bool alive = true;
	struct buf sql;

	buf_init(&sql, TEXT_MAX);
	round_begin(t, seed);
	for (unsigned i = 0; alive && i < ROUND && t->differences < DIFFERENCES_MAX; i++)
		alive = round_statement(t, &sql);
	if (alive)
		round_end(t);
	buf_done(&sql);
	ok(t->differences == before, "seed %llu: no difference after each of %llu statements", (unsigned long long)seed,
			t->accepted - accepted);
}

/* Statements by hand: each ends at a line's end with ';'. */
static void run_corpus(struct test *t, const char *path)
{
	unsigned long long before = t->differences;
	char line[8192];
	struct buf sql;
	FILE *f = fopen(path, "r");
	unsigned count = 0;

	buf_init(&sql, TEXT_MAX);
	round_begin(t, 1);
	while (f && fgets(line, sizeof(line), f)) {
		size_t len = strlen(line);

		if (sql.len == 0 && (line[0] == '\n' || strncmp(line, "-- ", 3) == 0))
			continue;
		buf_puts(&sql, line);
		if (len < 2 || line[len - 2] != ';')
			continue;
		sql.data[sql.len - 2] = '\0';
		count++;
		if (!run(t->session, "utf8mb4", sql.data)) {
			printf("# refused: %s\n", mysql_error(t->session));
			print_statement(sql.data);
			t->differences++;
		}
		check(t, sql.data);
		buf_reset(&sql);
	}
	round_end(t);
	buf_done(&sql);
	ok(f && count > 0 && t->differences == before, "the corpus: no difference after each of %u statements", count);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	static char *include[] = { "dd.*" };
	unsigned long long seed, wanted;
	struct test t = { 0 };
	int64_t began_us = clock_mono_us();

	if (argc < 4)
		return 2;
	conf.database_include = (struct conf_list){ .items = include, .count = 1 };
	server_dir = argv[1];
	test_server_conf(server_dir, &conf);
	seed = strtoull(argv[2], NULL, 10);
	wanted = strtoull(argv[3], NULL, 10);
	t.ask = server_connect();
	if (argc > 4)
		run_corpus(&t, argv[4]);
	while (t.accepted < wanted && t.differences < DIFFERENCES_MAX)
		run_round(&t, seed++);
	ok(t.differences == 0, "%llu statements of %llu were accepted, %llu differences, %.1f s", t.accepted, t.drawn,
			t.differences, (double)(clock_mono_us() - began_us) / 1e6);
	follower_done(&t.follower);
	mysql_close(t.session);
	mysql_close(t.ask);
	return tap_done();
}
