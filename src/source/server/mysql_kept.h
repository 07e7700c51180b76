/* mysql_kept.h - what a server still has of its binlog: how much of it lies before us, and how long it stays. */
#ifndef SOURCE_MYSQL_KEPT_H
#define SOURCE_MYSQL_KEPT_H

#include <stdint.h>

struct binlog_kept {
	char oldest[256]; /* file; "" unknown */
	int64_t bytes;	  /* of it before the position that the stream has come to; -1 unknown */
	int64_t keeps_ms; /* how long it keeps a file; 0: until somebody purges it, -1 unknown */
};

#endif
