/* dead_ledger.c - see dead_ledger.h. A letter that was written twice, because a load was cut off behind it, is one: the same text
 * from the same place. */
#include "engine/dead/dead_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/base/row_mask.h"
#include "engine/base/dead_letter.h"
#include "row/value.h"

enum { GROUPS_MAX = 1000 };
#define OTHERS "others" /* table and reason of the last group, when there are too many */

struct dead_entry {
	int64_t id, at_ms;
	uint64_t print, key; /* of the whole letter; of its row's key */
	uint32_t group;
	bool open;
};

struct dead_ledger {
	pthread_mutex_t reading; /* held by who reads */
	pthread_mutex_t lock;	 /* what follows */
	bool known;
	int64_t next;		    /* offset */
	struct dead_entry *entries; /* by id */
	size_t count, cap, nopen;
	uint32_t *slots; /* by print: index of an entry plus one; 0: free */
	size_t nslots;
	uint64_t more; /* open letters that are not kept */
	struct dead_group groups[GROUPS_MAX];
	size_t ngroups;
	/* of a read */
	struct row_mask mask;
	int64_t until_us; /* 0: to the end */
	bool cut;	  /* it was reached before the end */
};

struct dead_ledger *dead_ledger_new(void)
{
	struct dead_ledger *l = xcalloc(1, sizeof(*l));

