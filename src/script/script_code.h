/*
 * script_code.h - a compiled script, read: functions with their instructions, constants, names and lines, from what
 * lua_dump() of Lua 5.4 writes. For questions that are about the text and not about a run (script_lint.c).
 */
#ifndef SCRIPT_CODE_H
#define SCRIPT_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum code_op { /* those that are looked at; numbers of Lua 5.4 */
	OP_MOVE = 0,
	OP_LFALSESKIP = 6,
	OP_GETUPVAL = 9,
	OP_SETUPVAL,
	OP_GETTABUP,
	OP_GETFIELD = 14,
	OP_SETTABUP,
	OP_SETFIELD = 18,
	OP_SELF = 20,
	OP_NOT = 51,
	OP_JMP = 56,
	OP_EQ,
	OP_EQK = 60,
	OP_EQI,
	OP_TEST = 66,
	OP_TESTSET,
	OP_CALL,
	OP_TAILCALL,
	OP_RETURN,
	OP_RETURN0,
	OP_RETURN1,
	OP_FORLOOP,
	OP_FORPREP,
	OP_TFORPREP,
	OP_TFORLOOP = 77,
	OP_CLOSURE = 79
};

struct code_constant {
	enum { CODE_NIL, CODE_BOOLEAN, CODE_NUMBER, CODE_TEXT } kind;
	const char *text;
};

struct code { /* one function */
	const struct code *parent;
	int line;
	unsigned nparams;
	uint32_t *ops;
	int *lines; /* of each instruction */
	unsigned nops;
	struct code_constant *constants;
	unsigned nconstants;
	struct {
		bool in_stack;
		uint8_t index;
		const char *name;
	} * upvalues;
	unsigned nupvalues;
	struct {
		const char *name;
		unsigned from, to;
	} * locals; /* in the order of their registers */
	unsigned nlocals;
	struct code *functions;
	unsigned nfunctions;
};

static inline enum code_op code_op(uint32_t i)
{
	return (enum code_op)(i & 0x7f);
}
static inline unsigned code_a(uint32_t i)
{
	return i >> 7 & 0xff;
}
static inline unsigned code_b(uint32_t i)
{
	return i >> 16 & 0xff;
}
static inline unsigned code_c(uint32_t i)
{
	return i >> 24;
}
static inline unsigned code_bx(uint32_t i)
{
	return i >> 15;
}
static inline bool code_k(uint32_t i)
{
	return i >> 15 & 1;
}
static inline bool code_is_test(uint32_t i)
{
	return code_op(i) >= OP_EQ && code_op(i) <= OP_TESTSET;
}
static inline bool code_is_return(uint32_t i)
{
	return code_op(i) >= OP_RETURN && code_op(i) <= OP_RETURN1;
}
static inline int code_jump(uint32_t i)
{
	return (int)(i >> 7) - 0xffffff;
}

/* Which instructions can be come to, from the first one on; in the arena. Nothing follows error(), drop() and reject(). */
bool *code_reached(struct arena *a, const struct code *c);
/* Whether a call executes each instruction at most once, and makes no function. */
bool code_is_straight(const struct code *c);
/* The constant, if it is a text. */
const char *code_text(const struct code *c, unsigned constant);
/* The local variable that is in a register at an instruction, or NULL. */
const char *code_local(const struct code *c, unsigned at, unsigned reg);

#endif
