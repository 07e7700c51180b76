/*
 * routine.h - Routine Load: StarRocks reads the topic by itself. The statement that makes a job, and the jobs that there
 * are. Whether messages are such that a job loads them right is asked in two places: here for each column
 * (routine_column.c), above for the topic.
 */
#ifndef SINK_ROUTINE_H
#define SINK_ROUTINE_H

#include "core/conf/conf.h"
#include "row/form.h"
#include "sink/sink.h"

/* ---- making one: pure ---- */

struct routine_offset {
	int32_t partition;
	int64_t offset; /* of the first message that is loaded */
};
struct routine_plan {
	const struct sink_conf *conf;
	const struct schema *schema;
	const enum value_form *forms; /* by column */
	const char *job;	      /* its name; NULL: load_TABLE */
	const char *topic, *brokers;
	bool envelope, payload;		 /* payload: messages carry their schema, and the row lies under "payload" */
	const struct conf_pairs *client; /* [kafka], of which the security settings are taken over */
	const struct conf_pairs *wanted; /* routine.*: properties that win over the preset ones */
	const struct routine_offset *offsets; /* noffsets 0: from the beginning of every partition, also of new ones */
	size_t noffsets;
	unsigned version;  /* 30412 is 3.4.12; 0: not known, so only what all have */
	bool show_secrets; /* else ******: for whoever only reads it */
};
/* Puts each thing that cannot be right into problems, and the statement into sql. -1: there was one. */
int routine_statement(const struct routine_plan *p, struct buf *sql, struct report *problems);
char *routine_job_name(const char *table); /* the preset; caller frees */
bool routine_name_check(const char *name); /* letters, digits, _ and -, at most 64 */
/* ALTER ROUTINE LOAD of these properties; kafka_* and property.* go to FROM KAFKA. */
void routine_alter(struct buf *sql, const char *db, const char *job, const struct conf_pairs *properties, bool secrets);

/* ---- those that there are ---- */

struct routine_place {
	int32_t partition;
	int64_t next;	 /* the first message that is not loaded yet; -1: nothing was consumed */
	char symbol[24]; /* then OFFSET_BEGINNING, OFFSET_END, ..; "" */
	int64_t end;	 /* of the log, as StarRocks saw it last; -1: unknown */
	int64_t lag;	 /* -1: unknown */
};
struct routine_cell {
	char *name, *value; /* of SHOW ROUTINE LOAD, as it stands; value NULL: SQL NULL */
};
struct routine_job {
	struct routine_cell *cells;
	size_t ncells;
	const char *db, *name, *table, *state, *paused, *reason, *error_urls, *tracking,
			*other;		 /* cells; never NULL, "" where there is none */
	char *topic, *brokers, *columns; /* "" unknown */
	int code;			 /* of reason; -1: it has none */
	char text[400];			 /* of reason, without code */
	int64_t loaded, errors, tasks_done, tasks_failed;
	int64_t lag; /* of all partitions; -1: of one it is unknown */
	struct routine_place *places;
	size_t nplaces;
};
struct routine_jobs {
	struct routine_job *items;
	size_t count;
};
/* Of one database, or of all that the user sees. finished: STOPPED and CANCELLED ones too, as long as StarRocks keeps them. */
int routine_jobs_read(const struct sink_conf *conf, const char *db, bool finished, struct routine_jobs *out,
		struct err *err);
void routine_jobs_free(struct routine_jobs *jobs);
/* The same again and again over one connection; what is read is put behind what out has. cancel: a call that runs, and every
 * later one, fails soon. @thread any */
struct routine_reader;
struct routine_reader *routine_reader_new(const struct sink_conf *conf);
int routine_reader_read(struct routine_reader *r, const char *db, bool finished, struct routine_jobs *out,
		struct err *err);
void routine_reader_cancel(struct routine_reader *r);
void routine_reader_free(struct routine_reader *r); /* NULL allowed */
/* A row of SHOW ROUTINE LOAD by its columns' names, whatever release wrote it. */
void routine_job_parse(struct routine_job *job, char *const *names, char *const *values, unsigned count);
void routine_job_free(struct routine_job *job);
/* "PAUSE", "RESUME", "STOP" of db.job, or a statement of above. */
int routine_command(const struct sink_conf *conf, const char *verb, const char *db, const char *job, struct err *err);
int routine_run(const struct sink_conf *conf, const char *statement, struct err *err);
int routine_version(const struct sink_conf *conf, unsigned *version, struct err *err);

/* What a person is to do about a paused or cancelled job, by its code; static. */
const char *routine_remedy(const struct routine_job *job);
/* A line for each code, for what a statement cannot say, and for each form of a value that a job cannot read. */
void routine_remedies(struct report *r);
void routine_statement_remedies(struct report *r);
bool routine_is_final(const struct routine_job *job); /* STOPPED, CANCELLED */

#endif