	pthread_mutex_init(&l->reading, NULL);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

static void forget(struct dead_ledger *l)
{
	for (size_t i = 0; i < l->ngroups; i++)
		free(l->groups[i].reason);
	free(l->entries);
	free(l->slots);
	l->entries = NULL;
	l->slots = NULL;
	l->ngroups = l->count = l->cap = l->nopen = l->nslots = 0;
	l->more = 0;
	l->next = 0;
}

void dead_ledger_free(struct dead_ledger *l)
{
	if (l == NULL)
		return;
	forget(l);
	pthread_mutex_destroy(&l->reading);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* ---- entries; under lock ---- */

static uint64_t hash_text(const char *p, size_t len, uint64_t seed)
{
	const struct value v = value_text(p ? p : "", p ? len : 0);

	return value_hash(&v, seed);
}

static struct dead_entry *find_id(struct dead_ledger *l, int64_t id)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (l->entries[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->count && l->entries[low].id == id ? &l->entries[low] : NULL;
}

static void put_slot(struct dead_ledger *l, size_t index)
{
	size_t at = l->entries[index].print & (l->nslots - 1);

	while (l->slots[at])
		at = (at + 1) & (l->nslots - 1);
	l->slots[at] = (uint32_t)index + 1;
}

static bool is_known(const struct dead_ledger *l, uint64_t print)
{
	for (size_t at = l->nslots ? print & (l->nslots - 1) : 0; l->nslots && l->slots[at];
			at = (at + 1) & (l->nslots - 1)) {
		const struct dead_entry *e = &l->entries[l->slots[at] - 1];

		if (e->print == print && e->open)
			return true;
	}
	return false;
}

/* Closed ones go, and there is room for as many again. */
static void make_room(struct dead_ledger *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		if (l->entries[i].open)
			l->entries[n++] = l->entries[i];
	l->count = n;
	l->cap = n < 512 ? 1024 : 2 * n;
	l->entries = xrealloc(l->entries, l->cap * sizeof(*l->entries));
	for (l->nslots = 2048; l->nslots < 2 * l->cap; l->nslots *= 2)
		;
	free(l->slots);
	l->slots = xcalloc(l->nslots, sizeof(*l->slots));
	for (size_t i = 0; i < n; i++)
		put_slot(l, i);
}

static uint32_t group_of(struct dead_ledger *l, const char *table, const char *reason)
{
	size_t at = l->ngroups;

	for (size_t i = 0; i < l->ngroups; i++) {
		if (l->groups[i].table == table && strcmp(l->groups[i].reason, reason) == 0)
			return (uint32_t)i;
		if (l->groups[i].count == 0)
			at = i; /* it is used again */
	}
	if (at == GROUPS_MAX - 1 && at == l->ngroups)
		table = reason = OTHERS;
	if (at == GROUPS_MAX)
		return GROUPS_MAX - 1;
	if (at < l->ngroups)
		free(l->groups[at].reason);
	else
		l->ngroups++;
	l->groups[at] = (struct dead_group){ .table = table, .reason = xstrdup(reason) };
	return (uint32_t)at;
}

static void add_letter(struct dead_ledger *l, const struct dead_letter *letter, uint64_t print, const char *table,
		const char *reason)
{
	struct dead_group *g;
	struct dead_entry *e;

	if (l->nopen >= LEDGER_MAX) {
		l->more++;
		return;
	}
	if (l->count == l->cap)
		make_room(l);
	e = &l->entries[l->count++];
	*e = (struct dead_entry){
		.id = letter->id,
		.at_ms = letter->at_ms,
		.print = print,
		.key = hash_text(letter->key.p, letter->key.len, 0),
		.group = group_of(l, table, reason),
		.open = true,
	};
	put_slot(l, l->count - 1);
	l->nopen++;
	g = &l->groups[e->group];
	if (g->count++ == 0)
		g->first_ms = letter->at_ms;
	g->last_ms = letter->at_ms;
	g->last_id = letter->id;
}

static void close_entry(struct dead_ledger *l, struct dead_entry *e)
{
	if (!e->open)
		return;
	e->open = false;
	l->nopen--;
	l->groups[e->group].count--;
}

static void close_id(void *arg, int64_t id)
{
	struct dead_ledger *l = arg;
	struct dead_entry *e = find_id(l, id);

	if (e)
		close_entry(l, e);
	else if (l->more && l->count && id > l->entries[l->count - 1].id)
		l->more--;
}

static void drop_before(struct dead_ledger *l, int64_t low)
{
	for (size_t i = 0; i < l->count && l->entries[i].id < low; i++)
		close_entry(l, &l->entries[i]);
}

/* ---- reading ---- */

static int on_record(void *arg, const struct record *r)
{
	struct dead_ledger *l = arg;
	char reason[DEAD_REASON_ROOM], table[TABLE_NAME_ROOM];
	struct dead_letter letter;
	uint64_t print;

	dead_letter_read(r, &letter);
	pthread_mutex_lock(&l->lock);
	if (letter.mark.p) {
		dead_mark_ids(&letter, close_id, l);
	} else {
		dead_reason(&letter, dead_letter_table(&letter, &l->mask, table, sizeof(table)), reason);
		print = hash_text(r->key, r->key_len,
				hash_text(r->value, r->value_len, hash_text(letter.reason.p, letter.reason.len, 1)));
		if (r->key == NULL || !is_known(l, print))
			add_letter(l, &letter, print, intern(table), reason);
	}
	l->next = r->offset + 1;
	pthread_mutex_unlock(&l->lock);
	return l->cut = l->until_us && clock_mono_us() > l->until_us;
}

static void begin_at(struct dead_ledger *l, int64_t low, int64_t high)
{
	pthread_mutex_lock(&l->lock);
	if (l->next > high) { /* it was made again */
		forget(l);
		l->known = false;
	}
	drop_before(l, low);
	if (l->next < low)
		l->next = low;
	pthread_mutex_unlock(&l->lock);
}

static int read_on(struct dead_ledger *l, struct log *log, const struct settings *s, const char *topic, struct err *err)
{
	int64_t low, high;
	int rc = 0;

	if (log_ends(log, topic, 0, &low, &high, err))
		return -1;
	begin_at(l, low, high);
	if (l->next < high) {
		row_mask_init(&l->mask, s);
		rc = log_scan(log, topic, 0, l->next, high, on_record, l, err);
		row_mask_done(&l->mask);
	}
	if (rc)
		return -1;
	pthread_mutex_lock(&l->lock);
	if (!l->cut) { /* the last offsets may be markers of transactions */
		l->next = high > l->next ? high : l->next;
		l->known = true;
	}
	pthread_mutex_unlock(&l->lock);
	return 0;
}

static bool topic_is_there(struct log *log, const char *name, struct err *err)
{
	struct log_topics topics;
	bool found;

	if (log_topics(log, &topics, err))
		return false;
	found = log_topics_find(&topics, name) != NULL;
	log_topics_free(&topics);
	return found;
}

int dead_ledger_read(struct dead_ledger *l, struct log *log, const struct settings *s, int budget_ms, struct err *err)
{
	const char *topic = dead_topic(s);
	bool there;
	int rc = 0;

	if (budget_ms >= 0 && pthread_mutex_trylock(&l->reading))
		return 0;
	if (budget_ms < 0)
		pthread_mutex_lock(&l->reading);
	l->cut = false;
	l->until_us = budget_ms < 0 ? 0 : clock_mono_us() + budget_ms * 1000;
	there = topic_is_there(log, topic, err);
	if (there) {
		rc = read_on(l, log, s, topic, err);
	} else if (err->kind != ERR_NONE) {
		rc = -1;
	} else {
		pthread_mutex_lock(&l->lock);
		forget(l);
		l->known = true;
		pthread_mutex_unlock(&l->lock);
	}
	pthread_mutex_unlock(&l->reading);
	return rc;
}

/* ---- what is known ---- */

bool dead_ledger_is_open(struct dead_ledger *l, int64_t id)
{
	struct dead_entry *e;
	bool open;

	pthread_mutex_lock(&l->lock);
	e = find_id(l, id);
	open = e && e->open;
	pthread_mutex_unlock(&l->lock);
	return open;
}

int64_t dead_ledger_end(struct dead_ledger *l)
{
	int64_t next;

	pthread_mutex_lock(&l->lock);
	next = l->next;
	pthread_mutex_unlock(&l->lock);
	return next;
}

int64_t dead_ledger_first(struct dead_ledger *l)
{
	int64_t id = -1;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->count && id < 0; i++)
		if (l->entries[i].open)
			id = l->entries[i].id;
	pthread_mutex_unlock(&l->lock);
	return id;
}

int64_t dead_ledger_open(struct dead_ledger *l, const char *table)
{
	int64_t n = -1;

	pthread_mutex_lock(&l->lock);
	if (l->known)
		n = table ? 0 : (int64_t)(l->nopen + l->more);
	for (size_t i = 0; l->known && table && i < l->ngroups; i++)
		if (strcmp(l->groups[i].table, table) == 0)
			n += (int64_t)l->groups[i].count;
	pthread_mutex_unlock(&l->lock);
	return n;
}

bool dead_ledger_has_key(struct dead_ledger *l, const char *table, const char *key, size_t len, int64_t after)
{
	uint64_t hash = hash_text(key, len, 0);
	bool found = false;

	pthread_mutex_lock(&l->lock);
	for (size_t i = l->count; i-- > 0 && l->entries[i].id > after && !found;)
		found = l->entries[i].open && l->entries[i].key == hash &&
				strcmp(l->groups[l->entries[i].group].table, table) == 0;
	pthread_mutex_unlock(&l->lock);
	return found;
}

static int by_count(const void *a, const void *b)
{
	const struct dead_group *x = a, *y = b;

	return x->count != y->count ? (x->count < y->count ? 1 : -1)
				    : (x->last_id < y->last_id) - (x->last_id > y->last_id);
}

struct dead_group *dead_ledger_groups(struct dead_ledger *l, size_t *count)
{
	struct dead_group *out;
	size_t n = 0;

	pthread_mutex_lock(&l->lock);
	out = xcalloc(l->ngroups + 1, sizeof(*out));
	for (size_t i = 0; i < l->ngroups; i++) {
		if (l->groups[i].count == 0)
			continue;
		out[n] = l->groups[i];
		out[n++].reason = xstrdup(l->groups[i].reason);
	}
	pthread_mutex_unlock(&l->lock);
	qsort(out, n, sizeof(*out), by_count);
	*count = n;
	return out;
}

void dead_groups_free(struct dead_group *g, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(g[i].reason);
	free(g);
}
