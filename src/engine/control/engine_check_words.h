/* engine_check_words.h - how a question of a table is told: by engine_check_tables.c only. */
#ifndef ENGINE_ENGINE_CHECK_WORDS_H
#define ENGINE_ENGINE_CHECK_WORDS_H

#include "engine/control/engine_check_tables.h"

/* false: under these settings it is no question. Fills level, what, decision and setting; made texts are in the check's
 * arena. */
bool question_words(const struct settings *s, struct table_check *e, const struct check_finding *at,
		struct tables_finding *out);

/* A line for each question, without the values of a table. */
void question_remedies(struct report *r);

#endif
