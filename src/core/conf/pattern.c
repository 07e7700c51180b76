/* pattern.c - see pattern.h. Java's spellings are turned into POSIX ones before they are compiled. */
#include "core/conf/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"

enum { PATTERN_BYTES_MAX = 4096 };

/* False for what has no POSIX form. */
static bool translate(const char *java, struct buf *out)
{
	buf_puts(out, "^(");
	for (const char *p = java; *p; p++) {
		if (p[0] == '\\' && p[1] == 'd') {
			buf_puts(out, "[0-9]");
			p++;
		} else if (p[0] == '\\' && p[1] != '\0') {
			buf_put(out, p++, 2);
		} else if (p[0] == '(' && p[1] == '?') {
			if (p[2] != ':')
				return false;
			buf_putc(out, '(');
			p += 2;
		} else {
			buf_putc(out, *p);
		}
	}
	buf_puts(out, ")$");
	return !out->failed;
}

static int compile(regex_t *re, const char *key, const char *text, struct err *err)
{
	struct buf b;
	char why[128] = "it is too long, or uses a form that POSIX regular expressions do not have";
	int r = -1;

	buf_init(&b, PATTERN_BYTES_MAX);
	if (translate(text, &b) && (r = regcomp(re, b.data, REG_EXTENDED | REG_ICASE | REG_NOSUB)) != 0)
		regerror(r, re, why, sizeof(why));
	buf_done(&b);
	return r == 0 ? 0 : err_set(err, ERR_CONFIG, 0, "%s: '%s' is not a regular expression: %s", key, text, why);
}

int pattern_list_init(struct pattern_list *list, const char *key, const struct conf_list *texts, struct err *err)
{
	*list = (struct pattern_list){ xcalloc(texts->count + 1, sizeof(*list->items)), 0 };
	for (size_t i = 0; i < texts->count; i++) {
		if (compile(&list->items[i], key, texts->items[i], err) < 0)
			return -1;
		list->count++;
	}
	return 0;
}

int pattern_list_parse(struct pattern_list *list, const char *key, const char *text, struct err *err)
{
	struct conf_list texts;
	int rc;

	conf_list_parse(&texts, text);
	rc = pattern_list_init(list, key, &texts, err);
	conf_list_free(&texts);
	return rc;
}

bool pattern_list_match(const struct pattern_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (regexec(&list->items[i], name, 0, NULL, 0) == 0)
			return true;
	return false;
}

void pattern_list_done(struct pattern_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		regfree(&list->items[i]);
	free(list->items);
	*list = (struct pattern_list){ NULL, 0 };
}
