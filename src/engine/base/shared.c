/* shared.c - what every part of the engine may ask of what it was given. */
#include <stdatomic.h>
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

struct log *shared_log(struct shared *sh, struct err *err)
{
	struct log *log = atomic_load(&sh->log);

	if (log == NULL && err)
		err_set(err, ERR_RETRY, 0, "the log is not open yet; `millrace status` says why");
	return log;
}

int shared_log_open(struct shared *sh, struct err *err)
{
	struct log *log;

	pthread_mutex_lock(&sh->log_lock);
	log = atomic_load(&sh->log);
	if (log == NULL)
		atomic_store(&sh->log, log = log_open(&sh->settings->log, err));
	pthread_mutex_unlock(&sh->log_lock);
	return log ? 0 : -1;
}

int shared_topic_exists(struct shared *sh, const char *topic, bool *exists, struct err *err)
{
	struct log_topics topics;

	if (log_topics(sh->log, &topics, err))
		return -1;
	*exists = log_topics_find(&topics, topic) != NULL;
	log_topics_free(&topics);
	return 0;
}

unsigned shared_partitions(struct shared *sh, const char *topic, struct err *err)
{
	const struct log_topic *found;
	struct log_topics topics;
	unsigned n;

	if (log_topics(sh->log, &topics, err))
		return 0;
	found = log_topics_find(&topics, topic);
	n = found ? found->npartitions : 0;
	log_topics_free(&topics);
	if (n == 0)
		err_set(err, ERR_RETRY, 0, "topic '%s': expected to exist, found none", topic);
	return n;
}
