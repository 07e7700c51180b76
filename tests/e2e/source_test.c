/*
 * source_test.c - the source against a real server: snapshot plus stream must equal the tables, each change once,
 * whatever happens in between. Run by source.sh with the folder of a running server (tests/servers/mysql) and the path
 * of that script, which the restarts use.
 *
 * A model (source_model.h) consumes the batches; at the end of each part a second source reads the tables anew, and
 * both models must be the same. As snapshot and stream decode by different code, this also compares every type.
 */
#include <mysql.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/xalloc.h"
#include "source/source.h"
#include "tests/e2e/source_model.h"
#include "tests/login.h"
#include "tests/tap.h"

static const char *dir, *script;
static struct mysql_conf conf;
static MYSQL *db;

/* ---- the server ---- */

static void db_connect(void)
{
	if (db)
		mysql_close(db);
	db = test_login(&conf);
	mysql_set_server_option(db, MYSQL_OPTION_MULTI_STATEMENTS_ON);
	mysql_query(db, "SET NAMES utf8mb4");
}

__attribute__((format(printf, 1, 2))) static void sql(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int failed;

	va_start(ap, fmt);
	failed = vasprintf(&text, fmt, ap) < 0 || mysql_query(db, text) != 0;
	va_end(ap);
	while (!failed) {
		mysql_free_result(mysql_store_result(db));
		if (mysql_next_result(db) != 0)
			break;
	}
	if (mysql_errno(db)) {
		printf("Bail out! %s: %.300s\n", mysql_error(db), text);
		exit(1);
	}
	free(text);
}

static char *sql_text(const char *query)
{
	MYSQL_RES *res = mysql_query(db, query) == 0 ? mysql_store_result(db) : NULL;
	MYSQL_ROW row = res ? mysql_fetch_row(res) : NULL;
	char *text = xstrdup(row && row[0] ? row[0] : "");

	mysql_free_result(res);
	return text;
}

static void server(const char *what, const char *options)
{
	char cmd[1400];

	snprintf(cmd, sizeof(cmd), "'%s' %s '%s' %s >/dev/null", script, what, dir, options);
	if (system(cmd) != 0)
		printf("# %s failed\n", cmd);
}

/* ---- the consumer ---- */

struct consumer {
	struct source *source;
	struct model *model;
	struct batch *batch;
	struct position position;
	struct err err;
	uint64_t changes, batches;
	unsigned failures; /* ERR_RETRY that passed */
};

static void consumer_open(struct consumer *c)
{
	size_t n;
	struct schema *const *history = model_history(c->model, &n);

	c->source = source_open(&conf, "source-test", &c->position, history, n, &c->err);
	if (c->source == NULL)
		printf("# source_open: %s\n", c->err.msg);
}

static void consumer_init(struct consumer *c)
{
	*c = (struct consumer){ .model = model_new(), .batch = batch_new() };
	position_init(&c->position);
	consumer_open(c);
}

static void consumer_done(struct consumer *c)
{
	source_close(c->source);
	model_free(c->model);
	batch_free(c->batch);
	position_done(&c->position);
}

static void consumer_reopen(struct consumer *c)
{
	source_close(c->source);
	consumer_open(c);
}

static enum source_step consumer_step(struct consumer *c)
{
	enum source_step step;

	batch_reset(c->batch);
	step = source_step(c->source, c->batch, 200, &c->err);
	if (step == SOURCE_BATCH) {
		model_apply(c->model, c->batch);
		position_copy(&c->position, &c->batch->position);
		c->changes += c->batch->nchanges;
		c->batches++;
	} else if (step == SOURCE_FAILED && (c->err.kind == ERR_RETRY || c->err.kind == ERR_UNREACHABLE)) {
		c->failures++;
		clock_sleep_ms(50);
		return SOURCE_NOTHING;
	}
	return step;
}

static void print_stopped(struct consumer *c)
{
	size_t n;
	struct source_table *tables = source_tables(c->source, &n);

	for (size_t i = 0; i < n; i++)
		printf("# stopped: %s: %s\n", tables[i].name, tables[i].error);
	free(tables);
}

/* Does the position hold all that the server has executed? */
static bool is_there(const struct position *p)
{
	char query[8192], *answer;
	MYSQL_RES *res;
	MYSQL_ROW row;
	bool there;

	if (p->gtids) {
		snprintf(query, sizeof(query), "SELECT GTID_SUBSET(@@GLOBAL.gtid_executed, '%s')", p->gtids);
		answer = sql_text(query);
		there = answer[0] == '1';
		free(answer);
		return there;
	}
	res = mysql_query(db, "SHOW BINARY LOG STATUS") == 0 ? mysql_store_result(db) : NULL;
	row = res ? mysql_fetch_row(res) : NULL;
	there = row && strcmp(row[0], p->file) == 0 && strtoull(row[1], NULL, 10) == p->pos;
	mysql_free_result(res);
	return there;
}

