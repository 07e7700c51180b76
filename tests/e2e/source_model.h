/*
 * source_model.h - what a perfect consumer of the source would hold: tables of rows by key, kept as text. It checks
 * while it applies: a row is created once, and the before image of every update and delete is what the row was. What
 * was lost, doubled or decoded differently by snapshot and stream shows as a count of faults or a difference of two
 * models.
 */
#ifndef TESTS_E2E_SOURCE_MODEL_H
#define TESTS_E2E_SOURCE_MODEL_H

#include "row/batch.h"

struct model;

struct model *model_new(void);
void model_free(struct model *m);
void model_apply(struct model *m, const struct batch *b);
/* From now on rows may change that were not read yet: a snapshot goes on beside the stream. */
void model_is_partial(struct model *m);
unsigned model_faults(const struct model *m); /* and each is printed as a TAP comment, the first ten */
size_t model_rows(const struct model *m);
size_t model_table_rows(const struct model *m, const char *db_table);
size_t model_differences(const struct model *a, const struct model *b); /* rows; printed like faults */
/* The schemas that CHANGE_DDL told, for source_open(). */
struct schema *const *model_history(const struct model *m, size_t *count);

#endif
