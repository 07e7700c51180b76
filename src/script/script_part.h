/*
 * script_part.h - what the files of this room share. Private to it.
 *
 * Everything here runs inside a protected call: failing is luaL_error(). Memory of Lua objects is Lua's; cells that a
 * script writes go to the arena of the outgoing batch.
 */
#ifndef SCRIPT_PART_H
#define SCRIPT_PART_H

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "script/memory/keys.h"
#include "script/memory/pool.h"
#include "script/memory/reuse.h"
#include "script/memory/texts.h"
#include "script/query/query_cache.h"
#include "script/query/query_wait.h"
#include "script/script.h"
#include "script/script_decimal.h"

/* All userdata of a script begins with its tag: there is no other userdata in the sandbox. */
enum script_tag { SCRIPT_NULL = 0x6d720001, SCRIPT_ROW, SCRIPT_EVENT, SCRIPT_DECIMAL, SCRIPT_TIME, SCRIPT_QUERY };

struct script_decimal {
	uint32_t tag;
	struct decimal d;
};

struct script_time {
	uint32_t tag;
	struct value v; /* of a time kind; v.p of a zero date is text below */
	char text[40];
};

struct script_names {		   /* one input schema: its columns by the addresses of Lua's interned names */
	struct schema *base, *ext; /* as it came; with the fields that the script added */
	struct schema **routed;	   /* both for each of the script's `to`; NULL: not yet made */
	struct script_slot {
		const void *name;
		int column;
	} * slots;
	unsigned mask;	 /* number of slots - 1 */
	unsigned factor; /* of the slots, such that most names are in their own */
	int anchor;	 /* registry reference to a table of the names, so that they keep their addresses */
	struct script_names *next;
};

struct script_row {
	uint32_t tag;
	bool own; /* cells are ours to write */
	bool key_written;
	bool kept;     /* by keep(): of a deleted row, to be loaded */
	uint8_t to;    /* the table that it goes to, a place in the script's `to` plus one; 0: its own */
	unsigned cap;  /* room in cells */
	uint64_t call; /* the call that it belongs to; later it is void */
	struct script_names *names;
	struct value *cells;
};

struct script_pair { /* a column, and its name at the target; NULL: it is left out */
	char *from, *to;
};
struct script_form;
struct script_state;
struct script_write;
struct zone;

struct script_to { /* interned */
	const char *db, *table;
	bool taken; /* it is captured itself (script_refuse_to()) */
};

static inline bool script_to_is(const struct script_to *to, const struct schema *schema)
{
	return to->db == schema->db && to->table == schema->table;
}

enum { SCRIPT_TO_MAX = 16 };
enum { SCRIPT_FAILURE_MAX = 512 };
enum { SCRIPT_HOOK_PERIOD = 1000 };   /* instructions */
enum { SCRIPT_BYTES_PER_STEP = 256 }; /* that are put into a batch or got from the allocator */
enum { SCRIPT_METATABLE = 64 };	      /* places of one: few of its names are in the place of another one */
enum { SCRIPT_COUNTERS = 16 };
enum { SCRIPT_ZONES = 8 };    /* that a state knows by name without asking the process */
enum { SCRIPT_REASONS = 32 }; /* that are counted apart; rows with others count as "(other reasons)" */

struct script_reason {
	char text[64];
	uint64_t rows, fresh; /* fresh: since script_drops_fresh() */
	uint64_t batch, call; /* of the batch at hand, and of the call: not among the rows yet */
};

struct script {
	lua_State *L;
	char *name; /* "orders.lua" */
	char version[SCRIPT_VERSION_ROOM];
	char *dead_at; /* "script orders.lua 0123456789ab" */
	struct script_limits limits;
	size_t memory;	  /* bytes that Lua holds */
	struct pool pool; /* where its small ones are */
	int null_ref;	  /* in the registry */
	struct reuse decimals, times;
	struct texts texts;
	struct keys text_functions; /* the names in `string`, if all are known */
	bool text_functions_known;
	struct keys time_parts, event_parts;
	size_t row_bytes;     /* that this call has put into the outgoing batch */
	size_t batch_bytes;   /* the same of the calls before it in this batch */
	size_t batch_ceiling; /* of both */
	int64_t used;	     /* instructions of this call, counted in steps of `period`, and what C functions charged */
	int64_t look_at;     /* as many used: look at the clock */
	size_t looked_bytes; /* allocated since the last look */
	int period;
	size_t heap_bytes;	     /* allocated in this call */
	bool large_now, large;	     /* a large block was made in this call; was there when loaded */
	bool is_short;		     /* script_is_short() */
	bool reads_globals;	     /* is_short, and writes none */
	int64_t batch_us;	     /* when script_run() began */
	int64_t until_us;	     /* a row that ends later is the last one for now; 0: all are run */
	bool pauses;		     /* that is so */
	int64_t started_us, time_us; /* of this call, set by the first look; how long it may take */
	int slow_line;		     /* where this call was when it was looked at last; 0: not known */
	struct script_slow slow;     /* of this batch; batch_us is 0 until it has been told */
	void (*slow_told)(void *, const struct script_slow *);
	void *slow_arg;
	bool exceeded; /* the budget is gone: no pcall may go on */
	bool told;     /* stop_text names the line */
	enum script_verdict {
		VERDICT_NONE,
		VERDICT_DROP,
		VERDICT_REJECT,
		VERDICT_WAIT
	} verdict; /* drop() or reject() has ended the call */
	char stop_text[256];
	uint64_t call;

