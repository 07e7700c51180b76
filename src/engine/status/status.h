/*
 * status.h - what a millrace process is doing: one struct, copied out under no lock that a stage holds, the same for
 * the console in the process, an attached console, `status`, and `status --json`.
 *
 * Owner: the reader. status_init() once, filled again and again by whoever provides it, status_done() at the end. All
 * texts are UTF-8 and may hold anything that a table name may hold: escape before printing.
 */
#ifndef ENGINE_STATUS_H
#define ENGINE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/buf.h"
#include "core/changes.h"
#include "core/err.h"
#include "core/logline.h"
#include "row/schema.h"

enum half_state { /* of a half, a stage or a table */
	HALF_STOPPED,
	HALF_STARTING,
	HALF_SNAPSHOT,
	HALF_STREAMING,
	HALF_IDLE,
	HALF_STUCK,
	HALF_PAUSED,
	HALF_RETRYING,
	HALF_FAILED
};
const char *half_state_name(enum half_state state); /* "streaming" */

struct status_trouble {	  /* why a half does not go on */
	char error[512];  /* "" while it is well */
	char kind[16];	  /* of the error: "unreachable", "retry", "config", ..; "" */
	unsigned tries;	  /* that failed in a row */
	int64_t retry_ms; /* until the next one; 0: under way, -1: there will be none */
};

struct status_snapshot {
	bool running;
	unsigned tables_done, tables_total;
	uint64_t rows_done, rows_total; /* total is the server's estimate */
	int64_t left_ms;		/* -1 unknown */
	char table[TABLE_NAME_ROOM];	/* being read; "" none */
	uint64_t chunks;		/* of it, read */
	double rows_per_s;
	int64_t keeps_ms; /* how long MySQL still keeps the binlog that has to follow; -1: no limit */
};

struct status_fill {		      /* snapshots of tables while the stream goes on */
	unsigned tables, orders;      /* waiting or being read; asked for and not yet taken up */
	unsigned tables_done;	      /* before them, of the same snapshot */
	uint64_t all_rows, all_total; /* of all these */
	int64_t all_left_ms;	      /* -1 unknown */
	bool paused;
	char table[TABLE_NAME_ROOM]; /* being read; "" none */
	uint64_t rows, total;	     /* of it; total is the server's estimate */
	double rows_per_s;
	int64_t left_ms;     /* of it; -1 unknown */
	char throttled[160]; /* by what; "" not */
	char waits[200];     /* for what; "" */
	char error[256];     /* why it does not go on; "" */
};

struct status_reading {		      /* a table of the snapshot that runs, in the order in which they are read */
	char name[TABLE_NAME_ROOM];   /* db.table */
	const char *state;	      /* waiting, running, done, ended (before its last row): static or interned */
	uint64_t rows, total, chunks; /* total is the server's estimate, 0 unknown */
	double rows_per_s;
	int64_t left_ms; /* -1 unknown */
};

struct status_capture {
	bool enabled; /* the role runs this half */
	enum half_state state;
	char server[128];
	char gtid[4096]; /* executed and in the log */
	char file[256];
	uint64_t pos;
	char server_gtid[4096];
	char server_file[256];
	uint64_t server_pos;
	int64_t lag_ms;	      /* -1 unknown: newest commit read against the wall clock, 0 when caught up */
	int64_t behind_bytes; /* -1 unknown */
	char read_file[256];  /* how far the server was read */
	uint64_t read_pos;
	char oldest_file[256]; /* that the server has; "" unknown */
	int64_t kept_bytes;    /* of its binlog before the position that was read; -1 unknown */
	int64_t keeps_ms;      /* how long it keeps a file; 0: until somebody purges it, -1 unknown */
	uint64_t reconnects;
	struct status_snapshot snapshot;
	struct status_fill fill;
	char why[200]; /* idle, slow or stuck, in words; "" */
	struct status_trouble trouble;
};

struct status_load {
	bool enabled;
	enum half_state state;
	char target[256];	  /* "embedded /var/lib/..", "starrocks 127.0.0.1:8030" */
	int64_t lag_rows, lag_ms; /* -1 unknown */
	int64_t kept_rows;	  /* messages that are loaded and that the log still has */
	double lag_per_s;	  /* how lag_rows changes, over the last minute */
	unsigned topics;
	uint64_t loads;
	struct status_trouble trouble; /* of the half, else of a table that is tried again */
};

struct status_stage {
	const char *name; /* source, format, log, read, script, sink: static or interned */
	bool load_half;
	enum half_state state;
	uint64_t in, out, bytes;	/* rows in and out, payload bytes out, since the start */
	double rows_per_s, bytes_per_s; /* over the last seconds */
	int64_t p50_us, p99_us;		/* commit at the source to here, over the last minute; -1: no rows */
	double queue_fill;		/* 0..1, of the queue in front of it; 0 for the first stage of a half */
	double busy, wait_in,
			wait_out; /* shares of the last seconds: working, waiting for rows, waiting for the next stage */
};

