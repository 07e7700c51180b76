/*
 * format_source.c - one table describes the block's members, so that the schema and the values cannot get out of step.
 */
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "format/cell/format_cell.h"
#include "format/encode/format_source.h"

#define SNAPSHOT_SCHEMA \
	",\"name\":\"io.debezium.data.Enum\",\"version\":1,\"parameters\":{\"allowed\":" \
	"\"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental\"}"

static const struct source_row {
	const char *name, *type;
	bool optional;
	const char *more, *preset; /* members behind optional; the default, NULL: none */
} source_rows[SOURCE_FIELDS] = {
	[SOURCE_VERSION] = { "version", "string", false, "", NULL },
	[SOURCE_CONNECTOR] = { "connector", "string", false, "", NULL },
	[SOURCE_NAME] = { "name", "string", false, "", NULL },
	[SOURCE_TS_MS] = { "ts_ms", "int64", false, "", NULL },
	[SOURCE_SNAPSHOT] = { "snapshot", "string", true, SNAPSHOT_SCHEMA, "false" },
	[SOURCE_DB] = { "db", "string", false, "", NULL },
	[SOURCE_SEQUENCE] = { "sequence", "string", true, "", NULL },
	[SOURCE_TS_US] = { "ts_us", "int64", true, "", NULL },
	[SOURCE_TS_NS] = { "ts_ns", "int64", true, "", NULL },
	[SOURCE_TABLE] = { "table", "string", true, "", NULL },
	[SOURCE_SERVER_ID] = { "server_id", "int64", false, "", NULL },
	[SOURCE_GTID] = { "gtid", "string", true, "", NULL },
	[SOURCE_FILE] = { "file", "string", false, "", NULL },
	[SOURCE_POS] = { "pos", "int64", false, "", NULL },
	[SOURCE_ROW] = { "row", "int32", false, "", NULL },
	[SOURCE_THREAD] = { "thread", "int64", true, "", NULL },
	[SOURCE_QUERY] = { "query", "string", true, "", NULL },
};

/*
 * The field is unset in the stream, so Connect shows the default of the schema. replace.null.with.default does not
 * matter: it is about rows, and readers compare this text.
 */
static const char *block_mark(enum snapshot_mark mark)
{
	return mark == SNAPSHOT_NO ? "\"false\"" : format_source_mark(mark);
}

const char *format_source_mark(enum snapshot_mark mark)
{
	static const char *const marks[] = {
		[SNAPSHOT_NO] = "null",
		[SNAPSHOT_TRUE] = "\"true\"",
		[SNAPSHOT_FIRST] = "\"first\"",
		[SNAPSHOT_FIRST_IN_TABLE] = "\"first_in_data_collection\"",
		[SNAPSHOT_LAST_IN_TABLE] = "\"last_in_data_collection\"",
		[SNAPSHOT_LAST] = "\"last\"",
		[SNAPSHOT_INCREMENTAL] = "\"incremental\"",
	};

	return marks[mark];
}

void format_source_init(struct source_block *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->text, (size_t)256 << 20);
}

void format_source_done(struct source_block *s)
{
	buf_done(&s->text);
}

static void put_i64(struct buf *b, int64_t v)
{
	char text[20];

	buf_put(b, text, num_i64(text, v));
}

/* One value, remembered by itself for add.fields. */
static void put_field(struct source_block *s, enum source_field f, const char *before)
{
	buf_puts(&s->text, before);
	s->field[f].at = (uint32_t)s->text.len;
}

static void end_field(struct source_block *s, enum source_field f)
{
	s->field[f].len = (uint32_t)(s->text.len - s->field[f].at);
}

static void put_text_field(struct source_block *s, enum source_field f, const char *before, const char *text)
{
	put_field(s, f, before);
	buf_json_str(&s->text, text);
	end_field(s, f);
}

static void put_int_field(struct source_block *s, enum source_field f, const char *before, int64_t v)
{
	put_field(s, f, before);
	put_i64(&s->text, v);
	end_field(s, f);
}

static void end_slice(struct source_block *s, struct source_slice *slice)
{
	slice->len = (uint32_t)(s->text.len - slice->at);
}

static int64_t floor_ms(int64_t us)
{
	return us / 1000 - (us % 1000 < 0);
}

