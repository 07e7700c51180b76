/*
 * test_script_hostile.c - scripts that want to stop, slow down or end the process, or to harm the rows beside theirs. Each
 * runs in the second of three rows: the test ends (an alarm kills it otherwise), the two neighbours come out as a plain
 * script leaves them, and what the second row was told to be, it is: dead, or passed.
 */
#include "script/script.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/tap.h"
#include "tests/unit/script_rows.h"

enum { ALARM_S = 120, MEMORY = 64 << 20 };

/* A sanitizer keeps memory of its own beside each piece, and what was freed for a while. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { MEMORY_TIMES = 16 };
#else
enum { MEMORY_TIMES = 4 };
#endif

static struct script_limits limits = { .instructions = 1000000, .memory_bytes = MEMORY, .time_ms = 200 };
static struct schema *orders;
static struct batch *in, *out;

/* Must be dead. */
static const char *const deadly[] = {
	/* Lua that never ends, with and without a catch */
	"while true do end", "repeat until false", "for i = 1, math.huge do end", "for i = 1, math.maxinteger do end",
	"::a:: goto a", "while true do pcall(function() while true do end end) end", "while true do pcall(error) end",
	"while true do pcall(error, {}) end",
	"pcall(function() pcall(function() while true do pcall(error) end end) while true do end end)",
	"xpcall(function() while true do end end, function() while true do end end)",
	"while true do xpcall(error, error) end", "local function f() return pcall(f) end while true do f() end",
	"local function f() return f() end f()", "local function f() f() f() end f()",
	"local function f() pcall(f) pcall(f) end f()", "local function f(...) return f(1, ...) end f()",
	"local function g() local ok = pcall(g) while true do end end g()",
	"local t = setmetatable({}, { __close = function() while true do end end }) do local c <close> = t end",
	"local function m() return setmetatable({}, { __close = function() while true do end end }) end pcall(function() local a <close>, b = m() error('x') end)",
	"local function n() local c <close> = setmetatable({}, { __close = function() pcall(n) while true do end end }) error('x') end n()",
	"local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) local x = t[1]",
	"local t = {} setmetatable(t, { __index = t }) local x = t.a",
	"local t = setmetatable({}, { __newindex = function(t, k, v) t[k] = v end }) t.x = 1",
	"local t = setmetatable({}, { __eq = function() while true do end end }) local x = t == setmetatable({}, getmetatable(t))",
	"local t = setmetatable({}, { __lt = function() while true do end end }) local x = t < t",
	"local t = setmetatable({}, { __concat = function() while true do end end }) local x = t .. ''",
	"local t = setmetatable({}, { __call = function(self) return self() end }) t()",
	"local t = setmetatable({}, { __len = function(t) return #t end }) do return #t end",
	"local t = setmetatable({}, { __tostring = function() while true do end end }) tostring(t)",
	"local t = setmetatable({}, { __tostring = function(s) return tostring(s) end }) tostring(t)",
	"for _ in pairs(row) do while true do pcall(row.copy, row) end end",
	"for _ in setmetatable({}, { __call = function() return 1 end }) do end",
	"string.gsub('aaa', '.', function() while true do end end)",
	"for w in ('x'):rep(1000):gmatch('x') do while true do end end",
	"table.sort({ 3, 2, 1 }, function() while true do end end)",
	"local t = {} for i = 1, 1e5 do t[i] = i % 7 end while true do table.sort(t) end",
	/* C functions that would not end, or not soon */
	"while true do (''):rep(1e18) end", "('a'):rep(1e6):find('[' .. ('b'):rep(1e6) .. ']')",
	"('a'):rep(1e6):find('%f[' .. ('b'):rep(1e6) .. ']')",
	"while true do ('a'):rep(20e6):find(('a'):rep(10e6) .. 'b', 1, true) end",
	"while true do ('a'):rep(20e6):find(('a'):rep(10e6) .. 'b') end",
	"('a'):rep(20e6):find('(' .. ('a'):rep(5e5) .. 'b)')", "(('a'):rep(30000) .. '-'):find('a*a*a*a*[b]')",
	"('a'):rep(1e5):find('.-.-.-.-[b]')", "('a'):rep(3e5):gsub('a*[b]', '')",
	"for w in ('a'):rep(1e6):gmatch('a*[b]') do end",
	"('a'):rep(1000):find(('a?'):rep(60) .. ('a'):rep(61) .. 'b')",

	"('('):rep(1e6):find('%b()')", "('('):rep(1e6):gsub('%b()', '')",
	"('ab'):rep(5e5):find('(ab)%1*c') ('ab'):rep(1e5):gsub('(.-)%1$x', '')",
	"('x'):rep(1e6):gsub('', 'y') while true do ('x'):rep(1e5):gsub('', 'y') end",
	"while true do ('x'):rep(3e6):gsub('x', 'x') end", "while true do ('x'):rep(3e6):gsub('x', {}) end",
	"while true do ('x'):rep(3e6):gsub('x', tostring) end",
	"table.concat(setmetatable({}, { __index = table.concat }), '', 1, math.maxinteger)",
	"table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, math.maxinteger)",
	"table.concat(setmetatable({}, { __len = function() return math.maxinteger end, __index = function() return '' end }))",
	"table.unpack({}, 1, 1e6) while true do table.unpack({}, 1, 1e5) end",
	"table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)",
	"table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)", "table.move({}, 1, 1 << 60, 2)",
	"table.move(setmetatable({}, { __index = function() return 1 end }), 1, 1 << 60, 2, {})",
	"table.sort(setmetatable({}, { __len = function() return 1 << 30 end, __index = function() return 1 end }))",
	"local s, t = ('a'):rep(8e6), {} for i = 1, 20000 do t[i] = s .. i end table.sort(t)",
	"local s, t = ('a'):rep(8e6), {} for i = 1, 20000 do t[i] = s end table.sort(t) table.sort(t) while true do table.sort(t) end",
	"local t = {} for i = 1, 1e5 do t[i] = 1 end while true do table.insert(t, 1, 1) table.remove(t, 1) end",
	"local t = {} for i = 1, 1e6 do t[i] = nil t[i] = 1 end while true do next(t) end",
	"local t = {} for i = 1, 24 do t = { t, t } end while true do pcall(json.encode, t) end",
	"local t = {} t[1] = t while true do pcall(json.encode, t) end",
	"local t = {} for i = 1, 2e5 do t['k' .. i] = i end while true do json.encode(t) end",
	"local s = '[' .. ('1,'):rep(1e5) .. '1]' while true do json.decode(s) end",
	"local s = '\"' .. ('\\\\u0041'):rep(1e6) .. '\"' while true do json.decode(s) end",
	"local s = ('['):rep(1e6) while true do pcall(json.decode, s) end",
	"local s = '{' .. ('\"a\":1,'):rep(1e5) .. '\"a\":1}' while true do json.decode(s) end",
	"local s = ('x'):rep(20e6) while true do s:upper() end",
	"local s = ('x'):rep(20e6) while true do s:lower() end",
	"local s = ('x'):rep(20e6) while true do s:reverse() end",
	"local s = ('x'):rep(20e6) while true do utf8.len(s) end",
	"local s = ('x'):rep(20e6) while true do utf8.offset(s, 15000000) end",
	"local s = ('x'):rep(1e6) while true do utf8.codepoint(s, 1, 100000) end",
	"local s = ('x'):rep(20e6) while true do mask(s) end", "local s = ('x'):rep(20e6) while true do hash(s) end",
	"while true do hash('', ('x'):rep(10e6)) end", "local s = ('1'):rep(20e6) while true do tonumber(s) end",
	"local s = ('1'):rep(20e6) while true do tonumber(s, 10) end",
	"local s = ('1'):rep(10e6) while true do math.floor(s) end",
	"local s = ('x'):rep(1e6) while true do select('#', s:byte(1, 200000)) end",
	"local s = (' '):rep(1e6) while true do pcall(string.pack, s) end",
	"while true do string.format(('%99.99f'):rep(100), table.unpack((function() local t = {} for i = 1, 100 do t[i] = 1e300 end return t end)())) end",
	"local s = ('x'):rep(10e6) while true do string.format('%q', s) end",
	"local s = ('i'):rep(1e5) while true do pcall(string.unpack, s, ('x'):rep(4e5)) end",
	"local d = decimal(('9'):rep(200)) while true do pcall(function() return d / 7 end) end",
	"local d = decimal('1.5') while true do d = d * decimal('1.0') d = d / decimal('1.0') end",
	"while true do tostring(row.huge) end", "while true do pcall(datetime, ('9'):rep(1e5)) end",
	"while true do local x = row.created < ('2'):rep(1e5) end",
	"local a, b = ('x'):rep(15e6) .. 'a', ('x'):rep(15e6) .. 'b' while true do local x = a < b or a == b end",
	"local s = ('x'):rep(20e6) for i = 1, 1e6 do local t = s .. i end",
	"local s = ('x'):rep(20e6) local t = {} while true do t[s .. '1'] = nil local x = t[s .. '2'] end",
	/* memory: of Lua, of the outgoing batch, and both at the end of the other limits */
	"local s = ('x'):rep(1 << 28)", "local s = 'x' while true do s = s .. s end",
	"local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end", "local t = {} while true do t = { t } end",
	"local t = {} while true do t[#t + 1] = function() return t end end",
	"local t = {} while true do t[{}] = {} end", "local s = ('x'):rep(1e6) while true do s = s:gsub('x', 'xx') end",
	"while true do pcall(string.rep, 'x', 60e6) pcall(string.rep, 'x', 600e6) end",
	"local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(4000) end) end",
	"string.pack('c2147483647', '')", "local s = ('%99d'):rep(2e5) string.format(s, table.unpack({}, 1, 2e5))",
	"('x'):rep(1e6):byte(1, -1) select(2, ('x'):rep(9e5):byte(1, 9e5)) while true do end",
	"local s = ('x'):rep(20e6) for i = 1, 1000 do row.email = nil row:set('big', s, 'text') end",
	"local s = ('x'):rep(20e6) for i = 1, 1000 do row:set('blob', s, 'text') end", "while true do row:copy() end",
	"while true do pcall(row.copy, row) end", "local t = {} for i = 1, 10001 do t[i] = row end do return t end",
	"local t = {} for i = 1, 1e6 do t[i] = row:copy() end do return t end",
	"for i = 1, 1000 do row:set('f' .. i, i, 'int') end",
	"local doc = '\"' .. ('\\\\n'):rep(9e6) .. '\"' for i = 1, 1000 do json.decode(doc) end",
	"local kept = {} pcall(function() while true do kept[#kept + 1] = ('x'):rep(100) .. #kept end end) while true do pcall(function() kept[#kept + 1] = 1 end) end",
	"local kept, s = {}, nil pcall(function() for size = 20, 1, -1 do while true do kept[#kept + 1] = ('x'):rep(1 << size) .. #kept end end end) while true do end",
	"local kept = {} for size = 22, 0, -1 do pcall(function() while true do kept = { kept, ('y'):rep(1 << size) .. 'z' } end end) end while true do end",
	"local kept = {} for size = 22, 0, -1 do pcall(function() while true do kept = { kept, ('y'):rep(1 << size) .. 'z' } end end) end while true do pcall(pcall, error) end",
	"local kept = {} for size = 22, 0, -1 do pcall(function() while true do kept = { kept, ('y'):rep(1 << size) .. 'z' } end end) end local function f() pcall(f) end while true do f() end",
	/* what is not of this row */
	"string.upper = nil", "json.encode = nil", "table.insert(string, 1)", "rawset(_ENV, 'mask', tostring)",
	"rawset(string, 'upper', tostring)", "_ENV.mask = nil", "mask = nil", "x = 1", "setmetatable(_ENV, nil)",
	"setmetatable(string, {})", "setmetatable(row, {})", "local p, hidden = pairs(string) hidden.upper = nil",
	"getmetatable('').__index = nil", "table.sort(names)", "names[1] = 'x'", "names.deep.er = 1",
	"table.insert(names, 'x')", "table.remove(names)", "rawset(names, 1, 'x')", "rawset(names.deep, 1, 'x')",
	"table.move({ 1 }, 1, 1, 1, names)", "lookup.new = 1", "setmetatable({}, { __gc = function() end })",
	"event.op = 'd'", "null.x = 1", "row.amount.x = 1", "row['__op'] = 1", "row:set('__op', 1, 'int')",
	"row.id = null", "row.id = nil", "row[1] = 1", "row[{}] = 1", "row[('x'):rep(1e6)] = 1",
	"row:set(('x'):rep(1e6), 1, 'int')", "row:set('a\\n', 1, 'int')", "row:set('a', 1, 'nonsense')",
	"row:set('status', 'x', 'text')", "error()", "error({})",
	"error(setmetatable({}, { __tostring = function() error('x') end }))", "assert(false)",
	"row:set('junk', 1, 'int') error('bad')", "do return 5 end", "do return 'text' end", "do return event end",
	"do return { 5 } end", "do return { { nonsense = 1 } } end", "do return function() end end", "load('x')",
	"os.exit()", "io.write('x')", "require('os')", "dofile('/etc/passwd')", "debug.getinfo(1)",
	"coroutine.wrap(function() end)()", "collectgarbage()", "print(1)", "rw()", "do return rw end",
	"if row.staus then end", "string.dump(print)",
	/* helpers */
	"local t = timestamp('2024-01-01 00:00:00') while true do pcall(t.at, t, 'Nowhere/Berlin') end",
	"local t = timestamp('2024-01-01 00:00:00') for i = 1, 1e9 do pcall(t.at, t, 'Nowhere/' .. i) end",
	"local t = timestamp('2024-01-01 00:00:00') while true do t:at('Asia/Tokyo') t:at('Europe/Berlin') end",
	"local t = timestamp('2024-01-01 00:00:00') t:at(('x'):rep(1e6))",
	"local t = date('2024-01-01') while true do t:format(('%Y'):rep(1e5)) end",
	"local t = date('2024-01-01') while true do t = t:add(1, 'day'):add(-1, 'day') end",
	"date('2024-01-01'):add(math.maxinteger, 'day')", "date('2024-01-01'):format('%Q')",
	"while true do state.set('k', ('x'):rep(1e5)) end", "for i = 1, 1e9 do state.set(i, i) end", "state.set({}, 1)",
	"state.set('k', {})", "state.set(('x'):rep(1e6), 1)", "while true do state.get('k') end",
	"event:to('x.y', row)", "event.to(row, 'x.y', row)", "keep(row)", "while true do pcall(keep, row) end",
	"while true do json.set('{\"a\":1}', 'a', ('x'):rep(1e6)) end",
	"local d = ('{\"a\":'):rep(1e5) while true do pcall(json.get, d, 'a', 'b') end",
	"local d = '[' .. ('1,'):rep(1e6) .. '1]' while true do json.get(d, 1000000) end",
	"local s = ('x'):rep(10e6) while true do hmac(s, s) end", "while true do redact(('a'):rep(1e6), 'a*[b]') end",
	"local s = (','):rep(5e6) while true do split(s, ',') end",
	"local s = ('a'):rep(20e6) while true do contains(s, ('a'):rep(10e6) .. 'b') end",
	"local s = ('x'):rep(20e6) while true do truncate(s, 15000000) end", "for i = 1, 100 do counter('c' .. i) end",
	"while true do counter('c') end", "counter('c', -1)", "while true do log.info('x') end",
	"while true do coalesce(table.unpack({}, 1, 1e5)) end", "enum_index(row, 'nothing')", "set_bits(row, 'id')"
};