static bool consumer_catch_up(struct consumer *c)
{
	int64_t until = clock_mono_us() + 60 * 1000000ll;
	enum source_step step = SOURCE_NOTHING;
	bool there = false;

	while (!there && clock_mono_us() < until && (step == SOURCE_NOTHING || step == SOURCE_BATCH)) {
		step = consumer_step(c);
		there = step != SOURCE_FAILED && !c->position.snapshot && !c->batch->txn_open &&
				c->position.progress == NULL && is_there(&c->position);
	}
	if (!there)
		printf("# not caught up: step %d, %s%s, at %s %llu\n", step, c->err.msg,
				c->position.progress ? c->position.progress : "", c->position.file,
				(unsigned long long)c->position.pos);
	print_stopped(c);
	return there;
}

static void check_equal(struct consumer *c, const char *what)
{
	int mode = conf.snapshot_mode;
	struct consumer fresh;
	enum source_step step;

	ok(consumer_catch_up(c), "%s: caught up", what);
	conf.snapshot_mode = SNAPSHOT_INITIAL_ONLY;
	consumer_init(&fresh);
	do
		step = consumer_step(&fresh);
	while (step == SOURCE_BATCH || step == SOURCE_NOTHING);
	conf.snapshot_mode = mode;
	is_int(model_faults(c->model), 0, "%s: each change once and in order", what);
	is_int(model_differences(c->model, fresh.model), 0,
			"%s: equal to the tables (%zu rows, %llu changes, %llu batches)", what, model_rows(fresh.model),
			(unsigned long long)c->changes, (unsigned long long)c->batches);
	consumer_done(&fresh);
}

/* ---- parts ---- */

static void new_database(void)
{
	sql("DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb; USE testdb;"
	    "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer INT, amount DECIMAL(10,2), status VARCHAR(20), at "
	    "DATETIME(3));"
	    "CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100), email VARCHAR(100));"
	    "CREATE TABLE empty1 (id INT PRIMARY KEY); CREATE TABLE zlast (a INT, b INT, v INT, PRIMARY KEY (a, b));");
}

/* count orders from id `from` on, in one statement. */
static void insert_orders(int from, int count)
{
	sql("INSERT INTO testdb.orders WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	    "SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000000) */ i, i %% 1000, i / 7, ELT(1 + i %% 3, 'new', "
	    "'paid', NULL), "
	    "'2024-01-01' + INTERVAL i SECOND FROM n",
			from, from + count - 1);
}

static void test_basic(void)
{
	struct consumer c;

	new_database();
	insert_orders(1, 5000);
	sql("INSERT INTO customers (name, email) VALUES ('Ann', 'a@x'), ('Bob', NULL), ('\\'quo\"te\\'', 'ü€😀')");
	consumer_init(&c);
	while (!c.batch->snapshot_end && consumer_step(&c) != SOURCE_FAILED)
		insert_orders(100000 + (int)c.batches * 10, 10);
	is_int(c.err.kind, ERR_NONE, "snapshot %s", c.err.msg);
	insert_orders(20000, 3000);
	sql("BEGIN; UPDATE orders SET status = 'x' WHERE id < 500; DELETE FROM orders WHERE id BETWEEN 300 AND 400; "
	    "INSERT INTO customers (name) VALUES ('in'), ('two'); UPDATE customers SET name = 'Anna' WHERE id = 1; "
	    "COMMIT");
	sql("UPDATE orders SET id = id + 1000000 WHERE id < 100; INSERT INTO zlast VALUES (1, 1, 1), (1, 2, 2); DELETE "
	    "FROM zlast WHERE b = 1");
	sql("UPDATE orders o JOIN customers c ON o.customer = c.id SET o.amount = 0, c.name = 'joined'");
	sql("BEGIN; INSERT INTO zlast VALUES (9, 9, 9); ROLLBACK; BEGIN; INSERT INTO zlast VALUES (8, 8, 8); SAVEPOINT "
	    "s; "
	    "INSERT INTO zlast VALUES (7, 7, 7); ROLLBACK TO s; COMMIT");
	check_equal(&c, "snapshot and stream");
	consumer_done(&c);
}

