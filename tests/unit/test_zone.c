/* test_zone.c - zones by name: what the system's database says, rules behind its last change, and files that are none. */
#include "script/zone/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "script/zone/zone_rule.h"
#include "tests/tap.h"

static int64_t at(int year, int month, int day, int hour, int minute)
{
	return num_days(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

static void test_berlin(void)
{
	const struct zone *z = zone_find("Europe/Berlin");

	if (!ok(z != NULL, "the database has Europe/Berlin"))
		return;
	is_int(zone_offset(z, at(2024, 1, 1, 0, 0)), 3600, "winter");
	is_int(zone_offset(z, at(2024, 7, 1, 0, 0)), 7200, "summer");
	is_int(zone_offset(z, at(2024, 3, 31, 0, 59)), 3600, "the minute before summer time");
	is_int(zone_offset(z, at(2024, 3, 31, 1, 0)), 7200, "its first");
	is_int(zone_offset(z, at(2090, 7, 1, 0, 0)), 7200, "by the rule, far away");
	is_int(zone_offset(z, at(2090, 12, 1, 0, 0)), 3600, "and in winter");
	is_int(zone_offset(z, at(1880, 1, 1, 0, 0)), 3208, "local mean time before there were zones");
	is_int(zone_utc(z, at(2024, 7, 1, 12, 0)), at(2024, 7, 1, 10, 0), "back");
	is_int(zone_utc(z, at(2024, 10, 27, 2, 30)), at(2024, 10, 27, 0, 30), "an hour that comes twice: the first");
	is_int(zone_utc(z, at(2024, 3, 31, 2, 30)), at(2024, 3, 31, 1, 0), "one that is left out: when it changes");
	is_int(zone_utc(z, at(2090, 3, 26, 2, 30)), at(2090, 3, 26, 1, 0), "by the rule, too");
	ok(zone_find("Europe/Berlin") == z, "it is read once");
}

/* Every zone that the C library knows, at moments of 170 years, both ways. */
static void test_as_the_library(void)
{
	static const char *const names[] = { "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu",
		"Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "Asia/Tehran",
		"America/Nuuk", "Antarctica/Troll", "Etc/GMT+5", "EST5EDT" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct zone *z = zone_find(names[i]);
		unsigned wrong = 0, back = 0;

		setenv("TZ", names[i], 1);
		tzset();
		for (int64_t t = at(1900, 1, 1, 0, 0); z && t < at(2070, 1, 1, 0, 0); t += 86400 * 3 + 3607) {
			time_t moment = (time_t)t;
			struct tm tm;
			int64_t local = t + zone_offset(z, t);

			localtime_r(&moment, &tm);
			wrong += zone_offset(z, t) != tm.tm_gmtoff;
			back += zone_utc(z, local) != t &&
					zone_utc(z, local) + zone_offset(z, zone_utc(z, local)) != local;
		}
		ok(z && wrong == 0 && back == 0, "%s: %u offsets are not the library's, %u do not come back", names[i],
				wrong, back);
	}
	unsetenv("TZ");
}

static void test_names(void)
{
	static const char *const names[] = { "", "/etc/passwd", "../passwd", "Europe", "No/Where", "Europe/Berlin\n",
		"zone.tab", "a/very/long/name/that/is/longer/than/any/name/of/a/zone/may/be/in/any/database" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(zone_find(names[i]) == NULL, "'%s' is no zone", names[i]);
}

/* Names come from rows: one that is none is looked for once, and again after a minute. */
static void test_wrong_names(void)
{
	struct zone_counts before = zone_counts();
	char name[32];

	clock_fake(1000000000);
	for (int i = 0; i < 1000; i++)
		zone_find("Nowhere/Berlin");
	is_int(zone_counts().files - before.files, 1, "a wrong name is looked for once");
	ok(zone_find("Asia/Tokyo") == zone_find("Asia/Tokyo"), "a zone beside it");
	is_int(zone_counts().files - before.files, 2, "is read once");
	clock_fake(1000000000 + 61000000);
	zone_find("Nowhere/Berlin");
	is_int(zone_counts().files - before.files, 3, "the wrong one is looked for again when a minute has passed");
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "Nowhere/%d", i);
		if (zone_find(name))
			ok(false, "%s is no zone", name);
	}
	ok(zone_find("Europe/Berlin") != NULL, "many of them do no harm");
	clock_fake(-1);
}

static void test_rules(void)
{
	static const char *const bad[] = { "", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"<CET-1", "CET-999", "CET-1CEST,M3.5.0,M10.5.0x", "CET-1CEST,J366,J1" };
	struct zone_rule r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!zone_rule_parse(&r, bad[i]), "'%s' is no rule", bad[i]);
	ok(zone_rule_parse(&r, "<+0330>-3:30") && zone_rule_offset(&r, 0) == 12600, "half hours");
	ok(zone_rule_parse(&r, "X5Y,J60/0,J305/-1"), "days of the year, hours before midnight");
	is_int(zone_rule_offset(&r, at(2024, 3, 1, 5, 0)), -4 * 3600,
			"the 60th day is the 1st of March in a leap year");
	is_int(zone_rule_offset(&r, at(2024, 3, 1, 4, 59)), -5 * 3600, "from midnight on");
	is_int(zone_rule_offset(&r, at(2024, 11, 1, 2, 59)), -4 * 3600, "an hour before the day begins");
	is_int(zone_rule_offset(&r, at(2024, 11, 1, 3, 0)), -5 * 3600, "it ends");
	ok(zone_rule_parse(&r, "AEST-10AEDT,M10.1.0,M4.1.0/3"), "the other half of the earth");
	is_int(zone_rule_offset(&r, at(2024, 1, 1, 0, 0)), 11 * 3600, "summer over the new year");
	is_int(zone_rule_offset(&r, at(2024, 7, 1, 0, 0)), 10 * 3600, "winter");
}

/* A good file, cut at each byte and with each byte changed: it is refused or read, and nothing else happens. */
static void test_files(void)
{
	static unsigned char bytes[8192], changed[8192];
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Dublin", "re");
	size_t len = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	unsigned read = 0;

	if (f)
		fclose(f);
	for (size_t i = 0; i < len; i++) {
		unsigned char *cut = malloc(i + 1);

		memcpy(cut, bytes, i);
		zone_free(zone_read("x", cut, i));
		free(cut);
		memcpy(changed, bytes, len);
		changed[i] ^= 0xff;
		struct zone *z = zone_read("x", changed, len);

		if (z) {
			read++;
			zone_utc(z, at(2024, 3, 31, 2, 30));
			zone_utc(z, at(2500, 3, 31, 2, 30));
		}
		zone_free(z);
	}
	ok(len > 1000 && read > 100, "%u of %zu changed files were read", read, len);
}

int main(void)
{
	test_berlin();
	test_as_the_library();
	test_names();
	test_wrong_names();
	test_rules();
	test_files();
	return tap_done();
}
