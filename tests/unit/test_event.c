/*
 * test_event.c - every event of the golden binlog, cut at every length and with every checksum wrong; payload ceiling;
 * small events made by hand.
 */
#include "tests/tap.h"
#include "tests/unit/binlog_text.h"

static char *data;
static size_t data_len;

static int event_at(size_t *at, const uint8_t **p, uint32_t *size)
{
	if (*at + EVENT_HEADER_LEN > data_len)
		return 0;
	memcpy(size, data + *at + 9, 4);
	*p = (const uint8_t *)data + *at;
	*at += *size;
	return 1;
}

static void test_checksums(void)
{
	struct event_format format;
	unsigned events = 0, good = 0, caught = 0;
	const uint8_t *p;
	uint32_t size;
	struct event e;
	struct err err;

	event_format_init(&format);
	for (size_t at = 4; event_at(&at, &p, &size); events++) {
		uint8_t *copy = xmalloc(size);

		good += event_open(&e, &format, p, size, &err) == 0;
		memcpy(copy, p, size);
		copy[size / 2] ^= 1;
		caught += event_open(&e, &format, copy, size, &err) < 0;
		free(copy);
	}
	ok(events > 100 && good == events, "%u checksums are right", good);
	is_int(caught, events, "one wrong bit is caught in each");
}

static void test_cut(void)
{
	struct binlog_text t;
	struct buf out;
	const uint8_t *p;
	uint32_t size;
	unsigned cuts = 0;

	buf_init(&out, 64 << 20);
	binlog_text_init(&t, &out);
	for (size_t at = 4; event_at(&at, &p, &size);) {
		for (uint32_t len = EVENT_HEADER_LEN; len < size - 4 && len < 400; len++, cuts++) {
			uint8_t *copy = xmalloc(len);
			struct event e;
			struct err err;

			memcpy(copy, p, len);
			copy[9] = (uint8_t)len;
			copy[10] = (uint8_t)(len >> 8);
			copy[11] = copy[12] = 0;
			t.format.checksum = false;
			if (p[4] != EVENT_FORMAT_DESCRIPTION && event_open(&e, &t.format, copy, len, &err) == 0)
				text_event(&t, &e, &err);
			buf_reset(&out);
			free(copy);
		}
	}
	ok(cuts > 1000, "%u cut events are read without harm", cuts);
	binlog_text_done(&t);
	buf_done(&out);
}

static void test_payload_ceiling(void)
{
	struct payload *p = payload_new(512);
	struct event_format format;
	const void *raw;
	size_t raw_len;
	struct event e, inner;
	const uint8_t *bytes;
	uint32_t size;
	struct err err = { 0 };
	int rc = 1;

	event_format_init(&format);
	for (size_t at = 4; event_at(&at, &bytes, &size);) {
		if (bytes[4] != EVENT_TRANSACTION_PAYLOAD || event_open(&e, &format, bytes, size, &err) < 0)
			continue;
		is_int(payload_open(p, &e, &err), 0, "a payload");
		while ((rc = payload_next(p, &inner, &raw, &raw_len, &err)) > 0)
			continue;
	}
	ok(rc < 0 && strstr(err.msg, "ceiling"), "an inner event above the ceiling: %s", err.msg);
	payload_free(p);
}

static void test_by_hand(void)
{
	static const uint8_t incident[] = { 1, 0, 4, 'l', 'o', 's', 't' };
	struct event e = { .header.type = EVENT_INCIDENT, .body = incident, .len = sizeof(incident) };
	struct event_incident lost;
	struct err err;

	ok(event_incident_parse(&e, &lost, &err) == 0 && lost.code == 1 && lost.message_len == 4, "incident");
	e.len--;
	ok(event_incident_parse(&e, &lost, &err) < 0 && strstr(err.msg, "INCIDENT"), "cut: %s", err.msg);
	is_str(event_type_name(200), "UNKNOWN", "a type that is not known");
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/tests/golden/binlog/types.bin", top ? top : ".");

	data = file_read(path, &data_len);
	ok(data != NULL, "the golden binlog");
	if (data) {
		test_checksums();
		test_cut();
		test_payload_ceiling();
	}
	test_by_hand();
	free(data);
	free(path);
	return tap_done();
}
