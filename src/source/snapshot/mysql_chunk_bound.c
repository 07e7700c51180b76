/* mysql_chunk_bound.c - rows to bounds: the key of a row that was read, as the text that mysql_chunk.c makes SQL of. */
#include "config.h"
#include "source/snapshot/mysql_chunk_parts.h"

#include <stdlib.h>

#include "core/num/num.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"

enum { LENENC_NULL = 0xfb };

struct chunk_cell {
	const uint8_t *p; /* NULL: SQL NULL, or nothing there */
	size_t len;
};

static struct chunk_cell next_cell(struct bytes *in)
{
	struct chunk_cell c = { 0 };

	if (in->at < in->end && *in->at == LENENC_NULL) {
		in->at++;
		return c;
	}
	c.len = (size_t)bytes_lenenc(in);
	c.p = bytes_take(in, c.len);
	return c;
}

static void put_hex(const void *p, size_t len, struct buf *out)
{
	char text[2];

	for (size_t i = 0; i < len; i++)
		buf_put(out, text, num_hex(text, (const uint8_t *)p + i, 1));
}

static bool put_bound(const struct chunk_key *k, struct chunk_cell c, struct buf *out)
{
	if (c.p == NULL || (k->form == FORM_BIT && c.len > 8))
		return false;
	if (k->form == FORM_BIT) {
		buf_printf(out, "%llu", (unsigned long long)bytes_be(c.p, (unsigned)c.len));
		return true;
	}
	if (k->form == FORM_NUMBER || k->form == FORM_TIME) {
		buf_put(out, c.p, c.len);
		return k->form == FORM_NUMBER ? chunk_is_number((const char *)c.p, c.len)
					      : chunk_is_time((const char *)c.p, c.len);
	}
	buf_putc(out, 'x');
	put_hex(c.p, c.len, out);
	return true;
}

static int join_bound(const struct chunk_table *t, const struct chunk_cell *cells, struct buf *out, struct err *err)
{
	for (unsigned i = 0; i < t->schema->nkey; i++) {
		if (i > 0)
			buf_putc(out, ',');
		if (!put_bound(&t->key[i], cells[i], out))
			return err_set(err, ERR_DATA, 0, "table %s.%s: a row came without a usable key", t->schema->db,
					t->schema->table);
	}
	return 0;
}

int chunk_bound(const struct chunk_table *t, const uint8_t *row, size_t len, struct buf *out, struct err *err)
{
	struct bytes in = bytes_of(row, len);
	struct chunk_cell *cells = xcalloc(t->schema->nkey + 1, sizeof(*cells));
	int r;

	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		struct chunk_cell c = next_cell(&in);

		for (unsigned k = 0; k < t->schema->nkey; k++)
			if (t->key[k].index == i)
				cells[k] = c;
	}
	for (unsigned k = 0; k < t->schema->nkey; k++)
		if (t->key[k].carried)
			cells[k] = next_cell(&in);
	r = join_bound(t, cells, out, err);
	free(cells);
	return r;
}

int chunk_key_bound(const struct chunk_table *t, const uint8_t *row, size_t len, struct buf *out, struct err *err)
{
	struct bytes in = bytes_of(row, len);
	struct chunk_cell *cells = xcalloc(t->schema->nkey + 1, sizeof(*cells));
	int r;

	for (unsigned k = 0; k < t->schema->nkey; k++)
		cells[k] = next_cell(&in);
	r = join_bound(t, cells, out, err);
	free(cells);
	return r;
}

static bool put_text_part(const struct chunk_key *k, const struct chunk_text *c, struct buf *out)
{
	if (k->form == FORM_NUMBER || k->form == FORM_BIT || k->form == FORM_TIME) {
		buf_put(out, c->p, c->len);
		return k->form == FORM_TIME ? chunk_is_time(c->p, c->len) : chunk_is_number(c->p, c->len);
	}
	if (k->form == FORM_BYTES) {
		buf_putc(out, 'x');
		buf_put(out, c->p, c->len);
		return c->len % 2 == 0 && text_consists(c->p, c->len, "0123456789abcdef");
	}
	buf_putc(out, 'u');
	put_hex(c->p, c->len, out);
	return true;
}

int chunk_text_bound(const struct chunk_table *t, const struct chunk_text *parts, struct buf *out, struct err *err)
{
	for (unsigned i = 0; i < t->schema->nkey; i++) {
		buf_puts(out, i ? "," : "");
		if (!t->keyed || !put_text_part(&t->key[i], &parts[i], out))
			return err_set(err, ERR_DATA, 0,
					"table %s.%s: expected a value of its key's column %s, found '%.*s'",
					t->schema->db, t->schema->table, t->schema->columns[t->schema->key[i]].name,
					(int)(parts[i].len < 100 ? parts[i].len : 100), parts[i].p);
	}
	return 0;
}
