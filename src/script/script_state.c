/*
 * script_state.c - see script_state.h. The file: a head (magic, the offset that it was cut at), then records that are only added:
 * length, checksum, offset, key, value. A record that a crash has cut is the end of it. It is written anew, each key once,
 * when it is opened at an earlier offset than it has come to, and when it is mostly old values.
 */
#include "script/script_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/xalloc.h"

#define FILE_MAX ((size_t)16 << 30) /* bytes of a file, and of what one batch puts into it */
#define OLD_BYTES ((size_t)4 << 20) /* a file with less of old values is left alone */

struct head {
	char magic[8];
	int64_t cut; /* the state before this offset is in the file as of it only */
};
static const char magic[8] = "mrstate1";

struct state_record {
	uint32_t len; /* of key and value */
	uint32_t sum;
	int64_t offset;
	uint32_t key_len;
	uint32_t has_value;
};

struct state_entry {
	uint64_t hash;
	uint64_t sum; /* of key and value: its part of the map's */
	int64_t offset;
	uint32_t key_len, value_len;
	char bytes[]; /* key, value */
};

struct map { /* open addressing; a removed entry leaves no hole, since those behind it move up */
	struct state_entry **slots;
	size_t cap, count, bytes;
	uint64_t sum;
};

struct script_state {
	char *path; /* NULL: in memory */
	struct map map;
	struct buf pending; /* records that are not in the file */
	size_t file_bytes;
	int64_t cut; /* of the file */
	int fd;
};

static uint64_t hash_of(uint64_t hash, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)p[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

/* ---- the map ---- */

size_t script_state_cost(size_t len, size_t value_len)
{
	return sizeof(struct state_entry) + 2 * sizeof(void *) + len + value_len;
}

static size_t slot_of(const struct map *m, uint64_t hash, const char *key, size_t len)
{
	size_t at = hash & (m->cap - 1);

	while (m->slots[at] &&
			!(m->slots[at]->hash == hash && m->slots[at]->key_len == len &&
					memcmp(m->slots[at]->bytes, key, len) == 0))
		at = (at + 1) & (m->cap - 1);
	return at;
}

static void map_grow(struct map *m)
{
	struct map wider = { .cap = m->cap ? 2 * m->cap : 64, .count = m->count, .bytes = m->bytes, .sum = m->sum };

	wider.slots = xcalloc(wider.cap, sizeof(*wider.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i])
			wider.slots[slot_of(&wider, m->slots[i]->hash, m->slots[i]->bytes, m->slots[i]->key_len)] =
					m->slots[i];
	free(m->slots);
	*m = wider;
}

static void map_remove(struct map *m, size_t at)
{
	m->bytes -= script_state_cost(m->slots[at]->key_len, m->slots[at]->value_len);
	m->sum -= m->slots[at]->sum;
	m->count--;
	free(m->slots[at]);
	m->slots[at] = NULL;
	for (size_t i = (at + 1) & (m->cap - 1); m->slots[i]; i = (i + 1) & (m->cap - 1)) {
		struct state_entry *e = m->slots[i];

		m->slots[i] = NULL;
		m->slots[slot_of(m, e->hash, e->bytes, e->key_len)] = e;
	}
}

static void map_set(struct map *m, int64_t offset, const char *key, size_t len, const char *value, size_t value_len)
{
	uint64_t hash = hash_of(1469598103934665603u, key, len);
	struct state_entry *e;
	size_t at;

	if (2 * (m->count + 1) > m->cap)
		map_grow(m);
	at = slot_of(m, hash, key, len);
	if (m->slots[at])
		map_remove(m, at);
	if (value == NULL)
		return;
	e = xmalloc(sizeof(*e) + len + value_len);
	*e = (struct state_entry){ .hash = hash,
		.sum = hash_of(hash ^ len, value, value_len) * 0x9e3779b97f4a7c15u,
		.offset = offset,
		.key_len = (uint32_t)len,
		.value_len = (uint32_t)value_len };
	memcpy(e->bytes, key, len);
	memcpy(e->bytes + len, value, value_len);
	m->slots[slot_of(m, hash, key, len)] = e;
	m->count++;
	m->sum += e->sum;
	m->bytes += script_state_cost(len, value_len);
}

static void map_done(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i]);
	free(m->slots);
	*m = (struct map){ 0 };
}

/* ---- records ---- */

static uint32_t sum_of(const struct state_record *r, const char *bytes)
{
	struct state_record without = *r;
	uint64_t hash;

	without.sum = 0;
	hash = hash_of(1469598103934665603u, (const char *)&without, sizeof(without));
	hash = hash_of(hash, bytes, r->len);
	return (uint32_t)(hash ^ hash >> 32);
}

