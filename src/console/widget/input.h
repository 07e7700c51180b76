/* input.h - one line that is typed: readline's keys on a text of UTF-8. */
#ifndef CONSOLE_INPUT_H
#define CONSOLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool input_key(char *input, size_t size, uint32_t key); /* true when the key was used */

#endif