/* Looks bad, and passes. */
static const char *const harmless[] = {
	"(''):rep(1e9)", "assert(('a-b-c'):rep(10000):gsub('(%a)-(%a)', '%2%1'))",
	"('1234-56-'):rep(8000):match('(%d+)-(%d+)-(%d+)x')", "('word '):rep(13000):match('^%s*(.-)%s*$')",
	"('x'):rep(1e6):match('(.-)@(.+)')", "('a'):rep(1e6):find('.-.-.-.-b$')", "('a'):rep(1e6):match('(a*)*b')",
	"('a'):rep(30000):find('a*a*a*a*b')", "for w in ('a'):rep(1e6):gmatch('a*b') do end",
	"assert(select(2, ('a  b '):rep(10000):gsub('%s+', ' ')) == 20000)", "for k in pairs(string) do assert(k) end",
	"local t = { 3, 1, 2 } table.sort(t) assert(t[1] == 1)", "pcall(error)", "pcall(string.rep, 'x', 1 << 30)",
	"local ok = pcall(function() string.upper = nil end) assert(not ok)",
	"assert(#names == 2 and next(names) and rawlen(names) == 2 and table.concat(names, '+') == 'a+b')",
	"local n = 0 for i, v in ipairs(names) do n = n + i end for k, v in pairs(names) do n = n + 1 end assert(n == 6)",
	"assert(json.encode(list) == '[1,2]')", "local o = Class.new() o.x = 1 assert(o:get() == 1)",
	"assert(table.unpack(names) == 'a')", "assert(lookup.EUR == 1.1 and names.deep.x == 1)",
	"local t = timestamp('2024-01-01 00:00:00') assert(not pcall(t.at, t, 'Nowhere/Berlin'))",
	"local t = timestamp('2024-01-01 00:00:00') for i = 1, 100 do t:at(i % 2 == 0 and 'Asia/Tokyo' or 'Europe/Berlin') end"
};

