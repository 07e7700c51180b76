/*
 * text.h - UTF-8 and what may be shown of it. Data is hostile: a name or an error text may hold escape sequences, bidi
 * overrides or half a character. Everything that reaches a person (errors, log lines, the screen) goes through here.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One character of valid UTF-8 (no surrogates, no overlong forms): how many bytes it takes, or 0. */
size_t text_decode(const char *p, size_t len, uint32_t *code);
size_t text_encode(char *out, uint32_t code); /* <= 4; an invalid code gives U+FFFD */
bool text_printable(uint32_t code); /* false: controls, bidi and line separators, noncharacters, private use */

/* The next piece of the text as it may be shown: one character, or \xNN for each byte of one that may not. Returns the
 * length; *taken: of the text. */
enum { TEXT_PIECE = 16 };
size_t text_piece(char piece[TEXT_PIECE], const char *p, size_t len, size_t *taken);
/*
 * Copies text so that it is one line of printable UTF-8: whatever is not printable becomes \xNN, byte by byte, and a
 * text that does not fit ends in "...". Always NUL-terminated; returns the length.
 */
size_t text_escape(char *out, size_t size, const char *p, size_t len);

bool text_consists(const char *p, size_t len, const char *of); /* of these characters only; true for none */

#endif
