/*
 * initial.c - which topics begin with an initial snapshot, remembered in the offsets topic: with it the target may be
 * emptied before the first load, since all of MySQL's rows follow. Written by capture in the transaction of a table's
 * first row, read by the load half when a target that was never loaded from this log has rows.
 *
 * Key: {"millrace":"initial","name":NAME,"topic":TOPIC}; value: a hash of that row's key and value, so that the record
 * of a topic that was deleted says nothing about the next one of its name.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_parts.h"

#include "core/fnv.h"

static char *key_of(const struct shared *sh, const char *topic)
{
	json_t *key = json_pack("{ss,ss,ss}", "millrace", "initial", "name", sh->settings->name, "topic", topic);
	char *text = key ? json_dumps(key, JSON_COMPACT) : NULL;

	json_decref(key);
	return text;
}

enum { PRINT_ROOM = 20 };

static void print_row(char out[PRINT_ROOM], const struct record *r)
{
	const struct {
		const char *p;
		uint32_t len;
	} parts[] = { { r->key, r->key_len }, { r->value, r->value_len } };
	uint64_t hash = FNV_START;

	for (size_t i = 0; i < 2; i++) {
		hash = parts[i].p ? fnv_bytes(hash, parts[i].p, parts[i].len) : hash;
		hash = fnv_add(hash, parts[i].len);
	}
	snprintf(out, PRINT_ROOM, "%016llx", (unsigned long long)hash);
}

int initial_publish(const struct shared *sh, struct log_writer *w, const struct record *first, struct arena *arena,
		struct err *err)
{
	char *key = key_of(sh, first->topic), *value = arena_alloc(arena, PRINT_ROOM);
	struct record r = { .topic = sh->settings->format.offsets_topic, .value = value };
	int rc;

	print_row(value, first);
	r.key = key ? arena_dup(arena, key, strlen(key)) : NULL;
	r.value_len = (uint32_t)strlen(value);
	r.key_len = key ? (uint32_t)strlen(key) : 0;
	rc = key ? log_writer_append_record(w, &r, err)
		 : err_set(err, ERR_DATA, 0, "topic %.100s: expected a name in UTF-8", first->topic);
	free(key);
	return rc;
}

/* ---- reading ---- */

struct find {
	char *key;
	char row[PRINT_ROOM]; /* as remembered; "" no */
	bool is_first;	      /* a partition begins with it */
};

static int keep_row(void *arg, const struct record *r)
{
	struct find *f = arg;

	if (r->key && r->key_len == strlen(f->key) && memcmp(r->key, f->key, r->key_len) == 0)
		snprintf(f->row, sizeof(f->row), "%.*s", r->value ? (int)r->value_len : 0, r->value ? r->value : "");
	return 0;
}

static int compare_first(void *arg, const struct record *r)
{
	struct find *f = arg;
	char row[PRINT_ROOM];

	print_row(row, r);
	f->is_first |= strcmp(row, f->row) == 0;
	return 1;
}

/* The snapshot stands in front of everything: its first row is the first message of its partition. */
int initial_begins(struct shared *sh, const char *topic, bool *begins, struct err *err)
{
	struct find f = { .key = key_of(sh, topic) };
	unsigned n = shared_partitions(sh, topic, err);
	int rc = f.key && n ? 0 : -1;

	if (rc == 0)
		rc = log_scan(sh->log, sh->settings->format.offsets_topic, LOG_EVERY_PARTITION, -1, -1, keep_row, &f,
				err);
	if (rc && err->kind == ERR_CONFIG) { /* no offsets topic: another program captures */
		err_clear(err);
		rc = 0;
	}
	for (unsigned i = 0; rc == 0 && i < n && f.row[0] && !f.is_first; i++)
		rc = log_scan(sh->log, topic, (int32_t)i, -1, -1, compare_first, &f, err);
	*begins = f.is_first;
	free(f.key);
	return rc;
}
