/*
 * double_label.c - transactions and their labels. A label names one transaction of a database until that one is
 * aborted; a committed one is in the log before anybody hears of it. What is only begun (PREPARE) lives in memory and
 * dies with the process, as it would with a backend; what is PREPARED survives.
 *
 * Rows of a partial update or of a conditional one depend on what the table holds, so they are completed here, under
 * the lock, one after the other: a row must see the rows before it in its own load. They are applied to the index at
 * the offset where the log will have them a moment later; store_row() knows of that moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sql/double_expr.h"
#include "store/double_store.h"

struct load_head {
	uint64_t txn, headers;
	int64_t begun_ms, load_ms, committed_ms;
	uint32_t state, label_len, db_len, user_len, table_len, progress_len, nparts;
	struct load_counts counts;
};

struct part_head {
	uint64_t table, nrows, bytes;
	uint32_t partial, merge_column;
};

#define ROWS_MAX (UINT64_C(16) << 30)

const char *txn_state_name(enum txn_state state)
{
	static const char *const names[] = { "UNKNOWN", "PREPARE", "PREPARED", "COMMITTED", "VISIBLE", "ABORTED" };

	return names[state];
}

struct txn *store_label(struct store *s, const struct db *db, const char *label)
{
	for (struct txn *t = s->txns; t != NULL; t = t->next)
		if (t->db == db && !t->forgotten && strcmp(t->label, label) == 0)
			return t;
	return NULL;
}

static struct txn *add(struct store *s, uint64_t id, struct db *db, const char *label, const char *user)
{
	struct txn *t = xcalloc(1, sizeof(*t));

	t->id = id;
	t->db = db;
	t->label = xstrdup(label);
	t->user = xstrdup(user);
	t->state = TXN_PREPARE;
	t->begun_ms = store_now_ms(s);
	t->timeout_ms = 600 * 1000;
	t->prepared_timeout_ms = 86400 * 1000;
	t->deadline_ms = t->begun_ms + t->timeout_ms;
	t->next = s->txns;
	s->txns = t;
	return t;
}

struct txn *store_txn_begin(struct store *s, struct db *db, const char *label, const char *user)
{
	struct txn *old = store_label(s, db, label);

	return old != NULL && old->state != TXN_ABORTED ? NULL : add(s, s->next_txn++, db, label, user);
}

struct txn_part *txn_part(struct store *s, struct txn *t, struct table *table)
{
	struct txn_part *part;

	for (unsigned i = 0; i < t->nparts; i++)
		if (t->parts[i].table == table)
			return &t->parts[i];
	if (t->nparts == TXN_PARTS)
		return NULL;
	part = &t->parts[t->nparts++];
	part->table = table;
	spare_take(&s->spares, &part->rows, ROWS_MAX);
	return part;
}

static void drop_rows(struct store *s, struct txn *t)
{
	for (unsigned i = 0; i < t->nparts; i++)
		spare_give(&s->spares, &t->parts[i].rows);
	t->nparts = 0;
}

static void print_head(const struct txn *t, enum txn_state state, struct buf *out)
{
	struct load_head head = {
		.txn = t->id,
		.headers = t->headers,
		.begun_ms = t->begun_ms,
		.load_ms = t->load_ms,
		.committed_ms = t->committed_ms,
		.state = state,
		.label_len = (uint32_t)strlen(t->label),
		.db_len = (uint32_t)strlen(t->db->name),
		.user_len = (uint32_t)strlen(t->user),
		.table_len = t->table != NULL ? (uint32_t)strlen(t->table) : 0,
		.progress_len = t->progress != NULL ? (uint32_t)strlen(t->progress) : 0,
		.nparts = state == TXN_ABORTED ? 0 : t->nparts,
		.counts = t->counts,
	};

	buf_init(out, 1 << 20);
	buf_put(out, &head, sizeof(head));
	buf_put(out, t->label, head.label_len);
	buf_put(out, t->db->name, head.db_len);
	buf_put(out, t->user, head.user_len);
	buf_put(out, t->table, head.table_len);
	buf_put(out, t->progress, head.progress_len);
}

/* The record of a transaction: its head, then for each part a head and its rows. */
static int append(struct store *s, const struct txn *t, enum txn_state state, struct err *err)
{
	struct iovec iov[1 + 2 * TXN_PARTS];
	struct part_head heads[TXN_PARTS];
	struct buf head;
	int count = 1, result;

	print_head(t, state, &head);
	iov[0] = (struct iovec){ head.data, head.len };
	for (unsigned i = 0; state != TXN_ABORTED && i < t->nparts; i++) {
		const struct txn_part *part = &t->parts[i];

		heads[i] = (struct part_head){ part->table->id, part->nrows, part->rows.len, part->partial,
			part->merge_column };
		iov[count++] = (struct iovec){ &heads[i], sizeof(heads[i]) };
		iov[count++] = (struct iovec){ part->rows.data, part->rows.len };
	}
	result = wal_append(&s->wal, WAL_LOAD, iov, count, err);
	buf_done(&head);
	return result;
}

