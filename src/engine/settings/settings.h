/*
 * settings.h - every setting of millrace, in one struct filled from one table (settings.c). The rooms own their parts
 * of the struct; the table names the keys.
 */
#ifndef ENGINE_SETTINGS_H
#define ENGINE_SETTINGS_H

#include "core/conf/conf.h"
#include "format/format.h"
#include "log/log.h"
#include "script/script.h"
#include "sink/sink.h"
#include "source/source.h"

enum dead_policy { DEAD_LETTER, DEAD_STOP, DEAD_SKIP };
enum target_mode { TARGET_UPSERT, TARGET_APPEND };

enum load_by { LOAD_AS_PRESET, LOAD_STREAM, LOAD_ROUTINE };

struct table_settings { /* [table db.table], [table db.*] */
	char *name;
	char *target;	     /* DATABASE.TABLE at the target; NULL: as [starrocks] says */
	int target_mode;     /* enum target_mode */
	char *source_column; /* source.column: the target is shared, and this column says whose a row is; NULL: it is not */
	int source_value;	    /* source.value: enum source_value */
	bool source_in_key;	    /* source.in.key */
	int loader;		    /* load: enum load_by */
	int schema_change;	    /* enum schema_change */
	char *create_suffix;	    /* table.create.suffix; NULL: ours */
	int64_t interval_ms;	    /* load.interval of its loads; 0: that of [starrocks] */
	int dead_policy;	    /* enum dead_policy */
	int64_t dead_max;	    /* open dead letters; -1: no limit */
	struct conf_list transform; /* paths of Lua scripts, relative to the configuration file */
	struct conf_code filter;    /* a Lua expression that comes before them */
	struct conf_pairs script;   /* script.KEY: for their init(config) */
};

struct load_settings {
	char *group;		 /* group.id; default: name-load */
	struct conf_list topics; /* topics: default the captured tables' topics */
	int64_t workers;	 /* load.workers */
	int64_t buffer_bytes;	 /* load.buffer.bytes: rows read and not loaded yet, all workers together */
	int64_t guard_percent;	 /* script.guard; 0: none */
	int64_t guard_rows;	 /* script.guard.rows */
	bool script_watch;	 /* script.watch: changed files are taken without being asked */
};

struct http_settings { /* [http] */
	char *listen;  /* PORT or ADDRESS:PORT; NULL: no HTTP */
	char *token;   /* NULL: nothing can be changed by HTTP */
	bool reads_need_token;
	int64_t connections, timeout_ms, tables;
	char host[64]; /* derived from listen: an address */
	unsigned port;
};

struct script_store;

struct settings {
	struct script_store *scripts; /* lent: which versions run; NULL: the files as they are */
	char *name, *state_dir;
	char *take_over;  /* take.over: the pipeline whose topics, group and target tables are ours now; NULL: none */
	char *path, *dir; /* of the configuration file */
	char **secret_files; /* that hold secrets: their modes are looked at */
	size_t nsecret_files;
	bool core_dumps;
	struct mysql_conf mysql;
	struct format_conf format;
	struct log_conf log;
	struct sink_conf sink;
	struct load_settings load;
	struct script_limits script;
	struct script_asker asker; /* of script, where [mysql] names a server */
	struct table_settings *tables;
	size_t ntables;
	int64_t commit_interval_ms; /* [kafka] commit.interval.ms: the longest that rows wait for their transaction */
	int64_t commit_bytes;	    /* commit.bytes: the largest transaction */
	struct conf_list signal_channels; /* [mysql] signal.enabled.channels */
	char *signal_topic;		  /* signal.kafka.topic */
	bool verify_continuous;		  /* verify.continuous */
	int64_t verify_rate;		  /* verify.rate: percent of a core */
	int64_t recorder_bytes;		  /* recorder.bytes */
	int64_t drain_timeout_ms;
	int log_format, log_level;
	char *theme;
	bool mouse; /* of consoles */
	struct http_settings http;
};

extern const struct conf_table settings_table;

struct settings *settings_new(void);
void settings_free(struct settings *s);
int settings_load(struct settings *s, const char *path, struct err *err);
/* What SIGHUP makes of a file that was read anew: tells (calls back) each setting whose new value needs a restart, and
 * copies those of [mysql] that may change while it runs over `mysql`, which borrows texts from both. */
void settings_reload_mysql(struct mysql_conf *mysql, const struct settings *fresh);
void settings_need_restart(const struct settings *now, const struct settings *fresh, conf_change_fn *tell);
int settings_check(const struct settings *s, struct err *err); /* what the reading of single values cannot see */
int settings_http(struct http_settings *http,
		struct err *err); /* settings_http.c: reads listen, and refuses an open door */
/* Which file with secrets others than its owner and group may read, from the index-th on; NULL: none. */
const char *settings_exposed(const struct settings *s, size_t *index);

/* settings_table.c: which section is a table's. One counts alone: that of its name, else of its name in another case, else the pattern (* is any
 * text) with the most characters besides *, of two such the first in the file. NULL: none. */
const struct table_settings *settings_for_table(const struct settings *s, const char *db_table);
bool section_is_pattern(const struct table_settings *t);
bool section_matches(const struct table_settings *t, const char *db_table); /* by its name or pattern, in any case */
void settings_target(const void *settings, const char *db_table, struct sink_table *out); /* as sink_conf asks for it */
bool settings_appends(const void *settings, const char *db_table);			  /* target.mode = append */
bool table_has_script(const struct table_settings *t);
bool settings_by_routine(const struct settings *s,
		const struct table_settings *t); /* load = routine; NULL: no section */

/* settings_script.c */
void settings_let_ask(struct settings *s); /* scripts may ask the server of [mysql] */
char *table_script_path(const struct settings *s,
		const char *transform); /* beside the configuration; the caller frees */
/* The first section whose transform names this file; NULL: none. Its script.KEYs are those that the file is tried with. */
const struct table_settings *settings_for_script(const struct settings *s, const char *path);
/* The section's filter and scripts as one, as the files are. NULL: ERR_CONFIG. */
struct script *table_script_open(const struct settings *s, const struct table_settings *t, struct err *err);

#endif
