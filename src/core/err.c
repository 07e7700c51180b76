/* err.c - fills a struct err. The texts often quote what a server said, so they are cleaned here, once, for all
 * readers. */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

static const char *const kind_names[] = {
	[ERR_NONE] = "none",
	[ERR_RETRY] = "retry",
	[ERR_DATA] = "data",
	[ERR_CONFIG] = "config",
	[ERR_DENIED] = "denied",
	[ERR_UNREACHABLE] = "unreachable",
	[ERR_FENCED] = "fenced",
	[ERR_FATAL] = "fatal",
};

int err_set(struct err *err, enum err_kind kind, int code, const char *fmt, ...)
{
	char text[2 * sizeof(err->msg)]; /* apart from msg: the arguments may point into it */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err->kind = kind;
	err->code = code;
	text_escape(err->msg, sizeof(err->msg), text, strlen(text));
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char text[2 * sizeof(err->msg)];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, ": %s", err->msg);
	text_escape(err->msg, sizeof(err->msg), text, strlen(text));
	return -1;
}

void err_clear(struct err *err)
{
	err->kind = ERR_NONE;
	err->code = 0;
	err->msg[0] = '\0';
}

const char *err_kind_name(enum err_kind kind)
{
	return (size_t)kind < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[kind] : "unknown";
}
