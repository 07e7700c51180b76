/*
 * script_code.c - reads what lua_dump() writes. Every length is checked against what is left: a dump that is not of the
 * format of 5.4 ends in NULL, never in a guess.
 */
#include "script/script_code.h"

#include <string.h>

#include "core/buf.h"
#include "script/script_part.h"

enum { HEADER = 4 + 1 + 1 + 6 + 3 + 8 + 8, COUNT_MAX = 1 << 24, DEPTH_MAX = 200 };

struct reader {
	struct arena *a;
	const uint8_t *at, *end;
	bool bad;
};

static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if ((size_t)(r->end - r->at) < n) {
		r->bad = true;
		r->at = r->end;
		return NULL;
	}
	r->at += n;
	return p;
}

static unsigned byte(struct reader *r)
{
	const uint8_t *p = take(r, 1);

	return p ? *p : 0;
}

/* Seven bits a byte, the highest first; the last byte has its top bit set. */
static size_t number(struct reader *r)
{
	size_t v = 0;
	unsigned b;

	do {
		b = byte(r);
		v = v << 7 | (b & 0x7f);
		r->bad |= v > COUNT_MAX;
	} while (!r->bad && !(b & 0x80));
	return r->bad ? 0 : v;
}

static const char *text(struct reader *r)
{
	size_t n = number(r);
	const uint8_t *p = n ? take(r, n - 1) : NULL;

	return p ? arena_dup(r->a, p, n - 1) : NULL;
}

/* An array of count items, zeroed; each takes at least one byte of the dump. */
static void *items(struct reader *r, unsigned *count, size_t size)
{
	size_t n = number(r);
	void *p;

	if (n > (size_t)(r->end - r->at)) {
		r->bad = true;
		n = 0;
	}
	p = arena_alloc(r->a, (n + 1) * size);
	memset(p, 0, (n + 1) * size);
	*count = (unsigned)n;
	return p;
}

static void read_constants(struct reader *r, struct code *c)
{
	enum { FALSE_TAG = 1, TRUE_TAG = 17, FLOAT_TAG = 19, INTEGER_TAG = 3, SHORT_TAG = 4, LONG_TAG = 20 };

	c->constants = items(r, &c->nconstants, sizeof(*c->constants));
	for (unsigned i = 0; i < c->nconstants && !r->bad; i++) {
		unsigned tag = byte(r);
		struct code_constant *k = &c->constants[i];

		if (tag == FALSE_TAG || tag == TRUE_TAG) {
			k->kind = CODE_BOOLEAN;
		} else if (tag == FLOAT_TAG || tag == INTEGER_TAG) {
			k->kind = CODE_NUMBER;
			take(r, 8);
		} else if (tag == SHORT_TAG || tag == LONG_TAG) {
			k->kind = CODE_TEXT;
			k->text = text(r);
		} else {
			r->bad |= tag != 0;
		}
	}
}

/* Lines are kept as differences, with a whole one now and then. */
static void read_lines(struct reader *r, struct code *c)
{
	unsigned n, nwhole;
	const int8_t *differences;
	struct {
		unsigned at;
		int line;
	} * whole;
	int line = c->line;

	n = (unsigned)number(r);
	differences = (const int8_t *)take(r, n);
	whole = items(r, &nwhole, sizeof(*whole));
	for (unsigned i = 0; i < nwhole; i++) {
		whole[i].at = (unsigned)number(r);
		whole[i].line = (int)number(r);
	}
	c->lines = arena_alloc(r->a, (c->nops + 1) * sizeof(*c->lines));
	for (unsigned i = 0, k = 0; i < c->nops; i++) {
		if (k < nwhole && whole[k].at == i)
			line = whole[k++].line;
		else if (differences && i < n)
			line += differences[i];
		c->lines[i] = line;
	}
}

static void read_names(struct reader *r, struct code *c)
{
	unsigned n;

	c->locals = items(r, &c->nlocals, sizeof(*c->locals));
	for (unsigned i = 0; i < c->nlocals && !r->bad; i++) {
		c->locals[i].name = text(r);
		c->locals[i].from = (unsigned)number(r);
		c->locals[i].to = (unsigned)number(r);
	}
	n = (unsigned)number(r);
	for (unsigned i = 0; i < n && !r->bad; i++) {
		const char *name = text(r);

		if (i < c->nupvalues)
			c->upvalues[i].name = name;
	}
}

