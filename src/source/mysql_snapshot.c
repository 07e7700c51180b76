/*
 * mysql_snapshot.c - see mysql_snapshot.h. Rows are cut from the server's packets by hand (mysql_wire, mysql_text) and
 * never held: a batch goes out when it is full. The mark of a row ("last in the table", "last of all") needs the packet
 * behind it, so one packet is read ahead before a batch is given away.
 */
#include "config.h"
#include "source/mysql_snapshot.h"

#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "source/mysql_bytes.h"
#include "source/mysql_text.h"
#include "source/mysql_wire.h"

enum {
	COM_QUERY_BYTE = 3,
	LOCK_TIMEOUT_MS = 10000,
	SILENCE_MS = 60000,
	SQL_LIMIT = 1 << 20,
	FENCE_PAUSE_MS = 2,
	MAX_ROWS = 1024,
	MAX_BYTES = 1 << 20
};

enum phase { PHASE_DDL, PHASE_NEXT_TABLE, PHASE_ROWS, PHASE_END };

struct mysql_snapshot {
	struct snapshot_setup setup;
	struct mysql_conn conn, lock;	/* lock: only while it holds the global lock */
	struct wire wire;
	bool wire_open;
	struct position position;
	struct snapshot_list list;
	struct text_reader reader;
	enum phase phase;
	size_t at;			/* table being read */
	size_t last_filled;		/* index of the last table that has rows; SIZE_MAX: none */
	uint64_t rows_read, rows_total;
	int64_t table_time_us;		/* the server's clock at the table's start, whole seconds */
	int64_t started_us;
	struct buf ahead;		/* a row packet that was read before its batch */
	bool has_ahead;
	char charset[128], collation[128];
};

/* ---- the moment ---- */

/* Lock waits block every writer behind us, so they end soon. 1: no grant for it. */
static int take_lock(struct mysql_snapshot *s, struct err *err)
{
	const struct mysql_conf *conf = s->setup.conf;
	int64_t ms = conf->snapshot_lock_timeout_ms > 0 ? conf->snapshot_lock_timeout_ms : LOCK_TIMEOUT_MS;
	struct err denied = { 0 };

	if (conf->snapshot_locking == LOCKING_NONE)
		return 1;
	if (mysql_conn_open(&s->lock, conf, s->setup.host, err) < 0 ||
	    mysql_conn_run(&s->lock, err, "SET SESSION lock_wait_timeout = %lld", (long long)(ms + 999) / 1000) < 0)
		return -1;
	if (mysql_conn_run(&s->lock, &denied, "FLUSH TABLES WITH READ LOCK") == 0)
		return 0;
	mysql_conn_close(&s->lock);
	if (denied.kind == ERR_CONFIG && conf->snapshot_locking == LOCKING_MINIMAL)
		return 1;
	*err = denied;
	return err_wrap(err, "snapshot: the global read lock was not granted within %lld ms", (long long)ms);
}

