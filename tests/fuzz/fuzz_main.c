/*
 * fuzz_main.c - runs a fuzz target without a fuzzer: every seed of tests/fuzz/seeds/NAME, and a fixed number of
 * mutations, always the same ones. Most of what is decoded here is made of lengths and counts, so these are what is
 * mutated most: numbers of any width are moved a little or set to an edge, pieces are doubled, cut and taken from other
 * seeds. With -fsanitize=fuzzer the targets work alone and this file is left out.
 * usage: fuzz_NAME [FILE...]   FUZZ_RUNS=1000 mutations of each seed, for more than `make check` does.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_target.h"

enum { SEED_MAX = 1 << 20, SEEDS_MAX = 4096, RUNS_TOTAL = 20000, RUNS_MAX = 1000, GROW_MAX = 64, STEPS_MAX = 8 };

struct seed {
	uint8_t *p;
	size_t len;
};

static struct seed seeds[SEEDS_MAX];
static unsigned nseeds;
static uint64_t state;

static uint64_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* ---- mutations ---- */

static void flip_bit(uint8_t *data, size_t *len, size_t at)
{
	data[at] ^= (uint8_t)(1u << random_next() % 8);
}

static void set_byte(uint8_t *data, size_t *len, size_t at)
{
	static const uint8_t edges[] = { 0x00, 0x01, 0x7f, 0x80, 0xfb, 0xfc, 0xfd, 0xfe, 0xff };

	data[at] = random_next() % 2 ? edges[random_next() % sizeof(edges)] : (uint8_t)random_next();
}

static uint64_t edge_near(uint64_t v, size_t len, size_t at)
{
	const uint64_t edges[] = { 0, 1, len, len - at, UINT64_MAX, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
		(uint64_t)1 << 63, v * 2, v / 2, v + 1, v - 1 };

	return edges[random_next() % (sizeof(edges) / sizeof(edges[0]))];
}

/* A number of some width, of either byte order: moved a little, or to an edge. */
static void move_number(uint8_t *data, size_t *len, size_t at)
{
	static const unsigned widths[] = { 1, 2, 3, 4, 6, 8 };
	unsigned width = widths[random_next() % 6];
	int big = random_next() % 3 == 0;
	uint64_t v = 0;

	if (at + width > *len)
		return;
	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)data[at + (big ? width - 1 - i : i)] << 8 * i;
	v = random_next() % 2 ? v + random_next() % 33 - 16 : edge_near(v, *len, at);
	for (unsigned i = 0; i < width; i++)
		data[at + (big ? width - 1 - i : i)] = (uint8_t)(v >> 8 * i);
}

static void insert_bytes(uint8_t *data, size_t *len, size_t at)
{
	size_t n = 1 + random_next() % GROW_MAX;

	memmove(data + at + n, data + at, *len - at);
	for (size_t i = 0; i < n; i++)
		set_byte(data + at + i, &n, 0);
	*len += n;
}

static void cut_out(uint8_t *data, size_t *len, size_t at)
{
	size_t n = 1 + random_next() % (*len - at);

	memmove(data + at, data + at + n, *len - at - n);
	*len -= n;
}

static void cut_off(uint8_t *data, size_t *len, size_t at)
{
	*len = at;
}

static void copy_inside(uint8_t *data, size_t *len, size_t at)
{
	size_t n = random_next() % (*len - at) / 2;

	memmove(data + at, data + random_next() % (*len - n), n);
}

static void take_from_other(uint8_t *data, size_t *len, size_t at)
{
	const struct seed *other = &seeds[random_next() % (nseeds ? nseeds : 1)];
	size_t from, n;

	if (other->len == 0)
		return;
	from = random_next() % other->len;
	n = 1 + random_next() % GROW_MAX;
	n = n < other->len - from ? n : other->len - from;
	if (random_next() % 2) { /* in between, else over what is there */
		memmove(data + at + n, data + at, *len - at);
		*len += n;
	} else if (n > *len - at) {
		n = *len - at;
	}
	memcpy(data + at, other->p + from, n);
}

typedef void mutation(uint8_t *data, size_t *len, size_t at);

static mutation *const mutations[] = {
	flip_bit,
	set_byte,
	move_number,
	move_number,
	move_number,
	insert_bytes,
	cut_out,
	cut_off,
	copy_inside,
	take_from_other,
};

/* ---- running ---- */

static void run_exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1); /* its own block: a read past the end is seen by the sanitizer */

	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void run_seed(const struct seed *seed, unsigned runs)
{
	uint8_t *data = malloc(seed->len + (STEPS_MAX + 1) * GROW_MAX);

	state = 0x9e3779b97f4a7c15ull ^ seed->len;
	run_exact(seed->p, seed->len);
	for (unsigned i = 0; i < runs; i++) {
		size_t len = seed->len;

		memcpy(data, seed->p, len);
		for (unsigned k = 1 + (unsigned)(random_next() % STEPS_MAX); k > 0; k--) {
			if (len == 0)
				insert_bytes(data, &len, 0);
			else
				mutations[random_next() % (sizeof(mutations) / sizeof(*mutations))](data, &len,
						random_next() % len);
		}
		run_exact(data, len);
	}
	free(data);
}

static int load_seed(const char *path)
{
	static uint8_t data[SEED_MAX];
	FILE *f = fopen(path, "rb");
	struct seed *seed = &seeds[nseeds];

	if (f == NULL || nseeds == SEEDS_MAX - 1)
		return -1;
	seed->len = fread(data, 1, sizeof(data), f);
	seed->p = malloc(seed->len + 1);
	memcpy(seed->p, data, seed->len);
	fclose(f);
	nseeds++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void load_folder(const char *folder)
{
	static char *names[SEEDS_MAX];
	unsigned count = 0;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) && count < SEEDS_MAX - 1)
		if (entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), by_name);
	for (unsigned i = 0; i < count; i++) {
		char path[8192];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		load_seed(path);
		free(names[i]);
	}
}

static unsigned runs_of_each(void)
{
	const char *more = getenv("FUZZ_RUNS");
	unsigned runs = nseeds ? RUNS_TOTAL / nseeds : 0;

	if (more)
		return (unsigned)atoi(more);
	return runs < RUNS_MAX ? runs : RUNS_MAX;
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	unsigned runs;

	for (int i = 1; i < argc; i++)
		if (load_seed(argv[i]) < 0)
			return 1;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s", top ? top : ".", fuzz_name);
	if (argc == 1)
		load_folder(folder);
	runs = argc > 1 ? 0 : runs_of_each();
	for (unsigned i = 0; i < nseeds; i++)
		run_seed(&seeds[i], runs);
	printf("%sok 1 - %s: %u seeds, %u mutations of each\n1..1\n", nseeds ? "" : "not ", fuzz_name, nseeds, runs);
	for (unsigned i = 0; i < nseeds; i++)
		free(seeds[i].p);
	return nseeds == 0;
}
