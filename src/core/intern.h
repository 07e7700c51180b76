/* intern.h - one copy of each name for the life of the process (topics, tables, files): equal names, equal pointers.
 * For bounded sets of names only, never for row data. @thread any; takes a lock: once per name and batch, not per
 * row. */
#ifndef CORE_INTERN_H
#define CORE_INTERN_H

#include <stddef.h>

const char *intern(const char *s);
const char *intern_n(const char *p, size_t len);

#endif
