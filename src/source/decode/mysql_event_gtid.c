/*
 * mysql_event_gtid.c - the event in front of each transaction, in its two forms: fixed fields that grew at the end with
 * each version (GTID, ANONYMOUS_GTID), and the tagged one of 8.3, a message of numbered fields of variable width.
 */
#include <string.h>

#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_event.h"

enum { GTID_FLAG_MAY_HAVE_SBR = 1 };

static const uint64_t time_has_original = 1ull << 55;
static const uint32_t version_has_original = 1u << 31;

/* Written since 8.0.1: when it was committed here, and where it came from if that was elsewhere. */
static void gtid_commit_times(struct bytes *b, struct event_gtid *out)
{
	uint64_t immediate = bytes_uint(b, 7);

	out->immediate_commit_us = immediate & ~time_has_original;
	out->original_commit_us = immediate & time_has_original ? bytes_uint(b, 7) : out->immediate_commit_us;
}

static void gtid_versions(struct bytes *b, struct event_gtid *out)
{
	uint32_t immediate = bytes_u32(b);

	out->immediate_server_version = immediate & ~version_has_original;
	out->original_server_version = immediate & version_has_original ? bytes_u32(b) : out->immediate_server_version;
}

static int gtid_classic_parse(const struct event *e, struct event_gtid *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	const uint8_t *uuid;

	out->may_have_sbr = bytes_u8(&b) & GTID_FLAG_MAY_HAVE_SBR;
	uuid = bytes_take(&b, 16);
	if (uuid)
		memcpy(out->gtid.source.uuid, uuid, 16);
	out->gtid.gno = (int64_t)bytes_u64(&b);
	if (!b.failed && bytes_left(&b) >= 17 && bytes_u8(&b) == 2) {
		out->last_committed = (int64_t)bytes_u64(&b);
		out->sequence_number = (int64_t)bytes_u64(&b);
	}
	if (bytes_left(&b) >= 7)
		gtid_commit_times(&b, out);
	if (bytes_left(&b) >= 1)
		out->txn_length = bytes_lenenc(&b);
	if (bytes_left(&b) >= 4)
		gtid_versions(&b, out);
	if (b.failed)
		return err_set(err, ERR_FATAL, 0, "GTID event: %zu bytes are too few for its fields", e->len);
	return 0;
}

enum tagged_field {
	TAGGED_FLAGS,
	TAGGED_UUID,
	TAGGED_GNO,
	TAGGED_TAG,
	TAGGED_LAST_COMMITTED,
	TAGGED_SEQUENCE_NUMBER,
	TAGGED_IMMEDIATE_TIME,
	TAGGED_ORIGINAL_TIME,
	TAGGED_LENGTH,
	TAGGED_IMMEDIATE_VERSION,
	TAGGED_ORIGINAL_VERSION,
	TAGGED_TICKET,
	TAGGED_COUNT
};

static int tagged_tag(struct bytes *b, struct event_gtid *out)
{
	uint64_t len = bytes_varlen(b);
	const uint8_t *tag = len <= GTID_TAG_MAX ? bytes_take(b, len) : NULL;

	if (tag == NULL)
		return -1;
	memcpy(out->gtid.source.tag, tag, len);
	out->gtid.source.tag[len] = '\0';
	return 0;
}

static int tagged_field_parse(struct bytes *b, uint64_t id, struct event_gtid *out)
{
	switch (id) {
	case TAGGED_FLAGS: out->may_have_sbr = bytes_varlen(b) & GTID_FLAG_MAY_HAVE_SBR; return 0;
	case TAGGED_UUID: /* sixteen numbers, each of variable width */
		for (unsigned i = 0; i < 16; i++)
			out->gtid.source.uuid[i] = (uint8_t)bytes_varlen(b);
		return 0;
	case TAGGED_GNO: out->gtid.gno = bytes_varlen_signed(b); return 0;
	case TAGGED_TAG: return tagged_tag(b, out);
	case TAGGED_LAST_COMMITTED: out->last_committed = bytes_varlen_signed(b); return 0;
	case TAGGED_SEQUENCE_NUMBER: out->sequence_number = bytes_varlen_signed(b); return 0;
	case TAGGED_IMMEDIATE_TIME: out->immediate_commit_us = bytes_varlen(b); return 0;
	case TAGGED_ORIGINAL_TIME: out->original_commit_us = bytes_varlen(b); return 0;
	case TAGGED_LENGTH: out->txn_length = bytes_varlen(b); return 0;
	case TAGGED_IMMEDIATE_VERSION: out->immediate_server_version = (uint32_t)bytes_varlen(b); return 0;
	case TAGGED_ORIGINAL_VERSION: out->original_server_version = (uint32_t)bytes_varlen(b); return 0;
	default: /* the ticket, and whatever a newer server put behind: of no use here */ b->at = b->end; return 0;
	}
}

/* A message: format version, its size, the last field that must be understood, then (number, value) of each field. */
static int gtid_tagged_parse(const struct event *e, struct event_gtid *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	uint64_t version = bytes_varlen(&b), size = bytes_varlen(&b), needed = bytes_varlen(&b);

	if (b.failed || version != 1 || size > e->len || needed > TAGGED_COUNT)
		return err_set(err, ERR_FATAL, 0,
				"tagged GTID event: format %llu, %llu bytes in %zu, needs field %llu: not understood",
				(unsigned long long)version, (unsigned long long)size, e->len,
				(unsigned long long)needed);
	b.end = e->body + size;
	b.failed = b.at > b.end;
	while (!b.failed && bytes_left(&b) > 0)
		if (tagged_field_parse(&b, bytes_varlen(&b), out) < 0)
			b.failed = true;
	if (b.failed || out->gtid.gno < 1)
		return err_set(err, ERR_FATAL, 0, "tagged GTID event: its %zu bytes end within a field", e->len);
	if (out->original_commit_us == 0)
		out->original_commit_us = out->immediate_commit_us;
	if (out->original_server_version == 0)
		out->original_server_version = out->immediate_server_version;
	return 0;
}

int event_gtid_parse(const struct event *e, struct event_gtid *out, struct err *err)
{
	*out = (struct event_gtid){ 0 };
	if (e->header.type == EVENT_GTID_TAGGED)
		return gtid_tagged_parse(e, out, err);
	if (gtid_classic_parse(e, out, err) < 0)
		return -1;
	if ((e->header.type == EVENT_ANONYMOUS_GTID) != (out->gtid.gno == 0))
		return err_set(err, ERR_FATAL, EVENT_DAMAGED, "%s event: has number %lld",
				event_type_name(e->header.type), (long long)out->gtid.gno);
	if (e->header.type == EVENT_ANONYMOUS_GTID)
		out->gtid = (struct gtid){ .gno = 0 };
	return 0;
}