static int open_view(struct mysql_snapshot *s, struct err *err)
{
	return mysql_conn_run(&s->conn, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

/* A table that was read stays locked against DDL until here, and a waiting DDL would hold up every writer of that
 * table. */
static int let_go(struct mysql_snapshot *s, struct err *err)
{
	return mysql_conn_run(&s->conn, err, "ROLLBACK TO SAVEPOINT millrace");
}

static bool has_gtids(struct mysql_conn *c, struct err *err, bool *on)
{
	char mode[32];

	if (mysql_conn_variable(c, "gtid_mode", mode, sizeof(mode), err) < 0)
		return false;
	*on = strcasecmp(mode, "ON") == 0;
	return true;
}

/* Without a lock: nothing was committed between two equal positions, so the view that was opened between them is
 * theirs. */
static int fence(struct mysql_snapshot *s, bool gtids, struct err *err)
{
	int64_t ms =
		s->setup.conf->snapshot_lock_timeout_ms > 0 ? s->setup.conf->snapshot_lock_timeout_ms : LOCK_TIMEOUT_MS;
	int64_t until = clock_mono_us() + ms * 1000;
	struct position after;
	bool same = false;
	int r = 0;

	position_init(&after);
	while (r == 0 && !same && clock_mono_us() < until) {
		r = snapshot_read_position(&s->conn, gtids, &s->position, err) < 0 || open_view(s, err) < 0 ||
			snapshot_read_position(&s->conn, gtids, &after, err) < 0 ? -1 : 0;
		same = r == 0 && after.pos == s->position.pos && strcmp(after.file, s->position.file) == 0 &&
			(!gtids || strcmp(after.gtids, s->position.gtids) == 0);
		if (r == 0 && !same)
			clock_sleep_ms(FENCE_PAUSE_MS);
	}
	position_done(&after);
	if (r == 0 && !same)
		return err_set(
			err, ERR_RETRY, 0,
			"snapshot: no moment without a commit within %lld ms; grant RELOAD to %s, so that a short lock "
			"can be taken",
			(long long)ms, s->setup.conf->user);
	return r;
}

static void remember_gone(struct schema *schema, void *arg)
{
	struct mysql_snapshot *s = arg;
	struct snapshot_list *l = &s->list;

	if (!mysql_filter_table(s->setup.filter, schema->db, schema->table))
		return;
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].db == schema->db && l->items[i].name == schema->table)
			return;
	l->items = xrealloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = (struct snapshot_table){
		.db = schema->db, .name = schema->table, .schema = schema_ref(schema), .gone = true
	};
}

/* Lock, view, position, schemas, unlock. */
static int freeze(struct mysql_snapshot *s, struct err *err)
{
	int unlocked = take_lock(s, err);
	bool gtids;

	if (unlocked < 0 || !has_gtids(&s->conn, err, &gtids))
		return -1;
	if (unlocked && fence(s, gtids, err) < 0)
		return -1;
	if (!unlocked && (open_view(s, err) < 0 || snapshot_read_position(&s->conn, gtids, &s->position, err) < 0))
		return -1;
	if (mysql_conn_run(&s->conn, err, "SAVEPOINT millrace") < 0 ||
	    snapshot_list_read(&s->list, &s->conn, s->setup.filter, s->setup.catalog, err) < 0 || let_go(s, err) < 0)
		return -1;
	if (s->setup.conf->snapshot_locking != LOCKING_EXTENDED)
		mysql_conn_close(&s->lock);
	s->position.snapshot = true;
	return 0;
}

/* Which tables have rows decides where the marks go. */
static int probe(struct mysql_snapshot *s, struct err *err)
{
	s->last_filled = SIZE_MAX;
	for (size_t i = 0; i < s->list.count; i++) {
		struct snapshot_table *t = &s->list.items[i];
		char one[8];
		struct buf sql;
		int r;

		if (t->gone || t->error)
			continue;
		buf_init(&sql, SQL_LIMIT);
		buf_puts(&sql, "SELECT 1 FROM ");
		mysql_quote_name(&sql, t->db);
		buf_putc(&sql, '.');
		mysql_quote_name(&sql, t->name);
		buf_puts(&sql, " LIMIT 1");
		r = mysql_conn_text(&s->conn, 0, one, sizeof(one), err, sql.data);
		buf_done(&sql);
		if (r < 0)
			return -1;
		t->empty = one[0] == '\0';
		if (!t->empty)
			s->last_filled = i;
		s->rows_total += t->rows_total;
	}
	return let_go(s, err);
}

struct mysql_snapshot *mysql_snapshot_open(const struct snapshot_setup *setup, struct err *err)
{
	struct mysql_snapshot *s = xcalloc(1, sizeof(*s));
	struct catalog *before = setup->catalog;

	s->setup = *setup;
	s->started_us = clock_mono_us();
	position_init(&s->position);
	buf_init(&s->ahead, SIZE_MAX / 2);
	if (mysql_conn_open(&s->conn, setup->conf, setup->host, err) < 0 || freeze(s, err) < 0 ||
	    mysql_conn_variable(&s->conn, "character_set_server", s->charset, sizeof(s->charset), err) < 0 ||
	    mysql_conn_variable(&s->conn, "collation_server", s->collation, sizeof(s->collation), err) < 0 ||
	    (setup->rows && probe(s, err) < 0)) {
		mysql_snapshot_close(s);
		return NULL;
	}
	if (setup->again)
		catalog_each(before, remember_gone, s);
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.items[i].gone)
			catalog_forget(before, s->list.items[i].db, s->list.items[i].name);
	return s;
}

