/*
 * mysql_stream_table.h - the tables that a binlog stream meets: by the server's table id for rows, by name for
 * everything else, each with a decoder that is kept as long as its table map stays the same. Ids are dealt out anew at
 * every restart and DDL, so an id is only a way to find the name faster.
 */
#ifndef SOURCE_MYSQL_STREAM_TABLE_H
#define SOURCE_MYSQL_STREAM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_row.h"
#include "source/decode/mysql_table_map.h"
#include "source/server/mysql_definition.h"

struct stream_table {
	const char *db, *name; /* interned */
	size_t db_len, name_len;
	bool wanted;
	bool is_parent;		  /* of foreign keys, as of: */
	unsigned foreign_edition; /* of their list, plus one; 0: not looked up */
	struct arena arena;	  /* of map */
	struct table_map map;
	struct row_decoder *decoder; /* NULL: to be made from the next table map */
	char *error;		     /* not NULL: stopped */
	char *lost;		     /* not NULL: why the schema is not known */
	bool asked;		     /* the server told the schema just now: whoever clears this tells it on */
	uint64_t held;		     /* serial of the batch that holds held_schema */
	const struct schema *held_schema;
};

struct stream_id {
	uint64_t id;
	struct stream_table *table; /* NULL: free */
};

/* Asks the server for a definition, see mysql_definition(); NULL: nobody to ask. */
typedef int stream_ask_fn(void *arg, const struct table_place *at, struct buf *create, struct err *err);

struct stream_tables {
	stream_ask_fn *ask;
	void *ask_arg;
	const struct mysql_filter *filter;
	struct catalog *catalog;
	struct event_format format;
	struct stream_table **items;
	size_t count, cap;
	struct stream_table **news; /* wanted ones that were met or stopped, until somebody asks */
	size_t nnews, cap_news;
	struct stream_table **names; /* hash by name */
	size_t names_cap;
	struct stream_id *ids; /* hash by id */
	size_t ids_count, ids_cap;
};

void stream_tables_init(struct stream_tables *ts, const struct mysql_filter *filter, struct catalog *catalog);
void stream_tables_done(struct stream_tables *ts);
/* A TABLE_MAP event, at file and pos. A table whose map cannot be read with what is known is stopped; -1: the event itself is broken. */
int stream_tables_map(struct stream_tables *ts, const struct event *e, const char *file, uint64_t pos,
		struct stream_table **out, struct err *err);
struct stream_table *stream_tables_by_id(const struct stream_tables *ts, uint64_t id);
struct stream_table *stream_tables_by_name(struct stream_tables *ts, const char *db, size_t db_len, const char *name,
		size_t name_len);
void stream_tables_forget(struct stream_tables *ts, const char *db, const char *name); /* its definition changed */
/* What a statement has made of it is not known. */
void stream_tables_lose(struct stream_tables *ts, const char *db, const char *name, const char *why);
void stream_tables_clear_ids(struct stream_tables *ts);
void stream_table_stop(struct stream_tables *ts, struct stream_table *t, const char *why); /* the first reason stays */

#endif
