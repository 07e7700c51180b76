/* mysql_undo.c - see mysql_undo.h. Only what a statement changes is kept, so that
 * one costs the same with ten thousand tables. */
#include "config.h"
#include "source/catalog/mysql_undo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"

static struct undo_image *image_at(struct mysql_undo *u, size_t i)
{
	return &u->images[(u->first + i) % UNDO_MAX];
}

static void image_free(struct undo_image *image)
{
	for (size_t i = 0; i < image->count; i++)
		schema_unref(image->changes[i].had);
	free(image->changes);
	*image = (struct undo_image){ 0 };
}

void mysql_undo_done(struct mysql_undo *u)
{
	for (size_t i = 0; i < u->count; i++)
		image_free(image_at(u, i));
	*u = (struct mysql_undo){ 0 };
}

static void keep(void *arg, const char *db, const char *table, struct schema *had, unsigned collation)
{
	struct mysql_undo *u = arg;
	struct undo_image *image;

	if (u->count == 0)
		return;
	image = image_at(u, u->count - 1);
	xgrow(image->changes, image->count, image->cap, 4);
	image->changes[image->count++] = (struct undo_change){
		.db = intern(db),
		.table = table ? intern(table) : NULL,
		.had = had ? schema_ref(had) : NULL,
		.collation = collation,
	};
}

void mysql_undo_save(struct mysql_undo *u, struct catalog *c, const struct gtid *gtid, const char *file, uint64_t pos)
{
	struct undo_image *image;

	if (u->count == UNDO_MAX) {
		image_free(image_at(u, 0));
		u->first = (u->first + 1) % UNDO_MAX;
		u->count--;
		u->dropped++;
	}
	image = image_at(u, u->count++);
	*image = (struct undo_image){ .file = intern(file), .pos = pos };
	if (gtid)
		image->gtid = *gtid;
	catalog_watch(c, keep, u);
}

void mysql_undo_drop_last(struct mysql_undo *u)
{
	if (u->count > 0)
		image_free(image_at(u, --u->count));
}

/* binlog.999999 comes before binlog.1000000. */
static int compare_files(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return la != lb ? (la < lb ? -1 : 1) : strcmp(a, b);
}

static bool is_after(const struct undo_image *image, const struct position *to, const struct gtid_set *gtids)
{
	int order;

	if (image->gtid.gno > 0 && to->gtids)
		return !gtid_set_contains(gtids, &image->gtid);
	order = compare_files(image->file, to->file);
	return order > 0 || (order == 0 && image->pos >= to->pos);
}

static void undo_change(struct catalog *c, const struct undo_change *change)
{
	if (change->had)
		catalog_put(c, change->had);
	else if (change->table)
		catalog_forget(c, change->db, change->table);
	else if (change->collation)
		catalog_set_database(c, change->db, change->collation);
	else
		catalog_drop_database(c, change->db);
}

/* The last change first. */
static void undo(struct catalog *c, const struct undo_image *image)
{
	for (size_t i = image->count; i-- > 0;)
		undo_change(c, &image->changes[i]);
}

int mysql_undo_back_to(struct mysql_undo *u, struct catalog *c, const struct position *to, struct err *err)
{
	struct gtid_set gtids;
	size_t kept = u->count;
	int r = 0;

	gtid_set_init(&gtids);
	if (to->gtids && gtid_set_parse(&gtids, to->gtids, err) < 0) {
		gtid_set_done(&gtids);
		return -1;
	}
	while (kept > 0 && is_after(image_at(u, kept - 1), to, &gtids))
		kept--;
	if (kept == 0 && u->count > 0 && u->dropped > 0)
		r = err_set(err, ERR_FATAL, 0,
				"the position to go back to lies before the last %d schema changes: start again, so that the schemas "
				"are read from the history",
				UNDO_MAX);
	catalog_watch(c, NULL, NULL);
	for (size_t i = u->count; r == 0 && i-- > kept;)
		undo(c, image_at(u, i));
	while (u->count > kept)
		mysql_undo_drop_last(u);
	if (u->count > 0)
		catalog_watch(c, keep, u);
	gtid_set_done(&gtids);
	return r;
}
