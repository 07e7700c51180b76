/* theme_default.c - the settings of themes/harbor.theme, so that a console without its data folder looks the same. The
 * unit test of themes compares the two. */
#include "console/canvas/theme.h"

static const char text[] = "name           = harbor\n"
			   "charset        = auto\n"
			   "text           = default\n"
			   "text.dim       = #8a8f98/245/white\n"
			   "text.strong    = default bold\n"
			   "title          = #56b4e9/74/cyan bold\n"
			   "tab            = #8a8f98/245/white\n"
			   "tab.current    = #56b4e9/74/cyan bold reverse\n"
			   "border         = #5f87af/67/blue\n"
			   "header         = #8a8f98/245/white underline\n"
			   "header.sort    = #56b4e9/74/cyan bold underline\n"
			   "cursor         = #eeeeee/255/white on #00005f/17/blue bold\n"
			   "key            = #56b4e9/74/cyan bold\n"
			   "hint           = #8a8f98/245/white\n"
			   "status         = default\n"
			   "status.error   = #d55e00/166/red bold\n"
			   "prompt         = #f0e442/227/yellow bold\n"
			   "dialog         = default\n"
			   "dialog.danger  = #d55e00/166/red bold\n"
			   "state.ok       = #009e73/36/green\n"
			   "state.warn     = #e69f00/178/yellow bold\n"
			   "state.crit     = #d55e00/166/red bold\n"
			   "state.paused   = #cc79a7/175/magenta bold\n"
			   "edge.idle      = #56b4e9/74/cyan\n"
			   "edge.low       = #e69f00/178/yellow\n"
			   "edge.high      = #d55e00/166/red bold\n"
			   "untrusted      = #cc79a7/175/magenta underline\n";

const char *theme_default_text(void)
{
	return text;
}