static void put_head(struct source_block *s, const struct format_conf *conf, const struct change_txn *txn)
{
	s->head.at = (uint32_t)s->text.len;
	put_text_field(s, SOURCE_VERSION, "{\"version\":", conf->version);
	put_text_field(s, SOURCE_CONNECTOR, ",\"connector\":", "mysql");
	put_text_field(s, SOURCE_NAME, ",\"name\":", conf->topic_prefix);
	put_int_field(s, SOURCE_TS_MS, ",\"ts_ms\":", floor_ms(txn->commit_us));
	buf_puts(&s->text, ",\"snapshot\":");
	end_slice(s, &s->head);
}

static void put_times(struct source_block *s, const struct change_txn *txn)
{
	s->times.at = (uint32_t)s->text.len;
	put_text_field(s, SOURCE_SEQUENCE, ",\"sequence\":", NULL);
	put_int_field(s, SOURCE_TS_US, ",\"ts_us\":", txn->commit_us);
	put_int_field(s, SOURCE_TS_NS, ",\"ts_ns\":", (int64_t)((uint64_t)txn->commit_us * 1000));
	end_slice(s, &s->times);
}

static void put_server(struct source_block *s, const struct change_txn *txn)
{
	s->server.at = (uint32_t)s->text.len;
	put_int_field(s, SOURCE_SERVER_ID, ",\"server_id\":", txn->server_id);
	put_text_field(s, SOURCE_GTID, ",\"gtid\":", txn->gtid);
	put_text_field(s, SOURCE_FILE, ",\"file\":", txn->file ? txn->file : "");
	buf_puts(&s->text, ",\"pos\":");
	end_slice(s, &s->server);
}

static void put_tail(struct source_block *s, const struct change_txn *txn)
{
	s->tail.at = (uint32_t)s->text.len;
	if (txn->thread < 0)
		put_text_field(s, SOURCE_THREAD, ",\"thread\":", NULL);
	else
		put_int_field(s, SOURCE_THREAD, ",\"thread\":", txn->thread);
	put_text_field(s, SOURCE_QUERY, ",\"query\":", txn->query);
	buf_putc(&s->text, '}');
	end_slice(s, &s->tail);
}

int format_source_take(struct source_block *s, const struct format_conf *conf, const struct change_txn *txn)
{
	if (s->txn == txn)
		return 0;
	s->txn = NULL;
	buf_reset(&s->text);
	put_head(s, conf, txn);
	put_times(s, txn);
	put_server(s, txn);
	put_tail(s, txn);
	buf_reserve(&s->text, 16); /* short copies read past the end */
	if (s->text.failed) {
		buf_done(&s->text);
		buf_init(&s->text, (size_t)256 << 20);
		return -1;
	}
	s->txn = txn;
	return 0;
}

size_t format_source_bound(const struct source_block *s)
{
	return s->text.len + 128;
}

static char *write_slice(char *out, const struct source_block *s, struct source_slice slice)
{
	return cell_put(out, s->text.data + slice.at, slice.len);
}

char *format_source_write(char *out, const struct source_block *s, const struct change *c, const char *db,
		size_t db_len, const char *table, size_t table_len)
{
	const char *mark = block_mark(c->snapshot);

	out = write_slice(out, s, s->head);
	out = cell_put(out, mark, strlen(mark));
	out = cell_put(out, db, db_len);
	out = write_slice(out, s, s->times);
	out = cell_put(out, table, table_len);
	out = write_slice(out, s, s->server);
	out += num_u64(out, c->pos);
	out = cell_put(out, ",\"row\":", 7);
	out += num_u64(out, c->row);
	return write_slice(out, s, s->tail);
}

void format_source_schema(struct buf *b)
{
	buf_puts(b, "{\"type\":\"struct\",\"fields\":[");
	for (int f = 0; f < SOURCE_FIELDS; f++) {
		const struct source_row *r = &source_rows[f];

		buf_printf(b, "%s{\"type\":\"%s\",\"optional\":%s%s", f ? "," : "", r->type,
				r->optional ? "true" : "false", r->more);
		if (r->preset)
			buf_printf(b, ",\"default\":\"%s\"", r->preset);
		buf_printf(b, ",\"field\":\"%s\"}", r->name);
	}
	buf_puts(b, "],\"optional\":false,\"name\":\"io.debezium.connector.mysql.Source\",\"field\":\"source\"}");
}

int format_source_field(const char *name)
{
	for (int f = 0; f < SOURCE_FIELDS; f++)
		if (strcmp(source_rows[f].name, name) == 0)
			return f;
	return -1;
}

void format_source_field_schema(struct buf *b, enum source_field f)
{
	buf_printf(b, "{\"type\":\"%s\",\"optional\":true%s", source_rows[f].type, source_rows[f].more);
}
