/* marks.h - what may have made a figure what it is, as signs below a picture over time. */
#ifndef CONSOLE_MARKS_H
#define CONSOLE_MARKS_H

#include "console/widget/timeline.h"
#include "engine/status/status.h"

enum { MARKS_MOST = 64 };
#define MARKS_LEGEND "D DDL  S script  C settings  R start"

size_t marks_find(const struct status *s, struct timeline_mark out[MARKS_MOST]);

#endif
