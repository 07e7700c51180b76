/* request_line.c - splits the line, finds the request in the engine's table and names its arguments. */
#include "console/keys/request_line.h"

#include <stdio.h>
#include <string.h>

#define MAX_WORDS (ENGINE_MAX_ARGS + 1)

/* Splits text in place; -1: too many words or an open quote. */
static int split(char *text, char *words[MAX_WORDS])
{
	int n = 0;

	for (char *from = text, *to = text;;) {
		bool quoted = false;

		from += strspn(from, " ");
		if (*from == '\0')
			return n;
		if (n == MAX_WORDS)
			return -1;
		words[n++] = to;
		for (; *from && (quoted || *from != ' '); from++) {
			if (quoted && from[0] == '\\' && (from[1] == '"' || from[1] == '\\'))
				*to++ = *++from;
			else if (*from == '"')
				quoted = !quoted;
			else
				*to++ = *from;
		}
		if (quoted)
			return -1;
		from += *from != '\0';
		*to++ = '\0';
	}
}

static bool doc_has(const struct engine_request_doc *doc, const char *word, size_t len)
{
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (strlen(a->name) == len && memcmp(a->name, word, len) == 0)
			return true;
	return false;
}

static const char *doc_name(const struct engine_request_doc *doc, size_t index)
{
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (index-- == 0)
			return a->name;
	return NULL;
}

static int name_argument(struct request_line *out, const struct engine_request_doc *doc, char *word, size_t *positional,
		struct err *err)
{
	struct engine_request *r = &out->request;
	char *name = out->names[r->nargs], *equals = strchr(word, '=');
	const char *next;
	char usage[400];

	if (equals && doc_has(doc, word, (size_t)(equals - word))) {
		snprintf(name, sizeof(out->names[0]), "%.*s", (int)(equals - word), word);
		word = equals + 1;
	} else if ((next = doc_name(doc, (*positional)++)) != NULL) {
		snprintf(name, sizeof(out->names[0]), "%s", next);
	} else {
		engine_request_usage(doc, usage, sizeof(usage));
		return err_set(err, ERR_CONFIG, 0, "'%s' is one too many; expected: %s", word, usage);
	}
	r->args[r->nargs].name = name;
	r->args[r->nargs++].value = word;
	return 0;
}

/* ---- completion ---- */

struct completion {
	const char *word; /* as far as it is typed */
	char agreed[64];
	unsigned count;
};

static void completion_add(struct completion *c, const char *name)
{
	size_t n = 0;

	if (strncmp(name, c->word, strlen(c->word)) != 0)
		return;
	if (c->count++ == 0)
		snprintf(c->agreed, sizeof(c->agreed), "%s", name);
	while (c->agreed[n] && c->agreed[n] == name[n])
		n++;
	c->agreed[n] = '\0';
}

bool request_line_complete(char *line, size_t size, const struct engine_request_doc *docs)
{
	char *space = strrchr(line, ' '), *word = space ? space + 1 : line;
	struct completion c = { .word = word };
	char command[64];

	if (space == NULL) {
		for (; docs->name; docs++)
			completion_add(&c, docs->name);
	} else {
		snprintf(command, sizeof(command), "%.*s", (int)strcspn(line, " "), line);
		docs = engine_request_doc(docs, command);
		for (const struct engine_request_arg_doc *a = docs ? docs->args : NULL; a && a->name; a++)
			completion_add(&c, a->name);
	}
	if (c.count == 0 || (size_t)(word - line) + sizeof(c.agreed) + 1 > size)
		return false;
	sprintf(word, "%s%s", c.agreed, c.count > 1 ? "" : space ? "=" : " ");
	return true;
}

static int unknown_request(const char *word, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0, "there is no '%s'; A lists what there is, Tab completes", word);
}

int request_line_parse(struct request_line *out, const char *line, const struct engine_request_doc *docs,
		struct err *err)
{
	const struct engine_request_doc *doc;
	char *words[MAX_WORDS];
	size_t positional = 0;
	int n;

	memset(out, 0, sizeof(*out));
	snprintf(out->text, sizeof(out->text), "%s", line);
	n = split(out->text, words);
	if (n <= 0)
		return err_set(err, ERR_CONFIG, 0, "expected a request and at most %d words, with quotes closed",
				ENGINE_MAX_ARGS);
	doc = engine_request_doc(docs, words[0]);
	if (doc == NULL)
		return unknown_request(words[0], err);
	out->request.command = doc->name;
	for (int i = 1; i < n; i++)
		if (name_argument(out, doc, words[i], &positional, err))
			return -1;
	return 0;
}

void request_line_add(char *line, size_t size, const char *name, const char *value)
{
	size_t len = strlen(line);

	len += (size_t)snprintf(line + len, size - len, " \"%s=", name);
	for (; *value && len + 4 < size; value++) {
		if (*value == '"' || *value == '\\')
			line[len++] = '\\';
		line[len++] = *value;
	}
	if (len + 1 < size)
		line[len++] = '"';
	line[len < size ? len : size - 1] = '\0';
}

/* Of a word that begins with a quote: up to the one that ends it; 0: it needs them, or does not end. */
static size_t needless(const char *word)
{
	size_t len = 1 + strcspn(word + 1, " \"\\");

	return word[0] == '"' && word[len] == '"' && (word[len + 1] == ' ' || word[len + 1] == '\0') ? len : 0;
}

const char *request_line_show(char *out, size_t size, const char *line)
{
	size_t n = 0;

	for (bool begins = true; *line && n + 1 < size; line++) {
		size_t quoted = begins ? needless(line) : 0;

		if (quoted) {
			n += (size_t)snprintf(out + n, size - n, "%.*s", (int)(quoted - 1), line + 1);
			n = n < size ? n : size - 1;
			line += quoted;
		} else {
			out[n++] = *line;
		}
		begins = *line == ' ';
	}
	out[n] = '\0';
	return out;
}