static const char start[] =
		"names = { 'a', 'b', deep = { x = 1 } } list = { 1, 2 }\nlocal lookup = { EUR = 1.1 }\nClass = {} Class.__index = Class\n"
		"function Class.new() return setmetatable({}, Class) end function Class:get() return self.x end\n"
		"fields = { plain = 'bigint' }\nlocal function hostile(row, event, names) %s\nreturn row end\n"
		"function transform(row, event)\n  if row.id == 2 then return hostile(row, event, names) end\n"
		"  row.plain = row.id row.email = mask(row.email):upper() row.doc = json.encode(json.decode(row.doc)) return row\nend\n"
		"function unused() return lookup end";

/* The clock of the budget (the linker puts it in the place of clock_mono_us()): while step_us is set, time passes by looks at it, one
 * for so many instructions of the script, and not by what else the machine does. */
int64_t __real_clock_mono_us(void);
int64_t __wrap_clock_mono_us(void);

static int64_t step_us, stepped_us;
static double looked_ms, between_ms; /* processor time of the last look; the longest between two of them */

static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int64_t __wrap_clock_mono_us(void)
{
	double now_ms = getenv("SLOW") ? cpu_ms() : 0;

	between_ms = now_ms - looked_ms > between_ms ? now_ms - looked_ms : between_ms;
	looked_ms = now_ms;
	return step_us ? stepped_us += step_us : __real_clock_mono_us();
}