static void test_ddl(void)
{
	struct consumer c;

	new_database();
	insert_orders(1, 100);
	consumer_init(&c);
	consumer_catch_up(&c);
	sql("INSERT INTO zlast VALUES (1, 1, 1); ALTER TABLE zlast ADD COLUMN w VARCHAR(10) DEFAULT 'd' FIRST; INSERT "
	    "INTO zlast (a, b, v) VALUES (2, 2, 2);"
	    "ALTER TABLE zlast DROP COLUMN v, ADD COLUMN x INT UNSIGNED AFTER a; INSERT INTO zlast VALUES ('w', 3, "
	    "4000000000, 3);"
	    "CREATE TABLE fresh (id INT PRIMARY KEY, t TEXT); INSERT INTO fresh VALUES (1, 'one'); RENAME TABLE fresh "
	    "TO older; INSERT INTO older VALUES (2, 'two');"
	    "CREATE TABLE copied (id INT PRIMARY KEY) SELECT id, status FROM orders; INSERT INTO copied VALUES "
	    "(100000, 'more');"
	    "CREATE TABLE likewise LIKE orders; INSERT INTO likewise SELECT * FROM orders LIMIT 10; TRUNCATE TABLE "
	    "copied; INSERT INTO copied VALUES (5, 'after');"
	    "DROP TABLE customers; CREATE TEMPORARY TABLE tmp (a INT); INSERT INTO tmp VALUES (1); DROP TEMPORARY "
	    "TABLE tmp");
	sql("UPDATE zlast SET w = NULL");
	sql("DELETE FROM older; DROP TABLE older");
	ok(consumer_catch_up(&c), "DDL between rows: caught up");
	ok(model_table_rows(c.model, "testdb.copied") == 1, "TRUNCATE empties the table, what comes after it stays");
	consumer_reopen(&c);
	sql("INSERT INTO copied VALUES (6, 'again'); DELETE FROM likewise");
	ok(consumer_catch_up(&c), "DDL, then opened again with the history: caught up");
	is_int(model_table_rows(c.model, "testdb.copied"), 2, "rows after opening again");
	is_int(model_faults(c.model), 0, "DDL between rows: no fault");
	consumer_done(&c);
}

static void test_types(void)
{
	static const char *const rows[] = {
		"NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
		"NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
		"-128, 65535, -8388608, 4294967295, -9223372036854775808, 18446744073709551615, 1.1, -2.5e-300, "
		"12345678.1234, "
		"-12345678901234567890123456789012345.123456789, b'1010101', 2155, '9999-12-31', '-838:59:59.000000', "
		"'2024-02-29 23:59:59.123456', "
		"'2038-01-19 03:14:07.999', 'char  ', 'ünïcödé €😀', REPEAT('x', 70000), 'bin', 0x00ff00, REPEAT(0xfe, "
		"300), 'b,c', 'x,z', "
		"'{\"a\": [1, 2.5, null, true], \"é\": \"q\"}', ST_GeomFromText('POINT(1 2)')",
		"127, 0, 8388607, 0, 9223372036854775807, 0, 0, 1.7976931348623157e308, -0.0001, 0.000000001, b'0', "
		"1901, '1000-01-01', '838:59:59', "
		"'1000-01-01 00:00:00', '1970-01-01 00:00:01', '', '', '', '', '', '', 'a', '', '[]', "
		"ST_GeomFromText('LINESTRING(0 0,1 1)', 4326)",
		"1, 1, 1, 1, 1, 1, 3.4028235e38, 0.1, 1, 1, b'1111111', 0, '0000-00-00', '00:00:00.5', '0000-00-00 "
		"00:00:00', '0000-00-00 00:00:00', "
		"'a\\nb', '\\t\\\\', 'z', 'y', 0x0000, 0x00, '', 'y', '\"s\"', ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 "
		"0))')",
	};
	struct consumer c;

	new_database();
	sql("SET sql_mode = ''; CREATE TABLE types (id INT PRIMARY KEY AUTO_INCREMENT, c1 TINYINT, c2 SMALLINT "
	    "UNSIGNED, c3 MEDIUMINT, c4 INT UNSIGNED, "
	    "c5 BIGINT, c6 BIGINT UNSIGNED, c7 FLOAT, c8 DOUBLE, c9 DECIMAL(12,4), c10 DECIMAL(44,9), c11 BIT(7), c12 "
	    "YEAR, c13 DATE, c14 TIME(6), "
	    "c15 DATETIME(6), c16 TIMESTAMP(3) NULL, c17 CHAR(10), c18 VARCHAR(200), c19 MEDIUMTEXT, c20 BINARY(5), "
	    "c21 VARBINARY(10), c22 BLOB, "
	    "c23 ENUM('a', 'b,c', 'd\\'e'), c24 SET('x', 'y', 'z'), c25 JSON, c26 GEOMETRY)");
	sql("CREATE TABLE latin (id INT PRIMARY KEY, a VARCHAR(50) CHARACTER SET latin1, b CHAR(20) CHARACTER SET "
	    "utf16, e ENUM('ä', 'ö') CHARACTER SET latin1, "
	    "z INT ZEROFILL, d DECIMAL(30,5) ZEROFILL, v VARCHAR(20) GENERATED ALWAYS AS (CONCAT(id, 'g')) VIRTUAL, s "
	    "INT GENERATED ALWAYS AS (id * 2) STORED, "
	    "inv INT INVISIBLE DEFAULT 7, f FLOAT(7,2), g DOUBLE(10,3), t1 TIME, dt DATETIME, ts TIMESTAMP NULL, y "
	    "YEAR, b1 BIT(1), b64 BIT(64))");
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			sql("INSERT INTO types VALUES (NULL, %s)", rows[i]);
		sql("INSERT INTO latin (id, a, b, e, z, d, f, g, t1, dt, ts, y, b1, b64) VALUES (%d, 'äöü€', 'üx', "
		    "'ö', 42, 1234567890123.5, 1.1, 2.005, '-01:02:03', "
		    "'2020-01-01 10:00:00', '2020-06-01 10:00:00', 1999, b'1', 18446744073709551615), (%d, NULL, NULL, "
		    "NULL, NULL, NULL, NULL, NULL, "
		    "NULL, NULL, NULL, NULL, NULL, NULL)",
				pass * 10 + 1, pass * 10 + 2);
		if (pass == 0) {
			consumer_init(&c);
			ok(consumer_catch_up(&c), "types: snapshot");
		}
	}
	sql("UPDATE types SET c1 = 5; UPDATE latin SET inv = 8; SET sql_mode = DEFAULT");
	check_equal(&c, "every type, snapshot against stream");
	consumer_done(&c);
}

