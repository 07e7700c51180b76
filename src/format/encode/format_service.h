/* format_service.h - records that carry no row: the beginning and end of a transaction, a heartbeat. */
#ifndef FORMAT_FORMAT_SERVICE_H
#define FORMAT_FORMAT_SERVICE_H

#include "format/encode/format_encoder.h"

/* A BEGIN or END of the source; without provide.transaction.metadata no record. */
int format_transaction_record(struct format_encoder *e, struct batch *b, uint32_t change);
/* A heartbeat behind the records of the batch, when heartbeat.interval.ms has passed since the last one. */
void format_heartbeat_record(struct format_encoder *e, struct batch *b);

#endif