static void killed(int sig)
{
	static const char line[] = "\nnot ok - a script does not end\n";

	(void)!write(STDOUT_FILENO, line, sizeof(line) - 1);
	_exit(sig);
}

/* The neighbour as the plain part of the script leaves it. */
static bool neighbour_good(size_t i, int64_t id)
{
	const struct change *c = i < out->nchanges ? &out->changes[i] : NULL;
	int plain = c ? schema_column(c->schema, "plain", 5) : -1;

	return c && c->dead == NULL && plain == 14 && c->schema->ncolumns == 15 && c->after[plain].i == id &&
			c->after[C_EMAIL].len == 20 && memcmp(c->after[C_EMAIL].p, "J***.***@*******.***", 20) == 0 &&
			c->after[C_DOC].p[0] == '{';
}

static struct script *open_hostile(const char *body)
{
	struct err err = { 0 };
	char text[4000];
	struct script *s;

	snprintf(text, sizeof(text), start, body);
	s = script_open_text("hostile.lua", text, &limits, &err);
	if (s == NULL)
		printf("# %s\n", err.msg);
	return s;
}

static void run_three(struct script *s)
{
	struct err err = { 0 };

	batch_reset(in);
	batch_reset(out);
	for (int id = 1; id <= 3; id++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, id, "paid"));
	script_run(s, in, 0, in->nchanges, out, &err);
}

