/*
 * settings_convert.h - the configuration of a Debezium connector, as Kafka Connect's REST interface takes and gives it,
 * into a millrace.conf. Each option becomes a line, or a comment that says why it does not.
 */
#ifndef ENGINE_SETTINGS_CONVERT_H
#define ENGINE_SETTINGS_CONVERT_H

#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"

/*
 * json: {"name":..,"config":{..}} or the config alone. -1: it is not a connector of MySQL. *lost: how many options could
 * not be carried over; they are marked with an exclamation mark. Secrets are not copied.
 */
int settings_convert(const char *json, size_t len, struct buf *out, unsigned *lost, struct err *err);

#endif
