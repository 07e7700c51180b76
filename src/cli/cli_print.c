/* cli_print.c - how commands print: texts of others, which may hold anything; numbers for people. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "core/text.h"

void cli_put_safe(FILE *f, const char *s, size_t len)
{
	char piece[TEXT_PIECE];
	size_t taken;

	for (size_t i = 0; i < len; i += taken)
		fwrite(piece, 1, text_piece(piece, s + i, len - i, &taken), f);
}

void cli_put_name(const char *name, int room)
{
	int width = (int)strlen(name);

	cli_put_safe(stdout, name, strlen(name));
	printf("%*s", width < room ? room - width : 0, "");
}

/* How many bytes from here on are printable ASCII. */
static size_t plain_run(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= 0x20 && p[n] < 0x7f)
		n++;
	return n;
}

/* A line of JSON stays one: what must not be shown is escaped as JSON does, so it means the same. */
void cli_put_json(const char *line, size_t len)
{
	uint32_t code;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = plain_run(line + i, len - i);
		if (n > 0) { /* nearly all of it */
			fwrite(line + i, 1, n, stdout);
			continue;
		}
		n = text_decode(line + i, len - i, &code);
		if (n > 0 && text_printable(code)) {
			fwrite(line + i, 1, n, stdout);
		} else if (n == 0) {
			fputs("\\ufffd", stdout);
			n = 1;
		} else if (code < 0x10000) {
			printf("\\u%04x", code);
		} else {
			printf("\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
		}
	}
}

int cli_print_line(void *arg, const char *line, size_t len)
{
	(void)arg;
	if (len == 0)
		return ferror(stdout);
	if (line[0] == '{' || line[0] == '[')
		cli_put_json(line, len);
	else
		cli_put_safe(stdout, line, len);
	putchar('\n');
	return fflush(stdout) == EOF;
}

size_t cli_duration(char *out, size_t size, int64_t ms)
{
	int64_t s = ms / 1000;
	int n;

	if (ms < 0)
		n = snprintf(out, size, "-");
	else if (ms < 1000)
		n = snprintf(out, size, "%" PRId64 " ms", ms);
	else if (s < 60)
		n = snprintf(out, size, "%.1f s", (double)ms / 1000);
	else if (s < 3600)
		n = snprintf(out, size, "%" PRId64 "m %" PRId64 "s", s / 60, s % 60);
	else if (s < 86400)
		n = snprintf(out, size, "%" PRId64 "h %" PRId64 "m", s / 3600, s / 60 % 60);
	else
		n = snprintf(out, size, "%" PRId64 "d %" PRId64 "h", s / 86400, s / 3600 % 24);
	return n < 0 ? 0 : (size_t)n;
}

size_t cli_micros(char *out, size_t size, int64_t us)
{
	if (us >= 0 && us < 10000)
		return (size_t)snprintf(out, size, "%.1f ms", (double)us / 1000);
	return cli_duration(out, size, us < 0 ? -1 : us / 1000);
}
