/* marks.h - what may have made a figure what it is, as signs below a picture over time. */
#ifndef CONSOLE_MARKS_H
#define CONSOLE_MARKS_H

#include "console/widget/timeline.h"
#include "engine/status/status.h"

enum { MARKS_MOST = CHANGES_MOST, MARKS_LEGEND = 64 };

size_t marks_find(const struct status *s, struct timeline_mark out[MARKS_MOST]);
/* Which of them stand below a picture of the last `seconds`, in words: "D=DDL R=start"; "": none. */
const char *marks_legend(const struct status *s, int64_t seconds, char out[MARKS_LEGEND]);

#endif