	/* lent for the time of script_run() */
	const struct batch *in;
	struct batch *out;
	const struct change *change, *change_end; /* end: of those that may run in one protected call */
	struct arena_mark mark; /* of the outgoing batch, when this change began; changes in it; dropped before */
	size_t emitted;
	uint64_t dropped;
	struct schema *held; /* the last schema that out was told of */

	struct script_row *row;	    /* the one that is used again for every call; anchored as an upvalue */
	struct script_row *old_row; /* event.before; anchored in the registry */
	bool has_delete;
	bool keeps;	      /* something can be kept from call to call */
	bool sets, init_sets; /* script_code_sets(), without init() and with it */
	struct script_names *names, *last_names;
	unsigned nnames;
	struct script_names *grown; /* whose schema grew in this call; `was` is how it was before */
	struct schema *was;
	struct column *fields; /* declared by the script */
	unsigned nfields;
	char **key; /* of the target's table, by the script; none: MySQL's */
	unsigned nkey;
	bool changes_key;	   /* it writes other keys than MySQL's */
	struct script_pair *pairs; /* rename, skip */
	unsigned npairs;
	struct script_form *forms, *form; /* schemas in the target's form; the one that was used last */
	unsigned nforms;
	struct script_to *to; /* tables that rows may be sent to */
	unsigned nto;
	unsigned sent, put; /* rows of this call for other tables; of these the ones that came out */
	uint32_t here;	    /* where this call has put rows: its own table, and those of `to` */
	struct script_stats stats, stats_before; /* before: of the batch that runs */
	void (*sample_told)(void *, const struct script_sample *);
	void *sample_arg;
	uint64_t samples;
	size_t place;		    /* in the chain; for sample_told */
	bool profiled;		    /* the lines of some samples are counted */
	bool counting;		    /* the instructions of this call */
	struct script_lines *lines; /* NULL: they are not counted */
	bool watched;		    /* line is kept: the one that ran last */
	int line;
	char line_text[140];
	struct script_reason reasons[SCRIPT_REASONS + 1]; /* of dropped rows; the first is "", the last the others */
	unsigned nreasons;
	struct script_reason counters[SCRIPT_COUNTERS]; /* of counter() */
	unsigned ncounters;
	bool counted;	      /* by this call */
	struct script *next;  /* gets what this one gives */
	struct change *taken; /* that, out of the outgoing batch */
	size_t cap_taken;
	struct conf_pairs config; /* for init() */
	bool has_init;
	int folder;				/* of require(), while the script is loaded; -1 */
	struct script_module *modules;		/* files that it has read */
	const struct zone *zones[SCRIPT_ZONES]; /* that were asked for; the next one takes the place of zone_next */
	unsigned zone_next;
	int64_t log_second; /* of the last log.info(), monotonic; lines in it */
	unsigned log_lines;
	struct script_state *state, *own_state; /* lent for a run; where none is: in memory */
	struct script_write *writes;		/* of this call, the newest */
	size_t write_bytes;
	bool uses_state;
	/* lookup{ query = .. } (script_query.c) */
	struct script_query *queries;
	void *asks; /* the asker's handle; NULL: not asked yet */
	struct buf ask_key, ask_sql, ask_columns;
	struct json_slice answers;    /* of a case, instead of the server */
	struct query_room query_room; /* what all queries keep */
	struct query_waits query_waits;
	int64_t asked_us;      /* of this batch: the server's time */
	int64_t query_good_us; /* answers from then on count for this batch, whatever their age: when it came first */
	int64_t ask_pause_us, ask_after_us; /* after a failure nobody asks before then, monotonic */
	struct err ask_err;		    /* that failure */
	bool waits;			    /* this batch cannot go on now; why: */
	struct err wait;
	char *source;  /* the text, for a state that is made again */
	size_t loaded; /* memory after loading */
};

