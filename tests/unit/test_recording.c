/* test_recording.c - what was recorded comes back by its time: across files, after a crash at any byte, with other figures than then, within the
 * bytes that it may take. */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/recorder/recording.h"

#define START 1700000000
#define NAMES "lag\nrate\n"
enum { MAX_BYTES = 8 << 20, DOC = 40000 };

static char dir[] = "/tmp/millrace-recording-XXXXXX";

/* A document of the size of a status: most of it is what it was ten seconds ago, some of it never. */
static size_t make_doc(char *out, int i)
{
	size_t n = (size_t)sprintf(out, "{\"n\":%d,\"tables\":[", i);
	unsigned seed = (unsigned)i;

	for (int k = 0; n < DOC; k++) {
		seed = seed * 1103515245 + 12345;
		n += (size_t)sprintf(out + n, "{\"table\":\"shop.table_%d\",\"state\":\"streaming\",\"loaded\":%u},", k,
				k % 8 ? 1000u + (unsigned)k : seed);
	}
	return n;
}

static struct recording *open_names(const char *names, uint64_t max)
{
	struct err err;
	struct recording *r = recording_open(dir, names, max, &err);

	if (r == NULL)
		printf("# %s\n", err.msg);
	return r;
}

static int add(struct recording *r, int i)
{
	static char doc[DOC + 200];
	float figures[] = { (float)i, (float)i / 2 };
	struct err err;

	return recording_add(r, START + i * 10, figures, doc, make_doc(doc, i), &err);
}

/* The document of that time is the i-th; -1: none. */
static int at(struct recording *r, int64_t wall_s, enum recording_step step)
{
	static char doc[DOC + 200];
	struct buf out;
	struct err err;
	int i = -1;

	buf_init(&out, RECORDING_DOC_MAX);
	if (recording_read(r, wall_s, step, &out, &err) == 0 && sscanf(out.data, "{\"n\":%d,", &i) == 1 &&
			(make_doc(doc, i) != out.len || memcmp(doc, out.data, out.len) != 0))
		i = -2;
	buf_done(&out);
	return i;
}

static float sums[2];
static size_t seen;

static void sum(void *arg, int64_t wall_s, const float *figures)
{
	unsigned n = *(unsigned *)arg;

	(void)wall_s;
	for (unsigned i = 0; i < n && i < 2; i++)
		sums[i] += isnan(figures[i]) ? 0 : figures[i];
	seen++;
}

static void sum_all(struct recording *r, unsigned n)
{
	sums[0] = sums[1] = 0;
	seen = 0;
	recording_each(r, sum, &n);
}

static char *newest_file(void)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);
	char *path = xasprintf("%s/%s", dir, names[n - 1]->d_name);

	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return path;
}

static void test_find(void)
{
	struct recording *r = open_names(NAMES, MAX_BYTES);
	bool all = true;

	ok(at(r, START, RECORDING_AT) == -1, "nothing is recorded yet");
	for (int i = 1; i <= 100; i++)
		all &= add(r, i) == 0;
	ok(all, "a hundred documents");
	for (int i = 1; i <= 100; i++)
		all &= at(r, START + i * 10 + 9, RECORDING_AT) == i;
	ok(all, "each comes back by its time, as it was");
	ok(at(r, START + 500, RECORDING_BEFORE) == 49 && at(r, START + 500, RECORDING_AFTER) == 51, "steps of one");
	ok(at(r, START, RECORDING_AT) == -1 && at(r, START + 1000, RECORDING_AFTER) == -1,
			"before the first, after the last: none");
	ok(add(r, 50) == 0 && at(r, START + 500, RECORDING_AT) == 50 && recording_frames(r) == 100,
			"a clock that goes back is waited for");
	ok(recording_bytes(r) < 100 * DOC / 8, "%zu bytes a document of %d", (size_t)recording_bytes(r) / 100, DOC);
	recording_close(r);
	r = open_names(NAMES, MAX_BYTES);
	ok(at(r, START + 1000, RECORDING_AT) == 100 && at(r, START + 15, RECORDING_AT) == 1,
			"another process finds the same");
	sum_all(r, 2);
	ok(seen == 100 && sums[0] == 5050 && sums[1] == 2525, "and the figures");
	ok(add(r, 101) == 0 && at(r, START + 1010, RECORDING_AT) == 101, "and goes on");
	recording_close(r);
	r = open_names("rate\nnew\nlag\n", MAX_BYTES);
	sum_all(r, 2);
	ok(seen == 101 && sums[0] == 2525 + 50.5f && sums[1] == 0,
			"other figures: by their names, a new one is unknown");
	recording_close(r);
}