void mysql_snapshot_close(struct mysql_snapshot *s)
{
	if (s == NULL)
		return;
	if (s->wire_open)
		wire_done(&s->wire);
	mysql_conn_close(&s->lock);
	mysql_conn_close(&s->conn);
	if (s->reader.schema)
		text_reader_done(&s->reader);
	snapshot_list_free(&s->list);
	position_done(&s->position);
	buf_done(&s->ahead);
	free(s);
}

/* ---- schemas ---- */

static struct change_txn *add_txn(struct mysql_snapshot *s, struct batch *b, int64_t time_us)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));

	*txn = (struct change_txn){ .commit_us = time_us, .thread = -1, .file = intern(s->position.file) };
	return txn;
}

static struct change *add_change(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
				 enum change_op op)
{
	struct change *c = batch_add_change(b);

	c->op = op;
	c->snapshot = SNAPSHOT_TRUE;
	c->txn = txn;
	c->pos = s->position.pos;
	return c;
}

static void add_ddl(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, const char *db,
		    const char *ddl, const char *tables, const struct ddl_table *table)
{
	struct ddl_change *d = arena_alloc(&b->arena, sizeof(*d));

	*d = (struct ddl_change){
		.db = arena_dup(&b->arena, db, strlen(db)), .ddl = ddl, .tables = tables, .captured = true
	};
	if (table) {
		d->table = arena_dup(&b->arena, table, sizeof(*table));
		d->ntables = 1;
		if (table->schema)
			batch_hold_schema(b, table->schema);
	}
	add_change(s, b, txn, CHANGE_DDL)->ddl = d;
}

static const char *quoted(struct arena *a, const char *before, const char *db, const char *table, const char *behind)
{
	struct buf b;
	const char *text;

	buf_init(&b, SQL_LIMIT);
	buf_puts(&b, before);
	mysql_quote_name(&b, db);
	if (table) {
		buf_putc(&b, '.');
		mysql_quote_name(&b, table);
	}
	buf_puts(&b, behind);
	text = arena_dup(a, b.data, b.len);
	buf_done(&b);
	return text;
}

static int add_database(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, const char *db,
			struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(&s->conn, err,
					 "SELECT schema_name, default_character_set_name, default_collation_name "
					 "FROM information_schema.schemata");
	MYSQL_ROW row = NULL;
	char charset[200] = "";

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		if (row[0] && row[1] && row[2] && strcmp(row[0], db) == 0)
			snprintf(charset, sizeof(charset), " CHARSET %s COLLATE %s", row[1], row[2]);
	mysql_free_result(res);
	add_ddl(s, b, txn, db, quoted(&b->arena, "DROP DATABASE IF EXISTS ", db, NULL, ""), NULL, NULL);
	add_ddl(s, b, txn, db, quoted(&b->arena, "CREATE DATABASE ", db, NULL, charset), NULL, NULL);
	add_ddl(s, b, txn, db, quoted(&b->arena, "USE ", db, NULL, ""), NULL, NULL);
	return 0;
}

static void add_truncate(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
			 struct snapshot_table *t)
{
	struct change *c = add_change(s, b, txn, CHANGE_TRUNCATE);

	c->schema = t->schema;
	batch_hold_schema(b, t->schema);
}

/* As Debezium tells a snapshot's schemas: the server's character set, drops, then per database its making and its
 * tables. */