static inline struct script *script_of(lua_State *L)
{
	return *(struct script **)lua_getextraspace(L);
}

static inline uint32_t script_tag(lua_State *L, int idx)
{
	const uint32_t *tag = lua_touserdata(L, idx);

	return tag ? *tag : 0;
}

/* script_budget.c */
void *script_budget_alloc(void *arg, void *p, size_t old_size, size_t size);
void script_budget_batch(struct script *s);    /* a new batch */
void script_budget_arm(struct script *s);      /* a new budget */
int64_t script_row_us(const struct script *s); /* how long a row may take */
__attribute__((noreturn)) void script_budget_end(lua_State *L);
__attribute__((noreturn)) void script_raise_end(lua_State *L); /* an end that no pcall() catches */
int script_current_line(lua_State *L);			       /* of Lua code; 0: none. Allocates nothing */
void script_budget_look(lua_State *L);			       /* raises when the budget or the time is gone */
void script_budget_row_bytes(lua_State *L,
		size_t size); /* that go into the outgoing batch; raises when they are too many */

/* Room in the outgoing batch's arena, counted. */
void *script_room_far(lua_State *L, size_t size);
static inline void *script_room(lua_State *L, size_t size)
{
	struct script *s = script_of(L);
	size_t whole = s->row_bytes + size;
	void *p;

	if (size < SCRIPT_BYTES_PER_STEP && whole + s->memory <= (size_t)s->limits.memory_bytes &&
			whole + s->batch_bytes <= s->batch_ceiling && (p = arena_near(&s->out->arena, size))) {
		s->row_bytes = whole;
		return p;
	}
	return script_room_far(L, size);
}

