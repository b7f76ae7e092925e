/* The environment of two configs, compared by the names of its variables. Private to
 * src/report/changes. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGE_ENV_H
#define DIFFOCI_REPORT_CHANGES_CHANGE_ENV_H

#include "diff/event.h"

/* Whether the field is an item of config.Env: which stands for another variable on each side as
 * soon as one comes or goes before it. */
bool change_env_is_item(const struct event_field *field);
/* Calls each once for every variable that differs, with a field of the name "config.Env.NAME" whose
 * values are those of the variable, and once with "config.Env" and the names on both sides where
 * only their order differs; what it gets is gone when it returns. False, with nothing called, where
 * a variable is there twice or an item is none, so that only positions can be compared. */
bool change_env_diff(const struct event *event,
                     void (*each)(void *context, const struct event_field *field), void *context);

#endif
