/*
 * reach.h - can a host be reached at all? Its name is looked up and a TCP connection is opened, each within a time limit, so that "does
 * not answer" becomes the name server, the host or the port.
 */
#ifndef ENGINE_REACH_H
#define ENGINE_REACH_H

#include <stdint.h>

#include "core/report.h"

typedef void reach_tell(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found);
/* Every entry of "host[:port], ..", as settings have it; system: "mysql". */
void reach_look(const char *system, const char *list, unsigned port, reach_tell *tell, void *arg);

#endif
