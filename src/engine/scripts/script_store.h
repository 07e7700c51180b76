/*
 * script_store.h - the versions of scripts that have run, by section of the configuration, in state.dir/scripts: `index` is a line of JSON for each
 * time that another version began to run, HASH the texts that it is made of. What runs in this process is among them, so that whoever judges
 * rows beside the pipeline (verify, trace, a trial) uses the version that the pipeline uses, and not the files as they are just now.
 *
 * Bounded: VERSIONS_KEPT a section, VERSIONS_IN_ALL for all. Values of script.KEY are in no file; they are those of the configuration.
 * @thread any: all functions take the store's lock
 */
#ifndef ENGINE_SCRIPT_STORE_H
#define ENGINE_SCRIPT_STORE_H

#include "engine/settings/settings.h"

enum { VERSIONS_KEPT = 20, VERSIONS_IN_ALL = 20000, VERSION_WHO_ROOM = 96 };

struct script_store;
/* writes: by the process that holds the lock of state_dir; false: only to look. Never NULL: what cannot be read counts as empty. */
struct script_store *script_store_open(const char *state_dir, bool writes);
void script_store_close(struct script_store *st); /* NULL allowed */

struct script_version { /* that began to run */
	char *section;
	char version[SCRIPT_VERSION_ROOM];
	char instead[SCRIPT_VERSION_ROOM]; /* what was taken back for it: the files as they are so run no more; "" */
	char who[VERSION_WHO_ROOM];
	char how[12]; /* "start", "reload", "apply", "rollback", "guard" */
	int64_t at_us;
};

/* The script that runs for the section. The first time it is made of the files, or of the version that was put in their place. NULL: err */
struct script *script_store_script(const struct settings *s, const struct table_settings *t, struct err *err);
/* From the next script_store_script() on it is this version. -1: its texts cannot be kept. */
int script_store_take(struct script_store *st, const char *section, const struct script *script,
		const struct script_version *as, struct err *err);
/* A version that has run, with the configuration as it is. */
struct script *script_store_version(const struct settings *s, const struct table_settings *t, const char *version,
		struct err *err);
char *script_store_text(struct script_store *st, const char *version,
		struct err *err); /* as in its file; the caller frees */
bool script_store_runs(struct script_store *st, const char *section, char out[static SCRIPT_VERSION_ROOM]);
/* The i-th that began to run, newest first; section NULL: of all. false: there are no more. The caller frees out->section. */
bool script_store_at(struct script_store *st, const char *section, size_t i, struct script_version *out);
/* The last version that ran before the one that runs, and that was not taken back for it. false: none */
bool script_store_before(struct script_store *st, const char *section, char out[static SCRIPT_VERSION_ROOM]);
/* Whether the files as this version has them were taken back. */
bool script_store_refuses(struct script_store *st, const char *section, const char *version);

#endif
