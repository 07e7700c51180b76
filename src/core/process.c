/* process.c - see process.h. */
#include "core/process.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t us_of(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

int64_t process_cpu_us(void)
{
	struct rusage r;

	return getrusage(RUSAGE_SELF, &r) ? -1 : us_of(&r.ru_utime) + us_of(&r.ru_stime);
}

int64_t process_memory_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long pages;
	int64_t bytes = -1;

	if (f && fscanf(f, "%*u %llu", &pages) == 1)
		bytes = (int64_t)(pages * (unsigned long long)sysconf(_SC_PAGESIZE));
	if (f)
		fclose(f);
	return bytes;
}
