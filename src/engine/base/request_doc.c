/*
 * request_doc.c - what the table of requests says about one of them: are its arguments right, what does it do, how is it
 * written. Pure; the console's and the control socket's requests pass here alike.
 */
#include <stdio.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/must.h"
#include "core/num/num.h"
#include "engine/engine.h"

enum { MAX_DOC_ARGS = 32 };

void engine_session_name(struct engine_session *s)
{
	const char *at = s->terminal[0] ? "@" : "";

	if (s->name[0])
		snprintf(s->who, sizeof(s->who), "%s (%s%s%s)", s->name, s->user, at, s->terminal);
	else
		snprintf(s->who, sizeof(s->who), "%s%s%s", s->user, at, s->terminal);
}

const char *engine_effect_name(enum engine_effect effect)
{
	static const char *const names[] = {
		[EFFECT_READ] = "read",
		[EFFECT_REVERSIBLE] = "reversible",
		[EFFECT_COSTLY] = "costly",
		[EFFECT_DESTRUCTIVE] = "destructive",
	};

	return names[effect];
}

const char *engine_doer_lacks(enum engine_doer doer, bool captures, bool loads)
{
	if (doer == DOER_CAPTURE && !captures)
		return "this process does not capture (role load); ask the one with --role capture";
	if (doer == DOER_LOAD && !loads)
		return "this process does not load (role capture); ask the one with --role load";
	return NULL;
}

const char *engine_request_arg(const struct engine_request *r, const char *name)
{
	for (size_t i = 0; i < r->nargs; i++)
		if (strcmp(r->args[i].name, name) == 0)
			return r->args[i].value;
	return NULL;
}

void engine_request_give(struct engine_request *r, const char *name, const char *value)
{
	if (value == NULL)
		return;
	must(r->nargs < ENGINE_MAX_ARGS);
	r->args[r->nargs].name = name;
	r->args[r->nargs++].value = value;
}

const struct engine_request_doc *engine_request_doc(const struct engine_request_doc *docs, const char *name)
{
	for (; docs->name; docs++)
		if (strcmp(docs->name, name) == 0)
			return docs;
	return NULL;
}

static const struct engine_request_arg_doc *arg_doc(const struct engine_request_doc *doc, const char *name)
{
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

/* What a choice makes of the request: it does less than the request does otherwise. */
static enum engine_effect own_effect(const struct engine_request_doc *doc, const struct engine_request *r)
{
	static const struct {
		const char *command, *arg, *choice;
		enum engine_effect effect;
	} lighter[] = {
		{ "snapshot", "action", "pause", EFFECT_REVERSIBLE },
		{ "snapshot", "action", "resume", EFFECT_REVERSIBLE },
		{ "snapshot", "action", "limit", EFFECT_REVERSIBLE },
		{ "snapshot", "action", "list", EFFECT_READ },
	};

	for (size_t i = 0; i < sizeof(lighter) / sizeof(*lighter); i++) {
		const char *chosen = engine_request_arg(r, lighter[i].arg);

		if (chosen == NULL || strcmp(r->command, lighter[i].command) != 0 ||
				strcmp(chosen, lighter[i].choice) != 0)
			continue;
		return lighter[i].effect;
	}
	return doc->effect;
}

enum engine_effect engine_request_effect(const struct engine_request_doc *doc, const struct engine_request *r)
{
	enum engine_effect effect = own_effect(doc, r);

	for (size_t i = 0; i < r->nargs; i++) {
		const struct engine_request_arg_doc *a = arg_doc(doc, r->args[i].name);

		if (a && a->effect > effect)
			effect = a->effect;
	}
	return effect;
}

/* ---- how it is written ---- */

static const char *const kind_words[] = {
	[ARG_TEXT] = "TEXT",
	[ARG_COUNT] = "NUMBER",
	[ARG_CHOICE] = "WORD",
	[ARG_YES] = "yes",
	[ARG_HELD] = "capture|load|TABLE",
	[ARG_TABLE] = "TABLE",
	[ARG_TABLES] = "TABLES",
	[ARG_TOPIC] = "TOPIC",
	[ARG_GROUP] = "GROUP",
	[ARG_SQL] = "SQL",
	[ARG_TIME] = "TIME",
};

static const char *expected(const struct engine_request_arg_doc *a)
{
	return a->choices ? a->choices : kind_words[a->kind];
}

void engine_request_usage(const struct engine_request_doc *doc, char *out, size_t size)
{
	int n = snprintf(out, size, "%s", doc->name);

	for (const struct engine_request_arg_doc *a = doc->args; a->name && n >= 0 && (size_t)n < size; a++)
		n += snprintf(out + n, size - (size_t)n, a->needed ? " %s=%s" : " [%s=%s]", a->name, expected(a));
}

/* ---- is it right ---- */

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *c = choices;; c++) {
		size_t n = strcspn(c, "|");

		if (n == len && memcmp(c, value, len) == 0)
			return true;
		c += n;
		if (*c == '\0')
			return false;
	}
}

static bool value_fits(const struct engine_request_arg_doc *a, const char *value)
{
	int64_t number;

	if (a->choices)
		return is_choice(a->choices, value);
	switch (a->kind) {
	case ARG_COUNT: return num_parse_i64(value, strlen(value), &number) && number >= 0;
	case ARG_YES: return strcmp(value, "yes") == 0;
	default: return *value != '\0' || a->kind == ARG_TEXT;
	}
}

static int unknown_argument(const struct engine_request_doc *doc, const char *name, struct err *err)
{
	const char *names[MAX_DOC_ARGS], *near;
	char usage[600];
	size_t n = 0;

	for (const struct engine_request_arg_doc *a = doc->args; a->name && n < MAX_DOC_ARGS; a++)
		names[n++] = a->name;
	near = conf_nearest(name, names, n);
	if (near)
		return err_set(err, ERR_CONFIG, 0, "%s: '%.40s' is unknown; nearest: %s", doc->name, name, near);
	engine_request_usage(doc, usage, sizeof(usage));
	return err_set(err, ERR_CONFIG, 0, "%s: '%.40s' is unknown; expected: %.300s", doc->name, name, usage);
}

static int check_given(const struct engine_request_doc *doc, const struct engine_request *r, size_t i, struct err *err)
{
	const struct engine_request_arg_doc *a = arg_doc(doc, r->args[i].name);

	if (a == NULL)
		return unknown_argument(doc, r->args[i].name, err);
	if (engine_request_arg(r, a->name) != r->args[i].value)
		return err_set(err, ERR_CONFIG, 0, "%s: %s is given twice", doc->name, a->name);
	if (!value_fits(a, r->args[i].value))
		return err_set(err, ERR_CONFIG, 0, "%s: %s: expected %s, found '%.60s'", doc->name, a->name,
				expected(a), r->args[i].value);
	return 0;
}

int engine_request_check(const struct engine_request_doc *doc, const struct engine_request *r, struct err *err)
{
	for (size_t i = 0; i < r->nargs; i++)
		if (check_given(doc, r, i, err))
			return -1;
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (a->needed && engine_request_arg(r, a->name) == NULL)
			return err_set(err, ERR_CONFIG, 0, "%s: expected %s=%s, found none", doc->name, a->name,
					expected(a));
	return 0;
}
