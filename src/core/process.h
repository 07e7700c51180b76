/* process.h - what this process uses of the machine. @thread any */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include <stdint.h>

int64_t process_cpu_us(void);	    /* user and system time since the start; -1: not known */
int64_t process_memory_bytes(void); /* resident; -1: not known */

#endif
