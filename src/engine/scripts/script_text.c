/* script_text.c - see script_text.h. */
#include "engine/scripts/script_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"

static void put_part(struct buf *b, const char *kind, const char *name, const char *text)
{
	size_t len = strlen(text);

	buf_printf(b, "%s %zu %s\n", kind, len, name);
	buf_put(b, text, len);
	buf_putc(b, '\n');
}

void script_text_put(struct buf *b, const struct script *script)
{
	struct script_source part;

	for (size_t i = 0; script_source_at(script, i, &part); i++) {
		put_part(b, part.configured ? "script" : "filter", part.name, part.text);
		for (size_t k = 0; k < part.nfiles; k++)
			put_part(b, "file", part.files[k].path, part.files[k].text);
	}
}

bool script_text_next(char *text, size_t len, size_t *at, struct script_text_part *out)
{
	char *head = text + *at, *end = *at < len ? memchr(head, '\n', len - *at) : NULL, *size, *name;
	size_t from = end ? (size_t)(end + 1 - text) : 0;
	int64_t n;

	if (end == NULL)
		return false;
	*end = '\0';
	size = strchr(head, ' ');
	name = size ? strchr(size + 1, ' ') : NULL;
	if (name == NULL)
		return false;
	*size++ = *name++ = '\0';
	if (!num_parse_i64(size, strlen(size), &n) || n < 0 || (uint64_t)n >= len - from ||
			text[from + (size_t)n] != '\n')
		return false;
	*out = (struct script_text_part){ .kind = head, .name = name, .text = text + from };
	*at = from + (size_t)n + 1;
	text[*at - 1] = '\0';
	return true;
}

struct open_part {
	struct script_origin origin;
	struct script_file files[SCRIPT_FILES_MAX];
};

/* What was gathered becomes a script at the end of the chain. -1: err; nothing is left of it. */
static int end_part(struct open_part *p, const struct settings *s, struct script **all, struct err *err)
{
	struct script *next;

	if (p->origin.path == NULL)
		return 0;
	next = script_open_from(&p->origin, &s->script, err);
	if (next) {
		*all = script_chain(*all, next);
		return 0;
	}
	script_close(*all);
	*all = NULL;
	return -1;
}

struct script *script_text_open(char *text, size_t len, const struct settings *s, const struct table_settings *t,
		struct err *err)
{
	struct open_part p = { .origin = { .path = NULL } };
	struct script_text_part part;
	struct script *all = NULL;
	size_t at = 0;

	while (script_text_next(text, len, &at, &part)) {
		if (strcmp(part.kind, "file") == 0 && p.origin.nfiles < SCRIPT_FILES_MAX) {
			p.files[p.origin.nfiles++] = (struct script_file){ .path = part.name, .text = part.text };
			continue;
		}
		if (end_part(&p, s, &all, err))
			return NULL;
		p.origin = (struct script_origin){
			.path = part.name,
			.text = part.text,
			.config = strcmp(part.kind, "filter") == 0 ? NULL : &t->script,
			.files = p.files,
		};
	}
	if (at != len || p.origin.path == NULL) {
		script_close(all);
		err_set(err, ERR_CONFIG, 0, "expected the texts of a script, found a file that is damaged");
		return NULL;
	}
	return end_part(&p, s, &all, err) ? NULL : all;
}
