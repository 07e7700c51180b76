/* format_topic.h - topic names as Debezium makes them of the prefix, the database and the table. */
#ifndef FORMAT_FORMAT_TOPIC_H
#define FORMAT_FORMAT_TOPIC_H

#define TOPIC_NAME_MAX 249

/* Interned. delimiter NULL: a dot. */
const char *format_topic_name(const char *prefix, const char *delimiter, const char *db, const char *table);

#endif
