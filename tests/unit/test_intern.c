/* Equal names, equal pointers, from every thread. */
#include <pthread.h>

#include "core/intern.h"
#include "tests/tap.h"

#define NAMES 3000

static void *intern_all(void *arg)
{
	const char **out = arg;
	char name[32];

	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name.%d", i);
		out[i] = intern(name);
	}
	return NULL;
}

int main(void)
{
	static const char *a[NAMES], *b[NAMES];
	pthread_t thread;
	int same = 1;

	pthread_create(&thread, NULL, intern_all, a);
	intern_all(b);
	pthread_join(thread, NULL);
	for (int i = 0; i < NAMES; i++)
		same &= a[i] == b[i];
	ok(same, "two threads get the same pointers");
	is_str(a[77], "name.77", "with the text");
	ok(intern_n("name.77xyz", 7) == a[77], "a slice of a longer text");
	ok(intern_n("a\0b", 3) != intern_n("a", 1), "a NUL inside counts");
	is_str(intern(""), "", "the empty name");
	return tap_done();
}
