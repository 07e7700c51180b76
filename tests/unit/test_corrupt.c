/*
 * test_corrupt.c - a byte of a real binlog is damaged, and no wrong row comes out. With checksums: any byte, always an
 * error that names file and position. Without: what a header, a length, a map or a date can tell is told; the value of
 * a number cannot be, and the test knows which bytes those are.
 */
#include "tests/tap.h"
#include "tests/unit/binlog_replay.h"

enum { NOTES_MAX = 5, RUNS_FULL = 60, TYPE_BYTE = 5, LONG_AT = 600 };

static struct packets packets;
static struct replay good, bad;

static const char *golden(const char *name)
{
	static char path[512];
	const char *top = getenv("top_srcdir");

	snprintf(path, sizeof(path), "%s/tests/golden/binlog/%s", top ? top : ".", name);
	return path;
}

static bool names_place(const char *text)
{
	return strstr(text, "binlog.000042") && strstr(text, "position ");
}

/* ---- with checksums ---- */

static bool flip_is_noticed(const struct binlog *before, struct packet *copy, size_t byte, uint8_t mask)
{
	struct binlog b = *before;
	struct event e;
	struct err err = { 0 };
	bool noticed;

	copy->p[byte] ^= mask;
	noticed = binlog_packet(&b, copy->p, copy->len, &e, &err) < 0 && names_place(err.msg);
	copy->p[byte] ^= mask;
	if (!noticed)
		printf("# type %u, byte %zu of %zu ^ %02x: %s\n", copy->p[5], byte, copy->len, mask,
				err.msg[0] ? err.msg : "not noticed");
	return noticed;
}

/* The flag that says that the file is being written changes after its checksum was made: it is not covered. */
static bool is_in_use_flag(const struct packet *p, size_t byte, uint8_t mask)
{
	return p->p[5] == EVENT_FORMAT_DESCRIPTION && byte == 1 + 17 && mask == 1;
}

static void test_each_byte(const char *name)
{
	struct binlog b;
	size_t flips = 0, missed = 0;

	if (!ok(packets_read(&packets, golden(name), true) == 0, "%s is read", name))
		return;
	replay_binlog_init(&b, true);
	for (size_t i = 0; i < packets.count; i++) {
		struct packet *p = &packets.items[i];
		struct event e;
		struct err err;

		for (size_t byte = 1; byte < p->len && missed < NOTES_MAX; byte++) {
			uint8_t mask = (uint8_t)(1u << (byte + i) % 8);

			if (byte == LONG_AT && p->len > 2 * LONG_AT) /* the middle of a long text is like its ends */
				byte = p->len - LONG_AT;
			if (is_in_use_flag(p, byte, mask))
				continue;
			missed += !flip_is_noticed(&b, p, byte, mask);
			flips++;
		}
		/* the byte that says whether there are checksums at all */
		if (p->p[5] == EVENT_FORMAT_DESCRIPTION)
			missed += !flip_is_noticed(&b, p, p->len - EVENT_CHECKSUM_LEN - 1, 1);
		binlog_packet(&b, p->p, p->len, &e, &err);
	}
	ok(missed == 0 && flips > 1000, "%s: %zu flipped bits, each an error with file and position", name, flips);
	packets_free(&packets);
}

static bool is_prefix(const struct replay *of, const struct replay *r)
{
	return r->changes <= of->changes && memcmp(r->hash, of->hash, r->changes * sizeof(r->hash[0])) == 0;
}

/* The whole way: what came out before the damage is what would have come out, and nothing comes behind it. */
static void test_whole_way(const char *name)
{
	uint64_t seed = 88172645463325252u;
	size_t wrong = 0, silent = 0;

	packets_read(&packets, golden(name), true);
	replay_run(&good, &packets, true, SIZE_MAX, NULL);
	ok(!good.failed && !good.stopped[0] && good.changes > 20, "%s: %zu changes: %s%s", name, good.changes,
			good.error, good.stopped);
	for (unsigned run = 0; run < RUNS_FULL; run++) {
		size_t at, byte;
		struct packet copy;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		at = seed % packets.count;
		copy = (struct packet){ xmalloc(packets.items[at].len), packets.items[at].len };
		memcpy(copy.p, packets.items[at].p, copy.len);
		byte = 1 + (seed >> 20) % (copy.len - 1);
		copy.p[byte] ^= (uint8_t)(1 + (seed >> 50) % 255);
		replay_run(&bad, &packets, true, at, &copy);
		wrong += !is_prefix(&good, &bad);
		silent += !bad.failed || !names_place(bad.error);
		free(copy.p);
	}
	is_int(wrong, 0, "%s: no row that differs, in %d damaged runs", name, RUNS_FULL);
	is_int(silent, 0, "and each ended with an error");
	packets_free(&packets);
}