/* Twice: what the first batch left must not be seen by the second. */
static bool ends_well(const char *body, bool dead)
{
	struct script *s = open_hostile(body);
	struct timespec from, to;
	bool good = s != NULL;

	clock_gettime(CLOCK_MONOTONIC, &from);
	alarm(ALARM_S);
	looked_ms = cpu_ms();
	between_ms = 0;
	for (int i = 0; i < 2 && good; i++) {
		run_three(s);
		good = out->nchanges == 3 && (out->changes[1].dead != NULL) == dead && neighbour_good(0, 1) &&
				neighbour_good(2, 3);
		if (!good)
			printf("# %.300s: %zu rows, %s; first %d, third %d\n", body, out->nchanges,
					out->nchanges > 1 && out->changes[1].dead ? out->changes[1].dead : "passed",
					neighbour_good(0, 1), neighbour_good(2, 3));
	}
	alarm(0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (getenv("SLOW"))
		printf("# %6.0f ms, %5.1f between looks: %.100s\n",
				(double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6,
				between_ms, body);
	script_close(s);
	return good;
}

/* The hostile row alone, time passing by looks at the clock: it is over as soon as its time is, and nothing that it does, and nothing that is
 * to be done after it, puts the end off by more than a tenth. Whether the looks themselves come often enough is what the time between them is. */
static int64_t time_of(const char *body)
{
	struct script *s = open_hostile(body);
	struct err err = { 0 };

	batch_reset(in);
	batch_reset(out);
	orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, 2, "paid"));
	step_us = 5000;
	stepped_us = 0;
	script_run(s, in, 0, 1, out, &err);
	step_us = 0;
	script_close(s);
	return stepped_us;
}

