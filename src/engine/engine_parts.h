/*
 * engine_parts.h - what the files of this room share and nobody above sees: the parts of a running engine.
 *
 * Threads: capture has three (source, format, log), load has read, script and one sink thread a worker, and a
 * housekeeper computes rates once a second. They share queues and meters, nothing else.
 */
#ifndef ENGINE_ENGINE_PARTS_H
#define ENGINE_ENGINE_PARTS_H

#include <pthread.h>
#include <stdio.h>

#include "engine/engine.h"
#include "engine/base/half.h"
#include "engine/settings/settings.h"
#include "engine/status/meter.h"
#include "engine/status/problem_left.h"
#include "engine/status/problems.h"
#include "engine/status/latency_ring.h"
#include "engine/status/series.h"
#include "engine/status/table_series.h"

struct taps;

/* What every part is given. Owned by the engine, alive as long as any thread. */
struct shared {
	const struct settings *settings;
	_Atomic(const struct settings *) live; /* as the last reload read them: scripts of tables, nothing else */
	pthread_mutex_t log_lock;
	_Atomic(struct log *) log;  /* NULL until it could be opened; then as long as the engine */
	struct stage_meter *stages; /* STAGE_COUNT */
	struct table_meters *tables;
	struct captured_meter captured;
	struct taps *taps;
	bool loads;		    /* this process has a load half */
	_Atomic bool loaders_known; /* it has looked which tables a Routine Load job has */
	struct problems *problems;  /* what is wrong now. @thread any */
	int wake_fd;
};
void shared_wake(struct shared *sh); /* something changed that a screen or the main loop should see */
/* The log, or NULL with err (NULL allowed) as long as it could not be opened. @thread any */
struct log *shared_log(struct shared *sh, struct err *err);
int shared_log_open(struct shared *sh, struct err *err); /* begins a session: opens it when nobody has yet */
int shared_topic_exists(struct shared *sh, const char *topic, bool *exists, struct err *err); /* asks the log */
unsigned shared_partitions(struct shared *sh, const char *topic,
		struct err *err); /* 0: err; asks the log, not for every row */

/* ---- the capture half ---- */
struct capture;
struct capture *capture_new(struct shared *sh);
struct half *capture_half(struct capture *c);
/* Asks it to end, and waits while batches come into the log; false: the log, or the server, does not answer. */
bool capture_stop(struct capture *c, int64_t until_us, int still_ms);
void capture_free(struct capture *c);
/* A table that capture had stopped goes on, and is read again: 0 when the log says so, -1 when it does not within the time. */
int capture_resume_table(struct capture *c, const char *table, int wait_ms, struct err *err);
/* What `millrace snapshot` asks for: start, stop, pause, resume, list. @thread any */
int capture_snapshot(struct capture *c, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);
const struct mysql_conf *capture_mysql_conf(struct capture *c); /* as of now; lives as long as the engine */
/* How far the log is, for whoever compares; and a position without rows goes to the log soon, not in some seconds. @thread any */
void capture_logged(struct capture *c, struct position *out); /* initialised */
void capture_hurry(struct capture *c);
/* Rows of one table are read again beside the stream (where NULL: all, into an emptied target); and is anything of that table still to be read so? */
int capture_read_rows(struct capture *c, const char *db, const char *table, const char *where, struct err *err);
/* bounds: keys of rows that the target has (source_plan_gone()) */
int capture_delete_rows(struct capture *c, const char *db, const char *table, const char *bounds, struct err *err);
bool capture_reads(struct capture *c, const char *db, const char *table);
void capture_reload(struct capture *c, const struct mysql_conf *conf); /* lent until the capture is freed */
/* How far the log is, for complete.h. @thread any */
struct capture_reach {
	int64_t us;	       /* everything committed up to then is in it; 0 unknown */
	uint64_t noted, given; /* batches of the source: that are in it; that there are */
	uint64_t turns;	       /* of the source: what it has read by now is among `given` after one more */
	char gtid[4096];       /* executed, and in it */
};
void capture_reach(struct capture *c, struct capture_reach *out);
void capture_status(struct capture *c, struct status *out); /* its part. @thread any */

