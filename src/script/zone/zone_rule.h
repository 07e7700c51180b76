/* zone_rule.h - the rule at the end of a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3", the TZ of POSIX with hours beyond a day. */
#ifndef SCRIPT_ZONE_ZONE_RULE_H
#define SCRIPT_ZONE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct zone_rule {
	int32_t offset, summer; /* seconds east of UTC */
	bool has_summer;
	struct zone_day {
		enum zone_day_kind { ZONE_MONTH, ZONE_JULIAN, ZONE_DAY } kind;
		int month, week, day; /* the last is a day of the week for the first kind, else of the year */
		int32_t time;	      /* of that day's local time, seconds */
	} begin, end;		      /* of summer time */
};

bool zone_rule_parse(struct zone_rule *r, const char *text);
int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc);

#endif
