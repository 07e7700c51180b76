/*
 * script.h - Lua between the log and the sink: filter and transform. One struct script per worker thread; the engine
 * swaps to a newly compiled one between two batches.
 *
 * function transform(row, event): return nil (not loaded), row, or a list of rows; docs/lua.md has the rules. A row is
 * a view on the batch's cells; writing a field puts a new value into out's arena. Cells that nobody wrote still point
 * into in: keep in for as long as out. A failing row gets `dead` ("orders.lua:12: why", clean) and its neighbours
 * pass.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include <stdint.h>

#include "core/conf/conf.h"
#include "core/err.h"
#include "row/batch.h"

/* Asks MySQL for lookup{ query = .. }: of who runs scripts. A handle is of one script, and asked by its thread. */
typedef void script_asked(void *arg, const char *column, const char *value, size_t len); /* value NULL: SQL NULL */
struct script_asker {
	void *arg;
	void *(*open)(void *arg); /* asks nobody yet */
	/* Within about a second: how many rows there are, 2 for more than one; calls back for each column of the first. -1: err; what passes
	 * (ERR_RETRY, ERR_UNREACHABLE, ERR_DENIED) makes script_run() fail, anything else the row. */
	int (*ask)(void *handle, const char *sql, script_asked *told, void *told_arg, struct err *err);
	void (*close)(void *handle);
};

struct script_limits {
	int64_t instructions;		  /* per row; pcall cannot swallow it */
	int64_t memory_bytes;		  /* per state, with what a row puts out */
	int64_t time_ms;		  /* per row; 0: five seconds. The rows of a slow batch get less */
	int64_t state_bytes;		  /* that state.set() may keep for a partition; 0: 64 MB */
	const struct script_asker *asker; /* lent; NULL: lookup{ query = .. } cannot ask */
};

struct script;
struct script_state;
struct script_file { /* that a script reads while it is loaded: of require() and lookup() */
	const char *path, *text;
};
enum { SCRIPT_FILES_MAX = 64 };
struct script_origin {
	const char *path;		 /* of the file, or of the one that the text is from: errors name it */
	const char *text;		 /* NULL: the file is read; then require() finds files beside it */
	const struct conf_pairs *config; /* for init(config), keys script.KEY; NULL: none */
	const struct script_file *files; /* with text: what require() and lookup() find, at most SCRIPT_FILES_MAX */
	size_t nfiles;
};
struct script *script_open_from(const struct script_origin *from, const struct script_limits *limits, struct err *err);
struct script *script_open(const char *path, const struct script_limits *limits,
		struct err *err); /* ERR_CONFIG: file:line: ... */
struct script *script_open_text(const char *name, const char *text, const struct script_limits *limits,
		struct err *err);
/* The rows that s gives go through next, too: one script then, with its errors told by the part that they are in. Takes both; s may be NULL. */
struct script *script_chain(struct script *s, struct script *next);
bool script_has_init(const struct script *s); /* any of the chain */
/* What the target calls a column, as `rename` and `skip` of all scripts of the chain say; NULL: it does not have it. */
const char *script_column_name(const struct script *s, const char *column);
/* What the target's table gets of the schema: with the columns and under the key that the scripts declare. A reference of the
 * caller's; NULL: err says which column of a key the table lacks. */
struct schema *script_target(const struct script *s, const struct schema *schema, struct err *err);
const char *script_column_before(const struct script *s, const char *name); /* what MySQL calls the target's column */
bool script_to_at(const struct script *s, size_t i, const char **db, const char **table); /* that rows may be sent to */
/* Which of them have rows of their own: to send one there is the row's error from now on, and nothing is deleted there. */
void script_refuse_to(struct script *s, bool taken(void *arg, const char *db, const char *table), void *arg);
bool script_own_key(const struct script *s, char *out, size_t size); /* "id, valid_from"; false: MySQL's key */
/* What state.get() and state.set() work on, until it is another (script_state.h); NULL: one in memory, which ends with the script. */
void script_lend_state(struct script *s, struct script_state *state);
bool script_uses_state(const struct script *s);
void script_close(struct script *s);
/*
 * Runs changes[first..first+count) of in, appends the outcome to out (another batch whose arena outlives the load, and
 * which holds the schemas): rows passed, rows changed, deletes for updates that left the filter, dead letters. New
 * fields that the schema lacks make a new schema (cached per input schema). out->changes[].record keeps pointing at
 * the input record. -1: what is in out from before on is nothing; the same changes are to be run again later (lookup()).
 */
int script_run(struct script *s, const struct batch *in, size_t first, size_t count, struct batch *out,
		struct err *err);
/*
 * The same until the clock has passed until_us (monotonic): then it ends after the row at hand, 1, and *pause is what to call it with again,
 * with the same batches; other batches may go through s meanwhile. *pause is NULL at first and when it returns anything else; its owner frees it.
 */
struct script_pause;
int script_run_until(struct script *s, const struct batch *in, size_t first, size_t count, struct batch *out,
		int64_t until_us, struct script_pause **pause, struct err *err);