/* ---- the load half ---- */
struct load;
struct load *load_new(struct shared *sh);
struct half *load_half(struct load *l);
void load_free(struct load *l);
/* Asks it to end, and waits while loads come to an end; false: not all that was read is loaded, or it hangs. */
bool load_stop(struct load *l, int64_t until_us, int still_ms);
void load_status(struct load *l, struct status_load *out); /* @thread any */

/* The messages of a table are loaded again: from "begin", an offset, a time. partitions: how many. @thread any */
int load_replay(struct load *l, const char *table, const char *from, unsigned *partitions, struct err *err);
/* The newest loads, a line each (load_done.h). @thread any */
void load_done_print(struct load *l, const char *table, int64_t n, engine_emit *emit, void *arg);
int load_profile_scripts(struct load *l, const char *section, int seconds, engine_emit *emit, void *arg,
		struct err *err);		 /* load_profile.h */
void load_reload(struct load *l);		 /* scripts that have another version are compiled again */
bool load_reloaded(struct load *l, int wait_ms); /* whether that has happened */
void load_resumed(struct load *l);		 /* a table was paused or resumed: what waits retries now */
void load_look_again(struct
		load *l); /* tables of the target were changed: the next load looks at them, a table that waits tries again */

/* ---- verify (verify/verify.c): MySQL compared with the target. @thread any ---- */
struct verifier;
struct verifier *verifier_new(struct engine *e);
int verifier_start(struct verifier *v, struct err *err); /* as the settings say */
void verifier_stop(struct verifier *v);			 /* every run ends soon */
bool verifier_free(struct verifier *v);			 /* NULL allowed; false: a run did not come back, and uses it */
int verifier_request(struct verifier *v, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);

/* ---- Routine Load jobs of the cluster (routine_watch.c). @thread any ---- */
struct routine_watch;
struct routine_watch *routine_watch_new(struct shared *sh);
int routine_watch_start(struct routine_watch *w,
		struct err *err); /* where the target is StarRocks and the settings want it */
void routine_watch_stop(struct routine_watch *w);
bool routine_watch_free(struct routine_watch *w);  /* false: a call did not come back, and uses it */
void routine_watch_again(struct routine_watch *w); /* looks at once: a job was changed */
void routine_watch_copy(struct routine_watch *w, struct status *out);

/* ---- systems that do not answer (endpoint_watch.c): asked while a half or a table is in trouble ---- */
struct endpoint_watch;
struct endpoint_watch *endpoint_watch_new(struct engine *e);
int endpoint_watch_start(struct endpoint_watch *w, struct err *err);
void endpoint_watch_tick(struct endpoint_watch *w); /* the housekeeper, once a second */
void endpoint_watch_stop(struct endpoint_watch *w);
bool endpoint_watch_free(struct endpoint_watch *w); /* false: a call did not come back, and uses it */

/* ---- tables that go to Routine Load and come back (routine/handover.c). @thread any ---- */
struct handover;
struct handover *handover_new(struct engine *e);
int handover_start(struct handover *h, struct err *err); /* where the target is StarRocks and this process loads */
void handover_stop(struct handover *h);
bool handover_free(struct handover *h); /* NULL allowed; false: a call did not come back, and uses it */
int handover_request(struct handover *h, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);

/* Both halves read the schema history; calls back for the last state of each table. */
struct history;
struct history *history_new(void);
void history_free(struct history *h);
/* Calls back for every version of every table that is read, in the order of the log. commit_us: -1 not known */
typedef void history_version(void *arg, struct schema *schema, int64_t commit_us);
void history_each_version(struct history *h, history_version *version, void *arg);
/* What came since the last call. A record that cannot be read is where the next call begins again. until: nothing that happened after it; NULL: all. */
int history_read(struct history *h, struct log *log, const char *topic, const struct position *until, struct err *err);
struct schema *const *history_schemas(const struct history *h, size_t *count); /* lent until the next read */
struct history_database {
	const char *name;   /* interned */
	unsigned collation; /* its default */
};
const struct history_database *history_databases(const struct history *h, size_t *count); /* the same */
/* Who wrote the last record of a topic.prefix, whatever `until` was; interned. NULL: none says it. */
const char *history_pipeline(struct history *h, const char *prefix);

