/* fake_status.h - a status of our own making for screen tests: busy, with a slow sink, a failed table and hostile names. */
#ifndef TESTS_SCREEN_FAKE_STATUS_H
#define TESTS_SCREEN_FAKE_STATUS_H

#include "engine/status/status.h"

/* At a second of its life: 3 is the one in the golden files. The memory is the status's. */
void fake_status_fill(struct status *s, unsigned second);

#endif
