/* A growing buffer and its ceiling. */
#include "core/buf.h"
#include "tests/tap.h"

int main(void)
{
	struct buf b;
	char *taken;

	buf_init(&b, 1000);
	buf_puts(&b, "abc");
	buf_putc(&b, 'd');
	buf_printf(&b, "%d-%s", 12, "x");
	is_mem(b.data, b.len, "abcd12-x", 8, "text is appended");
	is_int(b.data[b.len], 0, "a NUL is behind it");
	for (int i = 0; i < 992; i++)
		buf_putc(&b, '.');
	is_int(b.len, 1000, "filled to the ceiling");
	ok(!b.failed, "which is not too much");
	buf_putc(&b, '!');
	ok(b.failed, "one more is");
	is_int(b.len, 1000, "what was there is kept");
	is_int(b.data[1000], 0, "and ends in NUL");
	buf_reset(&b);
	ok(!b.failed && b.len == 0, "a reset empties and forgives");
	buf_printf(&b, "%2000d", 1);
	ok(b.failed && b.len == 0, "printing too much fails");
	buf_puts(&b, "x");
	is_int(b.len, 0, "after a failure nothing is written");
	buf_reset(&b);
	buf_put_name(&b, "shop", "a`b");
	is_str(b.data, "`shop`.`a``b`", "a name of MySQL: a quote in it is doubled");
	buf_reset(&b);
	ok(buf_reserve(&b, 1001) == NULL && b.failed, "a reservation over the ceiling is refused");
	buf_reset(&b);
	taken = buf_reserve(&b, 900);
	ok(taken != NULL, "one under it is given");
	memset(taken, 'r', 900);
	taken[900] = '\0';
	b.len += 900;
	taken = buf_take(&b);
	is_int(strlen(taken), 900, "taken with its text");
	ok(b.data == NULL && b.len == 0 && b.max == 1000, "and the buffer is empty again");
	free(taken);
	buf_put(&b, "", 0);
	buf_done(&b);

	buf_init(&b, SIZE_MAX);
	buf_put(&b, "x", 1);
	ok(buf_reserve(&b, SIZE_MAX - 10) == NULL, "no size wraps around");
	buf_done(&b);
	return tap_done();
}