/* ---- whose it is (owner.c) ---- */
/* May this pipeline use what the pipeline `owner` has used ("": nobody)? ERR_CONFIG: no. what: the thing; otherwise: the
 * setting that gives this pipeline one of its own. @thread any */
int owner_check(const struct settings *s, const char *owner, const char *what, const char *otherwise, struct err *err);

/* ---- from where on a topic is read (log_from.c) ---- */
struct log_from {
	enum { FROM_BEGIN, FROM_OFFSET, FROM_TIME } kind;
	int64_t value; /* an offset, or milliseconds since the epoch */
};
int log_from_parse(const char *text, struct log_from *out, struct err *err);
int log_from_offset(struct log *log, const struct log_from *from, const char *topic, struct log_partition at,
		int64_t *offset, struct err *err);

/* ---- dead letters (dead.c) ---- */
const char *dead_topic(const struct settings *s); /* interned NAME.dead */
struct dead_fact {				  /* what a letter is made of */
	const struct record *origin;		  /* the message; NULL: of capture, which could not make one */
	const struct change *first;		  /* as it was read or captured; NULL: it was not understood */
	const struct change *last;		  /* as it was to be loaded; NULL: it did not come so far */
	const char *reason, *stage;
	const char *label; /* of the load that was refused; NULL: none */
};
/* A letter at the end of b; value: what the caller has for it, in b's arena; NULL: none. */
struct record *dead_letter_add(struct batch *b, const char *topic, char *key, const struct dead_fact *fact);
/* {"id":"4711"}: each column of the row's key as MySQL spells it, bytes in hex. false: it has none, or no room */
bool dead_key(struct buf *out, const struct change *c);

struct dead_writer;
struct dead_writer *dead_writer_open(struct shared *sh, int worker, struct err *err);
void dead_writer_close(struct dead_writer *w);
void dead_write(struct dead_writer *w, const struct dead_fact *fact);
int dead_flush(struct dead_writer *w, struct err *err); /* durable on return */
void dead_drop(struct dead_writer *w);			/* what was not flushed: it will be written again */

/* ---- dead letters that are open (dead/) ---- */
enum { DEAD_REASON_ROOM = 320 };
void dead_reason_text(const char *p, size_t len,
		char out[DEAD_REASON_ROOM]); /* without values of rows: for log lines */
struct dead_ledger;
struct dead_ledger *dead_ledger_new(void);
void dead_ledger_free(struct dead_ledger *l);			    /* NULL allowed */
int64_t dead_ledger_open(struct dead_ledger *l, const char *table); /* table NULL: of all; -1: not known yet */
void engine_dead_look(struct engine *e);			    /* the housekeeper reads on */
void engine_dead_copy(struct engine *e, struct status *out);	    /* tables of out are sorted by name */
void engine_dead_problems(struct engine *e);
/* dead-list, dead-show, dead-groups, dead-retry, dead-discard, dead-edit */
int dead_request(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);

/* The header of a TRUNCATE's copies, one in each partition: a number that they share. */
#define TRUNCATE_HEADER "millrace.truncate"

/* ---- topics that begin with an initial snapshot (initial.c) ---- */
/* Into the open transaction. arena: lives until its commit. */
int initial_publish(const struct shared *sh, struct log_writer *w, const struct record *first, struct arena *arena,
		struct err *err);
int initial_begins(struct shared *sh, const char *topic, bool *begins, struct err *err);

/* ---- taps (tap.c): rows on their way, copied out for whoever asked ---- */
struct taps *taps_new(void);
void taps_free(struct taps *t);
bool taps_wanted(struct taps *t, enum stage_id stage); /* one relaxed load */
void taps_offer_changes(struct taps *t, enum stage_id stage, const struct batch *b);
void taps_offer_records(struct taps *t, enum stage_id stage, const struct batch *b);
void taps_offer_change(struct taps *t, enum stage_id stage, const struct change *c);
struct tap_wish {
	enum stage_id stage;
	const char *table; /* NULL: all */
	int64_t count;	   /* < 0: until the reader is gone */
	bool unmasked;	   /* rows as they are, also where the messages or the table's script mask */
};
int taps_run(struct taps *t, const struct tap_wish *wish, const struct settings *s, engine_emit *emit, void *arg,
		struct err *err);