/* The process may be killed within any write. */
static void test_torn(void)
{
	char *path = newest_file();
	struct stat st;
	off_t whole;
	int good = 0, cuts = 0;

	stat(path, &st);
	whole = st.st_size;
	for (off_t cut = whole - 1; cut > whole - 12000 && cut > 0; cut -= 487, cuts++) {
		struct recording *r;
		int newest;

		if (truncate(path, cut))
			break;
		r = open_names(NAMES, MAX_BYTES);
		newest = at(r, INT64_MAX / 2, RECORDING_AT);
		stat(path, &st);
		good += newest >= 1 && newest <= 101 && st.st_size <= cut;
		good += add(r, 200) == 0 && at(r, START + 2000, RECORDING_AT) == 200 &&
				at(r, START + 15, RECORDING_AT) == 1;
		recording_close(r);
	}
	ok(cuts > 10 && good == 2 * cuts, "cut off at %d places: what was whole is there, and it goes on", cuts);
	free(path);
}

static void test_damaged(void)
{
	char *path = newest_file();
	int fd = open(path, O_RDWR);
	struct recording *r;
	size_t before;

	r = open_names(NAMES, MAX_BYTES);
	before = recording_frames(r);
	recording_close(r);
	ok(pwrite(fd, "damage", 6, 9000) == 6, "six bytes in the middle are wrong");
	r = open_names(NAMES, MAX_BYTES);
	ok(recording_frames(r) < before && at(r, START + 15, RECORDING_AT) == 1,
			"what is before them is there, %zu of %zu", recording_frames(r), before);
	recording_close(r);
	ok(pwrite(fd, "of another form", 15, 0) == 15, "a head that is none");
	r = open_names(NAMES, MAX_BYTES);
	ok(recording_frames(r) == 0 && add(r, 300) == 0 && at(r, START + 3000, RECORDING_AT) == 300,
			"the file is replaced");
	recording_close(r);
	close(fd);
	free(path);
}

static void test_room(void)
{
	struct recording *r = open_names(NAMES, 2 << 20);
	bool all = true, within = true;
	int i = 301;

	for (; i < 3500; i++) {
		all &= add(r, i) == 0;
		within &= recording_bytes(r) <= 2 << 20;
	}
	ok(all && within, "never more than it may take");
	ok(recording_frames(r) > 300 && at(r, START + i * 10, RECORDING_AT) == i - 1, "the newest %zu are there",
			recording_frames(r));
	ok(at(r, START + 3000, RECORDING_AT) == -1, "the oldest are not");
	ok(recording_add(r, START + 3500 * 10 + RECORDING_KEEP_S, (float[]){ 1, 2 }, "x", 1, &(struct err){ 0 }) == 0 &&
					recording_frames(r) <= 3500,
			"a day later");
	recording_close(r);
}

static void clean(void)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dir, names[i]->d_name);

		unlink(path);
		free(path);
		free(names[i]);
	}
	free(names);
	rmdir(dir);
}

int main(void)
{
	logline_open(-1, LOG_TEXT, LOG_DEBUG);
	ok(mkdtemp(dir) != NULL, "a folder");
	test_find();
	test_torn();
	test_damaged();
	test_room();
	clean();
	return tap_done();
}
