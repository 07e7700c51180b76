/*
 * mysql_event.h - binlog events: bytes in, structs out. Each parser reads the body of one kind of event, checks every
 * length, and says what is wrong. Results point into the event's bytes; nothing is allocated except by
 * table_map_parse() (into the given arena). No socket, no state but `struct event_format`.
 *
 * Order of use: event_format_init() at each connection; for each packet (without the protocol's leading 00 byte)
 * event_open(), then by header.type the parser. FORMAT_DESCRIPTION goes through event_format_parse(), which tells
 * the format of all that follow.
 */
#ifndef SOURCE_MYSQL_EVENT_H
#define SOURCE_MYSQL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"
#include "source/decode/mysql_gtid.h"

enum event_type {
	EVENT_QUERY = 2,
	EVENT_STOP = 3,
	EVENT_ROTATE = 4,
	EVENT_INTVAR = 5,
	EVENT_RAND = 13,
	EVENT_USER_VAR = 14,
	EVENT_FORMAT_DESCRIPTION = 15,
	EVENT_XID = 16,
	EVENT_TABLE_MAP = 19,
	EVENT_WRITE_ROWS_V1 = 23,
	EVENT_UPDATE_ROWS_V1 = 24,
	EVENT_DELETE_ROWS_V1 = 25,
	EVENT_INCIDENT = 26,
	EVENT_HEARTBEAT = 27,
	EVENT_IGNORABLE = 28,
	EVENT_ROWS_QUERY = 29,
	EVENT_WRITE_ROWS = 30,
	EVENT_UPDATE_ROWS = 31,
	EVENT_DELETE_ROWS = 32,
	EVENT_GTID = 33,
	EVENT_ANONYMOUS_GTID = 34,
	EVENT_PREVIOUS_GTIDS = 35,
	EVENT_TRANSACTION_CONTEXT = 36,
	EVENT_VIEW_CHANGE = 37,
	EVENT_XA_PREPARE = 38,
	EVENT_PARTIAL_UPDATE_ROWS = 39,
	EVENT_TRANSACTION_PAYLOAD = 40,
	EVENT_HEARTBEAT_V2 = 41,
	EVENT_GTID_TAGGED = 42
};

enum event_flag {
	EVENT_F_ARTIFICIAL = 0x20, /* made by the dump thread, not in the file (the ROTATE at the start) */
	EVENT_F_IGNORABLE = 0x80   /* may be skipped when its type is not known */
};

enum { EVENT_HEADER_LEN = 19, EVENT_CHECKSUM_LEN = 4 };
/* err.code when the bytes are not what the server wrote. ERR_RETRY at first: it may be the network, see binlog_damage */
enum { EVENT_DAMAGED = -1 };

struct event_header {
	uint32_t timestamp_s;
	uint32_t server_id;
	uint32_t size;	   /* of the whole event in the file, header and checksum included */
	uint32_t next_pos; /* low 32 bits of the end position; 0 in artificial events */
	uint16_t flags;	   /* enum event_flag */
	uint8_t type;	   /* enum event_type */
};

struct event_format {
	char server_version[51];
	/* CRC32 behind every event; set what was negotiated before the first FORMAT_DESCRIPTION */
	bool checksum;
	bool verify; /* compare the checksum; true after init */
	bool known;  /* a FORMAT_DESCRIPTION was read */
	uint8_t post_header_count;
	uint8_t post_header[255]; /* by type - 1 */
};

struct event {
	struct event_header header;
	const uint8_t *body; /* behind the common header */
	size_t len;	     /* without the checksum */
};

void event_format_init(struct event_format *format); /* a modern server's, with checksums */
int event_open(struct event *e, const struct event_format *format, const void *p, size_t len, struct err *err);
const char *event_type_name(unsigned type); /* "WRITE_ROWS"; "UNKNOWN" */
bool event_is_rows(unsigned type);	    /* 23..25, 30..32, 39 */

int event_format_parse(const struct event *e, struct event_format *out, struct err *err);

struct event_rotate {
	uint64_t pos;
	const char *file;
	size_t file_len;
};
int event_rotate_parse(const struct event *e, struct event_rotate *out, struct err *err);

struct event_gtid {	  /* GTID, ANONYMOUS_GTID and the tagged GTID */
	struct gtid gtid; /* gno 0: anonymous */
	bool may_have_sbr;
	int64_t last_committed, sequence_number;
	uint64_t immediate_commit_us, original_commit_us; /* 0: the server did not say (before 8.0.1) */
	uint64_t txn_length; /* bytes of the transaction in the file, this event included; 0 unknown */
	uint32_t immediate_server_version, original_server_version; /* 80300; 0 or 999999 unknown */
};
int event_gtid_parse(const struct event *e, struct event_gtid *out, struct err *err);
int event_previous_gtids_parse(const struct event *e, struct gtid_set *out, struct err *err); /* adds to the set */

struct event_query {
	uint32_t thread_id, exec_time_s;
	uint16_t error_code;
	const char *db; /* default database, NUL-terminated; "" if none */
	size_t db_len;
	const char *sql; /* not NUL-terminated, in charset_client */
	size_t sql_len;
	uint64_t sql_mode; /* has_sql_mode */
	bool has_sql_mode, has_charset;
	uint16_t charset_client, collation_connection, collation_server; /* has_charset; collation ids */
	uint16_t collation_database;					 /* of the default database; 0 unknown */
	/* session's default for utf8mb4 when it is not the server's; 0 unknown */
	uint16_t default_collation_utf8mb4;
	const char *time_zone; /* not NUL-terminated; NULL unknown */
	size_t time_zone_len;
	bool old_timestamps; /* explicit_defaults_for_timestamp = OFF */
	uint64_t ddl_xid;    /* 0: none */
};
int event_query_parse(const struct event *e, const struct event_format *format, struct event_query *out,
		struct err *err);

struct event_text {
	const char *p;
	size_t len;
};
int event_rows_query_parse(const struct event *e, struct event_text *out, struct err *err);

/* both versions; v1: pos is the header's */
struct event_incident {
	uint16_t code;
	const char *message;
	size_t message_len;
};
int event_incident_parse(const struct event *e, struct event_incident *out, struct err *err);

/*
 * One compressed transaction: an iterator over the events inside. Decompresses as a stream, so that memory is bound by
 * the largest inner event and not by the transaction. Inner events have no checksum; use the returned event as any
 * other.
 */
struct payload;
struct payload *payload_new(size_t max_event_bytes); /* kept over transactions: decompressor and buffer are reused */
void payload_free(struct payload *p);
/* e's bytes must stay until the last payload_next() */
int payload_open(struct payload *p, const struct event *e, struct err *err);
/*
 * 1 and an event (valid until the next call), 0 at the end, -1. raw and raw_len: the whole inner event, to copy into an
 * arena.
 */
int payload_next(struct payload *p, struct event *out, const void **raw, size_t *raw_len, struct err *err);

#endif
