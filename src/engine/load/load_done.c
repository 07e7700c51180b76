/* load_done.c - see load_done.h. */
#include "engine/load/load_done.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/must.h"
#include "core/xalloc.h"

struct loads_done {
	pthread_mutex_t lock;
	uint64_t count;
	struct load_done ring[LOADS_KEPT];
};

struct loads_done *loads_done_new(void)
{
	struct loads_done *d = xcalloc(1, sizeof(*d));

	lock_init(&d->lock);
	return d;
}

void loads_done_free(struct loads_done *d)
{
	if (d == NULL)
		return;
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void loads_done_add(struct loads_done *d, struct load_done *one)
{
	pthread_mutex_lock(&d->lock);
	one->number = ++d->count;
	d->ring[one->number % LOADS_KEPT] = *one;
	pthread_mutex_unlock(&d->lock);
}

static void put_ms(struct buf *b, const char *name, int64_t ms)
{
	if (ms >= 0)
		buf_printf(b, ",\"%s_ms\":%" PRId64, name, ms);
}

static void put_load(struct buf *b, const struct load_done *one)
{
	buf_printf(b, "{\"number\":%" PRIu64 ",\"at_us\":%" PRId64 ",\"table\":", one->number, one->at_us);
	buf_json_str(b, one->table);
	buf_printf(b,
			",\"partition\":%d,\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"messages\":%" PRIu64
			",\"rows\":%" PRIu64 ",\"bad\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"prepare_us\":%" PRId64
			",\"load_us\":%" PRId64,
			(int)one->partition, one->from, one->to, one->messages, one->rows, one->bad, one->bytes,
			one->prepare_us, one->load_us);
	put_ms(b, "begin", one->phases.begin_ms);
	put_ms(b, "plan", one->phases.plan_ms);
	put_ms(b, "receive", one->phases.receive_ms);
	put_ms(b, "write", one->phases.write_ms);
	put_ms(b, "publish", one->phases.publish_ms);
	buf_printf(b, ",\"result\":\"%s\",\"label\":", one->result);
	buf_json_str(b, one->label);
	buf_puts(b, ",\"detail\":");
	buf_json_str(b, one->detail);
	buf_putc(b, '}');
}

/* The newest before a number; false: there is none. */
static bool before(struct loads_done *d, uint64_t number, const char *table, struct load_done *out)
{
	bool found = false;

	pthread_mutex_lock(&d->lock);
	if (number > d->count + 1)
		number = d->count + 1;
	while (!found && --number > 0 && number + LOADS_KEPT > d->count) {
		*out = d->ring[number % LOADS_KEPT];
		found = table == NULL || strcmp(table, out->table) == 0;
	}
	pthread_mutex_unlock(&d->lock);
	return found;
}

void loads_done_print(struct loads_done *d, const char *table, int64_t n, engine_emit *emit, void *arg)
{
	struct load_done *one = xcalloc(1, sizeof(*one));
	struct buf b;

	one->number = UINT64_MAX - LOADS_KEPT;
	buf_init(&b, 1 << 16);
	for (; n > 0 && before(d, one->number, table, one); n--) {
		buf_reset(&b);
		put_load(&b, one);
		if (emit(arg, b.data, b.len))
			break;
	}
	buf_done(&b);
	free(one);
}