/* ---- without ---- */

enum part { PART_TIME, PART_TYPE, PART_SERVER, PART_SIZE, PART_POS, PART_FLAGS, PART_BODY, PARTS };
static const char *const part_names[PARTS] = { "timestamp", "type", "server id", "size", "position", "flags", "body" };

static enum part part_of(size_t byte)
{
	static const uint8_t ends[] = { 4, 5, 9, 13, 17, 19 }; /* of the header's fields */

	for (unsigned i = 0; i < sizeof(ends); i++)
		if (byte - 1 < ends[i])
			return (enum part)i;
	return PART_BODY;
}

struct tally {
	size_t runs, noticed, same, other, nameless;
};

static void run_damaged(size_t at, size_t byte, uint8_t mask, struct tally *t)
{
	struct packet copy = { xmalloc(packets.items[at].len), packets.items[at].len };

	memcpy(copy.p, packets.items[at].p, copy.len);
	copy.p[byte] ^= mask;
	replay_run(&bad, &packets, false, at, &copy);
	t->runs++;
	if (bad.failed || bad.stopped[0]) {
		t->noticed++;
		t->nameless += !names_place(bad.failed ? bad.error : bad.stopped);
		if (!names_place(bad.failed ? bad.error : bad.stopped) && t->nameless < NOTES_MAX)
			printf("# without a place: %s\n", bad.failed ? bad.error : bad.stopped);
	} else if (bad.changes == good.changes && is_prefix(&good, &bad)) {
		t->same++;
	} else {
		t->other++;
		if (getenv("VERBOSE"))
			printf("# silent: type %u byte %zu of %zu mask %02x\n", packets.items[at].p[5],
					byte - 1 - EVENT_HEADER_LEN, copy.len - 1 - EVENT_HEADER_LEN, mask);
	}
	free(copy.p);
}

static void test_unchecked(const char *name)
{
	struct tally header[PARTS] = { { 0 } }, by_type[256] = { { 0 } };
	size_t nameless = 0;

	packets_read(&packets, golden(name), false);
	replay_run(&good, &packets, false, SIZE_MAX, NULL);
	ok(!good.failed && !good.stopped[0] && good.changes > 20, "%s without checksums: %zu changes: %s%s", name,
			good.changes, good.error, good.stopped);
	for (size_t i = 0; i < packets.count; i++)
		for (unsigned bit = i % 2; bit < 8; bit += 2)
			run_damaged(i, TYPE_BYTE, (uint8_t)(1u << bit), &header[PART_TYPE]);
	for (size_t i = 0; i < packets.count; i++) {
		size_t len = packets.items[i].len, step = 1 + len / 8;

		for (size_t byte = 1; byte < len; byte += byte <= EVENT_HEADER_LEN ? 3 + (i + byte) % 3 : step) {
			enum part part = part_of(byte);
			struct tally *t = part == PART_BODY ? &by_type[packets.items[i].p[5]] : &header[part];

			run_damaged(i, byte, (uint8_t)(1u << (byte + i) % 8), t);
		}
	}
	for (unsigned i = 0; i < PART_BODY; i++)
		printf("# header %-10s %5zu runs: %5zu noticed, %5zu without effect, %5zu other rows\n", part_names[i],
				header[i].runs, header[i].noticed, header[i].same, header[i].other);
	for (unsigned i = 0; i < 256; i++) {
		nameless += by_type[i].nameless;
		if (by_type[i].runs)
			printf("# body %-12s %5zu runs: %5zu noticed, %5zu without effect, %5zu other rows\n",
					event_type_name(i), by_type[i].runs, by_type[i].noticed, by_type[i].same,
					by_type[i].other);
	}
	is_int(header[PART_SIZE].noticed, header[PART_SIZE].runs, "a damaged size is noticed");
	is_int(header[PART_TYPE].other, 0, "a damaged type never makes another row");
	is_int(header[PART_POS].other, 0, "a damaged position never makes another row");
	is_int(nameless, 0, "each error names file and position");
	packets_free(&packets);
}

int main(void)
{
	test_each_byte("types.bin");
	test_each_byte("ddl.bin");
	test_whole_way("types.bin");
	test_unchecked("types.bin");
	return tap_done();
}
