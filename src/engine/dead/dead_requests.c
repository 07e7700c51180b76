/*
 * dead_requests.c - what can be asked about dead letters, and what the status tells of them. Requests run in the asker's thread, the
 * rest in the housekeeper's.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/logline.h"
#include "engine/dead/dead_edit.h"
#include "engine/dead/dead_list.h"
#include "engine/dead/dead_mark.h"
#include "engine/dead/dead_retry.h"

enum { LOOK_MS = 300, PROBLEMS_MAX = 50 };

/* ---- status ---- */

/* What a load thread knows of the letters of its table, for dead.max: rather one too few for a while than one too many. */
static void count_closed(struct engine *e, struct table_meter *m)
{
	int64_t open = dead_ledger_open(e->dead, m->name);

	atomic_store(&m->closed, (int64_t)counter_get(&m->dead) - open);
}

void engine_dead_look(struct engine *e)
{
	struct log *log = atomic_load(&e->shared.log);
	struct err ignored; /* whoever needs the log says that it is away */

	err_clear(&ignored);
	if (log == NULL || dead_ledger_read(e->dead, log, atomic_load(&e->shared.live), LOOK_MS, &ignored) ||
			dead_ledger_open(e->dead, NULL) < 0)
		return;
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++)
		count_closed(e, table_meter_at(e->shared.tables, i));
}

static int by_name(const void *name, const void *table)
{
	return strcmp(name, ((const struct status_table *)table)->name);
}

void engine_dead_copy(struct engine *e, struct status *out)
{
	size_t count;
	struct dead_group *g = dead_ledger_groups(e->dead, &count);

	out->dead_open = dead_ledger_open(e->dead, NULL);
	for (size_t i = 0; i < out->ntables; i++)
		out->tables[i].dead_open = out->dead_open < 0 ? -1 : 0;
	for (size_t i = 0; i < count && out->dead_open >= 0; i++) {
		struct status_table *t = out->ntables
				? bsearch(g[i].table, out->tables, out->ntables, sizeof(*t), by_name)
				: NULL;

		if (t)
			t->dead_open += (int64_t)g[i].count;
	}
	dead_groups_free(g, count);
}

/* The largest group of a table is its problem's text. */
static bool is_first(const struct dead_group *g, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (g[k].table == g[i].table)
			return false;
	return true;
}

void engine_dead_problems(struct engine *e)
{
	size_t count, told = 0;
	struct dead_group *g = dead_ledger_groups(e->dead, &count);

	for (size_t i = 0; i < count && told < PROBLEMS_MAX; i++) {
		int64_t n;

		if (!is_first(g, i) || (n = dead_ledger_open(e->dead, g[i].table)) <= 0)
			continue;
		told++;
		problem_see(e->shared.problems, PROBLEM_DEAD_LETTERS, g[i].table,
				"%" PRId64 " dead letter%s open%s: %s", n, n == 1 ? " is" : "s are",
				(uint64_t)n > g[i].count ? ", most" : "", g[i].reason);
	}
	dead_groups_free(g, count);
}

/* ---- requests ---- */

static const char *who(const struct engine_request *r)
{
	return r->session && r->session->who[0] ? r->session->who : "unknown";
}

static int discard(struct dead_doing *d, struct dead_picks *picks, struct err *err)
{
	if (picks->count && dead_mark(d->e, picks->items, picks->count, d->how, d->who, err))
		return -1;
	dead_tell_end(d, picks->count, 0);
	return 0;
}

static int on_dry(void *arg, const struct dead_seen *seen)
{
	struct dead_doing *d = arg;
	struct buf b;
	int gone;

	buf_init(&b, 1 << 20);
	dead_print(&b, seen, false, false);
	gone = d->emit(d->arg, b.data, b.len);
	buf_done(&b);
	d->count++;
	return gone;
}

static int change(struct engine *e, struct log *log, const struct engine_request *r, engine_emit *emit, void *arg,
		struct err *err)
{
	const struct dead_look look = { .log = log, .settings = atomic_load(&e->shared.live), .ledger = e->dead };
	bool retries = strcmp(r->command, "dead-retry") == 0;
	struct dead_doing d = {
		.e = e,
		.emit = emit,
		.arg = arg,
		.who = who(r),
		.how = retries ? "retried" : "discarded",
		.dry = engine_request_arg(r, "dry_run") != NULL,
	};
	struct dead_picks picks = { 0 };
	struct dead_wish wish;
	int rc = dead_wish_read(r, true, &wish, err);

	if (rc == 0)
		rc = dead_ledger_read(e->dead, log, look.settings, -1, err);
	if (rc == 0 && d.dry) {
		rc = dead_scan(&look, &wish, on_dry, &d, err);
		if (rc == 0)
			dead_tell_end(&d, d.count, 0);
	} else if (rc == 0) {
		rc = dead_picks_take(&look, &wish, &picks, err);
		if (rc == 0 && picks.count == 0 && wish.ids)
			rc = err_set(err, ERR_CONFIG, 0, "%s: no open letter is meant; `millrace dead list` lists them",
					r->command);
		if (rc == 0)
			logline(LOG_NOTICE, "dead", "%zu letters are to be %s on request of %s", picks.count, d.how,
					d.who);
		if (rc == 0)
			rc = retries ? dead_retry(&d, &picks, err) : discard(&d, &picks, err);
	}
	dead_wish_done(&wish);
	dead_picks_free(&picks);
	return rc;
}

static int edit(struct engine *e, struct log *log, const struct engine_request *r, engine_emit *emit, void *arg,
		struct err *err)
{
	const struct dead_look look = { .log = log, .settings = atomic_load(&e->shared.live), .ledger = e->dead };
	struct dead_doing d = { .e = e, .emit = emit, .arg = arg, .who = who(r), .how = "edited" };
	struct dead_picks picks = { 0 };
	struct dead_wish wish;
	int rc = dead_wish_read(r, true, &wish, err);

	if (rc == 0)
		rc = dead_ledger_read(e->dead, log, look.settings, -1, err);
	if (rc == 0)
		rc = dead_picks_take(&look, &wish, &picks, err);
	if (rc == 0 && picks.count != 1)
		rc = err_set(err, ERR_CONFIG, 0,
				"dead-edit: expected the ID of one open letter; `millrace dead list` lists them");
	if (rc == 0)
		logline(LOG_NOTICE, "dead", "letter %lld of %s is to be loaded with other values on request of %s",
				(long long)picks.items[0].id, picks.items[0].table, d.who);
	if (rc == 0)
		rc = dead_edit(&d, &picks.items[0], engine_request_arg(r, "row"), err);
	dead_wish_done(&wish);
	dead_picks_free(&picks);
	return rc;
}

int dead_request(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct log *log = shared_log(&e->shared, err);

	if (log == NULL)
		return -1;
	if (strcmp(r->command, "dead-retry") == 0 || strcmp(r->command, "dead-discard") == 0)
		return change(e, log, r, emit, arg, err);
	if (strcmp(r->command, "dead-edit") == 0)
		return edit(e, log, r, emit, arg, err);
	return dead_tell(log, atomic_load(&e->shared.live), e->dead, r, emit, arg, err);
}
