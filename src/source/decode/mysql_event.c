/*
 * mysql_event.c - binlog events. Lengths come from three places (the packet, the header, FORMAT_DESCRIPTION) and have
 * to agree before anything is believed, and a FORMAT_DESCRIPTION says itself whether it carries a checksum.
 */
#include "source/decode/mysql_event.h"

#include <string.h>
#include <libdeflate.h>

#include "source/decode/mysql_bytes.h"

enum { CHECKSUM_OFF = 0, CHECKSUM_CRC32 = 1, FLAGS_AT = 17, EVENT_F_IN_USE = 1 };

static const char *const event_names[] = {
	[1] = "START_V3",
	[EVENT_QUERY] = "QUERY",
	[EVENT_STOP] = "STOP",
	[EVENT_ROTATE] = "ROTATE",
	[EVENT_INTVAR] = "INTVAR",
	[EVENT_RAND] = "RAND",
	[EVENT_USER_VAR] = "USER_VAR",
	[EVENT_FORMAT_DESCRIPTION] = "FORMAT_DESCRIPTION",
	[EVENT_XID] = "XID",
	[17] = "BEGIN_LOAD_QUERY",
	[18] = "EXECUTE_LOAD_QUERY",
	[EVENT_TABLE_MAP] = "TABLE_MAP",
	[EVENT_WRITE_ROWS_V1] = "WRITE_ROWS_V1",
	[EVENT_UPDATE_ROWS_V1] = "UPDATE_ROWS_V1",
	[EVENT_DELETE_ROWS_V1] = "DELETE_ROWS_V1",
	[EVENT_INCIDENT] = "INCIDENT",
	[EVENT_HEARTBEAT] = "HEARTBEAT",
	[EVENT_IGNORABLE] = "IGNORABLE",
	[EVENT_ROWS_QUERY] = "ROWS_QUERY",
	[EVENT_WRITE_ROWS] = "WRITE_ROWS",
	[EVENT_UPDATE_ROWS] = "UPDATE_ROWS",
	[EVENT_DELETE_ROWS] = "DELETE_ROWS",
	[EVENT_GTID] = "GTID",
	[EVENT_ANONYMOUS_GTID] = "ANONYMOUS_GTID",
	[EVENT_PREVIOUS_GTIDS] = "PREVIOUS_GTIDS",
	[EVENT_TRANSACTION_CONTEXT] = "TRANSACTION_CONTEXT",
	[EVENT_VIEW_CHANGE] = "VIEW_CHANGE",
	[EVENT_XA_PREPARE] = "XA_PREPARE",
	[EVENT_PARTIAL_UPDATE_ROWS] = "PARTIAL_UPDATE_ROWS",
	[EVENT_TRANSACTION_PAYLOAD] = "TRANSACTION_PAYLOAD",
	[EVENT_HEARTBEAT_V2] = "HEARTBEAT_V2",
	[EVENT_GTID_TAGGED] = "GTID_TAGGED",
};

const char *event_type_name(unsigned type)
{
	if (type >= sizeof(event_names) / sizeof(event_names[0]) || event_names[type] == NULL)
		return "UNKNOWN";
	return event_names[type];
}

bool event_is_rows(unsigned type)
{
	return (type >= EVENT_WRITE_ROWS_V1 && type <= EVENT_DELETE_ROWS_V1) ||
			(type >= EVENT_WRITE_ROWS && type <= EVENT_DELETE_ROWS) || type == EVENT_PARTIAL_UPDATE_ROWS;
}

static int event_short(const struct event *e, struct err *err)
{
	return err_set(err, ERR_FATAL, 0, "%s event: %zu bytes are too few for its fields",
			event_type_name(e->header.type), e->len);
}

void event_format_init(struct event_format *format)
{
	*format = (struct event_format){ .checksum = true, .verify = true };
}

static void event_header_parse(const uint8_t *p, struct event_header *out)
{
	out->timestamp_s = (uint32_t)bytes_le(p, 4);
	out->type = p[4];
	out->server_id = (uint32_t)bytes_le(p + 5, 4);
	out->size = (uint32_t)bytes_le(p + 9, 4);
	out->next_pos = (uint32_t)bytes_le(p + 13, 4);
	out->flags = (uint16_t)bytes_le(p + 17, 2);
}

/* FORMAT_DESCRIPTION has room for a checksum whether or not one is in use; the byte before it says which. */
static bool event_has_checksum(const struct event *e, const struct event_format *format)
{
	if (e->header.type != EVENT_FORMAT_DESCRIPTION)
		return format->checksum;
	return e->len > EVENT_CHECKSUM_LEN && e->body[e->len - EVENT_CHECKSUM_LEN - 1] == CHECKSUM_CRC32;
}

/* In a file that is being written FORMAT_DESCRIPTION has a flag set that was not there when its checksum was made. */
static uint32_t event_checksum(const struct event *e, const uint8_t *p, size_t len)
{
	uint8_t flags[2] = { (uint8_t)(p[FLAGS_AT] & ~EVENT_F_IN_USE), p[FLAGS_AT + 1] };
	uint32_t crc;

	if (e->header.type != EVENT_FORMAT_DESCRIPTION)
		return libdeflate_crc32(0, p, len);
	crc = libdeflate_crc32(0, p, FLAGS_AT);
	crc = libdeflate_crc32(crc, flags, sizeof(flags));
	return libdeflate_crc32(crc, p + EVENT_HEADER_LEN, len - EVENT_HEADER_LEN);
}

