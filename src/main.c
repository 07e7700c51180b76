/* main.c - arguments, then one of cli/. */
#include <locale.h>
#include <sys/prctl.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
	/* Passwords and rows are in memory, ours and that of four client libraries, which no madvise() of ours reaches: no core
	 * dump, and no debugger of the same user, unless [millrace] core.dumps allows it. */
	prctl(PR_SET_DUMPABLE, 0);
	setlocale(LC_CTYPE, "");
	return cli_main(argc, argv);
}