static const struct column *column_by_id(const struct schema *schema, uint32_t id, unsigned *index)
{
	for (*index = 0; *index < schema->ncolumns; (*index)++)
		if (schema->columns[*index].id == id)
			return &schema->columns[*index];
	return NULL;
}

static void put_row(struct buf *out, struct row_head head, const struct cell *cells, unsigned ncells, const char *key)
{
	size_t start = out->len;

	buf_put(out, &head, sizeof(head));
	for (unsigned i = 0; i < ncells; i++) {
		uint32_t len = cells[i].kind == CELL_NULL ? CELL_LEN_NULL : cells[i].len;

		buf_put(out, &len, sizeof(len));
		if (cells[i].kind != CELL_NULL)
			buf_put(out, cells[i].p, len);
	}
	buf_put(out, key, head.key_len);
	head.size = (uint32_t)(out->len - start);
	if (!out->failed)
		memcpy(out->data + start, &head, sizeof(head));
}

/* What a row that is new gets in a column that a partial update leaves out. */
static struct cell fresh_cell(const struct store *s, const struct column *c, struct arena *scratch)
{
	char *text;
	size_t len;

	if (c->default_now) {
		text = arena_reserve(scratch, 48);
		len = num_iso_datetime(text, store_now_ms(s) / 1000 * 1000000, 0, ' ');
		arena_commit(scratch, len);
		return cell_text(text, len);
	}
	if (c->preset != NULL || c->nullable)
		return cell_str(c->preset);
	text = arena_reserve(scratch, TYPE_SCALAR_MAX);
	if (!type_is_number(&c->type) ||
			type_write(&c->type, &(struct cell){ .kind = CELL_NUMBER, .p = "0", .len = 1 }, text, &len) !=
					TYPE_OK)
		return cell_text("", 0);
	arena_commit(scratch, len);
	return cell_text(text, len);
}

/* Completes one row from what the table holds. False: the condition says that the old row stays. */
static bool complete_row(struct store *s, const struct txn_part *part, const char *row, struct buf *out,
		struct arena *scratch)
{
	struct row_head head;
	const struct schema *schema;
	struct cell *cells, *old;
	const char *key;
	uint64_t found;
	unsigned merge;

	memcpy(&head, row, sizeof(head));
	schema = part->table->schemas[head.schema];
	cells = arena_alloc(scratch, 2 * schema->ncolumns * sizeof(*cells));
	old = cells + schema->ncolumns;
	key = row + head.size - head.key_len;
	row_cells(part->table, schema, row, cells, scratch);
	found = table_find(s, part->table, key, head.key_len);
	if (found > 1)
		row_cells(part->table, schema, store_row(s, found), old, scratch);
	for (unsigned i = 0; i < schema->ncolumns; i++)
		if (cells[i].kind == CELL_ABSENT)
			cells[i] = found > 1 ? old[i] : fresh_cell(s, &schema->columns[i], scratch);
	for (unsigned i = schema->nkey; schema->model == MODEL_AGGREGATE && found > 1 && i < schema->ncolumns; i++)
		cells[i] = aggregate_cell(&schema->columns[i], old[i], cells[i], scratch);
	if (found > 1 && head.op == OP_UPSERT && part->merge_column != 0 &&
			column_by_id(schema, part->merge_column, &merge)) {
		if (type_is_number(&schema->columns[merge].type))
			cells[merge].kind = cells[merge].kind == CELL_NULL ? CELL_NULL : CELL_NUMBER;
		if (cell_compare(&cells[merge], &old[merge]) < 0)
			return false;
	}
	put_row(out, head, cells, schema->ncolumns, key);
	return true;
}

/* A completed row is built apart: what it is made from may stand in the buffer that it goes to. */
static void complete_part(struct store *s, struct txn_part *part, uint64_t offset)
{
	struct buf done, one;
	struct arena scratch;
	struct row_head head;

	buf_init(&done, ROWS_MAX);
	buf_init(&one, ROWS_MAX);
	arena_init(&scratch, 0);
	for (size_t at = 0; at < part->rows.len; at += head.size) {
		memcpy(&head, part->rows.data + at, sizeof(head));
		arena_reset(&scratch);
		buf_reset(&one);
		s->pending = done.data;
		s->pending_offset = offset;
		if (!complete_row(s, part, part->rows.data + at, &one, &scratch))
			continue;
		buf_put(&done, one.data, one.len);
		s->pending = done.data;
		table_apply(s, part->table, done.data + done.len - one.len, offset + done.len - one.len, one.len);
	}
	arena_done(&scratch);
	buf_done(&one);
	spare_give(&s->spares, &part->rows);
	part->rows = done;
	s->pending = NULL;
}