static int add_schemas(struct mysql_snapshot *s, struct batch *b, struct err *err)
{
	struct change_txn *txn = add_txn(s, b, clock_wall_us() / 1000000 * 1000000);
	const char *db = NULL;

	add_ddl(s, b, txn, "",
		arena_printf(&b->arena, "SET character_set_server=%s, collation_server=%s", s->charset, s->collation),
		NULL, NULL);
	for (size_t i = 0; i < s->list.count; i++) {
		struct snapshot_table *t = &s->list.items[i];
		struct ddl_table drop = { .type = 'D', .db = t->db, .table = t->name };

		if (s->setup.again && t->schema)
			add_truncate(s, b, txn, t);
		add_ddl(s, b, txn, t->db, quoted(&b->arena, "DROP TABLE IF EXISTS ", t->db, t->name, ""), t->name,
			&drop);
	}
	for (size_t i = 0; i < s->list.count; i++) {
		struct snapshot_table *t = &s->list.items[i];
		struct ddl_table create = { .type = 'C', .db = t->db, .table = t->name };

		if (t->gone || t->error)
			continue;
		if (t->db != db && add_database(s, b, txn, t->db, err) < 0)
			return -1;
		db = t->db;
		create.schema = catalog_find(s->setup.catalog, t->db, t->name);
		add_ddl(s, b, txn, t->db, arena_dup(&b->arena, t->create, strlen(t->create)), t->name, &create);
	}
	return 0;
}

/* ---- rows ---- */

static int server_error(struct mysql_snapshot *s, const uint8_t *p, size_t len, struct err *err)
{
	struct bytes in = bytes_of(p, len);
	unsigned code = (bytes_u8(&in), bytes_u16(&in));
	size_t skip = bytes_left(&in) >= 6 && *in.at == '#' ? 6 : 0;

	bytes_take(&in, skip);
	return err_set(err, mysql_conn_kind(code), (int)code, "snapshot: table %s.%s: %.*s (%u)",
		       s->list.items[s->at].db, s->list.items[s->at].name,
		       (int)(bytes_left(&in) < 300 ? bytes_left(&in) : 300), (const char *)in.at, code);
}

/* The packets before the first row: number of columns, their definitions, and an end unless both sides do without it.
 */
static int skip_heading(struct mysql_snapshot *s, struct arena *arena, struct err *err)
{
	bool no_eof = s->conn.mysql->server_capabilities & s->conn.mysql->client_flag & (1u << 24);
	unsigned packets = s->reader.schema->ncolumns + (no_eof ? 1 : 2);

	for (unsigned i = 0; i < packets; i++) {
		const uint8_t *p;
		size_t len;
		int r = wire_next(&s->wire, arena, SILENCE_MS, &p, &len, err);

		if (r == 0)
			return err_set(err, ERR_RETRY, 0, "snapshot: the server has not answered a SELECT within %d ms",
				       SILENCE_MS);
		if (r < 0)
			return -1;
		if (len > 0 && p[0] == 0xff)
			return server_error(s, p, len, err);
		if (i == 0 && (len != 1 && len != 3))
			return err_set(err, ERR_RETRY, 0, "snapshot: no result set where one was expected");
	}
	return 0;
}

static int read_server_time(struct mysql_snapshot *s, struct err *err)
{
	char seconds[32];

	if (mysql_conn_text(&s->conn, 0, seconds, sizeof(seconds), err, "SELECT UNIX_TIMESTAMP(CURRENT_TIMESTAMP)") < 0)
		return -1;
	s->table_time_us = strtoll(seconds, NULL, 10) * 1000000;
	return 0;
}

/* A table that cannot be read is left out by name; 1: it has no rows to read. */
static int start_table(struct mysql_snapshot *s, struct batch *b, struct err *err)
{
	struct snapshot_table *t = &s->list.items[s->at];
	struct err why = { 0 };
	struct buf sql;
	int r;

	if (t->gone || t->error || t->empty)
		return 1;
	if (let_go(s, err) < 0 || read_server_time(s, err) < 0)
		return -1;
	if (text_reader_init(&s->reader, t->schema, &why) < 0) {
		t->error = xstrdup(why.msg);
		return 1;
	}
	buf_init(&sql, SQL_LIMIT);
	buf_puts(&sql, "SELECT ");
	text_select_list(t->schema, &sql);
	buf_puts(&sql, quoted(&b->arena, " FROM ", t->db, t->name, ""));
	wire_init(&s->wire, &s->conn);
	s->wire_open = true;
	r = sql.failed ? err_set(err, ERR_DATA, 0, "table %s.%s: its columns' names take more than %d bytes", t->db,
				 t->name, SQL_LIMIT)
		       : wire_send(&s->wire, COM_QUERY_BYTE, sql.data, sql.len, err);
	buf_done(&sql);
	return r < 0 ? -1 : skip_heading(s, &b->arena, err);
}