static int event_checksum_verify(const struct event *e, const uint8_t *p, size_t len, struct err *err)
{
	uint32_t want = (uint32_t)bytes_le(p + len - EVENT_CHECKSUM_LEN, 4);
	uint32_t got = event_checksum(e, p, len - EVENT_CHECKSUM_LEN);

	if (got == want)
		return 0;
	return err_set(err, ERR_RETRY, EVENT_DAMAGED,
			"%s event before position %u: checksum %08x, computed %08x: damaged in the binlog file or on the way",
			event_type_name(e->header.type), e->header.next_pos, want, got);
}

/*
 * A damaged byte may say that there are no checksums, and nothing behind it would be verified any more. The checksum
 * of the FORMAT_DESCRIPTION itself is there still, and fits as soon as the byte is what it was.
 */
static int event_checksum_hidden(const struct event *e, const uint8_t *p, size_t len, struct err *err)
{
	static const uint8_t crc32 = CHECKSUM_CRC32;
	uint8_t flags[2] = { (uint8_t)(p[FLAGS_AT] & ~EVENT_F_IN_USE), p[FLAGS_AT + 1] };
	size_t body = len - EVENT_HEADER_LEN - EVENT_CHECKSUM_LEN - 1;
	uint32_t crc = libdeflate_crc32(0, p, FLAGS_AT);

	crc = libdeflate_crc32(crc, flags, sizeof(flags));
	crc = libdeflate_crc32(crc, e->body, body);
	crc = libdeflate_crc32(crc, &crc32, 1);
	if (crc != (uint32_t)bytes_le(p + len - EVENT_CHECKSUM_LEN, 4))
		return 0;
	return err_set(err, ERR_RETRY, EVENT_DAMAGED,
			"FORMAT_DESCRIPTION event: says that there are no checksums, but has one: damaged in the binlog file "
			"or on the way");
}

int event_open(struct event *e, const struct event_format *format, const void *p, size_t len, struct err *err)
{
	if (len < EVENT_HEADER_LEN)
		return err_set(err, ERR_FATAL, 0, "binlog event: %zu bytes, expected at least %d", len,
				EVENT_HEADER_LEN);
	event_header_parse(p, &e->header);
	if (e->header.size != len)
		return err_set(err, ERR_RETRY, EVENT_DAMAGED, "%s event: header says %u bytes, packet has %zu",
				event_type_name(e->header.type), e->header.size, len);
	e->body = (const uint8_t *)p + EVENT_HEADER_LEN;
	e->len = len - EVENT_HEADER_LEN;
	if (!event_has_checksum(e, format)) {
		/* the unused room behind a FORMAT_DESCRIPTION without checksums */
		if (e->header.type != EVENT_FORMAT_DESCRIPTION || e->len <= EVENT_CHECKSUM_LEN)
			return 0;
		e->len -= EVENT_CHECKSUM_LEN;
		return format->verify ? event_checksum_hidden(e, p, len, err) : 0;
	}
	if (e->len < EVENT_CHECKSUM_LEN)
		return event_short(e, err);
	e->len -= EVENT_CHECKSUM_LEN;
	return format->verify ? event_checksum_verify(e, p, len, err) : 0;
}

int event_format_parse(const struct event *e, struct event_format *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	unsigned version = bytes_u16(&b);
	const uint8_t *server = bytes_take(&b, 50);
	uint8_t header_len, algorithm;
	size_t count;

	bytes_u32(&b);
	header_len = bytes_u8(&b);
	if (b.failed || bytes_left(&b) < 2)
		return event_short(e, err);
	if (version != 4 || header_len != EVENT_HEADER_LEN)
		return err_set(err, ERR_FATAL, 0,
				"binlog format %u with headers of %u bytes, expected 4 and %d: the server is too old",
				version, header_len, EVENT_HEADER_LEN);
	count = bytes_left(&b) - 1;
	if (count > sizeof(out->post_header))
		return err_set(err, ERR_FATAL, 0, "FORMAT_DESCRIPTION event: %zu event types, expected at most 255",
				count);
	algorithm = b.at[count];
	if (algorithm != CHECKSUM_OFF && algorithm != CHECKSUM_CRC32)
		return err_set(err, ERR_FATAL, 0,
				"binlog checksum algorithm %u is not known; set binlog_checksum=CRC32", algorithm);
	memcpy(out->server_version, server, 50);
	out->server_version[50] = '\0';
	out->checksum = algorithm == CHECKSUM_CRC32;
	out->known = true;
	out->post_header_count = (uint8_t)count;
	memcpy(out->post_header, b.at, count);
	return 0;
}

int event_rotate_parse(const struct event *e, struct event_rotate *out, struct err *err)
{
	if (e->len < 9)
		return event_short(e, err);
	out->pos = bytes_le(e->body, 8);
	out->file = (const char *)e->body + 8;
	out->file_len = e->len - 8;
	return 0;
}

int event_previous_gtids_parse(const struct event *e, struct gtid_set *out, struct err *err)
{
	if (gtid_set_decode(out, e->body, e->len, err) < 0)
		return err_wrap(err, "PREVIOUS_GTIDS event");
	return 0;
}

/* The length byte in front is cut to 8 bits by the server: the text goes on to the end. */
int event_rows_query_parse(const struct event *e, struct event_text *out, struct err *err)
{
	if (e->len < 1)
		return event_short(e, err);
	out->p = (const char *)e->body + 1;
	out->len = e->len - 1;
	return 0;
}

int event_incident_parse(const struct event *e, struct event_incident *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);

	out->code = bytes_u16(&b);
	out->message_len = bytes_u8(&b);
	out->message = (const char *)bytes_take(&b, out->message_len);
	return b.failed ? event_short(e, err) : 0;
}
