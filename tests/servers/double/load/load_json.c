/*
 * load_json.c - the rows of a JSON body. Objects of one load are nearly always alike, so a key is first looked for
 * where it came in the row before; only then by search. Names are compared byte by byte, as StarRocks compares them.
 */
#include <string.h>

#include "load/double_load.h"

struct rows {
	struct plan *p;
	struct load *load;
	struct txn_part *part;
	struct err *err;
};

static int syntax(const struct jscan *j, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "Failed to parse json as document: %s",
			j->problem != NULL ? j->problem : "unknown");
}

static int source_of(struct plan *p, const struct cell *key)
{
	for (unsigned i = 0, at = p->guess; i < p->nsources; i++, at++) {
		const struct source *s = &p->sources[at < p->nsources ? at : (at -= p->nsources)];

		if (s->len == key->len && memcmp(s->name, key->p, s->len) == 0) {
			p->guess = at + 1;
			return (int)at;
		}
	}
	return -1;
}

/* The object at j becomes the cells of a row; what it does not name is absent. */
static int read_object(struct jscan *j, struct plan *p, struct cell *cells)
{
	struct cell key, value;
	bool first = true;

	for (unsigned i = 0; i < p->nsources; i++)
		cells[i].kind = CELL_ABSENT;
	p->guess = 0;
	if (!jscan_open(j, '{'))
		return -1;
	while (jscan_member(j, &first, &key)) {
		int source = source_of(p, &key);

		if (!jscan_value(j, source >= 0 ? &cells[source] : &value))
			return -1;
	}
	return j->problem == NULL ? 0 : -1;
}

/* By position: path 0 fills the first source. What has no path, the implicit __op above all, stays absent. */
static void read_paths(const struct plan *p, const struct cell *document, struct cell *cells, struct arena *scratch)
{
	for (unsigned i = 0; i < p->nsources; i++)
		if (i >= p->npaths || !jpath_find(&p->paths[i], *document, scratch, &cells[i]))
			cells[i].kind = CELL_ABSENT;
}

static int take_value(struct rows *rows, const struct cell *document)
{
	struct plan *p = rows->p;
	struct jscan j;

	if (document->kind != CELL_JSON || *document->p != '{') {
		load_filter(rows->load, "Expect json object value", document->raw != NULL ? document->raw : "",
				document->raw != NULL ? document->raw_len : 0);
		return 0;
	}
	if (p->npaths > 0) {
		read_paths(p, document, rows->load->cells, &p->scratch);
	} else {
		jscan_init(&j, document->p, document->len, &p->scratch);
		if (read_object(&j, p, rows->load->cells) != 0)
			return syntax(&j, rows->err);
	}
	return load_row(p, rows->load, rows->part, document->p, document->len, rows->err);
}

/* One document under json_root: the object there, or the elements of the array there. */
static int take_document(struct rows *rows, const struct cell *document)
{
	struct plan *p = rows->p;
	struct cell root, element;
	struct jscan j;
	bool first = true;

	if (!p->has_root)
		return take_value(rows, document);
	if (!jpath_find(&p->root, *document, &p->scratch, &root) || root.kind == CELL_NULL) {
		load_filter(rows->load, "The value from json root is null or not found", document->raw,
				document->raw_len);
		return 0;
	}
	if (!p->strip_outer_array || root.kind != CELL_JSON || *root.p != '[')
		return take_value(rows, &root);
	jscan_init(&j, root.p, root.len, &p->scratch);
	jscan_open(&j, '[');
	while (jscan_element(&j, &first))
		if (!jscan_value(&j, &element) || take_value(rows, &element) != 0)
			return j.problem != NULL ? syntax(&j, rows->err) : -1;
	return 0;
}

/* The next document at j. The plain case, an object of plain columns, is read in one pass. */
static int take_next(struct rows *rows, struct jscan *j)
{
	struct plan *p = rows->p;
	const char *start;
	struct cell document;

	if (jscan_peek(j) == '{' && p->npaths == 0 && !p->has_root) {
		start = j->at;
		if (read_object(j, p, rows->load->cells) != 0)
			return syntax(j, rows->err);
		return load_row(p, rows->load, rows->part, start, (size_t)(j->at - start), rows->err);
	}
	if (!jscan_value(j, &document))
		return syntax(j, rows->err);
	return take_document(rows, &document);
}

/* StarRocks' parser looks at the whole body before it reads a value of it. */
static bool is_utf8(const unsigned char *p, size_t len)
{
	for (size_t i = 0, more; i < len; i += more + 1) {
		uint64_t eight;

		more = 0;
		if (i + 8 <= len && (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080u) == 0)) {
			more = 7;
			continue;
		}
		if (p[i] < 0x80)
			continue;
		more = p[i] >= 0xf0 ? 3 : p[i] >= 0xe0 ? 2 : 1;
		if (p[i] < 0xc2 || p[i] > 0xf4 || i + more >= len)
			return false;
		if ((p[i] == 0xe0 && p[i + 1] < 0xa0) || (p[i] == 0xed && p[i + 1] > 0x9f) ||
				(p[i] == 0xf0 && p[i + 1] < 0x90) || (p[i] == 0xf4 && p[i + 1] > 0x8f))
			return false;
		for (size_t k = 1; k <= more; k++)
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

int load_json(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err)
{
	struct rows rows = { p, load, part, err };
	struct jscan j;
	bool first = true;
	char start;

	if (!is_utf8((const unsigned char *)body, len))
		return err_set(err, ERR_DATA, 0,
				"Failed to parse json as document: UTF8_ERROR: The input is not valid UTF-8");
	jscan_init(&j, body, len, &p->scratch);
	start = jscan_peek(&j);
	if (start == '\0' && j.at == j.end)
		return 0;
	if (start != '{' && start != '[')
		return err_set(err, ERR_DATA, 0, "illegal json started with %c", start);
	if (start == '[' && !p->strip_outer_array && !p->has_root)
		return err_set(err, ERR_DATA, 0,
				"The JSON element does not have the requested type. The value is array type in json document "
				"stream, you can set strip_outer_array=true to parse each element of the array as individual rows");
	if (start == '{' && p->strip_outer_array && !p->has_root)
		return err_set(err, ERR_DATA, 0,
				"The JSON element does not have the requested type. The value should be array type in "
				"strip_outer_array=true");
	if (start == '{') {
		while (jscan_peek(&j) != '\0' || j.at < j.end)
			if (take_next(&rows, &j) != 0)
				return -1;
		return 0;
	}
	jscan_open(&j, '[');
	while (jscan_element(&j, &first))
		if (take_next(&rows, &j) != 0)
			return -1;
	if (j.problem == NULL && (jscan_peek(&j) != '\0' || j.at < j.end))
		j.problem = "text behind the array";
	return j.problem != NULL ? syntax(&j, err) : 0;
}