static void end_table(struct mysql_snapshot *s)
{
	struct snapshot_table *t = &s->list.items[s->at++];

	t->done = true;
	if (s->reader.schema)
		text_reader_done(&s->reader);
	if (s->wire_open)
		wire_done(&s->wire);
	s->wire_open = false;
	s->phase = PHASE_NEXT_TABLE;
}

/* The last row of a table is known when its end was seen; "last of all" wins over "first", "first" over "last in
 * table". */
static void mark_last(struct mysql_snapshot *s, struct batch *b)
{
	struct change *c = b->nchanges > 0 ? &b->changes[b->nchanges - 1] : NULL;

	if (c == NULL || c->op != CHANGE_READ)
		return;
	if (s->at == s->last_filled)
		c->snapshot = SNAPSHOT_LAST;
	else if (c->snapshot != SNAPSHOT_FIRST)
		c->snapshot = SNAPSHOT_LAST_IN_TABLE;
}

static int add_row(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, const uint8_t *p,
		   size_t len, struct err *err)
{
	struct snapshot_table *t = &s->list.items[s->at];
	struct value *after = batch_row(b, t->schema);
	struct change *c;

	if (text_row(&s->reader, &b->arena, p, len, after, err) < 0)
		return -1;
	c = add_change(s, b, txn, CHANGE_READ);
	c->schema = t->schema;
	c->after = after;
	if (t->rows_read == 0)
		c->snapshot = s->rows_read == 0 ? SNAPSHOT_FIRST : SNAPSHOT_FIRST_IN_TABLE;
	t->rows_read++;
	s->rows_read++;
	b->bytes += len;
	return 0;
}

static bool is_full(const struct mysql_snapshot *s, const struct batch *b)
{
	const struct mysql_conf *conf = s->setup.conf;

	return b->nchanges >= (size_t)(conf->max_batch_rows > 0 ? conf->max_batch_rows : MAX_ROWS) ||
		b->bytes >= (size_t)(conf->max_batch_bytes > 0 ? conf->max_batch_bytes : MAX_BYTES);
}

static void keep_ahead(struct mysql_snapshot *s, const void *p, size_t len)
{
	buf_reset(&s->ahead);
	buf_put(&s->ahead, p, len);
	s->has_ahead = true;
}

/* Nothing comes behind this row for now: it goes with the next batch, when its mark is known. */
static void take_back(struct mysql_snapshot *s, struct batch *b, const void *p, size_t len)
{
	if (p == NULL)
		return;
	keep_ahead(s, p, len);
	b->nchanges--;
	b->bytes -= len;
	s->list.items[s->at].rows_read--;
	s->rows_read--;
}

/* A packet of the result: 1, 0 when none came until the deadline, -1. The clock is asked only before a wait. */
static int next_packet(struct mysql_snapshot *s, struct batch *b, int64_t deadline_us, const uint8_t **p, size_t *len,
		       struct err *err)
{
	int r = wire_next(&s->wire, &b->arena, 0, p, len, err);
	int64_t now;

	if (r != 0)
		return r;
	now = clock_mono_us();
	if (now - s->wire.last_byte_us > (int64_t)SILENCE_MS * 1000)
		return err_set(err, ERR_RETRY, 0, "snapshot: table %s.%s: no row for %d ms", s->list.items[s->at].db,
			       s->list.items[s->at].name, SILENCE_MS);
	return now >= deadline_us ? 0
				  : wire_next(&s->wire, &b->arena, (int)((deadline_us - now) / 1000) + 1, p, len, err);
}

