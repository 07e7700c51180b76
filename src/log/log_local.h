/*
 * log_local.h - what the files of the embedded log share. Inside this room only.
 *
 * Two locks, never held at once: `write_lock` guards the writing connection for the length of a database transaction;
 * `lock` guards what lies in memory and is never held over I/O. A partition's `next` belongs to the first, what others
 * may see of it (low, high, bytes) to the second.
 */
#ifndef LOG_LOG_LOCAL_H
#define LOG_LOG_LOCAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <zstd.h>

#include "core/buf.h"
#include "log/log_index.h"
#include "log/log_ops.h"

enum { LOCAL_APPLICATION_ID = 0x4d4c4f47, LOCAL_SCHEMA_VERSION = 1 }; /* what log.db says of itself */

/* A chunk's row id: the partition's number, then the offset of its first record. So one b-tree is table and index. */
#define LOCAL_OFFSET_BITS 40
#define LOCAL_OFFSET_MAX (((int64_t)1 << LOCAL_OFFSET_BITS) - 1)

struct local_part {
	uint32_t id; /* unique over all topics; part.id in the database */
	int32_t number;
	int64_t next;	   /* under write_lock: the offset that the next record gets */
	unsigned tail;	   /* under write_lock: chunks since the last compaction */
	int64_t low, high; /* under lock */
	uint64_t bytes;	   /* under lock */
};

struct local_topic {
	const char *name; /* interned */
	int64_t id;
	enum log_topic_kind kind;
	int32_t nparts;
	struct local_part *parts; /* fixed once created */
};

struct local_group {
	char *name;
	struct local_reader **members;
	size_t nmembers;
	struct local_claim *claims; /* which reader holds which partition */
	size_t nclaims;
	struct log_index places; /* of claims */
};

struct local_fence {
	char *id;
	uint64_t epoch;
};

struct local_log {
	struct log base;
	char *path;
	int lock_fd;

	pthread_mutex_t write_lock;
	sqlite3 *db; /* under write_lock, with its statements */
	sqlite3_stmt *insert_chunk, *set_offset;
	uint64_t unkept_bytes;	    /* under write_lock: written since retention last looked */
	int64_t kept_us;	    /* under write_lock: when it did */
	_Atomic uint64_t unloaded;  /* bytes past their retention that a group still has to read */
	struct local_fence *fences; /* under write_lock */
	size_t nfences;

	pthread_mutex_t lock;
	pthread_cond_t wake;	     /* new records, new topics, changed groups */
	struct local_topic **topics; /* under lock; each lives as long as the log */
	size_t ntopics;
	struct name_map by_name;     /* the same */
	struct local_group **groups; /* under lock */
	size_t ngroups;
	uint64_t generation; /* under lock: counts changes of topics and groups */
};

static inline int64_t local_chunk_id(const struct local_part *p, int64_t offset)
{
	return (int64_t)p->id << LOCAL_OFFSET_BITS | offset;
}