static void test_in_time(const char *const *bodies, size_t count)
{
	const int64_t limit_us = 100000;
	const struct script_limits before = limits;
	int64_t batch_us = time_of(""); /* the looks of every batch */
	size_t good = 0, whole = 0;

	limits.instructions = INT64_MAX;
	limits.time_ms = limit_us / 1000;
	for (size_t i = 0; i < count; i++) {
		bool reads_clock = strstr(bodies[i], "Nowhere/") ||
				strstr(bodies[i], "log.info"); /* and so makes it go on */
		int64_t us = reads_clock ? 0 : time_of(bodies[i]) - batch_us;

		good += us <= limit_us + limit_us / 10;
		whole += us >= limit_us;
		if (us > limit_us + limit_us / 10)
			printf("# %.300s: %lld us\n", bodies[i], (long long)us);
	}
	limits = before;
	is_int(good, count, "each ends within its time and a tenth of it");
	ok(whole > 50, "many have taken all of it: %d of %d", (int)whole, (int)count);
}

static void test_each(const char *const *bodies, size_t count, bool dead)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++)
		good += ends_well(bodies[i], dead);
	is_int(good, count, dead ? "each is a dead letter, and its neighbours pass" : "each passes");
}

/* What failed rows, one after the other, hold on to in the end. */
static void test_memory_held(void)
{
	struct script *s = open_hostile(
			"local b = ('x'):rep(20e6) row:set('blob', b, 'text') row:set('blob', b, 'text') row:set('blob', b, 'text')");
	struct rusage usage;

	for (int i = 0; i < 20; i++)
		run_three(s);
	ok(out->changes[1].dead != NULL && out->arena.used < 1 << 20,
			"what a failed row has written is given back: %zu bytes", out->arena.used);
	script_close(s);
	getrusage(RUSAGE_SELF, &usage);
	ok(usage.ru_maxrss < MEMORY_TIMES * (MEMORY >> 10),
			"the process never had more than a few times the limit: %ld kB", usage.ru_maxrss);
}

/* Rows that each stay within the limit, but not all of them together. */
static void test_fan_out(void)
{
	struct script *s = open_hostile("");
	struct err err = { 0 };
	char text[400];
	size_t dead = 0;

	script_close(s);
	snprintf(text, sizeof(text),
			"changes_key = true function transform(row) local t = {} for i = 1, 10000 do local c = row:copy() c.id = i t[i] = c end return t end");
	s = script_open_text("fan.lua", text,
			&(struct script_limits){ .instructions = 10000000, .memory_bytes = 8 << 20 }, &err);
	batch_reset(in);
	batch_reset(out);
	for (int id = 1; id <= 100; id++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, id, "paid"));
	script_run(s, in, 0, in->nchanges, out, &err);
	for (size_t i = 0; i < out->nchanges; i++)
		dead += out->changes[i].dead != NULL;
	ok(dead > 0 && dead < 100, "a batch has a ceiling: %zu of 100 rows that become 10,000 are dead", dead);
	ok(out->arena.used < (size_t)9 * (8 << 20), "and keeps it: %zu bytes", out->arena.used);
	script_close(s);
}