static inline char *script_dup(lua_State *L, const char *p, size_t len)
{
	char *copy = script_room(L, len + 1);

	memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

/* For a C function that does as much as that many instructions; in portions of at most some thousand. */
static inline void script_charge(lua_State *L, int64_t steps)
{
	struct script *s = script_of(L);

	s->used += steps;
	if (s->used >= s->look_at)
		script_budget_look(L);
}

/* script_lines.c */
void script_lines_begin(struct script *s);
void script_lines_enter(lua_State *L, struct script *s, lua_Debug *ar);
void script_lines_leave(struct script *s); /* the call has ended */
void script_lines_free(struct script *s);

/* script_cost.c */
void script_run_sampled(struct script *s, void run(struct script *s));
void script_note_drop(struct script *s, const char *reason);
void script_counter_open(lua_State *L);		      /* into the table on top */
void script_counts_call(struct script *s, bool good); /* a call has ended that has counted */
/* The batch is paused: what all of the chain have counted goes into *counts, NULL at first; it goes on; it has ended, or comes again. */
struct script_counts;
void script_counts_put(struct script *s, struct script_counts **counts);
void script_counts_get(struct script *s, const struct script_counts *counts);
void script_counts_end(struct script *s, bool whole);

/* script.c */
/* Rows of a batch through one script of a chain, from `at` on. */
struct script_rows {
	const struct change *changes;
	size_t count, at;
	size_t before; /* of out: what was there before the first of them */
	/* while it is paused: what the script knows of the batch */
	int64_t busy_us;
	size_t batch_bytes;
	struct script_slow slow;
};
int script_run_one(struct script *s, const struct batch *in, struct script_rows *rows, struct batch *out,
		struct err *err);
int script_run_changes(lua_State *L); /* upvalues: transform, delete, row, event */
void script_failure_text(struct script *s, int status, char out[static SCRIPT_FAILURE_MAX]); /* of the error on top */
void script_close_state(struct script *s);

/* script_open.c */
int script_open_state(struct script *s, struct err *err);
void script_close_one(struct script *s);

/* script_require.c */
void script_require_open(lua_State *L); /* into the table on top */
void script_require_folder(struct script *s, const char *path);
void script_require_done(struct script *s);						    /* no more files are read */
void script_require_given(struct script *s, const struct script_file *files, size_t count); /* instead of a folder */
void script_require_free(struct script *s);
/* A file in the script's folder, by the name at 1, which ends so; kept as long as the script. */
const char *script_file_text(lua_State *L, const char *path, const char *ending);
struct digest;
void script_require_digest(const struct script *s, struct digest *d); /* the texts that were read */

/* script_lookup.c */
void script_lookup_open(lua_State *L); /* into the table on top */
/* script_query.c */
void script_query_open(lua_State *L);
int script_query_new(lua_State *L);	   /* of the table at 1 */
void script_query_begin(struct script *s); /* a batch; its end, when it has passed */
void script_query_end(struct script *s);
void script_query_free(struct script *s);
/* script_case.c: what the case says for the key from the index `first` on */
int script_case_answer(lua_State *L, int first);

/* script_sandbox.c */
lua_State *script_sandbox_new(struct script *s);   /* NULL: no memory within the limit */
void script_sandbox_globals(lua_State *L);	   /* pushes the table that is a script's _ENV */
void script_sandbox_freeze(lua_State *L, int env); /* from here on nothing that it leads to can be written */
void script_strict(lua_State *L, int idx);	   /* a name that the table at idx lacks is an error */

void script_env_push(lua_State *L); /* a script's _ENV again */

/* script_code.c */
struct code *script_code(lua_State *L, struct arena *a); /* of the function on top; NULL: not read */

/* script_lint.c */
int script_lint_one(struct script *s, const struct schema *schema, script_tell *told, void *arg, struct err *err);
bool script_code_reads(const struct code *code, const char *global); /* NULL: true */
bool script_code_keeps(const struct code *code);		     /* whether a variable lasts from row to row */
bool script_code_sets(const struct code *code,
		bool init); /* whether a function, init() too, sets a variable of another one */

/* script_freeze.c */
void script_freeze(lua_State *L, int env, lua_CFunction refuse_global);
bool script_is_short(lua_State *L,
		int env);		 /* before it is frozen: no call of transform() or delete() comes to the hook */
bool script_thaw(lua_State *L, int idx); /* a frozen table at idx is replaced by what it has; false: it was none */
void script_freeze_counted(lua_State *L); /* who reads the table on top is counted (lookup()), once it is frozen */
void script_raw_open(lua_State *L);	  /* next, rawget, rawlen, rawset: into the table on top */

/* script_string.c, script_table.c, script_pattern.c */
void script_string_open(lua_State *L); /* pushes the library */
void script_utf8_open(lua_State *L);   /* pushes the library */
int script_charged(lua_State *L);      /* a library's function, upvalue 1, behind a charge */
void script_charge_functions(lua_State *L, const char *const *names); /* of the table on top */
void script_patterns_open(lua_State *L);			      /* into the table `string` on top of the stack */
void script_table_open(lua_State *L);				      /* into the table on top */

/* script_exact.c: into the library on top, over its own functions */
void script_exact_math(lua_State *L);
void script_exact_format(lua_State *L);
void script_exact_base(lua_State *L);

/* script_value.c */
void script_value_push(lua_State *L, const struct value *v);
struct script_given { /* a value at an index of the stack */
	int type;
	const char *p; /* of a text */
	size_t len;
};
static inline struct script_given script_given(lua_State *L, int idx)
{
	struct script_given g = { .type = lua_type(L, idx) };

	if (g.type == LUA_TSTRING)
		g.p = lua_tolstring(L, idx, &g.len);
	return g;
}
void script_value_take(lua_State *L, int idx, const struct script_given *g, const struct column *c, bool exact,
		struct value *out);					 /* g: of the value at idx */
bool script_value_infer(lua_State *L, int idx, struct column *c);	 /* the type of a new field; false: none */
static inline void script_cell_push(lua_State *L, const struct value *v) /* the same */
{
	if (v->kind == VALUE_TEXT)
		texts_push(L, &script_of(L)->texts, v->p, v->len);
	else
		script_value_push(L, v);
}
void script_describe(lua_State *L, int idx, char *out, size_t size); /* "text 'abc'" */

/* script_number.c and script_time.c: their userdata, constructors into the table on top of the stack */
struct decimal *script_decimal_push(lua_State *L);
const struct decimal *script_decimal_to(lua_State *L, int idx,
		struct decimal *scratch); /* numbers count; NULL: not one */
void script_decimal_open(lua_State *L);
void script_time_push(lua_State *L, const struct value *v);
enum script_time_part { TIME_YEAR, TIME_MONTH, TIME_DAY, TIME_HOUR, TIME_MINUTE, TIME_SECOND, TIME_MICROS, TIME_PARTS };
int64_t script_time_part(const struct value *v, enum script_time_part part, bool *known);
/* script_time_math.c */
int script_time_add_lua(lua_State *L);
int script_time_sub_lua(lua_State *L);
int script_time_format_lua(lua_State *L);
int script_time_later_lua(lua_State *L);
int script_time_at_lua(lua_State *L);
int script_time_utc_lua(lua_State *L);
bool script_time_convert(const struct value *v, enum value_kind kind,
		struct value *out); /* false: it has no such part */
bool script_time_parse(const char *p, size_t len, enum value_kind kind, struct value *out);
void script_time_open(lua_State *L);

/* script_names.c */
struct script_names *script_names_get(lua_State *L, struct schema *schema);
int script_names_search(lua_State *L, const struct script_names *n, int key);
static inline unsigned script_names_slot(const struct script_names *n, const void *name)
{
	return (unsigned)((uintptr_t)name >> 3) * n->factor >> 8 & n->mask;
}
/* The column that the value at key names; -1: none. */
static inline int script_names_column(lua_State *L, const struct script_names *n, int key)
{
	const void *name = lua_topointer(L, key);

	for (unsigned at = script_names_slot(n, name); n->slots[at].name; at = (at + 1) & n->mask)
		if (n->slots[at].name == name)
			return n->slots[at].column;
	return script_names_search(L, n, key);
}
__attribute__((noreturn)) void script_names_unknown(lua_State *L, const struct script_names *n, int key, int value);
void script_names_declare(lua_State *L, struct script_names *n, int key, const char *type);
int script_names_settle(lua_State *L); /* 1: whether the call failed; to be called when s->grown */
void script_names_free(struct script *s);
/* The schema of a row for s->to[to]: as wide as ext, or as the base. */
struct schema *script_names_routed(const struct script *s, struct script_names *n, unsigned to, bool wide);

/* script_declared.c */
#define SCRIPT_FIELDS_MAX 256 /* columns that a script may add to a schema */
#define SCRIPT_FIELD_TYPES \
	"boolean, int, bigint, bigint unsigned, double, decimal(p,s), varchar(n), text, json, date, time, datetime, timestamp"
void script_field_name(lua_State *L, const char *name, size_t len); /* raises when it is none */
bool script_field_type(const char *text, struct column *c);
void script_fields_free(struct script *s);
void script_fields_read(lua_State *L, int idx);	  /* the script's table `fields` */
void script_declared_read(lua_State *L, int env); /* the script's `key` and `changes_key` */
void script_declared_free(struct script *s);
/* A column of `key` that neither the schema nor `fields` has; NULL: none. */
const char *script_declared_missing(const struct script *s, const struct schema *schema);
void script_declared_words(const struct script *s, const struct schema *schema, const char *missing, char *out,
		size_t size); /* that it is missing */
void script_declared_apply(const struct script *s, struct schema *wide);
/* A cell of MySQL's key gets v, which stands at idx: raises where that is not declared. */
void script_key_written(lua_State *L, const struct column *c, unsigned column, const struct value *v, int idx);

/* script_keep.c */
void script_keep_open(lua_State *L); /* into the table on top */
void script_keep_begin(struct script *s);
void script_keep_take(struct script *s);

/* script_columns.c */
void script_columns_read(lua_State *L, int env); /* the script's `rename` and `skip` */
void script_columns_free(struct script *s);
void script_columns_apply(struct script *s, struct batch *out, size_t first); /* what came out gets the target's form */
/* The same of a schema; takes the reference. NULL: err. */
const char *script_columns_name(const struct script *s,
		const char *name); /* at the target; NULL: it does not have it */
struct schema *script_columns_target(const struct script *s, struct schema *wide, struct err *err);

/* script_route.c */
void script_route_read(lua_State *L, int env); /* the script's `to` */
void script_route_free(struct script *s);
void script_route_open(lua_State *L); /* event:to(); keep() into the table on top */

/* script_label.c */
void script_label_open(lua_State *L); /* into the table on top */

/* script_row.c */
const struct value *script_row_cell(lua_State *L, int row, int key,
		const struct column **c); /* raises when there is none */
void script_row_open(lua_State *L);
struct script_row *script_row_push(lua_State *L);			 /* a new, empty view */
struct script_row *script_row_to(lua_State *L, int idx);		 /* raises when it is none of this call */
void script_row_from_table(lua_State *L, int idx, struct script_row *r); /* what the table does not name is absent */
struct value *script_cells_extend(lua_State *L, const struct value *cells, unsigned from, unsigned to);
void script_event_push(lua_State *L);
void script_event_method(lua_State *L, lua_CFunction to); /* event:to() */
bool script_event_has(const char *name);
#define SCRIPT_EVENT_PARTS \
	"op, table, db, ts, topic, partition, offset, key, before, gtid, file, pos, row, snapshot, query or tx"

/* script_helpers.c, script_json.c: into the table on top of the stack */
void script_helpers_open(lua_State *L);
void script_null_push(lua_State *L);
void script_json_open(lua_State *L);
void script_json_pick_open(lua_State *L);	/* after it; script_json_pick.c */
void script_text_functions_known(lua_State *L); /* the table on top is `string`, and is not written any more */

#endif