static void put_record(struct buf *b, int64_t offset, const char *key, size_t len, const char *value, size_t value_len)
{
	struct state_record r = {
		.len = (uint32_t)(len + value_len),
		.offset = offset,
		.key_len = (uint32_t)len,
		.has_value = value != NULL,
	};
	size_t at = b->len;

	buf_put(b, &r, sizeof(r));
	buf_put(b, key, len);
	if (value)
		buf_put(b, value, value_len);
	if (b->failed)
		return;
	r.sum = sum_of(&r, b->data + at + sizeof(r));
	memcpy(b->data + at, &r, sizeof(r));
}

/* The record at *at, which moves behind it; NULL: no whole one is there. */
static const char *next_record(const struct buf *file, size_t *at, struct state_record *r)
{
	const char *bytes = file->data + *at + sizeof(*r);

	if (file->len - *at < sizeof(*r))
		return NULL;
	memcpy(r, file->data + *at, sizeof(*r));
	if (r->key_len > r->len || file->len - *at - sizeof(*r) < r->len || r->sum != sum_of(r, bytes))
		return NULL;
	*at += sizeof(*r) + r->len;
	return bytes;
}

static void apply(struct map *m, const struct state_record *r, const char *bytes)
{
	map_set(m, r->offset, bytes, r->key_len, r->has_value ? bytes + r->key_len : NULL, r->len - r->key_len);
}

/* ---- the file ---- */

static int file_error(const struct script_state *st, struct err *err)
{
	return err_set(err, ERR_RETRY, errno, "%s: expected to read and write what scripts keep, found: %s", st->path,
			strerror(errno));
}

static int write_all(int fd, const struct buf *b)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < b->len && (n = write(fd, b->data + done, b->len - done)) > 0)
		done += (size_t)n;
	return done < b->len || fdatasync(fd) ? -1 : 0;
}

/* 0: file has it, 1: there is none */
static int read_all(const struct script_state *st, struct buf *file, struct err *err)
{
	int fd = open(st->path, O_RDONLY | O_CLOEXEC);
	char part[65536];
	ssize_t n = 1;

	if (fd < 0 && errno == ENOENT)
		return 1;
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_put(file, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return fd < 0 || n < 0 || file->failed ? file_error(st, err) : 0;
}

static void put_map(struct buf *b, const struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i])
			put_record(b, m->slots[i]->offset, m->slots[i]->bytes, m->slots[i]->key_len,
					m->slots[i]->bytes + m->slots[i]->key_len, m->slots[i]->value_len);
}

/* The file anew: the map as of `cut`, then the records of `file` from there on to `end`. */
static int rewrite(struct script_state *st, const struct map *m, int64_t cut, const struct buf *file, int64_t end,
		struct err *err)
{
	char *fresh = xasprintf("%s.new", st->path);
	struct head head = { .cut = cut };
	size_t at = sizeof(head);
	const char *bytes;
	struct state_record r;
	struct buf b;
	int fd, rc = -1;

	memcpy(head.magic, magic, sizeof(magic));
	buf_init(&b, FILE_MAX);
	buf_put(&b, &head, sizeof(head));
	put_map(&b, m);
	while (file && (bytes = next_record(file, &at, &r)) != NULL)
		if (r.offset >= cut && r.offset < end)
			buf_put(&b, bytes - sizeof(r), sizeof(r) + r.len);
	fd = b.failed ? -1 : open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0 && write_all(fd, &b) == 0 && rename(fresh, st->path) == 0) {
		if (st->fd >= 0)
			close(st->fd);
		st->fd = fd;
		st->file_bytes = b.len;
		st->cut = cut;
		rc = 0;
	} else {
		file_error(st, err);
		if (fd >= 0)
			close(fd);
	}
	buf_done(&b);
	free(fresh);
	return rc;
}

/* What the file has of [from, to) into m. */
static void replay(struct map *m, const struct buf *file, int64_t from, int64_t to)
{
	size_t at = sizeof(struct head);
	const char *bytes;
	struct state_record r;

	while ((bytes = next_record(file, &at, &r)) != NULL)
		if (r.offset >= from && r.offset < to)
			apply(m, &r, bytes);
}

