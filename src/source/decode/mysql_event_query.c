/*
 * mysql_event_query.c - QUERY: BEGIN, COMMIT and all DDL. The status variables in front of the text have no length of
 * their own each; one that is not known ends the list, as the server itself does, and is harmless because the list as a
 * whole has a length.
 */
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_event.h"

enum query_var {
	QV_FLAGS2 = 0,
	QV_SQL_MODE = 1,
	QV_CATALOG = 2,
	QV_AUTO_INCREMENT = 3,
	QV_CHARSET = 4,
	QV_TIME_ZONE = 5,
	QV_CATALOG_NZ = 6,
	QV_LC_TIME_NAMES = 7,
	QV_CHARSET_DATABASE = 8,
	QV_TABLE_MAP_FOR_UPDATE = 9,
	QV_MASTER_DATA_WRITTEN = 10,
	QV_INVOKER = 11,
	QV_UPDATED_DB_NAMES = 12,
	QV_MICROSECONDS = 13,
	QV_COMMIT_TS = 14,
	QV_COMMIT_TS2 = 15,
	QV_EXPLICIT_DEFAULTS_TS = 16,
	QV_DDL_XID = 17,
	QV_DEFAULT_COLLATION_UTF8MB4 = 18,
	QV_SQL_REQUIRE_PRIMARY_KEY = 19,
	QV_DEFAULT_TABLE_ENCRYPTION = 20
};

enum { OVER_MAX_DBS = 254, POST_HEADER_LEN = 13 };

static void skip_short_text(struct bytes *b)
{
	bytes_take(b, bytes_u8(b));
}

static void skip_database_names(struct bytes *b)
{
	unsigned count = bytes_u8(b);

	if (count == OVER_MAX_DBS)
		return;
	for (unsigned i = 0; i < count; i++) {
		while (bytes_u8(b) != 0 && !b->failed)
			continue;
	}
}

static void charset_var(struct bytes *b, struct event_query *out)
{
	out->has_charset = true;
	out->charset_client = bytes_u16(b);
	out->collation_connection = bytes_u16(b);
	out->collation_server = bytes_u16(b);
}

static void time_zone_var(struct bytes *b, struct event_query *out)
{
	out->time_zone_len = bytes_u8(b);
	out->time_zone = (const char *)bytes_take(b, out->time_zone_len);
}

static void sql_mode_var(struct bytes *b, struct event_query *out)
{
	out->has_sql_mode = true;
	out->sql_mode = bytes_u64(b);
}

/* false: not known, stop here. */
static bool query_var_parse(struct bytes *b, unsigned code, struct event_query *out)
{
	switch (code) {
	case QV_SQL_MODE: sql_mode_var(b, out); return true;
	case QV_CHARSET: charset_var(b, out); return true;
	case QV_TIME_ZONE: time_zone_var(b, out); return true;
	case QV_CHARSET_DATABASE: out->collation_database = bytes_u16(b); return true;
	case QV_DDL_XID: out->ddl_xid = bytes_u64(b); return true;
	case QV_DEFAULT_COLLATION_UTF8MB4: out->default_collation_utf8mb4 = bytes_u16(b); return true;
	case QV_FLAGS2:
	case QV_AUTO_INCREMENT:
	case QV_MASTER_DATA_WRITTEN: bytes_take(b, 4); return true;
	case QV_CATALOG:
		skip_short_text(b);
		bytes_take(b, 1);
		return true;
	case QV_CATALOG_NZ: skip_short_text(b); return true;
	case QV_LC_TIME_NAMES: bytes_take(b, 2); return true;
	case QV_TABLE_MAP_FOR_UPDATE: bytes_take(b, 8); return true;
	case QV_INVOKER:
		skip_short_text(b);
		skip_short_text(b);
		return true;
	case QV_UPDATED_DB_NAMES: skip_database_names(b); return true;
	case QV_MICROSECONDS: bytes_take(b, 3); return true;
	case QV_EXPLICIT_DEFAULTS_TS: out->old_timestamps = bytes_u8(b) == 0; return true;
	case QV_SQL_REQUIRE_PRIMARY_KEY: bytes_take(b, 1); return true;
	case QV_DEFAULT_TABLE_ENCRYPTION: bytes_take(b, 1); return true;
	default: return false;
	}
}

int event_query_parse(const struct event *e, const struct event_format *format, struct event_query *out,
		struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len), vars;
	size_t post_len = format->post_header_count >= EVENT_QUERY ? format->post_header[EVENT_QUERY - 1]
								   : POST_HEADER_LEN;
	size_t vars_len;
	const uint8_t *p;

	*out = (struct event_query){ 0 };
	out->thread_id = bytes_u32(&b);
	out->exec_time_s = bytes_u32(&b);
	out->db_len = bytes_u8(&b);
	out->error_code = bytes_u16(&b);
	vars_len = bytes_u16(&b);
	if (post_len > POST_HEADER_LEN)
		bytes_take(&b, post_len - POST_HEADER_LEN);
	p = bytes_take(&b, vars_len);
	out->db = (const char *)bytes_take(&b, out->db_len + 1);
	if (b.failed || out->db[out->db_len] != '\0')
		return err_set(err, ERR_FATAL, 0,
				"QUERY event: %zu bytes do not hold %zu of status and a database of %zu", e->len,
				vars_len, out->db_len);
	out->sql = (const char *)b.at;
	out->sql_len = bytes_left(&b);
	vars = bytes_of(p, vars_len);
	while (bytes_left(&vars) > 0 && query_var_parse(&vars, bytes_u8(&vars), out))
		continue;
	if (vars.failed)
		return err_set(err, ERR_FATAL, 0, "QUERY event: a status variable ends outside its %zu bytes",
				vars_len);
	return 0;
}
