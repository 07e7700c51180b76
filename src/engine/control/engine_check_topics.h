/*
 * engine_check_topics.h - do the topics of the captured tables take all messages? A compacted one (cleanup.policy) takes none
 * without a key: no TRUNCATE, and no row of a table that has no key.
 */
#ifndef ENGINE_CHECK_TOPICS_H
#define ENGINE_CHECK_TOPICS_H

#include "core/err.h"
#include "core/report.h"
#include "engine/settings/settings.h"
#include "row/schema.h"

/* Asks Kafka for each topic that is there; what is still to be made is judged by the settings. -1: Kafka does not answer. */
int check_topics(const struct settings *s, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err);
void check_topics_remedies(struct report *r); /* what it may find */

#endif
