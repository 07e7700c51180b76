/* dead_wish.c - see dead_wish.h. */
#include "engine/dead/dead_wish.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"

/* ---- what is meant ---- */

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int read_ids(struct dead_wish *w, const char *text, struct err *err)
{
	size_t len;

	if (text == NULL)
		return 0;
	w->ids = xcalloc(strlen(text) / 2 + 1, sizeof(*w->ids));
	for (const char *p = text; *p; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		if (!num_parse_i64(p, len, &w->ids[w->nids++]))
			return err_set(err, ERR_CONFIG, 0,
					"dead letter '%.*s': expected an ID as `millrace dead list` shows it, or several: 12,15",
					(int)(len < 40 ? len : 40), p);
	}
	qsort(w->ids, w->nids, sizeof(*w->ids), by_number);
	return 0;
}

static int read_time(const char *name, const char *text, int64_t *out, struct err *err)
{
	*out = -1;
	if (text && !num_parse_moment_ms(text, clock_wall_us() / 1000, out))
		return err_set(err, ERR_CONFIG, 0,
				"%s: expected a time in UTC (2026-01-31 23:59:00) or how long ago (90m), found '%.40s'",
				name, text);
	return 0;
}

int dead_wish_read(const struct engine_request *r, bool some, struct dead_wish *out, struct err *err)
{
	*out = (struct dead_wish){
		.table = engine_request_arg(r, "table"),
		.reason = engine_request_arg(r, "reason"),
		.closed = engine_request_arg(r, "closed") != NULL,
	};
	if (read_ids(out, engine_request_arg(r, "id"), err) ||
			read_time("since", engine_request_arg(r, "since"), &out->since_ms, err) ||
			read_time("before", engine_request_arg(r, "before"), &out->before_ms, err))
		return -1;
	if (some && out->ids == NULL && out->table == NULL && out->reason == NULL && out->since_ms < 0 &&
			out->before_ms < 0 && engine_request_arg(r, "all") == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"%s: expected an ID, a table, a reason, since or before, or that all letters are meant (--all)",
				r->command);
	return 0;
}

void dead_wish_done(struct dead_wish *w)
{
	free(w->ids);
	w->ids = NULL;
}

/* ---- the scan ---- */

struct wish_scan {
	const struct dead_look *look;
	const struct dead_wish *w;
	int (*each)(void *arg, const struct dead_seen *seen);
	void *arg;
	struct row_mask mask;
};

static bool is_meant(const struct dead_wish *w, const struct dead_seen *s)
{
	const struct dead_letter *l = s->letter;

	return (w->closed || s->open) && (w->since_ms < 0 || l->at_ms >= w->since_ms) &&
			(w->before_ms < 0 || l->at_ms < w->before_ms) &&
			(w->table == NULL || strcmp(w->table, s->table) == 0) &&
			(w->reason == NULL || strcasestr(s->reason, w->reason) != NULL) &&
			(w->ids == NULL || bsearch(&l->id, w->ids, w->nids, sizeof(*w->ids), by_number) != NULL);
}

static int on_record(void *arg, const struct record *r)
{
	const struct wish_scan *s = arg;
	char table[TABLE_NAME_ROOM];
	struct dead_letter letter;
	struct dead_seen seen = { .letter = &letter, .table = table };

	dead_letter_read(r, &letter);
	if (letter.mark.p)
		return 0;
	seen.hidden = dead_letter_table(&letter, &s->mask, table, sizeof(table));
	seen.open = dead_ledger_is_open(s->look->ledger, letter.id);
	dead_reason(&letter, seen.hidden, seen.reason);
	return is_meant(s->w, &seen) ? s->each(s->arg, &seen) : 0;
}

int dead_scan(const struct dead_look *look, const struct dead_wish *w,
		int (*each)(void *arg, const struct dead_seen *seen), void *arg, struct err *err)
{
	struct wish_scan s = { .look = look, .w = w, .each = each, .arg = arg };
	int64_t from = w->closed ? -1 : dead_ledger_first(look->ledger);
	int rc;

	if ((!w->closed && from < 0) || dead_ledger_end(look->ledger) == 0)
		return 0;
	if (w->nids && w->ids[0] > from)
		from = w->ids[0];
	row_mask_init(&s.mask, look->settings);
	rc = log_scan(look->log, dead_topic(look->settings), 0, from, w->nids ? w->ids[w->nids - 1] + 1 : -1, on_record,
			&s, err);
	row_mask_done(&s.mask);
	return rc;
}
