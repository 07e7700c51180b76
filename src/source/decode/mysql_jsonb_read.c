/*
 * mysql_jsonb_read.c - values and containers of binary JSON. Offsets are relative to the container, small values are
 * inlined where the offset would be, and which ones depends on the container's width.
 */
#include "source/decode/mysql_jsonb_read.h"

#include "source/decode/mysql_bytes.h"

static const uint8_t null_literal[] = { 0 };

static int jsonb_damaged(const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "JSON document: %s", what);
}

bool jsonb_is_container(const struct jsonb_value *v)
{
	return v->type <= JSONB_LARGE_ARRAY;
}

static bool jsonb_is_object(const struct jsonb_value *v)
{
	return v->type <= JSONB_LARGE_OBJECT;
}

int jsonb_open(const void *p, size_t len, struct jsonb_value *out, struct err *err)
{
	const uint8_t *bytes = p;

	if (len == 0) {
		*out = (struct jsonb_value){ .type = JSONB_LITERAL, .p = null_literal, .len = 1 };
		return 0;
	}
	*out = (struct jsonb_value){ .type = bytes[0], .p = bytes + 1, .len = len - 1 };
	return 0;
}

static size_t container_entries(const struct jsonb_container *c)
{
	size_t key_entry = c->object ? c->width + 2u : 0;

	return (key_entry + 1 + c->width) * c->count;
}

int jsonb_container_open(const struct jsonb_value *v, struct jsonb_container *out, struct err *err)
{
	size_t size;

	*out = (struct jsonb_container){ .object = jsonb_is_object(v), .p = v->p };
	out->width = v->type == JSONB_LARGE_OBJECT || v->type == JSONB_LARGE_ARRAY ? 4 : 2;
	if (v->len < 2u * out->width)
		return jsonb_damaged("ends within the head of an object or array", err);
	out->count = (uint32_t)bytes_le(v->p, out->width);
	size = bytes_le(v->p + out->width, out->width);
	if (size > v->len)
		return jsonb_damaged("an object or array is larger than what holds it", err);
	out->len = size;
	if (2u * out->width + container_entries(out) > size)
		return jsonb_damaged("an object or array has more entries than bytes", err);
	return 0;
}

int jsonb_key(const struct jsonb_container *c, uint32_t i, const char **key, size_t *len, struct err *err)
{
	const uint8_t *entry = c->p + 2u * c->width + (size_t)i * (c->width + 2u);
	size_t offset = bytes_le(entry, c->width);

	*len = bytes_le(entry + c->width, 2);
	if (offset > c->len || *len > c->len - offset)
		return jsonb_damaged("a key lies outside its object", err);
	*key = (const char *)c->p + offset;
	return 0;
}

static bool type_is_inlined(uint8_t type, unsigned width)
{
	if (type == JSONB_LITERAL || type == JSONB_INT16 || type == JSONB_UINT16)
		return true;
	return width == 4 && (type == JSONB_INT32 || type == JSONB_UINT32);
}

int jsonb_element(const struct jsonb_container *c, uint32_t i, struct jsonb_value *out, struct err *err)
{
	size_t keys = c->object ? (size_t)c->count * (c->width + 2u) : 0;
	const uint8_t *entry = c->p + 2u * c->width + keys + (size_t)i * (1 + c->width);
	size_t offset;

	out->type = entry[0];
	if (type_is_inlined(out->type, c->width)) {
		out->p = entry + 1;
		out->len = c->width;
		return 0;
	}
	offset = bytes_le(entry + 1, c->width);
	if (offset < 2u * c->width + container_entries(c) || offset >= c->len)
		return jsonb_damaged("a value lies outside its object or array", err);
	out->p = c->p + offset;
	out->len = c->len - offset;
	return 0;
}