/* ---- log_local.c ---- */
int local_fail(const struct local_log *l, sqlite3 *db, struct err *err, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
int local_damaged(const struct local_log *l, struct err *err, const struct local_part *p, int64_t offset);
sqlite3 *local_connect(const struct local_log *l, struct err *err); /* a connection of one's own, for reading */
sqlite3_stmt *local_prepare(const struct local_log *l, sqlite3 *db, const char *sql, struct err *err);
int local_begin(struct local_log *l, struct err *err);
/* commits when rc is 0, else rolls back; returns -1 on failure */
int local_end(struct local_log *l, int rc, struct err *err);
struct local_topic *local_topic_find(struct local_log *l, const char *name); /* under lock, as the next one */
void local_topic_add(struct local_log *l, struct local_topic *t);
/* takes lock */
struct local_part *local_part_get(struct local_log *l, const char *topic, int32_t partition, struct err *err);

/* ---- log_local_chunk.c: many records of one partition as one value ---- */
struct chunk_builder {
	struct buf raw;
	uint32_t count;
	int64_t min_ms, max_ms;
};
void chunk_start(struct chunk_builder *c, const struct local_part *p);
enum { RECORD_MAX = 900000000 }; /* SQLite has a limit of 1,000,000,000 bytes a value */
int chunk_add(struct chunk_builder *c, const struct record *r, int64_t now_ms, struct err *err);
void *chunk_seal(const struct chunk_builder *c, ZSTD_CCtx *z, size_t *len); /* the caller frees */

struct chunk_cursor {
	const char *at, *end;
	const char *topic;
	int32_t partition;
	int64_t offset; /* of the next record */
	uint32_t left;
};
/* Unpacks into the arena; records point there. -1: damaged. */
int chunk_open(struct chunk_cursor *c, const struct local_topic *t, const struct local_part *p, int64_t base,
		const void *data, size_t len, ZSTD_DCtx *z, struct arena *a);
/* 1: a record, 0: no more, -1: damaged */
int chunk_next(struct chunk_cursor *c, struct record *r, struct arena *a);

/* ---- log_local_keep.c ---- */
/* inside a transaction */
int local_compact(struct local_log *l, const struct local_topic *t, struct local_part *p, struct err *err);
int local_retention(struct local_log *l, struct err *err); /* under write_lock, outside a transaction */
uint64_t local_unloaded(struct log *l);

void local_remedies(struct report *r); /* what it may find */
int local_check(const struct log_conf *conf, struct report *report, struct err *err);
int local_topic_ensure(struct log *l, const char *topic, enum log_topic_kind kind, struct err *err);
int local_topics(struct log *l, struct log_topics *out, struct err *err);
int local_topic_settings(struct log *l, const char *topic, log_setting_cb *cb, void *arg, struct err *err);
int local_topic_compacts(struct log *l, const char *topic, bool *compacts, struct err *err);
int local_groups(struct log *l, const char *group, struct log_groups *out, struct err *err);
int local_group_members(struct log *l, const char *group, unsigned *count, struct err *err);
int local_group_store(struct log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err);
int local_store_offset(struct local_log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err); /* inside of local_begin() */
int local_scan(struct log *l, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb,
		void *arg, struct err *err);
int local_ends(struct log *l, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err);
int local_offset_at(struct log *l, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err);

/* -1: err, and the writer's refusal says which record */
struct log_writer *local_writer_open(struct log *l, const char *id, struct err *err);
void local_writer_close(struct log_writer *w);
int local_writer_append(struct log_writer *w, const struct record *records, size_t count, struct err *err);
int local_writer_commit(struct log_writer *w, struct err *err);

struct log_reader *local_reader_open(struct log *l, const char *group, const struct conf_list *topics, struct err *err);
void local_reader_close(struct log_reader *r);
enum log_read local_reader_poll(struct log_reader *r, struct batch *b, size_t max_bytes, int timeout_ms,
		struct err *err);
int local_reader_assigned(struct log_reader *r, struct log_assigned_list *out, struct err *err);
int local_reader_seek(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err);
int local_reader_commit(struct log_reader *r, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err);
int local_reader_pause(struct log_reader *r, const char *topic, int32_t partition, bool paused, struct err *err);

/* ---- log_local_group.c: who reads what; all under lock ---- */
struct local_claim {
	struct local_topic *topic;
	int32_t partition;
	struct local_reader *reader;
};
struct local_reader;
bool local_reader_wants(struct local_reader *r,
		const char *topic); /* log_local_read.c; under lock, the name is interned */
void local_group_join(struct local_log *l, const char *name, struct local_reader *r, struct local_group **out);
void local_group_leave(struct local_log *l, struct local_group *g, struct local_reader *r);
/* takes and gives back; true: changed */
bool local_group_share(struct local_log *l, struct local_group *g, struct local_reader *r);
bool local_group_holds(const struct local_group *g, const struct local_reader *r, const char *topic, int32_t partition);
void local_groups_done(struct local_log *l);

#endif