/* Closed after a random number of batches and opened at the position that they gave, over and over. */
static void test_resume(bool compressed)
{
	struct consumer c;
	unsigned reopened = 0;

	new_database();
	consumer_init(&c);
	consumer_catch_up(&c);
	sql("SET SESSION binlog_transaction_compression = %s", compressed ? "ON" : "OFF");
	sql("BEGIN");
	insert_orders(1, 30000);
	sql("UPDATE orders SET status = 'y' WHERE id %% 3 = 0; DELETE FROM orders WHERE id %% 7 = 0; INSERT INTO zlast "
	    "SELECT id, id, 1 FROM orders; COMMIT");
	insert_orders(50000, 2000);
	sql("XA START 'x'; INSERT INTO zlast SELECT id + 1000000, id, 2 FROM orders; UPDATE zlast SET v = 3 WHERE a > 1010000; "
	    "XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'");
	sql("SET SESSION binlog_transaction_compression = OFF");
	for (int i = 0; i < 400; i++) {
		for (int n = rand() % 6; n >= 0; n--)
			consumer_step(&c);
		if (!c.batch->txn_open && c.changes > 60000)
			break;
		consumer_reopen(&c);
		reopened++;
	}
	ok(reopened > 5, "opened again %u times inside a transaction", reopened);
	check_equal(&c, compressed ? "resumed inside a compressed transaction" : "resumed inside a transaction");
	consumer_done(&c);
}

static void test_interrupted_snapshot(void)
{
	struct consumer c;

	new_database();
	insert_orders(1, 20000);
	consumer_init(&c);
	for (int i = 0; i < 3; i++)
		consumer_step(&c);
	ok(c.position.snapshot, "the snapshot has not ended");
	model_is_partial(c.model);
	sql("DELETE FROM orders WHERE id < 5000; DROP TABLE customers; CREATE TABLE late (id INT PRIMARY KEY); INSERT "
	    "INTO late VALUES (1)");
	consumer_reopen(&c);
	check_equal(&c, "a snapshot that was interrupted leaves no row behind");
	consumer_done(&c);
}

/* While nothing ran, the tables changed their columns and names: the server is ahead of what the stream knows. */
static void test_interrupted_ddl(void)
{
	struct consumer c;

	new_database();
	insert_orders(1, 20000);
	sql("INSERT INTO testdb.customers SELECT id, id, 'a' FROM testdb.orders WHERE id <= 6000; "
	    "INSERT INTO testdb.zlast SELECT id, id, id FROM testdb.orders WHERE id <= 3000");
	consumer_init(&c);
	model_is_partial(c.model);
	for (int i = 0; i < 3; i++)
		consumer_step(&c);
	ok(c.position.snapshot, "the snapshot has not ended");
	source_close(c.source);
	sql("ALTER TABLE customers DROP COLUMN email, ADD COLUMN tel INT DEFAULT 5 FIRST; UPDATE customers SET tel = 6; "
	    "RENAME TABLE zlast TO ylast; UPDATE ylast SET v = 8 WHERE a %% 5 = 0; ALTER TABLE orders ADD COLUMN extra INT; "
	    "INSERT INTO ylast VALUES (-1, -1, -1)");
	consumer_open(&c);
	check_equal(&c, "a snapshot that was interrupted, and then tables altered and renamed");
	consumer_done(&c);
}

