/* load_place.c - see load_place.h. */
#include "engine/load/place/load_place.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/fnv.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/unique.h"

static const char *const gap_names[GAP_COUNT] = {
	"",
	"log-replaced",
	"offsets-lost",
	"offsets-moved",
	"target-lost",
	"target-old",
	"no-key",
	"keys-moved",
	"target-other",
};

static const char *const loader_names[LOADER_COUNT] = { "", "lending", "routine", "taking" };

static const char *loader_name(enum loader loader)
{
	return loader_names[loader];
}

void place_begin(struct place *p)
{
	*p = (struct place){ .intent = -1, .truncated = -1, .mark = -1, .state_at = -1, .epoch = unique_number() };
}

size_t place_print(char *out, size_t size, const struct place *p)
{
	int n = snprintf(out, size,
			"{\"to\":%lld,\"truncated\":%lld,\"epoch\":%lld,\"mark\":%lld,\"print\":\"%016llx\",\"put\":%d,"
			"\"again\":%d,\"named\":%d,\"fresh\":%d,\"column\":%d,\"columns\":\"%016llx\",\"target\":\"%016llx\","
			"\"cluster\":\"%016llx\",\"label\":\"%s\",\"by\":\"%s\",\"gap\":\"%s\"",
			(long long)p->intent, (long long)p->truncated, (long long)p->epoch, (long long)p->mark,
			(unsigned long long)p->print, p->put, p->again, p->named, p->fresh, p->column,
			(unsigned long long)p->columns, (unsigned long long)p->target, (unsigned long long)p->cluster,
			p->label, p->by, gap_names[p->gap]);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len < size && p->loader != LOADER_OWN)
		len += (size_t)snprintf(out + len, size - len, ",\"loader\":\"%s\",\"job\":\"%08llx\"",
				loader_name(p->loader), (unsigned long long)p->job);
	if (len < size && p->state_at >= 0)
		len += (size_t)snprintf(out + len, size - len, ",\"state_at\":%lld,\"state\":\"%016llx\"",
				(long long)p->state_at, (unsigned long long)p->state);
	if (len < size)
		len += (size_t)snprintf(out + len, size - len, ",\"partitions\":%lld}", (long long)p->partitions);
	return len;
}

/* ---- reading it back ---- */

static void take_number(const struct json_slice *v, int64_t *out)
{
	if (v->kind == JSON_NUMBER)
		num_parse_i64(v->p, v->len, out);
}

static enum place_gap gap_named(const struct json_slice *v)
{
	for (int i = 1; i < GAP_COUNT; i++)
		if (strlen(gap_names[i]) == v->len && memcmp(gap_names[i], v->p, v->len) == 0)
			return (enum place_gap)i;
	return GAP_NONE;
}

static enum loader loader_named(const struct json_slice *v)
{
	for (int i = LOADER_LENDING; i < LOADER_COUNT; i++)
		if (strlen(loader_names[i]) == v->len && memcmp(loader_names[i], v->p, v->len) == 0)
			return (enum loader)i;
	return LOADER_OWN;
}

static void take_text(struct place *p, const struct json_slice *key, const struct json_slice *v)
{
	char text[PLACE_LABEL] = "";

	if (v->kind != JSON_STRING || v->escaped || v->len >= sizeof(text))
		return;
	memcpy(text, v->p, v->len);
	if (strncmp(key->p, "label", 5) == 0)
		memcpy(p->label, text, sizeof(text));
	else if (strncmp(key->p, "by", 2) == 0)
		snprintf(p->by, sizeof(p->by), "%.*s", PLACE_NAME - 1, text);
	else if (strncmp(key->p, "print", 5) == 0)
		sscanf(text, "%16llx", (unsigned long long *)&p->print);
	else if (strncmp(key->p, "columns", 7) == 0)
		sscanf(text, "%16llx", (unsigned long long *)&p->columns);
	else if (json_is(key, "target"))
		sscanf(text, "%16llx", (unsigned long long *)&p->target);
	else if (json_is(key, "cluster"))
		sscanf(text, "%16llx", (unsigned long long *)&p->cluster);
	else if (strncmp(key->p, "gap", 3) == 0)
		p->gap = gap_named(v);
	else if (json_is(key, "loader"))
		p->loader = loader_named(v);
	else if (json_is(key, "state"))
		sscanf(text, "%16llx", (unsigned long long *)&p->state);
	else if (json_is(key, "job"))
		sscanf(text, "%16llx", (unsigned long long *)&p->job);
}

