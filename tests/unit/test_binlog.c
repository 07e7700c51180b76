/*
 * test_binlog.c - real binlog files (MySQL 9.7) through all decoders, compared with golden text. With an argument it
 * prints the text of that file instead, with UPDATE_GOLDEN set it writes the golden text.
 */
#include "tests/tap.h"
#include "tests/unit/binlog_text.h"

static void print_file(const char *path, struct buf *out, int *errors)
{
	struct binlog_text t;
	size_t len;
	char *data = file_read(path, &len);

	*errors = -1;
	if (data == NULL)
		return;
	binlog_text_init(&t, out);
	*errors = binlog_text_file(&t, data, len);
	binlog_text_done(&t);
	free(data);
}

static void compare(const char *name)
{
	const char *top = getenv("top_srcdir");
	char *bin = xasprintf("%s/tests/golden/binlog/%s.bin", top ? top : ".", name);
	char *golden = xasprintf("%s/tests/golden/binlog/%s.txt", top ? top : ".", name);
	struct buf out;
	size_t want_len;
	char *want;
	int errors;

	buf_init(&out, 64 << 20);
	print_file(bin, &out, &errors);
	is_int(errors, 0, "%s: every event is understood", name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(golden, "wb");

		fwrite(out.data, 1, out.len, f);
		fclose(f);
	}
	want = file_read(golden, &want_len);
	ok(want && out.data && want_len == out.len && memcmp(want, out.data, out.len) == 0, "%s: as the golden text", name);
	free(want);
	buf_done(&out);
	free(bin);
	free(golden);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		struct buf out;
		int errors;

		buf_init(&out, 1 << 30);
		print_file(argv[1], &out, &errors);
		fwrite(out.data, 1, out.len, stdout);
		buf_done(&out);
		return errors != 0;
	}
	compare("types");
	return tap_done();
}