struct status_table {
	char name[TABLE_NAME_ROOM];		  /* db.table */
	enum half_state state;			  /* streaming, snapshot, paused, failed (stopped with an error) */
	uint64_t captured, loaded, dropped, dead; /* dead: since the start */
	int64_t dead_open;	  /* dead letters that nobody has closed, counted from the log; -1 not known yet */
	uint64_t duplicates;	  /* rows that the target had already, by the label of their load */
	int64_t lag_rows, lag_ms; /* of the load; -1 unknown */
	int64_t slowed_ms;	  /* between two loads, while the target has too many versions of it; 0: as it is set */
	int64_t verified_us,
			differences; /* wall: when the last comparison with MySQL began; rows that differed; 0 and -1: none yet */
	int64_t capture_p99_us, load_p99_us; /* commit to the log, commit to the target; -1: none */
	uint64_t script_rows, script_ns;     /* that went through its script, and how long that took in all */
	char script[16], drops[300],
			counts[300]; /* the version of its script, "" without; dropped rows by reason: "test order 12, late 3"; what
							 * it counts, in the same form */
	int64_t complete_us; /* wall: everything of it up to this commit is at the target; -1 unknown */
	const char *loader; /* "stream", "routine", "to routine", "to stream": static or interned; "": not known, or no load half here */
	char job[TABLE_NAME_ROOM]; /* db.job of Routine Load that has it; "" none */
	char error[512];
};

struct status_script_drop {
	char reason[64]; /* of drop(); "" of return nil */
	uint64_t rows;
};

struct status_script { /* a script at work for one table; of a chain each. Figures since the start, where nothing else is said */
	const char *table, *section, *script;  /* db.table, the section's name, "orders.lua": static or interned */
	char version[16];		       /* of the section's scripts, as `lua versions` tells it */
	unsigned place;			       /* in the chain, from 0 */
	bool guarded;			       /* script.guard looks at the version */
	uint64_t rows, out, dropped, dead, ns; /* rows that came and left */
	double rows_per_s;		       /* over the last seconds */
	int64_t p50_ns, p99_ns;		       /* a row, of the last that were sampled; -1: none */
	int64_t instructions, bytes;	       /* a row, mean of those that were sampled; -1: none */
	uint64_t lookups, lookups_known, lookups_none;	       /* keys that lookup() was asked for */
	int64_t memory;					       /* bytes that its state holds */
	int64_t failed_us;				       /* wall: when a row failed last; 0: none has */
	int failed_line;				       /* 0: not known */
	char failed_key[160], failed[300], failed_version[16]; /* without what the script masks */
	struct status_script_drop *drops;		       /* by reason */
	size_t ndrops;
};

struct status_partition {
	char topic[250];
	int32_t id;
	int64_t low, high, kept;
	int64_t committed; /* by our load group; -1: none */
	int64_t lag;	   /* -1: none */
	double per_s;	   /* messages that come, over the last minute; NAN unknown */
	double lag_per_s;  /* how the lag changes, over the last minute; NAN unknown */
};

struct status_routine {					     /* a Routine Load job of the cluster, whoever made it */
	char name[TABLE_NAME_ROOM], target[TABLE_NAME_ROOM]; /* db.job; db.table there */
	char table[TABLE_NAME_ROOM];			     /* of ours, whose topic it reads; "": another topic */
	char topic[250];
	char state[24];	    /* StarRocks' word: RUNNING, PAUSED, .. */
	char reason[400];   /* of the state; "" */
	const char *remedy; /* what to do where it does not go on: static or interned */
	int64_t code;	    /* of the reason; -1: none */
	int64_t lag;	    /* messages; -1 unknown */
	uint64_t loaded, errors;
};

enum { TREND_POINTS = 120 };
struct status_trend {	  /* a series of series.h, as screens show it beside its figure */
	const char *name; /* "load.lag": static or interned */
	int step_s;
	float values[TREND_POINTS]; /* oldest first; NAN unknown */
};

struct status_bottleneck {
	char stage[24]; /* "" when nothing is slow */
	char why[256];
};

enum problem_severity { PROBLEM_NOTE, PROBLEM_WARNING, PROBLEM_ERROR };
const char *problem_severity_name(enum problem_severity severity); /* "error" */

