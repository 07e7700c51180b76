/* mysql_undo.c - see mysql_undo.h. An image is a list of references, not of copies: eight bytes a table. */
#include "config.h"
#include "source/mysql_undo.h"

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
		schema_unref(image->schemas[i]);
	free(image->schemas);
	*image = (struct undo_image){ 0 };
}

void mysql_undo_done(struct mysql_undo *u)
{
	for (size_t i = 0; i < u->count; i++)
		image_free(image_at(u, i));
	*u = (struct mysql_undo){ 0 };
}

static void add_schema(struct schema *s, void *arg)
{
	struct undo_image *image = arg;

	image->schemas[image->count++] = schema_ref(s);
}

void mysql_undo_save(struct mysql_undo *u, const struct catalog *c, const struct gtid *gtid, const char *file,
		     uint64_t pos)
{
	struct undo_image *image;

	if (u->count == UNDO_MAX) {
		image_free(image_at(u, 0));
		u->first = (u->first + 1) % UNDO_MAX;
		u->count--;
		u->dropped++;
	}
	image = image_at(u, u->count++);
	*image = (struct undo_image){ .file = intern(file),
				      .pos = pos,
				      .schemas = xcalloc(catalog_count(c) + 1, sizeof(*image->schemas)) };
	if (gtid)
		image->gtid = *gtid;
	catalog_each(c, add_schema, image);
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

struct names {
	const char *(*items)[2];
	size_t count;
};

static void add_name(struct schema *s, void *arg)
{
	struct names *n = arg;

	n->items[n->count][0] = s->db;
	n->items[n->count++][1] = s->table;
}

static void restore(struct catalog *c, const struct undo_image *image)
{
	struct names n = { .items = xcalloc(catalog_count(c) + 1, sizeof(*n.items)) };

	catalog_each(c, add_name, &n);
	for (size_t i = 0; i < n.count; i++)
		catalog_forget(c, n.items[i][0], n.items[i][1]);
	for (size_t i = 0; i < image->count; i++)
		catalog_put(c, image->schemas[i]);
	free(n.items);
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
			    "the position to go back to lies before the last %d schema changes: start again, so that "
			    "the schemas are "
			    "read from the history",
			    UNDO_MAX);
	else if (kept < u->count)
		restore(c, image_at(u, kept));
	while (u->count > kept)
		mysql_undo_drop_last(u);
	gtid_set_done(&gtids);
	return r;
}
