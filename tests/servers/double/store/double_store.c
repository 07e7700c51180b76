/*
 * double_store.c - opens the store, replays its log, and keeps the time: nothing runs in the background. Whoever
 * takes the lock first finishes what has become due meanwhile, so that a state never depends on when a timer fired.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "store/double_store.h"

struct sql_head {
	int64_t wall_ms;
	uint32_t db_len, sql_len;
};

int64_t store_now_ms(const struct store *s)
{
	return s->replaying ? s->replay_ms : clock_wall_us() / 1000;
}

void store_lock(struct store *s)
{
	int64_t now_ms;

	pthread_mutex_lock(&s->lock);
	now_ms = store_now_ms(s);
	store_alter_settle(s, now_ms);
	store_label_settle(s, now_ms);
}

void store_unlock(struct store *s)
{
	pthread_mutex_unlock(&s->lock);
}

int store_log_sql(struct store *s, const char *db, const char *sql, struct err *err)
{
	struct sql_head head = {
		.wall_ms = store_now_ms(s),
		.db_len = (uint32_t)strlen(db),
		.sql_len = (uint32_t)strlen(sql),
	};
	struct iovec iov[] = {
		{ &head, sizeof(head) },
		{ (void *)(uintptr_t)db, head.db_len },
		{ (void *)(uintptr_t)sql, head.sql_len },
	};

	return s->replaying ? 0 : wal_append(&s->wal, WAL_SQL, iov, 3, err);
}

static int replay_sql(struct store *s, const char *p, uint64_t len, struct err *err)
{
	struct sql_head head;
	char *db, *sql;
	int result;

	if (len < sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a statement without a head");
	memcpy(&head, p, sizeof(head));
	if ((uint64_t)head.db_len + head.sql_len != len - sizeof(head))
		return err_set(err, ERR_FATAL, 0, "data log: a statement of wrong length");
	s->replay_ms = head.wall_ms;
	db = xstrndup(p + sizeof(head), head.db_len);
	sql = xstrndup(p + sizeof(head) + head.db_len, head.sql_len);
	result = s->run_sql(s, db, sql, err);
	free(db);
	free(sql);
	return result;
}

static int replay(void *ctx, enum wal_type type, uint64_t offset, const char *p, uint64_t len, struct err *err)
{
	struct store *s = ctx;
	uint64_t done[2];

	if (type == WAL_SQL)
		return replay_sql(s, p, len, err);
	if (type == WAL_LOAD)
		return store_load_replay(s, offset, p, len, err);
	if (type != WAL_ALTER_DONE || len != sizeof(done))
		return err_set(err, ERR_FATAL, 0, "data log: record of unknown type %d", type);
	memcpy(done, p, sizeof(done));
	return store_alter_done(s, done[0], done[1] != 0);
}

int store_open(struct store *s, const char *dir, struct err *err)
{
	char *path = xasprintf("%s/data.log", dir), *errors = xasprintf("%s/error_log", dir);
	int result;

	pthread_mutex_init(&s->lock, NULL);
	spares_init(&s->spares);
	s->dir = xstrdup(dir);
	s->next_id = 10001;
	s->next_txn = 1000;
	if ((mkdir(dir, 0755) != 0 && errno != EEXIST) || (mkdir(errors, 0755) != 0 && errno != EEXIST)) {
		result = err_set(err, ERR_CONFIG, errno, "directory '%s': %s", dir, strerror(errno));
	} else {
		s->replaying = true;
		result = wal_open(&s->wal, path, replay, s, err);
		s->replaying = false;
	}
	free(path);
	free(errors);
	return result;
}
