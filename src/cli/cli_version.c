/* cli_version.c - what this program is, and what it runs with: the first two questions of every fault report. */
#include <stdio.h>

#include "cli/cli.h"
#include "config.h"
#include "http/http.h"
#include "log/log.h"
#include "script/script.h"
#include "sink/sink.h"
#include "source/source.h"

void cli_print_version(void)
{
	puts("millrace " PACKAGE_VERSION);
	printf("%s\n%s\n%s\n%s\n%s\n", source_library(), log_library(), script_library(), sink_library(),
			http_library());
}