/* Every kind of key; rows of 4,000 bytes make small chunks. */
static void new_keys(void)
{
	sql("DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb; USE testdb; CREATE TABLE i (id BIGINT PRIMARY KEY, "
	    "pad VARCHAR(4000)); INSERT INTO i WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
	    "4000) SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000) */ i * i * IF(i %% 2, 1, -1), REPEAT('p', 4000) FROM n");
	sql("CREATE TABLE u (id BIGINT UNSIGNED PRIMARY KEY, pad VARCHAR(4000)); INSERT INTO u SELECT "
	    "18446744073709551615 - ABS(id), pad FROM i; CREATE TABLE d (id DECIMAL(30,3) PRIMARY KEY, pad VARCHAR(4000)); "
	    "INSERT INTO d SELECT id / 8 + 99999999999999999999, pad FROM i WHERE id > 0;"
	    "CREATE TABLE t (a CHAR(8) CHARACTER SET sjis, b VARCHAR(9), c VARBINARY(9), pad VARCHAR(4000), PRIMARY KEY (a, b, "
	    "c));");
	sql("INSERT INTO t SELECT ELT(1 + ABS(id) %% 3, '表', 'a', 'ア'), CONCAT('K,''', ABS(id) %% 50), "
	    "REPLACE(SUBSTR(UNHEX(SHA2(id, 256)), 1, 9), X'00', X'01'), pad FROM i; CREATE TABLE m (at TIMESTAMP(3), k BIT(20), pad VARCHAR(4000), PRIMARY "
	    "KEY (at, k DESC)); INSERT INTO m SELECT '2024-03-31' + INTERVAL id SECOND, ABS(id) %% 1000000, pad FROM i;"
	    "CREATE TABLE q (at DATETIME NOT NULL, k BIT(20) NOT NULL, y YEAR NOT NULL, pad VARCHAR(4000), UNIQUE odd (y, at), UNIQUE `na``me` (at, k, "
	    "y)); INSERT INTO q SELECT '2024-03-31' + INTERVAL id SECOND, ABS(id) %% 1000000, 2000, pad FROM i;"
	    "CREATE TABLE none (a INT, pad VARCHAR(4000)); INSERT INTO none SELECT 7, pad FROM i LIMIT 500;"
	    "ANALYZE TABLE i, u, d, t, m, q, none");
}

static void test_threads(void)
{
	struct source_reading *tables;
	struct consumer c;
	size_t n, cut = 0, whole = 0;

	new_keys();
	conf.snapshot_threads = 4;
	consumer_init(&c);
	ok(consumer_catch_up(&c), "several connections: the snapshot ends");
	tables = source_readings(c.source, &n);
	for (size_t i = 0; i < n; i++) {
		printf("# %s: %llu rows in %u chunks\n", tables[i].table, (unsigned long long)tables[i].rows,
				tables[i].chunks);
		cut += tables[i].chunks > 2;
		whole += tables[i].state == READING_DONE;
	}
	free(tables);
	is_int(whole, n, "all tables are done");
	is_int(cut, 5, "tables with a usable key are cut into chunks");
	conf.snapshot_threads = 1;
	check_equal(&c, "several connections");
	consumer_done(&c);
}

/* Moves, deletes and inserts rows in all tables with a key, on both sides of wherever the snapshot reads. */
static void work(int k)
{
	sql("UPDATE testdb.i SET id = id + 1000000007 WHERE id %% 41 = %d; UPDATE testdb.u SET pad = 'u%d' WHERE id %% 37 = %d",
			k % 41, k, k % 37);
	sql("DELETE FROM testdb.d WHERE id %% 31 BETWEEN %d AND %d; REPLACE INTO testdb.t VALUES ('表', 'K,''%d', '%d', 'new')",
			k % 31, k % 31, k % 50, k);
	sql("UPDATE testdb.t SET a = 'ｱ' WHERE b = 'K,''%d' AND a = 'a'; DELETE FROM testdb.m WHERE k %% 43 = %d",
			k % 50, k % 43);
	sql("UPDATE IGNORE testdb.q SET at = at + INTERVAL 3 DAY, pad = '%d' WHERE k %% 29 = %d", k, k % 29);
}