static void tell_slow(void *arg, const struct script_slow *slow)
{
	((struct script_slow *)arg)[0] = *slow;
	((struct script_slow *)arg)[1].line++;
}

/* Rows that each take all of their time, 20 looks at the clock, or all of their instructions, 5 looks: told once, with the line and the row; and
 * the batch ends. */
static void test_slow_batch(int64_t instructions, int64_t row_us)
{
	struct script_slow slow[2] = { { 0 } };
	struct err err = { 0 };
	struct script *s = script_open_text("slow.lua",
			"function transform(row)\n  if row.id > 1 then\n    while true do end\n  end\n  return row end",
			&(struct script_limits){ .instructions = instructions,
					.memory_bytes = 8 << 20,
					.time_ms = 200 },
			&err);
	size_t dead = 0;

	batch_reset(in);
	batch_reset(out);
	for (int id = 1; id <= 20; id++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, id, "paid"));
	script_on_slow(s, tell_slow, slow);
	step_us = 10000;
	script_run(s, in, 0, in->nchanges, out, &err);
	step_us = 0;
	for (size_t i = 0; i < out->nchanges; i++)
		dead += out->changes[i].dead != NULL;
	is_int(dead, 19, "each slow row is dead");
	is_int(slow[1].line, 1, "told once");
	ok(slow[0].line == 3 && slow[0].record >= 1 && slow[0].row_us >= row_us && slow[0].batch_us > 400000,
			"with line, row and times: line %d, row %u, %lld us", slow[0].line, slow[0].record,
			(long long)slow[0].row_us);
	script_close(s);
}

/* A function without a loop, which comes back to itself on ways that are hard to see: 2^26 calls. Its instructions are counted all the same. */
static void test_recursion(void)
{
	static const char body[] = "function transform(row, n) if type(n) ~= 'number' then n = 25 end "
				   "if n > 0 then %s(row, n - 1); %s(row, n - 1) end return row end ";
	static const struct {
		const char *above, *call, *below;
	} ways[] = {
		{ "", "transform", "" },
		{ "", "_ENV['transform']", "" },
		{ "", "_ENV['trans' .. 'form']", "" },
		{ "local again ", "again", "again = transform" },
		{ "local ways = {} ", "ways.again", "ways.again = transform" },
		{ "local ways = {} ", "ways[1][1]", "ways[1] = { transform }" },
		{ "", "other", "other = transform" },
		{ "others = {} ", "others.again", "others.again = transform" },
		{ "globals = _ENV ", "globals.transform", "" },
		{ "local globals = _ENV ", "globals.transform", "" },
		{ "local ways = setmetatable({}, { __index = {} }) ", "ways.again",
				"getmetatable(ways).__index.again = transform" },
		{ "", "string.again", "string.again = transform" },
		{ "", "('').again", "string.again = transform string = nil" },
		{ "local function again(row, n) return transform(row, n) end ", "again", "" },
		{ "", "delete", "delete = transform" },
		{ "", "init", "function init(row, n) if n then transform(row, n) end end" },
	};
	struct err err = { 0 };
	char text[1000], call[600];

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct script *s;

		snprintf(call, sizeof(call), body, ways[i].call, ways[i].call);
		snprintf(text, sizeof(text), "%s%s%s", ways[i].above, call, ways[i].below);
		s = script_open_text("again.lua", text, &limits, &err);
		ok(s != NULL, "opens: %s", s ? ways[i].call : err.msg);
		alarm(ALARM_S);
		if (s)
			run_three(s);
		alarm(0);
		ok(out->nchanges == 3 && out->changes[1].dead &&
						strstr(out->changes[1].dead, "expected an end within "),
				"%s: comes to its end: %s", ways[i].call,
				out->nchanges == 3 && out->changes[1].dead ? out->changes[1].dead : "passed");
		script_close(s);
	}
}

int main(void)
{
	signal(SIGALRM, killed);
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_each(deadly, sizeof(deadly) / sizeof(*deadly), true);
	test_each(harmless, sizeof(harmless) / sizeof(*harmless), false);
	test_recursion();
	test_in_time(deadly, sizeof(deadly) / sizeof(*deadly));
	test_memory_held();
	test_fan_out();
	test_slow_batch(INT64_MAX, 200000);
	test_slow_batch(5000, 20000);
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
