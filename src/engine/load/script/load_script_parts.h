/*
 * load_script_parts.h - between the files of the script thread: load_script.c (the loop), load_stage.c (one item), load_wait.c (topics that cannot go
 * on, and what they wait for), load_table_script.c (each table's script). Everything here belongs to that thread.
 */
#ifndef ENGINE_LOAD_SCRIPT_PARTS_H
#define ENGINE_LOAD_SCRIPT_PARTS_H

#include "engine/load/load_parts.h"

struct script_stage {
	struct load *l;
	struct format_decoder *decoder;
	struct table_script *tables;	 /* all; a topic knows its own */
	struct section_script *sections; /* those that any of them uses */
	bool untold;			 /* the status does not know all of a table's script */
	int64_t told_us;		 /* monotonic: when it did last */
	uint64_t compiled;		 /* scripts so far: each has a number */
	uint64_t profiled;		 /* number of the script whose lines are counted; 0: none */
	uint64_t reload;		 /* load.reload as it was seen last */
	struct topic_wait *waits;	 /* all; a topic knows its own */
	unsigned resumed;		 /* load.resumed as it was seen last */
	int64_t until_us; /* monotonic: an item whose script is at work then gives its turn to the other topics */
};
enum { SLICE_MS = 100 }; /* of a topic's items, before the others have a turn */

/* load_table_script.c */
/* item->out: the changes of item->in through its table's script. -1: the table's trouble, err says which; 1: its turn is over, item->pause. */
int script_transform(struct script_stage *st, struct load_item *item, struct err *err);
void scripts_reload(struct script_stage *st);  /* when somebody asked for it */
void scripts_profile(struct script_stage *st); /* begins or ends what somebody wants to know of lines */
void scripts_tell(struct script_stage *st);    /* versions and dropped rows to the status, once a second */
void scripts_free(struct script_stage *st);

/* load_script_cost.c: of one table, a meter for each script of the chain that it runs through */
struct script_costs {
	struct script_meter **meters;
	struct script_stats *before; /* the batch */
	size_t count;
	bool masks; /* what it says of a row is not shown */
};
/* From now on it is this one; NULL: none. The status goes on telling it after costs_end(), until the next. */
void costs_begin(struct script_costs *c, struct table_meter *table, const char *section, const struct script *script);
void costs_end(struct script_costs *c);
void costs_before(struct script_costs *c, struct script *script);
void costs_after(struct script_costs *c, struct script *script, const struct load_item *item, bool guarded);

/* load_script_drops.c: of one table; NULL: none yet. Its user frees it */
struct table_drops;
/* What the script has dropped and counted since the last call; false: nothing. */
bool drops_note(struct table_drops **d, struct script *script, const struct script_costs *costs);
void drops_tell(const struct table_drops *d, struct table_meters *meters, struct table_meter *m, const char *version);

/* load_state.c */
/* The script gets what is kept for the item's partition, and gives it back. -1: err. */
int state_lend(struct script_stage *st, struct load_item *item, struct script *script, struct err *err);
int state_take(struct load_item *item, struct script *script, struct err *err);

/* load_wait.c */
/* early: the history has to be read first; unsure: of a shape that it does not know; trouble: err says which; turn: it is over for now */
enum stage_result { STAGE_DONE, STAGE_EARLY, STAGE_UNSURE, STAGE_TROUBLE, STAGE_TURN };
/* Its topic waits, and the item with it: the first of its items, or one behind those that wait. Takes it. */
void wait_begin(struct script_stage *st, struct load_item *item, enum stage_result why, const struct err *err);
void wait_add(struct script_stage *st, struct load_item *item);
bool wait_turns(const struct script_stage *st);	    /* whether any waits for nothing but its turn */
int wait_next_ms(const struct script_stage *st);    /* until a topic wants to be looked at; -1: none waits */
void wait_look(struct script_stage *st, bool idle); /* tries those that want to be; idle: nobody else has anything */
void wait_forget(struct script_stage *st);	    /* all of them and their items */

/* load_stage.c */
enum stage_result stage_item(struct script_stage *st, struct load_item *item,
		struct err *err);				  /* decodes it and runs the script */
void stage_pass(struct script_stage *st, struct load_item *item); /* to its topic's turn. Takes it */

#endif
