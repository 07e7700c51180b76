/* conf_nearest.c - which of the known words a wrong one was meant to be. */
#include <string.h>
#include <strings.h>

#include "core/conf/conf.h"

static int distance(const char *a, const char *b)
{
	int row[3][64], la = (int)strlen(a), lb = (int)strlen(b);

	if (la > 63 || lb > 63)
		return 64;
	for (int j = 0; j <= lb; j++)
		row[0][j] = j;
	for (int i = 1; i <= la; i++) { /* the last three rows, in turn */
		int *now = row[i % 3], *up = row[(i + 2) % 3], *upper = row[(i + 1) % 3];

		now[0] = i;
		for (int j = 1; j <= lb; j++) {
			bool same = (a[i - 1] | 0x20) == (b[j - 1] | 0x20);
			int best = up[j - 1] + !same;

			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && upper[j - 2] + 1 < best)
				best = upper[j - 2] + 1; /* two letters swapped */
			now[j] = best;
		}
	}
	return row[la % 3][lb];
}

const char *conf_nearest(const char *word, const char *const *names, size_t count)
{
	size_t len = strlen(word);
	int best = len < 2 ? 0 : (int)(len + 2) / 3;
	const char *near = NULL;

	for (size_t i = 0; i < count; i++) {
		int d = distance(word, names[i]);

		if (d < best || (d == best && near == NULL && d > 0)) {
			best = d;
			near = names[i];
		}
	}
	for (size_t i = 0; i < count && near == NULL && len > 2; i++) /* "bootstrap" means bootstrap.servers */
		if (strncasecmp(names[i], word, len) == 0 || strcasestr(names[i], word))
			near = names[i];
	return near;
}
