/* dead_list.c - see dead_list.h. Nothing here changes anything. */
#include "engine/dead/dead_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"

enum { LIST_MAX = 100, LINE_MAX = 16 << 20 };

static void put_text(struct buf *b, const char *name, const struct dead_text *t)
{
	if (t->p == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json_string(b, t->p, t->len);
}

/* A text that is JSON itself, as it stands; one that is not, as text. */
static void put_json(struct buf *b, const char *name, const struct dead_text *t)
{
	struct json_slice v;
	struct json j;

	if (t->p == NULL)
		return;
	json_init(&j, t->p, t->len);
	if (json_value(&j, &v) == JSON_OBJECT && json_done(&j)) {
		buf_printf(b, ",\"%s\":", name);
		buf_put(b, t->p, t->len);
	} else {
		put_text(b, name, t);
	}
}

static void put_number(struct buf *b, const char *name, int64_t n)
{
	if (n >= 0)
		buf_printf(b, ",\"%s\":%lld", name, (long long)n);
}

void dead_print(struct buf *b, const struct dead_seen *seen, bool whole, bool unmasked)
{
	const struct dead_letter *l = seen->letter;
	bool hide = seen->hidden && !unmasked;

	buf_printf(b, "{\"id\":%lld,\"at_ms\":%lld,\"open\":%s,\"reason\":", (long long)l->id, (long long)l->at_ms,
			seen->open ? "true" : "false");
	if (hide)
		buf_json_str(b, seen->reason);
	else
		buf_json_string(b, l->reason.p ? l->reason.p : "", l->reason.len);
	put_text(b, "stage", &l->stage);
	buf_puts(b, ",\"table\":");
	buf_json_str(b, seen->table);
	put_json(b, "key", &l->key);
	put_text(b, "topic", &l->topic);
	put_number(b, "partition", l->partition);
	put_number(b, "offset", l->offset);
	put_text(b, "file", &l->file);
	put_number(b, "pos", l->pos);
	put_text(b, "gtid", &l->gtid);
	put_text(b, "label", &l->label);
	if (whole) {
		if (hide && l->message.p)
			buf_puts(b, ",\"message\":\"" ROW_MASKED "\"");
		else if (l->message.p)
			put_text(b, "message", &l->message);
		else
			buf_puts(b, ",\"message\":null");
		put_json(b, "row", &l->row); /* behind the script: what it takes away is away */
	}
	buf_putc(b, '}');
}

/* ---- a line each ---- */

struct closing { /* of one letter: the mark that closed it */
	int64_t id;
	bool found;
	char how[24], by[96];
};

static void is_mine(void *arg, int64_t id)
{
	struct closing *c = arg;

	c->found |= id == c->id;
}

static int on_mark(void *arg, const struct record *r)
{
	struct closing *c = arg;
	struct dead_letter mark;

	dead_letter_read(r, &mark);
	if (mark.mark.p == NULL)
		return 0;
	dead_mark_ids(&mark, is_mine, c);
	if (c->found) {
		snprintf(c->how, sizeof(c->how), "%.*s", (int)mark.mark.len, mark.mark.p);
		snprintf(c->by, sizeof(c->by), "%.*s", (int)(mark.by.p ? mark.by.len : 0), mark.by.p ? mark.by.p : "");
	}
	return c->found;
}

struct listing {
	engine_emit *emit;
	void *arg;
	struct buf line;
	int64_t left;
	bool whole, unmasked;
	size_t found;
	struct closing closing; /* of the one that is shown; not found: it is open, or this is a list */
};

/* Before the bracket that ends the line. */
static void put_closing(struct buf *b, const struct closing *c)
{
	if (b->failed)
		return;
	b->len--;
	buf_puts(b, ",\"closed\":");
	buf_json_str(b, c->how);
	buf_puts(b, ",\"by\":");
	buf_json_str(b, c->by);
	buf_putc(b, '}');
}

static int find_closing(const struct dead_look *look, const char *id, struct closing *out, struct err *err)
{
	out->id = -1;
	if (!num_parse_i64(id, strlen(id), &out->id) || dead_ledger_is_open(look->ledger, out->id))
		return 0;
	return log_scan(look->log, dead_topic(look->settings), 0, out->id + 1, -1, on_mark, out, err);
}

static int on_letter(void *arg, const struct dead_seen *seen)
{
	struct listing *l = arg;

	buf_reset(&l->line);
	dead_print(&l->line, seen, l->whole, l->unmasked);
	if (l->closing.found)
		put_closing(&l->line, &l->closing);
	l->found++;
	return (!l->line.failed && l->emit(l->arg, l->line.data, l->line.len)) || --l->left <= 0;
}

static int tell_letters(const struct dead_look *look, const struct engine_request *r, struct listing *l,
		struct err *err)
{
	const char *n = engine_request_arg(r, "n");
	struct dead_wish wish;
	int rc = dead_wish_read(r, false, &wish, err);

	l->left = LIST_MAX;
	if (n)
		num_parse_i64(n, strlen(n), &l->left);
	l->unmasked = engine_request_arg(r, "unmasked") != NULL;
	wish.closed |= l->whole;
	if (rc == 0 && l->whole)
		rc = find_closing(look, engine_request_arg(r, "id"), &l->closing, err);
	if (rc == 0)
		rc = dead_scan(look, &wish, on_letter, l, err);
	if (rc == 0 && l->whole && l->found == 0)
		rc = err_set(err, ERR_CONFIG, 0,
				"dead letter %.40s: expected one that exists; `millrace dead list` lists them",
				engine_request_arg(r, "id"));
	dead_wish_done(&wish);
	return rc;
}

static void tell_groups(struct dead_ledger *ledger, struct listing *l)
{
	size_t count;
	struct dead_group *g = dead_ledger_groups(ledger, &count);

	for (size_t i = 0; i < count; i++) {
		buf_reset(&l->line);
		buf_puts(&l->line, "{\"table\":");
		buf_json_str(&l->line, g[i].table);
		buf_puts(&l->line, ",\"reason\":");
		buf_json_str(&l->line, g[i].reason);
		buf_printf(&l->line, ",\"count\":%llu,\"first_ms\":%lld,\"last_ms\":%lld,\"last_id\":%lld}",
				(unsigned long long)g[i].count, (long long)g[i].first_ms, (long long)g[i].last_ms,
				(long long)g[i].last_id);
		if (l->emit(l->arg, l->line.data, l->line.len))
			break;
	}
	dead_groups_free(g, count);
}

int dead_tell(struct log *log, const struct settings *s, struct dead_ledger *ledger, const struct engine_request *r,
		engine_emit *emit, void *arg, struct err *err)
{
	struct dead_ledger *own = ledger ? NULL : dead_ledger_new();
	const struct dead_look look = { .log = log, .settings = s, .ledger = own ? own : ledger };
	struct listing l = { .emit = emit, .arg = arg, .whole = strcmp(r->command, "dead-show") == 0 };
	int rc;

	buf_init(&l.line, LINE_MAX);
	rc = dead_ledger_read(look.ledger, log, s, -1, err);
	if (rc == 0 && strcmp(r->command, "dead-groups") == 0)
		tell_groups(look.ledger, &l);
	else if (rc == 0)
		rc = tell_letters(&look, r, &l, err);
	buf_done(&l.line);
	dead_ledger_free(own);
	return rc;
}
