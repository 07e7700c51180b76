/*
 * sink_password.c - the password of [starrocks] as its file says it now: somebody may change it while the process runs. Those that
 * were before stay valid, because a thread may be about to send one; each takes a few bytes, and people change it seldom.
 *
 * @thread any reads; one at a time changes.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "sink/sink.h"

struct one_password {
	struct one_password *before;
	char text[];
};

struct sink_password {
	_Atomic(struct one_password *) now; /* NULL: what the configuration said at the start */
};

struct sink_password *sink_password_new(void)
{
	return xcalloc(1, sizeof(struct sink_password));
}

void sink_password_free(struct sink_password *p)
{
	struct one_password *one = p ? atomic_load(&p->now) : NULL;

	while (one) {
		struct one_password *before = one->before;

		explicit_bzero(one->text, strlen(one->text));
		free(one);
		one = before;
	}
	free(p);
}

const char *sink_password(const struct sink_conf *conf)
{
	const struct one_password *one = conf->changed ? atomic_load(&conf->changed->now) : NULL;
	const char *text = one ? one->text : conf->password;

	return text ? text : "";
}

bool sink_password_change(const struct sink_conf *conf, const char *text)
{
	size_t len = strlen(text);
	struct one_password *one;

	if (conf->changed == NULL || strcmp(text, sink_password(conf)) == 0)
		return false;
	one = xmalloc(sizeof(*one) + len + 1);
	memcpy(one->text, text, len + 1);
	one->before = atomic_load(&conf->changed->now);
	atomic_store(&conf->changed->now, one);
	return true;
}
