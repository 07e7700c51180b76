/*
 * fuzz_main.c - runs a fuzz target without a fuzzer: every seed of tests/fuzz/seeds/NAME, and a fixed number of
 * mutations of each, always the same ones. With -fsanitize=fuzzer the targets work alone and this file is left out.
 * usage: fuzz_NAME [FILE...]   FUZZ_RUNS=100000 for more than `make check` does.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_target.h"

enum { SEED_MAX = 1 << 20, RUNS_DEFAULT = 300, GROW_MAX = 64 };

static uint64_t state;

static uint64_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void mutate_once(uint8_t *data, size_t *len)
{
	static const uint8_t edges[] = { 0x00, 0x01, 0x7f, 0x80, 0xfb, 0xfc, 0xfe, 0xff };
	size_t at = *len ? random_next() % *len : 0, n;

	switch (*len ? random_next() % 7 : 3) {
	case 0: data[at] ^= (uint8_t)(1u << random_next() % 8); break;
	case 1: data[at] = (uint8_t)random_next(); break;
	case 2: data[at] = edges[random_next() % sizeof(edges)]; break;
	case 3:				/* insert */
		n = 1 + random_next() % GROW_MAX;
		memmove(data + at + n, data + at, *len - at);
		for (size_t i = 0; i < n; i++)
			data[at + i] = random_next() % 2 ? edges[random_next() % sizeof(edges)]
				: (uint8_t)random_next();
		*len += n;
		break;
	case 4:				/* cut out */
		n = 1 + random_next() % (*len - at);
		memmove(data + at, data + at + n, *len - at - n);
		*len -= n;
		break;
	case 5: *len = at; break;
	default:			/* copy a piece over another */
		n = random_next() % (*len - at) / 2;
		memmove(data + at, data + random_next() % (*len - n), n);
		break;
	}
}

static void run_exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);	/* its own block: a read past the end is seen by the sanitizer */

	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void run_seed(const uint8_t *seed, size_t seed_len, unsigned runs)
{
	uint8_t *data = malloc(seed_len + 9 * GROW_MAX);

	run_exact(seed, seed_len);
	for (unsigned i = 0; i < runs; i++) {
		size_t len = seed_len;

		memcpy(data, seed, seed_len);
		for (unsigned k = 1 + (unsigned)(random_next() % 8); k > 0; k--)
			mutate_once(data, &len);
		run_exact(data, len);
	}
	free(data);
}

static int run_file(const char *path, unsigned runs)
{
	static uint8_t seed[SEED_MAX];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		return -1;
	len = fread(seed, 1, sizeof(seed), f);
	fclose(f);
	state = 0x9e3779b97f4a7c15ull ^ len;
	run_seed(seed, len, runs);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static unsigned run_folder(const char *folder, unsigned runs)
{
	char *names[4096];
	unsigned count = 0;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) && count < 4096)
		if (entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), by_name);
	for (unsigned i = 0; i < count; i++) {
		char path[8192];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		run_file(path, runs);
		free(names[i]);
	}
	return count;
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *more = getenv("FUZZ_RUNS");
	unsigned runs = more ? (unsigned)atoi(more) : RUNS_DEFAULT, count;
	char folder[4096];

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			if (run_file(argv[i], 0) < 0)
				return 1;
		return 0;
	}
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s", top ? top : ".", fuzz_name);
	count = run_folder(folder, runs);
	printf("%sok 1 - %s: %u seeds, %u mutations of each\n1..1\n", count ? "" : "not ", fuzz_name, count, runs);
	return count == 0;
}
