/* engine_check_words.h - how a question of an examination is told: by engine_check_tables.c only. */
#ifndef ENGINE_ENGINE_CHECK_WORDS_H
#define ENGINE_ENGINE_CHECK_WORDS_H

#include "engine/control/engine_check_tables.h"

/* false: under these settings it is no question. Fills level, what, decision and setting; made texts are in the exam's
 * arena. */
bool doctor_words(const struct settings *s, struct exam *e, const struct exam_finding *at, struct doctor_finding *out);

/* A line for each question, without the values of a table. */
void doctor_remedies(struct report *r);

#endif
