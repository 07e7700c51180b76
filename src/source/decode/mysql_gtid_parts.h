/*
 * mysql_gtid_parts.h - between mysql_gtid.c and mysql_gtid_text.c: a set while it is read, from text or from the server's bytes. Its
 * intervals are appended as they come; gtid_set_take() sorts them and adds them to the set that was asked for.
 */
#ifndef SOURCE_MYSQL_GTID_PARTS_H
#define SOURCE_MYSQL_GTID_PARTS_H

#include "source/decode/mysql_gtid.h"

#define GTID_GNO_END INT64_MAX /* numbers are below it */

struct gtid_group *gtid_group_get(struct gtid_set *set, const struct gtid_source *source); /* made if there is none */
void gtid_group_append(struct gtid_group *g, int64_t from, int64_t to);
int gtid_sources_are_few(const struct gtid_set *set, struct err *err); /* -1: more than any server has */
/* What was read, added to the set if rc is 0: all of it was good. Gives rc back; read is done with. */
int gtid_set_take(struct gtid_set *set, struct gtid_set *read, int rc);

#endif
