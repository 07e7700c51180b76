/* input.c - see input.h. */
#include "console/widget/input.h"

#include <string.h>

#include "console/canvas/keycode.h"
#include "core/text.h"

static void input_backspace(char *input)
{
	size_t len = strlen(input);

	while (len > 0 && ((unsigned char)input[len - 1] & 0xc0) == 0x80)
		len--;
	input[len ? len - 1 : 0] = '\0';
}

bool input_key(char *input, size_t size, uint32_t key)
{
	size_t len = strlen(input);

	if (key == KEYCODE_BACKSPACE) {
		input_backspace(input);
		return true;
	}
	if (key == KEYCODE_CTRL('u')) {
		input[0] = '\0';
		return true;
	}
	if (key == KEYCODE_CTRL('w')) {
		while (len > 0 && input[len - 1] == ' ')
			len--;
		while (len > 0 && input[len - 1] != ' ')
			len--;
		input[len] = '\0';
		return true;
	}
	if (key > 0x10ffff || !text_printable(key) || len + 5 > size)
		return false;
	len += text_encode(input + len, key);
	input[len] = '\0';
	return true;
}