void script_pause_free(struct script_pause *p); /* NULL allowed */
struct script_stats {
	uint64_t rows_in, rows_out, dropped, dead, ns;
	uint64_t lookups, lookups_known,
			lookups_none; /* of lookup(): all, without asking the server, of keys that are not there */
};
void script_stats(const struct script *s, struct script_stats *out);
/* The i-th of a chain, with its own figures; false: there are no more. Lent. */
struct script_one {
	const char *name; /* "orders.lua" */
	struct script_stats stats;
	size_t memory; /* that its state holds */
};
bool script_one_at(const struct script *s, size_t i, struct script_one *out);
/* What one row has cost: one in SCRIPT_SAMPLE_ROWS is looked at, so that looking costs less than a hundredth of the rows. */
enum { SCRIPT_SAMPLE_ROWS = 128 };
struct script_sample {
	size_t place; /* in the chain */
	int64_t ns;
	int64_t instructions; /* by tens, and what C functions charge; -1: not counted. Where they are, ns is -1: to count takes time */
	int64_t bytes; /* that Lua allocated for it, and of what it puts out */
};
void script_on_sample(struct script *s, void told(void *arg, const struct script_sample *sample), void *arg);
/* Dropped rows by reason: the i-th, over all scripts of a chain; false: there are no more. Lent until the script runs again. */
struct script_drop {
	size_t place; /* in the chain; of script_drops_fresh() */
	const char *script, *reason;
	uint64_t rows;
}; /* reason: of drop(); "" of return nil */
bool script_drop_at(const struct script *s, size_t i, struct script_drop *out);
/* Those since the last call of this function. */
void script_drops_fresh(struct script *s, void each(void *arg, const struct script_drop *drop), void *arg);
/* What counter(name) has counted since the last call of this function. */
void script_counts_fresh(struct script *s, void each(void *arg, const char *name, uint64_t count), void *arg);
/* The batch that went through is not kept and comes again: what is fresh of both was not. */
void script_counts_back(struct script *s);
enum { SCRIPT_VERSION_ROOM = 13 };
/* Twelve hexadecimal digits over all texts of the script: of its files, those that they require, and its part of the configuration. */
void script_version(const struct script *s, char out[static SCRIPT_VERSION_ROOM]);
/* What the i-th of a chain was made of, to make it again: name, text, and the files that it has read, in out->files[]. Lent. false: no more. */
struct script_source {
	const char *name, *text;
	bool configured; /* it was given a configuration; false: the filter of a section */
	struct script_file files[SCRIPT_FILES_MAX];
	size_t nfiles;
};
bool script_source_at(const struct script *s, size_t i, struct script_source *out);

/* A batch in which the script has been busy for twice the time of a row (ten seconds): told once, between two rows, with the slowest so far. */
struct script_slow {
	int64_t row_us, batch_us;
	int line;	 /* where that row was when it took long; 0: not known */
	uint32_t record; /* of the batch that came in */
};
void script_on_slow(struct script *s, void told(void *arg, const struct script_slow *slow), void *arg);

/* What can be said of a script without running it. schema: the table's, or NULL when it is not known. */
struct script_finding {
	const char *script; /* "orders.lua" */
	bool error;	    /* the line will fail, or drop rows; false: it does not do what it looks like */
	int line;
	char text[300];
};
typedef void script_tell(void *arg, const struct script_finding *f);
int script_lint(struct script *s, const struct schema *schema, script_tell *told, void *arg, struct err *err);

/* A row and what must become of it: a line of JSON (script_case.c). schema: as the rows have it. */
struct script_case {
	bool passed;
	char name[80], text[400]; /* text: what was expected and found, when it has not passed */
};
int script_case_table(const char *line, size_t len, struct schema **out,
		struct err *err); /* the first line of a file of cases; the caller unrefs */
void script_case_run(struct script *s, struct schema *schema, const char *line, size_t len, struct script_case *result);
/* For who asks about one row: where its call ended. Costs time; not for rows on their way. */
void script_watch_lines(struct script *s);
const char *script_last_line(
		struct script *s); /* "orders.lua:5", in the last script that was called since the last question */
/* From here on each line is counted; not for rows on their way either. The i-th that holds code of a function; false: there are no more. Lent. */
struct script_line {
	const char *script;
	int line;
	uint64_t runs;
	int64_t ns; /* in all */
	const char *text;
	size_t len;
};
void script_lines_count(struct script *s);
bool script_line_at(const struct script *s, size_t i, struct script_line *out);
/* The same at work, of one row in 4 * SCRIPT_SAMPLE_ROWS while script_on_sample() looks at them; off forgets what was counted. */
void script_profile(struct script *s, bool on);
/* A file of cases: the table, then a case a line. Calls back for each; line: of the file. -1: no such file, or none of cases. */
typedef void script_case_told(void *arg, int line, const struct script_case *c);
int script_case_file(struct script *s, const char *path, script_case_told *told, void *arg, struct err *err);
char *script_case_path(const char *script); /* "lua/orders.lua" -> "lua/orders.cases"; the caller frees */
const char *script_library(void);	    /* "Lua 5.4.4": what is linked */

#endif
