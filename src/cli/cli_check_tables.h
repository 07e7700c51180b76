/* cli_check_tables.h - the questions of tables and columns, for people at 80 columns and as JSON. */
#ifndef CLI_CLI_CHECK_TABLES_H
#define CLI_CLI_CHECK_TABLES_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/control/engine_check_tables.h"

void cli_check_tables_text(const struct tables_report *r, bool all);		   /* all: every column's mapping too */
void cli_check_tables_json(const struct tables_report *r, bool all, json_t *into); /* sets "findings" and "tables" */

#endif
