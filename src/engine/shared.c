/* shared.c - what every part of the engine may ask of what it was given. */
#include <string.h>
#include <unistd.h>

#include "engine/engine_parts.h"

void shared_wake(struct shared *sh)
{
	uint64_t one = 1;

	/* A full counter means that the reader is already awake. */
	if (write(sh->wake_fd, &one, sizeof(one)) < 0)
		return;
}

unsigned shared_partitions(struct shared *sh, const char *topic, struct err *err)
{
	struct log_topics topics;
	unsigned n = 0;

	if (log_topics(sh->log, &topics, err))
		return 0;
	for (size_t i = 0; i < topics.count; i++)
		if (strcmp(topics.items[i].name, topic) == 0)
			n = topics.items[i].npartitions;
	log_topics_free(&topics);
	if (n == 0)
		err_set(err, ERR_RETRY, 0, "topic '%s': expected to exist, found none", topic);
	return n;
}
