/* keycode.h - what a key is: a Unicode character, a control key (1..26), or one of these. */
#ifndef CONSOLE_KEYCODE_H
#define CONSOLE_KEYCODE_H

enum key_code { /* beyond Unicode; control keys are 1..26 */
	KEYCODE_UP = 0x110000,
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_PAGE_UP,
	KEYCODE_PAGE_DOWN,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_BACKTAB,
	KEYCODE_F1,
	KEYCODE_CLICK, /* of the mouse: where, term_mouse() says */
	KEYCODE_WHEEL_UP,
	KEYCODE_WHEEL_DOWN,
	KEYCODE_NONE
};
#define KEYCODE_CTRL(letter) ((letter)&31)
#define KEYCODE_ESCAPE 27
#define KEYCODE_ENTER '\r'
#define KEYCODE_BACKSPACE 127
#define KEYCODE_TAB '\t'

#endif