struct status_problem { /* something that is wrong now (problems.h) */
	enum problem_severity severity;
	const char *code, *kind;    /* "table-stopped", "table": static or interned */
	char subject[640];	    /* testdb.orders */
	char text[512];		    /* what was found */
	const char *means, *remedy; /* for the data; what to do: static or interned */
	char command[720];	    /* that does it; "" none */
	char request[720];	    /* the same as a request: "resume what=testdb.orders"; "" none */
	int64_t since_us;	    /* wall */
	bool fails;		    /* `status` exits with 1 */
	bool holds_up;		    /* rows of the table that it is about do not get to the target because of it */
	char by[64];		    /* who has acknowledged it; "" nobody */
	int64_t acknowledged_us;    /* wall: when; 0: nobody has */
	unsigned times;		    /* that it came and ended before, as far as is remembered */
	int64_t left_ms;	    /* until what `limit` says; -1: unknown, or nothing runs out */
	const char *limit;	    /* what happens then: static or interned; "": nothing runs out */
};

struct status_session { /* a console that is open on this process */
	char who[160], name[48], user[48], terminal[48];
	bool read_only, here;
	int64_t since_us; /* wall */
	char acted[200];  /* what it asked for last that changed something; "" nothing yet */
	int64_t acted_us; /* wall: when; 0: nothing yet */
};

struct status {
	char name[64], version[32], role[16];
	enum half_state state;
	int pid;
	int64_t wall_us, uptime_s;
	bool draining;
	char log_kind[16];	  /* embedded, kafka */
	int64_t dead_open;	  /* dead letters that nobody has closed, of all tables; -1 not known yet */
	int64_t complete_us;	  /* wall: everything up to this commit is at the target, of all tables; -1 unknown */
	bool complete_late;	  /* older than it becomes while all is well */
	char complete_gtid[4096]; /* executed by then; "" unknown */
	struct status_capture capture;
	struct status_load load;
	struct status_reading *readings; /* of the capture: initial, or beside the stream */
	size_t nreadings;
	struct status_stage *stages;
	size_t nstages;
	struct status_table *tables; /* by name; some of them, where somebody has asked for some (status_cut()) */
	size_t ntables;
	uint64_t all_tables, all_partitions, all_scripts; /* how many there are */
	struct status_script *scripts;			  /* by table and place */
	size_t nscripts;
	struct status_partition *partitions;
	size_t npartitions;
	struct status_routine *routines;
	size_t nroutines;
	struct status_session *sessions; /* in the order in which they came */
	size_t nsessions;
	struct status_problem *problems; /* the worst and oldest first */
	size_t nproblems;
	struct status_trend *trends;
	size_t ntrends;
	struct status_bottleneck bottleneck;
	struct log_entry *events; /* newest last, the last 200 */
	size_t nevents;
	struct change_entry *changes; /* that may be the cause of what came after them, oldest first */
	size_t nchanges;
};

void status_init(struct status *s);
void status_done(struct status *s);
size_t status_failing(const struct status
				*s); /* problems that need a person: what /health and the exit code of `status` tell */
const struct status_trend *status_trend(const struct status *s, const char *name); /* NULL: none */

/* The tables of a snapshot for people: a line for those that are being read and the few that come next, and for each state how
 * many have none (some: others of it have). So ten thousand tables take no more room than ten. */
typedef void status_reading_line(void *arg, const struct status_reading *r);
typedef void status_reading_more(void *arg, const char *state, size_t n, bool some);
void status_show_readings(const struct status *s, status_reading_line *line, status_reading_more *more, void *arg);

/*
 * As much of the lists as somebody looks at: of very many tables, partitions and scripts those that stand first in an order and match a
 * text, of those that nobody looks at the few that need a look. So what a console or a record costs does not grow with the number of tables.
 */
struct status_wish {
	char list[16];	  /* tables, partitions or scripts: the one that is looked at; "": none */
	char sort[32];	  /* one of its fields, as `status --json` calls it; "": those that need a look first */
	bool inverted;	  /* the other way round */
	char filter[128]; /* only rows that have this text somewhere, a leading ! those that have not; "": all */
	size_t limit;	  /* rows of that list */
	size_t tables, partitions, scripts; /* rows of each that nobody looks at */
};
/* Lists that are short enough stay whole and as they are. What is left stands in the order that it had. */
void status_cut(struct status *s, const struct status_wish *wish);
/* The order by which they are sorted, for whoever sorts what was sent: by a field, "" by what needs a look, which comes first. 0: they stand as they
 * came. */
int status_order(const char *list, const char *field, const void *a, const void *b);

/* status --json, and what an attached console reads. */
void status_to_json(const struct status *s, struct buf *out);
void status_print_page(FILE *out); /* docs/status.md: every field */
int status_from_json(struct status *s, const char *text, size_t len, struct err *err);

#endif