/* Where the rows of the next part will be, and their way into the index. */
static uint64_t apply_part(struct store *s, struct txn_part *part, uint64_t offset)
{
	offset += sizeof(struct part_head);
	if (part->partial || part->merge_column != 0) {
		complete_part(s, part, offset);
	} else {
		s->pending = part->rows.data;
		s->pending_offset = offset;
		table_apply(s, part->table, part->rows.data, offset, part->rows.len);
		s->pending = NULL;
	}
	part->partial = false;
	part->merge_column = 0;
	part->table->loads++;
	table_versions(s, part->table);
	part->table->versions++;
	part->table->loaded_rows += part->nrows;
	part->table->loaded_bytes += part->rows.len;
	return offset + part->rows.len;
}

int store_txn_commit(struct store *s, struct txn *t, struct err *err)
{
	struct buf head;
	uint64_t offset;

	t->committed_ms = store_now_ms(s);
	print_head(t, TXN_COMMITTED, &head);
	offset = wal_next(&s->wal) + head.len;
	buf_done(&head);
	for (unsigned i = 0; i < t->nparts; i++)
		if (!t->parts[i].table->dropped)
			offset = apply_part(s, &t->parts[i], offset);
		else
			offset += sizeof(struct part_head) + t->parts[i].rows.len;
	if (append(s, t, TXN_COMMITTED, err) != 0) {
		/* The index already has what the log has not: nothing that is answered from here on would be true. */
		fprintf(stderr, "starrocks-double: %s\n", err->msg);
		_exit(1);
	}
	t->state = TXN_COMMITTED;
	t->finished_ms = t->committed_ms;
	if (t->visible_ms < t->committed_ms)
		t->visible_ms = t->committed_ms;
	drop_rows(s, t);
	store_label_settle(s, t->committed_ms);
	return 0;
}

int store_txn_prepare(struct store *s, struct txn *t, struct err *err)
{
	if (append(s, t, TXN_PREPARED, err) != 0)
		return -1;
	t->state = TXN_PREPARED;
	t->deadline_ms = store_now_ms(s) + t->prepared_timeout_ms;
	return 0;
}

void store_txn_abort(struct store *s, struct txn *t, const char *reason)
{
	struct err err = { 0 };

	if (t->state != TXN_PREPARE && t->state != TXN_PREPARED)
		return;
	if (!t->busy) /* else whoever works on them */
		drop_rows(s, t);
	if (!s->replaying && append(s, t, TXN_ABORTED, &err) != 0)
		fprintf(stderr, "starrocks-double: %s\n", err.msg);
	t->state = TXN_ABORTED;
	t->finished_ms = store_now_ms(s);
	free(t->reason);
	t->reason = xstrdup(reason);
}

void store_txn_release(struct store *s, struct txn *t)
{
	t->busy = false;
	if (t->state == TXN_ABORTED)
		drop_rows(s, t);
}

static void past_free(struct load_past *p)
{
	free(p->label);
	free(p->db);
	free(p->table);
	*p = (struct load_past){ 0 };
}

static void past_add(struct store *s, const struct txn *t)
{
	struct load_past *p = &s->past[s->past_at++ % LOADS_PAST];

	past_free(p);
	p->label = xstrdup(t->label);
	p->db = xstrdup(t->db->name);
	p->table = xstrdup(t->table != NULL ? t->table : "");
	p->finished_ms = t->finished_ms;
}

static bool is_expired(const struct store *s, const struct txn *t, unsigned finished, int64_t now_ms)
{
	return t->finished_ms != 0 && !t->busy && t->state >= TXN_VISIBLE &&
			(finished > s->label_keep_num || now_ms - t->finished_ms > s->label_keep_ms);
}

void store_label_settle(struct store *s, int64_t now_ms)
{
	unsigned finished = 0;

	for (struct txn **at = &s->txns; *at != NULL;) {
		struct txn *t = *at;

		if (t->state == TXN_COMMITTED && now_ms >= t->visible_ms)
			t->state = TXN_VISIBLE;
		if ((t->state == TXN_PREPARE || (t->state == TXN_PREPARED && !t->busy)) && now_ms >= t->deadline_ms)
			store_txn_abort(s, t, "timeout by txn manager");
		finished += t->finished_ms != 0;
		if (!is_expired(s, t, finished, now_ms)) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		if (t->state == TXN_VISIBLE && !t->forgotten)
			past_add(s, t);
		free(t->label);
		free(t->user);
		free(t->table);
		free(t->reason);
		free(t->error_url);
		free(t->progress);
		free(t);
	}
}