/* Whatever is read when a crash comes, the rest is read once and nothing is lost. */
static void test_crashes(void)
{
	for (int round = 0; round < 2; round++) {
		struct consumer c;
		int k = round * 7;

		new_keys();
		conf.snapshot_threads = 1 + 2 * round;
		consumer_init(&c);
		model_is_partial(c.model);
		for (int crash = 0; crash < 4; crash++) {
			int steps = 1 + (round * 5 + crash * 3) % 11;

			for (int i = 0; i < steps; i++) {
				consumer_step(&c);
				if (i % 3 == 0)
					work(k++);
			}
			consumer_reopen(&c);
		}
		conf.snapshot_threads = 1;
		check_equal(&c, "a snapshot in four pieces");
		consumer_done(&c);
	}
}

static void test_faults(void)
{
	struct consumer c;
	char *id;

	new_database();
	consumer_init(&c);
	consumer_catch_up(&c);
	for (int i = 0; i < 3; i++) {
		insert_orders(1 + i * 2000, 2000);
		consumer_step(&c);
		id = sql_text("SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%' LIMIT 1");
		if (id[0])
			sql("KILL %s", id);
		free(id);
	}
	check_equal(&c, "the dump thread killed");
	ok(c.failures > 0, "it was noticed %u times", c.failures);
	insert_orders(10000, 3000);
	consumer_step(&c);
	server("kill", "");
	for (int i = 0; i < 3; i++)
		consumer_step(&c);
	server("start", "");
	db_connect();
	sql("USE testdb");
	insert_orders(20000, 1000);
	check_equal(&c, "the server killed and started");
	consumer_done(&c);
}

static void test_purged(void)
{
	struct consumer c;
	enum source_step step = SOURCE_NOTHING;
	char *file;

	new_database();
	insert_orders(1, 1000);
	consumer_init(&c);
	consumer_catch_up(&c);
	source_close(c.source);
	sql("DELETE FROM orders WHERE id < 100; FLUSH BINARY LOGS; UPDATE orders SET status = 'p'; FLUSH BINARY LOGS");
	file = sql_text("SHOW BINARY LOG STATUS");
	sql("PURGE BINARY LOGS TO '%s'", file);
	free(file);
	consumer_open(&c);
	for (int i = 0; i < 10 && step == SOURCE_NOTHING; i++)
		step = consumer_step(&c);
	ok(step == SOURCE_FAILED && c.err.kind == ERR_FATAL, "purged: fails: %s", c.err.msg);
	conf.snapshot_mode = SNAPSHOT_WHEN_NEEDED;
	consumer_reopen(&c);
	check_equal(&c, "purged, snapshot.mode = when_needed");
	conf.snapshot_mode = SNAPSHOT_INITIAL;
	consumer_done(&c);
}

static void test_stopped_table(void)
{
	struct source_table *tables;
	struct consumer c;
	size_t n, stopped = 0;

	new_database();
	consumer_init(&c);
	consumer_catch_up(&c);
	source_stop_table(c.source, "testdb.zlast", "a test says so");
	sql("INSERT INTO zlast VALUES (1, 1, 1)");
	insert_orders(1, 10);
	consumer_catch_up(&c);
	tables = source_tables(c.source, &n);
	for (size_t i = 0; i < n; i++)
		stopped += strcmp(tables[i].name, "testdb.zlast") == 0 &&
				strcmp(tables[i].error, "a test says so") == 0;
	is_int(stopped, 1, "a stopped table says why");
	free(tables);
	is_int(model_rows(c.model), 10, "its neighbours flow");
	consumer_done(&c);
}

/* Without RELOAD there is no lock: the snapshot waits for a moment without a commit. */
static void test_grants(void)
{
	struct mysql_conf saved = conf;
	struct report report;
	struct err err = { 0 };
	struct consumer c;

	new_database();
	insert_orders(1, 3000);
	sql("CREATE USER IF NOT EXISTS poor IDENTIFIED BY 'poor-secret'; GRANT SELECT, REPLICATION SLAVE, REPLICATION "
	    "CLIENT ON *.* TO poor");
	conf.user = "poor";
	conf.password = "poor-secret";
	consumer_init(&c);
	consumer_step(&c);
	insert_orders(5000, 100);
	check_equal(&c, "without RELOAD");
	consumer_done(&c);
	sql("REVOKE REPLICATION SLAVE ON *.* FROM poor");
	report_init(&report);
	is_int(source_check(&conf, &report, &err), 0, "a user without REPLICATION SLAVE can be checked");
	is_int(report_count(&report, REPORT_PROBLEM), 1, "and the missing grant is a problem");
	report_done(&report);
	conf = saved;
	sql("DROP USER poor");
}