/* One line of JSON. e: values that its messages mask are masked here, too; NULL: none. */
void change_print(struct buf *b, const struct change *c, struct format_encoder *e);
void row_print(struct buf *b, const struct schema *s, const struct value *row,
		struct format_encoder *e); /* a JSON object */
void taps_stop(struct taps *t);		   /* wakes and ends all runs */

/* ---- requests (engine_requests.c) ---- */
struct engine {
	struct settings *settings; /* lent */
	enum engine_role role;
	struct shared shared;
	struct stage_meter stages[STAGE_COUNT];
	struct capture *capture; /* NULL when the role leaves it out */
	struct load *load;
	struct verifier *verifier;
	struct dead_ledger *dead;
	struct routine_watch *routines;
	struct endpoint_watch *endpoints;
	struct handover *handover;
	struct script_watch *script_watch; /* control/script_watch.h */
	struct sessions *sessions;	   /* base/sessions.h */
	int here;			   /* the place of this process's own console in it; -1: none */
	pthread_t housekeeper;
	int lock_fd; /* of the state directory */
	bool housekeeper_started, housekeeper_ended, stopping;
	_Atomic bool draining;
	_Atomic uint64_t ticks; /* of the housekeeper */
	int64_t started_us;
	pthread_mutex_t lock; /* the figures below and the housekeeper's parts of the meters */
	pthread_cond_t tick;
	struct status_partition *partitions;
	size_t npartitions;
	int64_t partitions_us;	  /* monotonic: when they were read */
	_Atomic int64_t asked_us; /* when a status was last asked for: partitions are only looked up while someone looks */
	struct status_bottleneck bottleneck;
	const struct settings *sections_of; /* whose [table NAME] were looked up last */
	struct engine_reload {		    /* what threads may still use; the newest first. @thread the main one */
		struct engine_reload *before;
		struct settings *settings;
		struct mysql_conf mysql;
	} * reloads; /* added to under reload_lock */
	pthread_mutex_t reload_lock;
	struct engine_rules { /* what the rules of engine_problems.c remember; under lock */
		int64_t lag_rows;
		unsigned lag_rises; /* samples in a row */
		uint64_t disk_free; /* bytes; UINT64_MAX unknown */
		struct problem_facts facts;
	} rules;
	struct figures *figures; /* under lock */
	struct recorder *recorder;
	struct engine_complete *complete; /* under lock */
};
int state_dir_take(const char *path, struct err *err);	       /* the descriptor that holds its lock; -1 */
int script_try_all(const struct settings *s, struct err *err); /* script_try.c: checks and cases of all scripts */
int script_try_section(const struct settings *s, const struct table_settings *section, struct err *err);
/* engine_rules.c: what is wrong with the configuration by itself. The first fault as an error; or all of them as a report */
int engine_check_settings(const struct settings *s, enum engine_role role, struct err *err);
void engine_rules_remedies(struct report *r); /* a line for each rule */
bool engine_report_settings(const struct settings *s, enum engine_role role, struct report *report); /* true: none */
void engine_reloads_free(struct engine *e);
int engine_reload_file(struct engine *e, const char *who, struct err *err); /* the file is read again. @thread any */
/* What it would do: a line of text for each setting that the file has with another value. -1: it would be refused */
int engine_reload_look(struct engine *e, engine_emit *emit, void *arg, struct err *err);
/* engine_groups.c: how far each consumer group is; which offsets a replay would set, changing nothing. A line each */
int engine_replay_plan(struct engine *e, struct log *log, const char *table, const char *from, engine_emit *emit,
		void *arg, struct err *err);
int engine_groups_print(struct engine *e, struct log *log, engine_emit *emit, void *arg, struct err *err);
/* engine_topic.c: one topic, whole; topic: its name, or the table that it is of. */
int engine_topic_print(struct engine *e, struct log *log, const char *topic, engine_emit *emit, void *arg,
		struct err *err);
