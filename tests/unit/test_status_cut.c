/* test_status_cut.c - of ten thousand tables, partitions and scripts a console gets what it shows: which ones, in which order, and how many bytes. */
#include "tests/tap.h"

#include <stdlib.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/status/status.h"

enum { MANY = 10000 };

/* By name, as the engine gives them. Table 77 has failed, 5,000 lags most, every hundredth is called "busy". */
static void fill(struct status *s, size_t n)
{
	status_init(s);
	s->tables = xcalloc(n, sizeof(*s->tables));
	s->partitions = xcalloc(n, sizeof(*s->partitions));
	s->scripts = xcalloc(n, sizeof(*s->scripts));
	for (size_t i = 0; i < n; i++) {
		struct status_table *t = &s->tables[i];
		struct status_script *c = &s->scripts[i];

		snprintf(t->name, sizeof(t->name), "shop.%s_%05zu", i % 100 == 0 ? "busy" : "table", i);
		t->state = i == 77 ? HALF_FAILED : HALF_STREAMING;
		snprintf(t->error, sizeof(t->error), "%s", i == 77 ? "no such column" : "");
		t->captured = i;
		t->lag_ms = i == 5000 % n ? 99 : 1;
		t->loader = "";
		t->complete_us = t->dead_open = -1;
		snprintf(s->partitions[i].topic, sizeof(s->partitions[i].topic), "mysql.%.200s", t->name);
		s->partitions[i].lag = (int64_t)(n - i);
		c->table = c->section = c->script = "x";
		c->drops = xcalloc(1, sizeof(*c->drops));
		c->ndrops = 1;
		c->rows = i;
	}
	s->ntables = s->npartitions = s->nscripts = n;
	s->all_tables = n;
}

static size_t bytes_of(const struct status *s)
{
	struct buf b;
	size_t len;

	buf_init(&b, 64 << 20);
	status_to_json(s, &b);
	len = b.len;
	buf_done(&b);
	return len;
}

/* A table that rests is as well as one that moves, and behind it in a list of the worst first. */
static void test_states(void)
{
	static const enum half_state worst_first[] = { HALF_FAILED, HALF_RETRYING, HALF_PAUSED, HALF_STREAMING,
		HALF_IDLE };

	for (size_t i = 0; i + 1 < sizeof(worst_first) / sizeof(*worst_first); i++) {
		struct status_table a = { .state = worst_first[i] }, b = { .state = worst_first[i + 1], .lag_ms = 1 };

		ok(status_order("tables", "state", &a, &b) < 0 && status_order("tables", "state", &b, &a) > 0,
				"%s before %s", half_state_name(a.state), half_state_name(b.state));
	}
}

static void test_order(void)
{
	struct status_wish wish = { .list = "tables",
		.sort = "captured",
		.limit = 3,
		.tables = 1,
		.partitions = 2,
		.scripts = 2 };
	struct status s;

	fill(&s, MANY);
	status_cut(&s, &wish);
	is_int(s.ntables, 3, "as many tables as are looked at");
	is_str(s.tables[0].name, "shop.table_09997", "those with the most rows");
	is_str(s.tables[2].name, "shop.table_09999", "in the order of their names");
	is_int(s.npartitions, 2, "of partitions, which nobody looks at, a few");
	is_int(s.partitions[0].lag, MANY, "that lag most");
	is_int(s.nscripts, 2, "and of scripts");
	is_int(s.scripts[1].ndrops, 1, "each with what belongs to it");
	is_int(s.all_tables, MANY, "how many there are is known");
	status_done(&s);

	wish.inverted = true;
	fill(&s, MANY);
	status_cut(&s, &wish);
	is_str(s.tables[0].name, "shop.busy_00000", "the other way round");
	status_done(&s);

	wish = (struct status_wish){ .list = "tables", .sort = "table", .filter = "BUSY_", .limit = 5 };
	fill(&s, MANY);
	status_cut(&s, &wish);
	is_int(s.ntables, 5, "those with a text in their name");
	is_str(s.tables[4].name, "shop.busy_00400", "by name");
	status_done(&s);

	snprintf(wish.filter, sizeof(wish.filter), "!shop");
	fill(&s, MANY);
	status_cut(&s, &wish);
	is_int(s.ntables, 0, "those without: none");
	status_done(&s);

	snprintf(wish.filter, sizeof(wish.filter), "failed");
	fill(&s, MANY);
	status_cut(&s, &wish);
	ok(s.ntables == 1 && strcmp(s.tables[0].error, "no such column") == 0, "a state is a text, too");
	status_done(&s);

	wish = (struct status_wish){ .tables = 1 };
	fill(&s, MANY);
	status_cut(&s, &wish);
	is_str(s.tables[0].error, "no such column", "where nobody looks, what has failed stands first");
	status_done(&s);

	wish = (struct status_wish){ .list = "tables",
		.filter = "busy",
		.limit = 50,
		.tables = 50,
		.partitions = 50,
		.scripts = 50 };
	fill(&s, 50);
	status_cut(&s, &wish);
	is_int(s.ntables, 50, "what is short stays whole: the console filters it");
	s.tables[0].state = s.tables[1].state = s.tables[2].state = HALF_STREAMING;
	s.tables[0].lag_ms = 90000;
	s.tables[1].dead_open = 3;
	ok(status_order("tables", "state", (const char *)&s.tables[1], (const char *)&s.tables[0]) < 0,
			"in the same state one with dead letters comes before one that lags");
	ok(status_order("tables", "state", (const char *)&s.tables[0], (const char *)&s.tables[2]) < 0,
			"and that before the others");
	status_done(&s);
}

/* What comes once a second, with a list on the screen. */
static size_t tick_bytes(size_t tables, bool whole)
{
	struct status_wish wish = { .list = "tables",
		.sort = "state",
		.limit = 200,
		.tables = 60,
		.partitions = 60,
		.scripts = 60 };
	struct status s;
	size_t bytes;

	fill(&s, tables);
	if (!whole)
		status_cut(&s, &wish);
	bytes = bytes_of(&s);
	status_done(&s);
	return bytes;
}

static void test_bytes(void)
{
	size_t few = tick_bytes(1000, false), many = tick_bytes(MANY, false), all = tick_bytes(MANY, true);

	ok(many < few + few / 50, "ten times as many tables take no more bytes a second: %zu, %zu", few, many);
	ok(many < 300000 && all > 20 * many, "of ten thousand: %zu bytes instead of %zu", many, all);
}

int main(void)
{
	test_states();
	test_order();
	test_bytes();
	return tap_done();
}
