/*
 * engine_inspect.h - looking into a log, with or without a running engine: topics, messages. Answers are JSON
 * lines.
 */
#ifndef ENGINE_ENGINE_INSPECT_H
#define ENGINE_ENGINE_INSPECT_H

#include "core/report.h"
#include "engine/control/engine_check_tables.h"
#include "engine/engine.h"
#include "engine/messages/messages.h"
#include "engine/messages/trace.h"
#include "engine/settings/settings.h"

int inspect_topics(struct log *log, const char *topic, engine_emit *emit, void *arg, struct err *err);
/* The request's arguments as a wish; r is checked. Both point into r. */
int inspect_messages(struct log *log, const struct settings *s, const struct engine_request *r, engine_emit *emit,
		void *arg, struct err *err);

/* The same of a trace; wish has what only a running engine knows. */
int inspect_trace(struct log *log, const struct settings *s, const struct engine_request *r, struct trace_wish *wish,
		engine_emit *emit, void *arg, struct err *err);

/* Preflight of everything that the role uses. -1: something cannot be reached (err says what); the report has the
 * rest. tables: empty before; filled with what tables and columns ask, within the limits. */
int inspect_check(const struct settings *s, enum engine_role role, const struct source_limits *limits,
		struct report *report, struct tables_report *tables, struct err *err);
/* What to do when a system cannot be used: by the system and the kind of the error. */
enum inspect_system { INSPECT_MYSQL, INSPECT_LOG, INSPECT_TARGET };
const char *inspect_remedy(const struct settings *s, enum inspect_system system, enum err_kind kind);
/* The tables of remedies of `check`, a line for each row, for docs/problems.md: the configuration and the systems; tables and columns. */
void inspect_remedies(struct report *configuration, struct report *tables);
/* The scripts of one section: do they compile, are they in order for the schema (NULL: not known)? */
void inspect_script(const struct settings *s, const struct table_settings *t, const struct schema *schema,
		struct report *report);
/* The script of a table. NULL: it has none, or err says what is wrong with it. The caller closes. */
struct script *inspect_script_of(const struct settings *s, const struct schema *schema, struct err *err);
/* The target tables as they would be created, of db.table or (NULL) of all: SQL, with a comment for each type; alter: what
 * those that are there need. refused: a table cannot be one, and a comment says why. The caller frees. */
char *inspect_ddl(const struct settings *s, const char *db_table, bool alter, bool *refused, struct err *err);
/* Carries out what inspect_ddl() with alter gives, each statement to its end; told is called for each table. -1: MySQL or the
 * target cannot be asked. 1: some table could not be changed. */
typedef void inspect_told(void *arg, const char *db_table, const struct err *err); /* err NULL: done */
int inspect_ddl_apply(const struct settings *s, const char *db_table, inspect_told *told, void *arg, struct err *err);

#endif