/* Without GTIDs and without a lock nobody can say which position a view is of; a lock on the tables is enough. */
static void check_poor_without_gtids(void)
{
	struct mysql_conf saved = conf;
	struct consumer c;

	sql("CREATE USER IF NOT EXISTS poor IDENTIFIED BY 'poor-secret'; GRANT SELECT, REPLICATION SLAVE, REPLICATION "
	    "CLIENT ON *.* TO poor");
	conf.user = "poor";
	conf.password = "poor-secret";
	consumer_init(&c);
	is_int(consumer_step(&c), SOURCE_FAILED, "no GTIDs, no lock: %s", c.err.msg);
	is_int(c.err.kind, ERR_CONFIG, "is refused with the remedy");
	sql("GRANT LOCK TABLES ON testdb.* TO poor");
	check_equal(&c, "no GTIDs, LOCK TABLES");
	consumer_done(&c);
	conf = saved;
	sql("DROP USER poor");
}

/* gtid_mode OFF: by file and position, also inside a transaction. */
static void test_no_gtids(void)
{
	struct consumer c;

	new_database();
	sql("SET GLOBAL gtid_mode = ON_PERMISSIVE; SET GLOBAL gtid_mode = OFF_PERMISSIVE; SET GLOBAL gtid_mode = OFF");
	insert_orders(1, 500);
	check_poor_without_gtids();
	consumer_init(&c);
	ok(consumer_catch_up(&c) && c.position.gtids == NULL, "no GTIDs: snapshot");
	sql("BEGIN");
	insert_orders(1000, 8000);
	sql("DELETE FROM orders WHERE id < 5000; COMMIT; ALTER TABLE zlast ADD COLUMN n INT; INSERT INTO zlast VALUES "
	    "(1, 2, 3, 4); FLUSH BINARY LOGS; "
	    "INSERT INTO zlast VALUES (2, 2, 3, 4)");
	for (int i = 0; i < 15; i++) {
		consumer_step(&c);
		consumer_reopen(&c);
	}
	check_equal(&c, "no GTIDs, resumed by file and position");
	consumer_done(&c);
	sql("SET GLOBAL gtid_mode = OFF_PERMISSIVE; SET GLOBAL gtid_mode = ON_PERMISSIVE; SET GLOBAL gtid_mode = ON");
}

/*
 * A primary and its replica: the primary dies while a transaction is captured in part, and capture goes on inside it at
 * the replica, whose binlog has other events: compressed, and cut smaller.
 */
static void test_failover(const char *primary_options, const char *replica_options)
{
	char options[1300];
	struct mysql_conf saved = conf;
	const char *main_dir = dir;
	char primary[600], replica[600], hosts[100], *all;
	int64_t primary_port;
	struct consumer c;

	snprintf(primary, sizeof(primary), "%s.primary", main_dir);
	snprintf(replica, sizeof(replica), "%s.replica", main_dir);
	dir = primary;
	server("start", primary_options);
	test_server_conf(dir, &conf);
	primary_port = conf.port;
	dir = replica;
	snprintf(options, sizeof(options), "--server-id=2 --replica-net-timeout=5 %s", replica_options);
	server("start", options);
	test_server_conf(dir, &conf);
	snprintf(hosts, sizeof(hosts), "127.0.0.1:%lld, 127.0.0.1:%lld", (long long)primary_port, (long long)conf.port);
	db_connect();
	sql("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = %lld, SOURCE_USER = '%s', "
	    "SOURCE_PASSWORD = '%s', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1; START REPLICA",
			(long long)primary_port, conf.user, conf.password);
	conf.port = primary_port;
	conf.host = hosts;
	db_connect();
	new_database();
	insert_orders(1, 3000);
	consumer_init(&c);
	ok(consumer_catch_up(&c), "failover: caught up with the primary");
	insert_orders(5000, 3000);
	while (consumer_step(&c) == SOURCE_NOTHING || !c.batch->txn_open)
		;
	ok(c.position.changes > 0 && c.position.gtid[0], "failover: %llu changes of %s are captured",
			(unsigned long long)c.position.changes, c.position.gtid);
	all = sql_text("SELECT @@GLOBAL.gtid_executed");
	test_server_conf(dir, &conf); /* the replica's port */
	db_connect();
	sql("SELECT WAIT_FOR_EXECUTED_GTID_SET('%s', 60)", all);
	free(all);
	dir = primary;
	server("kill", "");
	sql("STOP REPLICA; RESET REPLICA ALL; USE testdb; INSERT INTO zlast VALUES (1, 1, 1); DELETE FROM orders WHERE id < 100");
	check_equal(&c, "the primary dies, capture goes on at the replica");
	ok(c.failures > 0, "failover: noticed %u times", c.failures);
	consumer_done(&c);
	dir = replica;
	server("stop", "");
	snprintf(options, sizeof(options), "rm -rf '%s' '%s'", primary, replica);
	if (system(options) != 0)
		printf("# %s failed\n", options);
	dir = main_dir;
	conf = saved;
	db_connect();
}

