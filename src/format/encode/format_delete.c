/*
 * format_delete.c - what a delete becomes in flat messages. Debezium 3.0 has three settings for it: the new
 * delete.tombstone.handling.mode wins; without it the old drop.tombstones and delete.handling.mode count, whose presets
 * drop both. millrace's own preset, auto, is rewrite when none of the three is set.
 */
#include "format/encode/format_encoder.h"

enum { OLD_DELETE_UNSET, OLD_DELETE_NONE, OLD_DELETE_DROP, OLD_DELETE_REWRITE }; /* "unset|none|drop|rewrite" */
enum { OLD_TOMBSTONES_UNSET, OLD_TOMBSTONES_TRUE, OLD_TOMBSTONES_FALSE };	 /* "unset|true|false" */

static void by_old_names(struct format_encoder *e)
{
	int mode = e->conf->old_delete_mode;

	e->rewrite = mode == OLD_DELETE_REWRITE;
	e->null_deletes = mode == OLD_DELETE_NONE;
	e->drop_deletes = !e->rewrite && !e->null_deletes;
	e->tombstones = e->tombstones && e->conf->drop_tombstones == OLD_TOMBSTONES_FALSE;
}

static void by_mode(struct format_encoder *e, int mode)
{
	e->rewrite = mode == DELETE_REWRITE || mode == DELETE_REWRITE_WITH_TOMBSTONE;
	e->null_deletes = mode == DELETE_TOMBSTONE;
	e->drop_deletes = mode == DELETE_DROP;
	e->tombstones = e->tombstones && mode == DELETE_REWRITE_WITH_TOMBSTONE;
}

int format_deletes_init(struct format_encoder *e, struct err *err)
{
	const struct format_conf *conf = e->conf;
	bool old = conf->old_delete_mode != OLD_DELETE_UNSET || conf->drop_tombstones != OLD_TOMBSTONES_UNSET;
	bool own = conf->delete_mode != DELETE_AUTO && conf->delete_mode != DELETE_UNSET;

	if (old && own)
		return err_set(err, ERR_CONFIG, 0,
				"[kafka] delete.tombstone.handling.mode replaces drop.tombstones and "
				"delete.handling.mode: keep the one or the others");
	e->tombstones = conf->tombstones_on_delete;
	if (!e->flat)
		return 0;
	if (own || (conf->delete_mode == DELETE_AUTO && !old))
		by_mode(e, own ? conf->delete_mode : DELETE_REWRITE);
	else
		by_old_names(e);
	return 0;
}
