/*
 * fuzz_wire.c - packets as they come off a socket, in pieces: the first byte says how large the pieces are. Between
 * pieces the arena changes, as it does between batches. A packet lies within what was sent, and all of it comes in
 * order.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/server/mysql_wire.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "wire";

enum { SENT_MAX = 60000, CEILING = 64 << 20 };

/* Takes what is there. -1: the connection has ended. */
static int take(struct wire *w, struct arena *arena, const uint8_t *data, size_t size, size_t *at)
{
	const uint8_t *p;
	struct err err = { 0 };
	size_t len;
	int r;

	while ((r = wire_next(w, arena, 0, &p, &len, &err)) == 1) {
		FUZZ_ASSERT(*at + 4 + len <= size && memcmp(p, data + *at + 4, len) == 0);
		*at += 4 + len;
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mysql_conn conn = { .server = "test" };
	struct wire w = { .conn = &conn };
	struct arena arenas[2];
	size_t piece, sent = 0, at = 0;
	int pair[2];

	if (size < 2 || size > SENT_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return 0;
	piece = 1 + (size_t)data[0] * data[0];
	data++;
	size--;
	w.fd = pair[0];
	buf_init(&w.saved, CEILING);
	buf_init(&w.big, CEILING);
	buf_init(&w.ahead, CEILING);
	arena_init(&arenas[0], 1024);
	arena_init(&arenas[1], 1024);
	for (unsigned i = 0; sent < size; i++) {
		size_t n = size - sent < piece ? size - sent : piece;

		FUZZ_ASSERT(write(pair[1], data + sent, n) == (ssize_t)n);
		sent += n;
		if (take(&w, &arenas[i % 2], data, size, &at) < 0)
			break;
		wire_save(&w);
		arena_reset(&arenas[i % 2]);
	}
	close(pair[1]);
	close(pair[0]);
	wire_done(&w);
	arena_done(&arenas[0]);
	arena_done(&arenas[1]);
	return 0;
}