/* The state as of the cut, if the file has it. */
static enum script_state_found find(struct map *m, const struct buf *file, int64_t cut,
		const struct script_state_wish *wish)
{
	struct head head = { .cut = INT64_MAX };

	if (file->len >= sizeof(head))
		memcpy(&head, file->data, sizeof(head));
	if (memcmp(head.magic, magic, sizeof(magic)) != 0 || cut < head.cut)
		return STATE_NONE;
	replay(m, file, INT64_MIN, cut);
	if (!wish->known || m->sum == wish->sum)
		return STATE_FOUND;
	map_done(m);
	return STATE_OTHER;
}

static void put_aside(const struct script_state *st)
{
	char *aside = xasprintf("%s.other", st->path);

	if (access(aside, F_OK) != 0)
		rename(st->path, aside); /* for a person; if it fails, it is gone */
	free(aside);
}

/* Without a sum, a cut that the file does not go back to is the file's. */
static int64_t cut_of(const struct buf *file, const struct script_state_wish *wish)
{
	struct head head;

	if (wish->known || file->len < sizeof(head))
		return wish->cut;
	memcpy(&head, file->data, sizeof(head));
	return head.cut > wish->cut && head.cut <= wish->from ? head.cut : wish->cut;
}

static int open_file(struct script_state *st, const struct script_state_wish *wish, enum script_state_found *found,
		struct err *err)
{
	bool was_empty = wish->from == 0 || (wish->known && wish->sum == 0 && wish->cut == wish->from);
	struct buf file;
	int64_t cut;
	int rc;

	buf_init(&file, FILE_MAX);
	rc = read_all(st, &file, err);
	cut = cut_of(&file, wish);
	*found = rc == 0 ? find(&st->map, &file, cut, wish) : was_empty ? STATE_FOUND : STATE_NONE;
	if (*found == STATE_OTHER)
		put_aside(st);
	if (*found != STATE_FOUND) {
		buf_reset(&file);
		cut = wish->cut;
	}
	if (rc >= 0)
		rc = rewrite(st, &st->map, cut, file.len ? &file : NULL, wish->from, err);
	if (rc == 0 && file.len)
		replay(&st->map, &file, cut, wish->from);
	buf_done(&file);
	return rc;
}

struct script_state *script_state_open(const char *path, const struct script_state_wish *wish,
		enum script_state_found *found, struct err *err)
{
	struct script_state *st = xcalloc(1, sizeof(*st));

	*found = STATE_FOUND;
	st->fd = -1;
	buf_init(&st->pending, FILE_MAX);
	if (wish == NULL)
		return st;
	st->path = xstrdup(path);
	if (open_file(st, wish, found, err) == 0)
		return st;
	script_state_close(st);
	return NULL;
}

void script_state_close(struct script_state *st)
{
	if (st == NULL)
		return;
	map_done(&st->map);
	buf_done(&st->pending);
	if (st->fd >= 0)
		close(st->fd);
	free(st->path);
	free(st);
}

/* Old values of before the cut go. */
static int shrink(struct script_state *st, int64_t cut, struct err *err)
{
	struct map old = { 0 };
	struct buf file;
	int rc;

	if (cut < st->cut)
		cut = st->cut;
	buf_init(&file, FILE_MAX);
	rc = read_all(st, &file, err);
	if (rc == 0) {
		replay(&old, &file, INT64_MIN, cut);
		rc = rewrite(st, &old, cut, &file, INT64_MAX, err);
	}
	map_done(&old);
	buf_done(&file);
	return rc ? -1 : 0;
}

int script_state_save(struct script_state *st, int64_t cut, struct err *err)
{
	if (st->path == NULL || (st->pending.len == 0 && !st->pending.failed))
		return 0;
	if (st->pending.failed || write_all(st->fd, &st->pending))
		return file_error(st, err);
	st->file_bytes += st->pending.len;
	buf_reset(&st->pending);
	if (st->file_bytes < 4 * st->map.bytes + OLD_BYTES)
		return 0;
	return shrink(st, cut, err);
}

/* ---- its user ---- */

const char *script_state_get(const struct script_state *st, const char *key, size_t len, size_t *value_len)
{
	const struct state_entry *e = st->map.cap
			? st->map.slots[slot_of(&st->map, hash_of(1469598103934665603u, key, len), key, len)]
			: NULL;

	if (e == NULL)
		return NULL;
	*value_len = e->value_len;
	return e->bytes + e->key_len;
}

void script_state_set(struct script_state *st, int64_t offset, const char *key, size_t len, const char *value,
		size_t value_len)
{
	map_set(&st->map, offset, key, len, value, value_len);
	if (st->path)
		put_record(&st->pending, offset, key, len, value, value_len);
}

uint64_t script_state_sum(const struct script_state *st)
{
	return st->map.sum;
}

size_t script_state_bytes(const struct script_state *st)
{
	return st->map.bytes;
}
