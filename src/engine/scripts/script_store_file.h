/* script_store_file.h - between script_store.c and script_store_file.c. Everything here is called under the store's lock. */
#ifndef ENGINE_SCRIPT_STORE_FILE_H
#define ENGINE_SCRIPT_STORE_FILE_H

#include <pthread.h>

#include "core/buf.h"
#include "engine/scripts/script_store.h"

enum { STORE_TEXT_MAX = 16 << 20 };

struct store_entry {
	struct script_version v;
	bool runs; /* in this process */
};

struct script_store {
	pthread_mutex_t lock;
	char *folder;
	bool writes;
	struct store_entry *entries; /* the oldest first */
	size_t count, cap;
	size_t lines; /* of the index file */
};

struct store_entry *store_add(struct script_store *st);
void store_read_index(struct script_store *st);
void store_append(struct script_store *st,
		const struct store_entry *e); /* to the index; what cannot be written is logged */
int store_write_text(struct script_store *st, const char *version, const struct buf *b, struct err *err);
char *store_read_text(struct script_store *st, const char *version, struct err *err);
void store_remove_text(struct script_store *st, const char *version);

#endif