void store_label_forget(struct store *s, bool history)
{
	for (struct txn *t = s->txns; t != NULL; t = t->next) {
		if (t->state != TXN_VISIBLE || t->forgotten)
			continue;
		past_add(s, t);
		t->forgotten = true;
	}
	for (unsigned i = 0; history && i < LOADS_PAST; i++)
		past_free(&s->past[i]);
}

static struct table *table_by_id(const struct store *s, uint64_t id)
{
	for (struct db *db = s->dbs; db != NULL; db = db->next)
		for (struct table *t = db->tables; t != NULL; t = t->next)
			if (t->id == id)
				return t;
	return NULL;
}

static int replay_part(struct store *s, struct txn *t, uint64_t offset, const char **p, uint64_t *left, struct err *err)
{
	struct part_head head;
	struct table *table;
	struct txn_part *part;

	if (*left < sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a load is too short");
	memcpy(&head, *p, sizeof(head));
	table = table_by_id(s, head.table);
	if (table == NULL || head.bytes > *left - sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a load into a table that is not there");
	*p += sizeof(head);
	*left -= sizeof(head) + head.bytes;
	if (t->state == TXN_COMMITTED && !table->dropped) {
		table_apply(s, table, *p, offset + sizeof(head), head.bytes);
	} else if (t->state == TXN_PREPARED && (part = txn_part(s, t, table)) != NULL) {
		part->nrows = head.nrows;
		part->partial = head.partial != 0;
		part->merge_column = head.merge_column;
		buf_put(&part->rows, *p, head.bytes);
	}
	*p += head.bytes;
	return 0;
}

static struct txn *replay_txn(struct store *s, const struct load_head *head, const char *names, struct err *err)
{
	char *label = xstrndup(names, head->label_len), *name = xstrndup(names + head->label_len, head->db_len);
	char *user = xstrndup(names + head->label_len + head->db_len, head->user_len);
	struct db *db = store_db(s, name);
	struct txn *t;

	for (t = s->txns; t != NULL && t->id != head->txn; t = t->next)
		;
	if (t == NULL && db != NULL)
		t = add(s, head->txn, db, label, user);
	if (t == NULL && head->nparts > 0)
		err_set(err, ERR_FATAL, 0, "data log: a load into database '%s', which is not there", name);
	else if (t != NULL && head->table_len > 0 && t->table == NULL)
		t->table = xstrndup(names + head->label_len + head->db_len + head->user_len, head->table_len);
	free(label);
	free(name);
	free(user);
	return t;
}

int store_load_replay(struct store *s, uint64_t offset, const char *p, uint64_t len, struct err *err)
{
	struct load_head head;
	struct txn *t;
	const char *start = p;
	uint64_t left;

	if (len < sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a load without a head");
	memcpy(&head, p, sizeof(head));
	left = (uint64_t)head.label_len + head.db_len + head.user_len + head.table_len + head.progress_len;
	if (left > len - sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a load of wrong length");
	if ((t = replay_txn(s, &head, p + sizeof(head), err)) == NULL)
		return err->kind == ERR_NONE ? 0 : -1; /* aborted after its database was dropped */
	if (head.progress_len > 0 && head.state == TXN_COMMITTED) {
		char *progress = xstrndup(p + sizeof(head) + left - head.progress_len, head.progress_len);

		routine_progress_take(s, progress);
		free(progress);
	}
	p += sizeof(head) + left;
	left = len - sizeof(head) - left;
	drop_rows(s, t);
	t->state = head.state;
	t->headers = head.headers;
	t->begun_ms = head.begun_ms;
	t->load_ms = head.load_ms;
	t->counts = head.counts;
	t->committed_ms = t->finished_ms = t->visible_ms = t->state == TXN_PREPARED ? 0 : head.committed_ms;
	if (t->state == TXN_ABORTED)
		t->finished_ms = head.begun_ms;
	t->deadline_ms = head.begun_ms + t->prepared_timeout_ms;
	if (s->next_txn <= t->id)
		s->next_txn = t->id + 1;
	for (uint32_t i = 0; i < head.nparts; i++)
		if (replay_part(s, t, offset + (uint64_t)(p - start), &p, &left, err) != 0)
			return -1;
	return 0;
}
