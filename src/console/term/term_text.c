/* term_text.c - a text in the user's editor. It stands in a file that only its owner may read, and that is gone when the editor has ended. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/term/console_term.h"
#include "core/xalloc.h"

static int read_back(const char *path, struct buf *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC); /* editors write another file in its place */
	char block[8192];
	ssize_t n = -1;

	buf_reset(text);
	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		buf_put(text, block, (size_t)n);
	if (n < 0)
		err_set(err, ERR_CONFIG, errno, "%s cannot be read: %s", path, strerror(errno));
	else if (text->failed)
		err_set(err, ERR_CONFIG, 0, "what was edited: expected at most %zu bytes", text->max);
	if (fd >= 0)
		close(fd);
	return n < 0 || text->failed ? -1 : 0;
}

int term_edit_text(struct buf *text, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/millrace.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int fd = mkostemp(path, O_CLOEXEC), rc; /* mode 0600 */

	if (fd < 0 || write(fd, text->data, text->len) != (ssize_t)text->len)
		rc = err_set(err, ERR_CONFIG, errno, "%s cannot be written: %s", path, strerror(errno));
	else
		rc = term_edit(path, err) ? -1 : read_back(path, text, err);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(path);
	return rc;
}