static void test_check(void)
{
	struct report report;
	struct err err = { 0 };

	report_init(&report);
	is_int(source_check(&conf, &report, &err), 0, "check: %s", err.msg);
	is_int(report_count(&report, REPORT_PROBLEM), 0, "check: no problem");
	for (size_t i = 0; i < report.count; i++)
		printf("# %s %s: %s %s\n", report_level_name(report.items[i].level), report.items[i].subject,
				report.items[i].found, report.items[i].remedy ? report.items[i].remedy : "");
	report_done(&report);
}

static void test_connections(void)
{
	struct mysql_conf saved = conf;
	struct err err = { 0 };
	struct report report;
	char ca[600];

	report_init(&report);
	conf.login.ssl_mode = SSL_DISABLED;
	is_int(source_check(&conf, &report, &err), 0, "no TLS, the password by the server's RSA key");
	conf.login.ssl_mode = SSL_REQUIRED;
	is_int(source_check(&conf, &report, &err), 0, "TLS");
	conf.login.ssl_mode = SSL_VERIFY_CA;
	snprintf(ca, sizeof(ca), "%s/data/ca.pem", dir);
	conf.login.ssl_ca = ca;
	report_done(&report);
	report_init(&report);
	is_int(source_check(&conf, &report, &err), 0, "TLS with its CA");
	is_int(report_count(&report, REPORT_PROBLEM), 0, "TLS with its CA: no problem");
	conf.login.ssl_ca = "/etc/ssl/certs/ca-certificates.crt";
	report_done(&report);
	report_init(&report);
	ok(source_check(&conf, &report, &err) < 0 || report_count(&report, REPORT_PROBLEM) > 0,
			"TLS with another CA is refused");
	conf = saved;
	conf.password = "wrong-secret";
	report_done(&report);
	report_init(&report);
	source_check(&conf, &report, &err);
	ok(report_count(&report, REPORT_PROBLEM) == 1 && strstr(report.items[0].found, "wrong-secret") == NULL,
			"a wrong password: %s", report.items[0].found);
	conf = saved;
	conf.host = "127.0.0.1:1, 127.0.0.1";
	is_int(source_check(&conf, &report, &err), 0, "the second host of the list answers");
	conf.host = "127.0.0.1:1";
	ok(source_check(&conf, &report, &err) < 0 && err.kind == ERR_UNREACHABLE, "nobody there: %s", err.msg);
	conf = saved;
	report_done(&report);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "check", test_check },
	{ "connections", test_connections },
	{ "basic", test_basic },
	{ "ddl", test_ddl },
	{ "types", test_types },
	{ "interrupted", test_interrupted_snapshot },
	{ "interrupted-ddl", test_interrupted_ddl },
	{ "threads", test_threads },
	{ "crashes", test_crashes },
	{ "stopped", test_stopped_table },
	{ "faults", test_faults },
	{ "purged", test_purged },
	{ "grants", test_grants },
	{ "nogtids", test_no_gtids },
};

static bool is_asked(int argc, char **argv, const char *name)
{
	for (int i = 3; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc <= 3;
}

int main(int argc, char **argv)
{
	static char *include[] = { "testdb\\..*" };

	if (argc < 3)
		return 2;
	dir = argv[1];
	script = argv[2];
	conf = (struct mysql_conf){
		.host = "127.0.0.1",
		.login = { .ssl_mode = SSL_PREFERRED },
		.connect_timeout_ms = 5000,
		.heartbeat_ms = 1000,
		.max_batch_rows = 1000,
		.max_batch_bytes = 1 << 20,
		.ddl_repair = REPAIR_DO, /* equal in the end, so nothing may stay told as different */
		.table_include = { .items = include, .count = 1 },
	};
	test_server_conf(dir, &conf);
	db_connect();
	new_database();
	for (int metadata = 0; metadata < 2; metadata++)
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			if (!is_asked(argc, argv, parts[i].name))
				continue;
			conf.login.ssl_mode = metadata ? SSL_DISABLED : SSL_PREFERRED;
			sql("SET GLOBAL binlog_row_metadata = %s", metadata ? "FULL" : "MINIMAL");
			printf("# %s, binlog_row_metadata %s, %s\n", parts[i].name, metadata ? "FULL" : "MINIMAL",
					metadata ? "no TLS" : "TLS");
			parts[i].run();
		}
	for (int compressed = 0; compressed < 2; compressed++)
		if (is_asked(argc, argv, "resume"))
			test_resume(compressed);
	if (is_asked(argc, argv, "failover")) {
		test_failover("", "--binlog-transaction-compression=ON --binlog-row-event-max-size=1024");
		test_failover("--binlog-transaction-compression=ON", "");
	}
	mysql_close(db);
	return tap_done();
}
