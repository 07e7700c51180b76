/* scripts_answer.c - what a version would do otherwise, what has become of a request, and two texts beside each other: the lines of JSON as a person
 * reads them. */
#include "console/view/scripts_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { ANSWER_MOST = 20000 };

/* ---- what all of the view reads ---- */

const char *scripts_text(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

int64_t scripts_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

void scripts_key(const struct status_script *s, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%.500s %u %.100s", s->table, s->place, s->script);
}

const struct status_script *scripts_shown(const struct scripts_page *p)
{
	for (size_t i = 0; p->status && i < p->status->nscripts; i++) {
		const struct status_script *s = &p->status->scripts[i];

		if (s->place == p->place && strcmp(s->table, p->table) == 0 && strcmp(s->script, p->script) == 0)
			return s;
	}
	return NULL;
}

/* ---- lines ---- */

void scripts_answer_clear(struct scripts_page *p)
{
	for (size_t i = 0; i < p->nanswer; i++)
		free(p->answer[i].text);
	p->nanswer = 0;
	p->tried = false;
	p->why[0] = '\0';
	p->top = 0;
}

/* Takes text. */
static void add(struct scripts_page *p, enum role role, char *text)
{
	if (p->nanswer == ANSWER_MOST) {
		free(text);
		return;
	}
	xgrow(p->answer, p->nanswer, p->cap_answer, 64);
	p->answer[p->nanswer++] = (struct scripts_line){ .text = text, .role = role };
}

static char *answer_text(const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	return text ? text : xstrdup("");
}

/* {"id":"1"}  status one -> two, n none -> 3 */
static void changed(struct scripts_page *p, const json_t *o)
{
	const json_t *before = json_object_get(o, "before");
	json_t *after = json_object_get(o, "after"), *v;
	char *key = answer_text(json_object_get(o, "key")), *text = xasprintf("%s ", key), *more;
	const char *column, *comma = "";

	json_object_foreach(after, column, v)
	{
		const json_t *old = json_object_get(before, column);
		char *a = old ? answer_text(old) : xstrdup("none"), *b = answer_text(v);

		more = xasprintf("%s%s %s %s -> %s", text, comma, column, a, b);
		comma = ",";
		free(text);
		free(a);
		free(b);
		text = more;
	}
	free(key);
	add(p, ROLE_TEXT, text);
}

static void different(struct scripts_page *p, const json_t *o)
{
	const char *is = scripts_text(o, "is");
	char *key;

	if (json_object_get(o, "after")) {
		changed(p, o);
		return;
	}
	key = answer_text(json_object_get(o, "key"));

	add(p, strcmp(is, "dead") == 0 || strcmp(is, "deleted") == 0 ? ROLE_CRIT : ROLE_WARN,
			xasprintf("%s  was %s, would be %s", key, scripts_text(o, "was"), is));
	free(key);
}

static void reason(struct scripts_page *p, const json_t *o, const char *what, enum role role)
{
	const json_t *keys = json_object_get(o, "keys"), *k;
	const char *said = scripts_text(o, "reason");
	char *text = xasprintf("%-10s %lld  %s %s", what, (long long)scripts_number(o, "rows"),
			scripts_text(o, "script"), said[0] ? said : "return nil");
	size_t i;

	json_array_foreach(keys, i, k)
	{
		char *more = xasprintf("%s  %s", text, json_is_string(k) ? json_string_value(k) : "");

		free(text);
		text = more;
	}
	add(p, role, text);
}

static void summary(struct scripts_page *p, const json_t *o)
{
	add(p, ROLE_STRONG,
			xasprintf("%lld messages, %lld rows: %lld as they came, %lld changed, %lld dropped, %lld deleted, %lld dead; %lld become something else",
					(long long)scripts_number(o, "messages"), (long long)scripts_number(o, "rows"),
					(long long)scripts_number(o, "passed"), (long long)scripts_number(o, "changed"),
					(long long)scripts_number(o, "dropped"),
					(long long)scripts_number(o, "deleted"), (long long)scripts_number(o, "dead"),
					(long long)scripts_number(o, "different")));
}

/* What matters most stands first. */
static void to_front(struct scripts_page *p)
{
	struct scripts_line last = p->answer[p->nanswer - 1];

	memmove(p->answer + 1, p->answer, (p->nanswer - 1) * sizeof(*p->answer));
	p->answer[0] = last;
}

static void outcome(struct scripts_page *p, const json_t *o, const char *kind)
{
	const char *section = scripts_text(o, "section"), *version = scripts_text(o, "version"),
		   *was = scripts_text(o, "was"), *effect = scripts_text(o, "effect");

	if (strcmp(kind, "same") == 0)
		add(p, ROLE_OK, xasprintf("[table %s]: version %s runs already", section, version));
	else if (strcmp(kind, "applied") == 0)
		add(p, ROLE_OK,
				xasprintf("[table %s]: version %s runs now instead of %s; %s", section, version, was,
						effect));
	else
		add(p, ROLE_STRONG,
				xasprintf("[table %s]: version %s would take the place of %s; %s", section, version,
						was, effect));
}

static void difference(struct scripts_page *p, const json_t *o, const char *mark)
{
	const char *text = scripts_text(o, "text");

	if (*mark == '@')
		add(p, ROLE_HEADER, xasprintf("%s:%s", scripts_text(o, "file"), text));
	else
		add(p, *mark == '+' ? ROLE_OK : *mark == '-' ? ROLE_CRIT : ROLE_TEXT, xasprintf("%s %s", mark, text));
}

void scripts_answer_line(struct scripts_page *p, const json_t *o)
{
	const char *kind = scripts_text(o, "kind"), *mark = scripts_text(o, "mark");

	if (*mark)
		difference(p, o, mark);
	else if (strcmp(kind, "changed") == 0)
		changed(p, o);
	else if (strcmp(kind, "different") == 0)
		different(p, o);
	else if (strcmp(kind, "drop") == 0)
		reason(p, o, "dropped", ROLE_WARN);
	else if (strcmp(kind, "dead") == 0)
		reason(p, o, "dead", ROLE_CRIT);
	else if (strcmp(kind, "finding") == 0)
		add(p, json_is_true(json_object_get(o, "error")) ? ROLE_CRIT : ROLE_WARN,
				xasprintf("%s:%lld: %s", scripts_text(o, "script"),
						(long long)scripts_number(o, "line"), scripts_text(o, "text")));
	else if (strcmp(kind, "count") == 0)
		reason(p, o, "counted", ROLE_TEXT);
	else if (strcmp(kind, "summary") == 0) {
		summary(p, o);
		to_front(p);
	} else if (strcmp(kind, "applied") == 0 || strcmp(kind, "same") == 0 || strcmp(kind, "tried") == 0) {
		outcome(p, o, kind);
		to_front(p);
		p->tried = *kind == 't';
	}
}

/* What is compared, in words; a version has its number. */
static const char *side(const char *name)
{
	return strcmp(name, "running") == 0 ? "what runs" : strcmp(name, "files") == 0 ? "the files" : name;
}

void scripts_answer_title(const struct scripts_page *p, char *out, size_t size)
{
	static const char *const titles[] = {
		[ASK_NOTHING] = "",
		[ASK_SHOW] = "",
		[ASK_TRY_APPLY] = "what the files as they are would do: a runs them, Esc leaves all as it is",
		[ASK_APPLY] = "the files as they are",
		[ASK_TRY_ROLL_BACK] = "what that version would do: u lets it run, Esc leaves all as it is",
		[ASK_ROLL_BACK] = "back to another version",
		[ASK_PROFILE] = "",
		[ASK_DIFFERENCE] = "",
	};

	if (p->ask == ASK_DIFFERENCE)
		snprintf(out, size, "- only in %s   + only in %s", side(p->sides[0]), side(p->sides[1]));
	else
		snprintf(out, size, "%s", titles[p->ask]);
}