bool place_parse(const char *text, struct place *p)
{
	int64_t put = 0, named = 0, fresh = 0, column = 0, again = 0;
	const struct {
		const char *name;
		int64_t *to;
	} numbers[] = {
		{ "to", &p->intent },
		{ "truncated", &p->truncated },
		{ "epoch", &p->epoch },
		{ "mark", &p->mark },
		{ "put", &put },
		{ "named", &named },
		{ "fresh", &fresh },
		{ "column", &column },
		{ "again", &again },
		{ "partitions", &p->partitions },
		{ "state_at", &p->state_at },
	};
	struct json_slice key, v;
	bool ours = false;
	struct json j;

	*p = (struct place){ .intent = -1, .truncated = -1, .mark = -1, .state_at = -1 };
	json_init(&j, text, strlen(text));
	if (json_enter(&j, '{')) {
		while (json_member(&j, &key)) {
			json_value(&j, &v);
			ours |= json_is(&key, "to");
			for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
				if (json_is(&key, numbers[i].name))
					take_number(&v, numbers[i].to);
			take_text(p, &key, &v);
		}
	}
	p->put = put == 1;
	p->named = named == 1;
	p->again = again == 1;
	p->fresh = fresh == 1;
	p->column = column == 1;
	if (ours && json_done(&j))
		return true;
	place_begin(p);
	return false;
}

/* ---- whose log it is ---- */

/* Lengths first, so that no byte can pass from the key into the value unseen; null is no empty text. */
uint64_t place_fingerprint(const struct record *r)
{
	const int64_t head[] = { r->offset, r->timestamp_ms, r->key ? (int64_t)r->key_len : -1,
		r->value ? (int64_t)r->value_len : -1 };
	uint64_t hash = fnv_bytes(FNV_START, head, sizeof(head));

	hash = r->key ? fnv_bytes(hash, r->key, r->key_len) : hash;
	return r->value ? fnv_bytes(hash, r->value, r->value_len) : hash;
}

static bool differs(uint64_t *had, uint64_t now)
{
	bool other = *had && now && *had != now;

	*had = now ? now : *had;
	return other;
}

bool place_moves(struct place *p, uint64_t target, uint64_t cluster)
{
	bool another = differs(&p->target, target);

	return differs(&p->cluster, cluster) || another;
}

uint64_t place_columns(const struct schema *s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->ncolumns; i++) {
		uint64_t hash = FNV_START;

		for (const char *c = s->columns[i].name; *c; c++)
			hash = fnv_add(hash, (unsigned char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
		sum += hash;
	}
	return sum;
}

/* A version before has not stored it: then there were at least as many as up to this one. */
bool place_was_before(const struct place *p, int32_t partition, unsigned now, unsigned *before)
{
	int64_t had = p->partitions > 0 ? p->partitions : (int64_t)partition + 1;

	if (had >= now)
		return false;
	if (had > *before)
		*before = (unsigned)had;
	return true;
}

bool place_keys_moved(unsigned before, unsigned now)
{
	return before >= 2 && now % before != 0;
}

bool place_has_loaded(int64_t committed, const char *metadata)
{
	struct place p;

	return committed >= 0 && !(place_parse(metadata ? metadata : "", &p) && p.fresh);
}

void place_replaced(struct place *p, int64_t *next, int64_t low)
{
	place_begin(p);
	p->again = true;
	p->gap = GAP_LOG_REPLACED;
	*next = low > 0 ? low : 0;
}

enum place_finding place_find(struct place *p, int64_t *next, int64_t committed, const char *metadata, int64_t low,
		int64_t high)
{
	bool ours;

	*next = committed;
	if (committed < 0) {
		place_begin(p);
		*next = low > 0 ? low : 0;
		return PLACE_NEW;
	}
	ours = place_parse(metadata, p);
	if (p->loader != LOADER_OWN) { /* what the log is, the job finds out */
		p->mark = -1;
		return PLACE_GOES_ON;
	}
	if (high >= 0 && (committed > high || p->intent > high || p->mark >= high)) {
		place_replaced(p, next, low);
		return PLACE_REPLACED;
	}
	if (committed < low) {
		place_begin(p);
		p->gap = GAP_OFFSETS_LOST;
		*next = low;
		return PLACE_TRIMMED;
	}
	if (!ours) {
		p->again = true;
		p->gap = committed > low ? GAP_OFFSETS_MOVED : GAP_NONE;
	}
	if (p->mark < low)
		p->mark = -1; /* removed in the meantime, as it may be */
	if (p->epoch == 0 && p->intent < 0)
		p->epoch = unique_number();
	return ours ? PLACE_GOES_ON : PLACE_MOVED;
}