static void read_function(struct reader *r, struct code *c, const struct code *parent, int depth)
{
	const uint8_t *ops;

	c->parent = parent;
	text(r);
	c->line = (int)number(r);
	number(r);
	c->nparams = byte(r);
	take(r, 2);
	c->nops = (unsigned)number(r);
	ops = take(r, (size_t)c->nops * 4);
	c->ops = arena_alloc(r->a, ((size_t)c->nops + 1) * 4);
	if (ops)
		memcpy(c->ops, ops, (size_t)c->nops * 4);
	read_constants(r, c);
	c->upvalues = items(r, &c->nupvalues, sizeof(*c->upvalues));
	for (unsigned i = 0; i < c->nupvalues; i++) {
		c->upvalues[i].in_stack = byte(r);
		c->upvalues[i].index = (uint8_t)byte(r);
		byte(r);
	}
	c->functions = items(r, &c->nfunctions, sizeof(*c->functions));
	r->bad |= depth > DEPTH_MAX;
	for (unsigned i = 0; i < c->nfunctions && !r->bad; i++)
		read_function(r, &c->functions[i], c, depth + 1);
	read_lines(r, c);
	read_names(r, c);
}

/* NULL: not what this reader knows. Everything is in the arena; the dump may go. */
static struct code *code_read(struct arena *a, const char *dump, size_t len)
{
	struct reader r = { .a = a, .at = (const uint8_t *)dump, .end = (const uint8_t *)dump + len };
	struct code *c = arena_alloc(a, sizeof(*c));
	const uint8_t *header = take(&r, HEADER);

	memset(c, 0, sizeof(*c));
	if (header == NULL || memcmp(header, "\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08", 15) != 0)
		return NULL;
	byte(&r);
	read_function(&r, c, NULL, 0);
	return r.bad || r.at != r.end ? NULL : c;
}

/* Where an instruction leads; how many places. */
static int successors(uint32_t i, int at, int next[2])
{
	int bx = (int)code_bx(i);

	next[0] = at + 1;
	switch (code_op(i)) {
	case OP_JMP: next[0] = at + 1 + code_jump(i); return 1;
	case OP_LFALSESKIP: next[0] = at + 2; return 1;
	case OP_RETURN:
	case OP_RETURN0:
	case OP_RETURN1: return 0;
	case OP_FORLOOP:
	case OP_TFORLOOP: next[1] = at + 1 - bx; return 2;
	case OP_FORPREP: next[1] = at + 2 + bx; return 2;
	case OP_TFORPREP: next[0] = at + 1 + bx; return 1;
	default: next[1] = at + 2; return code_is_test(i) ? 2 : 1;
	}
}

/* Whether the call never comes back. */
static bool is_last_call(const struct code *c, int at)
{
	static const char *const names[] = { "error", "drop", "reject" };
	unsigned reg = code_a(c->ops[at]);
	const char *name;

	if (code_op(c->ops[at]) != OP_CALL)
		return false;
	do
		at--;
	while (at >= 0 && (code_a(c->ops[at]) != reg || code_op(c->ops[at]) > OP_SELF));
	name = at >= 0 && code_op(c->ops[at]) == OP_GETTABUP ? code_text(c, code_c(c->ops[at])) : NULL;
	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

bool *code_reached(struct arena *a, const struct code *c)
{
	bool *reached = arena_alloc(a, c->nops + 1u);
	int *todo = arena_alloc(a, (c->nops + 1u) * sizeof(*todo)), n = 0, next[2];

	memset(reached, 0, c->nops + 1u);
	if (c->nops) {
		reached[0] = true;
		todo[n++] = 0;
	}
	while (n) {
		int at = todo[--n], count = is_last_call(c, at) ? 0 : successors(c->ops[at], at, next);

		for (int i = 0; i < count; i++)
			if (next[i] >= 0 && next[i] < (int)c->nops && !reached[next[i]]) {
				reached[next[i]] = true;
				todo[n++] = next[i];
			}
	}
	return reached;
}

bool code_is_straight(const struct code *c)
{
	for (unsigned i = 0; i < c->nops; i++) {
		enum code_op op = code_op(c->ops[i]);

		if ((op >= OP_FORLOOP && op <= OP_TFORLOOP) || op == OP_CLOSURE ||
				(op == OP_JMP && code_jump(c->ops[i]) < 0))
			return false;
	}
	return c->nfunctions == 0;
}

const char *code_text(const struct code *c, unsigned constant)
{
	return constant < c->nconstants && c->constants[constant].kind == CODE_TEXT ? c->constants[constant].text
										    : NULL;
}

const char *code_local(const struct code *c, unsigned at, unsigned reg)
{
	for (unsigned i = 0; i < c->nlocals && c->locals[i].from <= at; i++)
		if (at < c->locals[i].to && reg-- == 0)
			return c->locals[i].name;
	return NULL;
}

/* ---- the dump of a function ---- */

static int dump_add(lua_State *L, const void *p, size_t len, void *arg)
{
	buf_put(arg, p, len);
	return ((struct buf *)arg)->failed;
}

struct code *script_code(lua_State *L, struct arena *a)
{
	struct code *code = NULL;
	struct buf dump;

	buf_init(&dump, 64 << 20);
	if (lua_dump(L, dump_add, &dump, 0) == 0 && !dump.failed)
		code = code_read(a, dump.data, dump.len);
	buf_done(&dump);
	return code;
}
