/* log_kafka_fault.h - versions of librdkafka with known faults, and what is done about each. */
#ifndef LOG_LOG_KAFKA_FAULT_H
#define LOG_LOG_KAFKA_FAULT_H

#include "core/conf/conf.h"
#include "core/report.h"

/* Versions are librdkafka's: 0x020300ff is 2.3.0. */
/* How a group shares its partitions where the configuration does not say. */
const char *kafka_strategy(int version);
/* Why the configured one is dangerous with this version; NULL: it is not. */
const char *kafka_strategy_fault(int version, const struct conf_pairs *passthrough);
void kafka_fault_remedies(struct report *r); /* what it may say */
void kafka_report_version(int version, const struct conf_pairs *passthrough, struct report *report);

#endif