/* Reads rows: 0 when the table ended, 1 when the batch is to go out (full, or nothing more in time), -1. */
static int read_rows(struct mysql_snapshot *s, struct batch *b, int64_t deadline_us, struct err *err)
{
	const struct change_txn *txn = add_txn(s, b, s->table_time_us);
	const uint8_t *p = NULL, *last = NULL;
	size_t len = 0, last_len = 0;
	int r = 1;

	batch_hold_schema(b, s->list.items[s->at].schema);
	if (s->has_ahead) {
		p = arena_dup(&b->arena, s->ahead.data, s->ahead.len);
		len = s->ahead.len;
		s->has_ahead = false;
	} else {
		r = next_packet(s, b, deadline_us, &p, &len, err);
	}
	for (; r > 0; r = next_packet(s, b, deadline_us, &p, &len, err)) {
		if (len > 0 && p[0] == 0xff)
			return server_error(s, p, len, err);
		if (len > 0 && p[0] == 0xfe && len < 0xffffff) {
			mark_last(s, b);
			end_table(s);
			return 0;
		}
		if (is_full(s, b)) {
			keep_ahead(s, p, len);
			return 1;
		}
		if (add_row(s, b, txn, p, len, err) < 0)
			return -1;
		last = p;
		last_len = len;
	}
	if (r == 0)
		take_back(s, b, last, last_len);
	return r < 0 ? -1 : 1;
}

static int next_table(struct mysql_snapshot *s, struct batch *b, struct err *err)
{
	int r;

	if (s->at >= s->list.count || !s->setup.rows) {
		s->phase = PHASE_END;
		return 0;
	}
	r = start_table(s, b, err);
	if (r < 0)
		return -1;
	s->phase = PHASE_ROWS;
	if (r == 1)
		end_table(s);
	return 0;
}

/* The end: the view is closed, and from here on the position is one to resume from. */
static int finish(struct mysql_snapshot *s, struct batch *b)
{
	if (b->nchanges > 0 && (s->last_filled == SIZE_MAX || !s->setup.rows))
		b->changes[b->nchanges - 1].snapshot = SNAPSHOT_LAST;
	s->position.snapshot = false;
	b->snapshot_end = true;
	mysql_conn_close(&s->lock);
	mysql_conn_close(&s->conn);
	return 2;
}

int mysql_snapshot_next(struct mysql_snapshot *s, struct batch *b, int timeout_ms, struct err *err)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
	int r = 0;

	while (r == 0 && s->phase != PHASE_END) {
		if (s->phase == PHASE_DDL) {
			r = add_schemas(s, b, err);
			s->phase = PHASE_NEXT_TABLE;
		} else if (s->phase == PHASE_ROWS) {
			r = read_rows(s, b, deadline_us, err);
		} else {
			r = is_full(s, b) ? 1 : next_table(s, b, err);
		}
	}
	if (s->wire_open)
		wire_save(&s->wire);
	if (r == 0)
		r = finish(s, b);
	else if (r == 1 && b->nchanges == 0)
		r = 0;
	position_copy(&b->position, &s->position);
	return r;
}

/* ---- progress ---- */

const struct position *mysql_snapshot_position(const struct mysql_snapshot *s)
{
	return &s->position;
}

struct snapshot_table *mysql_snapshot_tables(struct mysql_snapshot *s, size_t *count)
{
	*count = s->list.count;
	return s->list.items;
}

/* The estimate of rows may be wrong by half; it is the only one there is. */
int64_t mysql_snapshot_left_ms(const struct mysql_snapshot *s)
{
	int64_t spent_ms = (clock_mono_us() - s->started_us) / 1000;

	if (s->rows_read == 0 || spent_ms <= 0)
		return -1;
	if (s->rows_total <= s->rows_read)
		return 0;
	return (int64_t)((double)(s->rows_total - s->rows_read) * (double)spent_ms / (double)s->rows_read);
}

void mysql_snapshot_progress(const struct mysql_snapshot *s, uint64_t *read, uint64_t *total)
{
	*read = s->rows_read;
	*total = s->rows_total > s->rows_read ? s->rows_total : s->rows_read;
}
