/*
 * test_format_bombs.c - messages that ask for much: nested without end, a million members, numbers of a megabyte. Each
 * is decoded or made a dead letter, and neither memory nor time runs away; the test itself is the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/intern.h"
#include "format/format.h"
#include "tests/tap.h"

enum { MB = 1 << 20 };

static struct format_conf conf = {
	.topic_prefix = "p",
	.message_format = FORMAT_FLAT,
	.connector_name = "c",
	.history_topic = "h",
	.offsets_topic = "o",
	.version = "3.0.8.Final",
};

static long peak_mb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb / 1024;
}

/* As a message, as a record of the history, and as a stored position. */
static void decode(const char *name, struct buf *text)
{
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(&conf, &err);
	struct batch *b = batch_new();
	struct record *r = batch_add_record(b), copy;
	struct position p;
	long before = peak_mb();
	double mb = (double)text->len / MB;

	r->topic = intern("p.db.t");
	r->value = text->data;
	r->value_len = (uint32_t)text->len;
	copy = *r;
	ok(!text->failed, "%s: %.1f MB", name, mb);
	format_decode(d, b, &err);
	ok(b->nchanges == 1, "%s: %s", name, b->nchanges && b->changes[0].dead ? b->changes[0].dead : "decoded");
	format_history_decode(&copy, &(struct format_history_reader){ 0 }, &err);
	position_init(&p);
	copy.key = "[\"c\",{\"server\":\"p\"}]";
	copy.key_len = (uint32_t)strlen(copy.key);
	format_position_decode(&conf, &copy, &p, &err);
	position_done(&p);
	ok(peak_mb() - before < 300 + 60 * (long)mb, "%s: %ld MB of memory", name, peak_mb() - before);
	batch_free(b);
	format_decoder_free(d);
	buf_done(text);
}

static void fill(struct buf *b, const char *head, const char *piece, unsigned times, const char *tail)
{
	buf_init(b, 64 * MB);
	buf_puts(b, head);
	for (unsigned i = 0; i < times; i++)
		buf_puts(b, piece);
	buf_puts(b, tail);
}

static void fill_numbered(struct buf *b, const char *head, const char *before, const char *behind, unsigned times,
		const char *tail)
{
	buf_init(b, 64 * MB);
	buf_puts(b, head);
	for (unsigned i = 0; i < times; i++)
		buf_printf(b, "%s%s%u%s", i ? "," : "", before, i, behind);
	buf_puts(b, tail);
}

#define FIELD "{\"type\":\"int32\",\"optional\":true,\"field\":\"f"
#define BYTES(scale) \
	"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"bytes\",\"optional\":true,\"name\":" \
	"\"org.apache.kafka.connect.data.Decimal\",\"version\":1,\"parameters\":{\"scale\":\"" scale "\"}," \
	"\"field\":\"d\"}],\"optional\":false,\"name\":\"p.db.t.Value\"},\"payload\":{\"d\":\""

int main(void)
{
	struct buf b;

	fill(&b, "", "[", 4 * MB, "");
	decode("open brackets", &b);
	fill(&b, "{\"a\":", "{\"a\":", 1 * MB, "1");
	decode("open objects", &b);
	fill_numbered(&b, "{", "\"c", "\":1", 100000, "}");
	decode("a hundred thousand members", &b);
	fill_numbered(&b, "{\"schema\":{\"type\":\"struct\",\"fields\":[", FIELD, "\"}", 100000,
			"],\"optional\":false,\"name\":\"p.db.t.Value\"},\"payload\":{}}");
	decode("a hundred thousand fields", &b);
	fill(&b, "{\"n\":1", "0", 4 * MB, "}");
	decode("a number of four million digits", &b);
	fill(&b, "{\"n\":1e", "9", 1 * MB, "}");
	decode("an exponent of a million digits", &b);
	fill(&b, BYTES("2"), "QUJD", 200000, "\"}}");
	decode("a decimal of 600,000 bytes", &b);
	fill(&b, BYTES("2147483647"), "QUJD", 1, "\"}}");
	decode("a scale of 2^31", &b);
	fill(&b, "{\"s\":\"", "\\u0041", 4 * MB, "\"}");
	decode("four million escapes", &b);
	fill(&b, "{\"source\":{},\"databaseName\":\"d\",\"ddl\":\"CREATE TABLE t (a INT", ", b INT", 1 * MB,
			")\",\"tableChanges\":[]}");
	decode("a history record with a long statement", &b);
	return tap_done();
}