/* engine_columns.c: the columns of a table at MySQL, after its scripts, and at the target: a line each. text: for people */
int engine_columns_print(struct engine *e, const char *table, bool text, engine_emit *emit, void *arg, struct err *err);
int engine_request_run(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);
int engine_status_copy(struct engine *e, const struct status_wish *wish, struct status *out); /* wish NULL: all of it */
void engine_status_look(struct engine *e,
		struct status *out); /* the same, but nobody looks: partitions are asked for as seldom */
/* engine_recorder.c: what a status said, over a day */
struct recorder;
struct recorder *recorder_new(struct engine *e);
int recorder_start(struct recorder *r, struct err *err);
void recorder_stop(struct recorder *r);
bool recorder_free(struct recorder *r); /* false: its thread still uses the engine */
int recorder_print(struct recorder *r, const char *at, const char *step, engine_emit *emit, void *arg, struct err *err);
/* Of all tables: rows that wait, and the longest time that one is behind; what is not known counts as 0. Under lock */
struct load_lag {
	int64_t rows, worst_ms;
};
struct load_lag engine_load_lag(struct engine *e);
/* engine_problems.c: problems from figures. sample: once a second, under lock; look: s has capture's part; not under lock */
void engine_rules_sample(struct engine *e, unsigned tick);
void engine_rules_look(struct engine *e, const struct status *s);
/* engine_limits.c: how long there is until a problem costs something */
void engine_limits_begin(struct engine *e);
void engine_limits_sample(struct engine *e, unsigned tick); /* under lock, after the rules' own */
void engine_limits_ask(struct engine *e, unsigned tick);    /* outside of the lock: it asks the log */
void engine_limits_copy(struct engine *e, struct status *out);
/* engine_complete.c: up to which commit everything is at the target. before: not under lock, and before the log's ends are asked */
struct engine_complete *engine_complete_new(void);
void engine_complete_free(struct engine_complete *c);
void engine_complete_before(struct engine *e);
void engine_complete_sample(struct engine *e, const char *const *tables,
		const struct status *s); /* s has capture's part */
/* Once a second; look_ms: the time between two looks at the log while somebody watches, alone_ms: while nobody does */
void engine_complete_tick(struct engine *e, bool watched, int64_t look_ms, int64_t alone_ms);
void engine_complete_copy(const struct engine *e, struct status *out);
/* engine_series.c: figures over time; under engine.lock. s has capture's part */
struct figures *figures_new(void);
void figures_free(struct figures *f);
void figures_restore(struct figures *f, int64_t wall_s, const float values[SERIES_COUNT]); /* oldest first */
void figures_newest(const struct figures *f, float values[SERIES_COUNT]);		   /* of the last ten seconds */
void engine_series_sample(struct engine *e, const struct status *s, unsigned tick);
void engine_series_copy(struct engine *e, struct status *out);
struct history_wish {
	const char *series, *table; /* table NULL: of the process; series "all": all of those, a line each */
	const char *from, *to;	    /* moments; NULL: an hour ago, now */
	int64_t step_s;		    /* 0: such that there are at most 360 values */
};
int engine_series_print(struct engine *e, const struct history_wish *wish, engine_emit *emit, void *arg,
		struct err *err); /* not under lock */
/* engine_latency.c: histograms since the start, a line each: of the stages, and of the first `tables` tables by name */
int engine_latency_print(struct engine *e, int64_t tables, engine_emit *emit, void *arg);
/* engine_settings.c: the settings in force, a line each: those that a reload changes as it read them; secrets are not in it */
int engine_settings_print(const struct settings *start, const struct settings *live, engine_emit *emit, void *arg);
void engine_scripts_tick(struct engine *e, double seconds); /* engine_scripts.c; under lock */
void engine_scripts_copy(struct engine *e, struct status *out);
void engine_sections_look(struct engine *e); /* engine_sections.c: sections that no table has; under lock */
void engine_house_tick(struct engine *e, double seconds, unsigned tick);

#endif
