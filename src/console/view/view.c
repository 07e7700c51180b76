/* view.c - the table of views, in the order of their keys. */
#include "console/view/view.h"

#include "console/view/keymap.h"

static const struct view views[VIEW_COUNT] = {
	[VIEW_OVERVIEW] = { .name = "Overview",
			.scope = SCOPE_OVERVIEW,
			.sort = -1,
			.source = &view_problems_source,
			.draw = view_overview_draw,
			.detail = view_problems_detail,
			.repair = view_problems_request,
			.acknowledge = view_problems_acknowledge },
	[VIEW_STAGES] = { .name = "Stages",
			.scope = SCOPE_STAGES,
			.sort = -1,
			.source = &view_stages_source,
			.detail = view_stages_detail,
			.target = view_stages_target },
	[VIEW_TABLES] = { .name = "Tables",
			.scope = SCOPE_TABLES,
			.sort = 1,
			.source = &view_tables_source,
			.detail = view_tables_detail,
			.target = view_tables_target,
			.topic = view_tables_topic },
	[VIEW_TOPICS] = { .name = "Topics",
			.scope = SCOPE_TOPICS,
			.sort = 0,
			.source = &view_topics_source,
			.topic = view_topics_topic },
	[VIEW_EVENTS] = { .name = "Events",
			.scope = SCOPE_EVENTS,
			.sort = -1,
			.source = &view_events_source,
			.detail = view_events_detail },
	[VIEW_PROBLEMS] = { .name = "Problems",
			.scope = SCOPE_PROBLEMS,
			.sort = -1,
			.source = &view_problems_source,
			.detail = view_problems_detail,
			.repair = view_problems_request,
			.acknowledge = view_problems_acknowledge },
	[VIEW_MESSAGES] = { .name = "Messages",
			.scope = SCOPE_MESSAGES,
			.sort = -1,
			.source = &view_messages_source,
			.page = &view_messages_page },
	[VIEW_DEAD] = { .name = "Dead",
			.scope = SCOPE_DEAD,
			.sort = -1,
			.source = &view_dead_source,
			.page = &view_dead_page },
	[VIEW_HELP] = { .name = "Help", .scope = SCOPE_HELP, .sort = -1, .source = &view_help_source },
};

const struct view *view_get(enum view_id id)
{
	return &views[id];
}
