#include "diff/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct diff *told(struct diff *diff)
{
  return diff->primary ? diff->primary : diff;
}

static void notices_add(struct diff *to, const char *text, bool is_warning)
{
  size_t at = 0;

  pthread_mutex_lock(&to->lock);
  while (at < to->n_notices && strcmp(to->notices[at].text, text) < 0)
    at++;
  if (at == to->n_notices || strcmp(to->notices[at].text, text) != 0) {
    to->notices = xgrow(to->notices, to->n_notices, &to->cap_notices, sizeof(*to->notices));
    memmove(to->notices + at + 1, to->notices + at, (to->n_notices - at) * sizeof(*to->notices));
    to->notices[at] = (struct diff_notice) { xstrdup(text), is_warning };
    to->n_notices++;
  }
  pthread_mutex_unlock(&to->lock);
}

void diff_notice(struct diff *diff, int side, struct str line)
{
  struct diff *to = told(diff);
  struct error text;

  error_set(&text, ERROR_UNSUPPORTED, "%.*s", STR_ARGS(line));
  diff_wrap_input(to, side, &text);
  notices_add(to, text.message, true);
}

void diff_note(struct diff *diff, struct str line)
{
  AUTO_FREE char *text = NULL;

  if (diff->primary)
    return;
  text = xasprintf("%.*s", STR_ARGS(line));
  notices_add(diff, text, false);
}

const struct diff_notice *diff_notices(const struct diff *diff, size_t *n)
{
  *n = diff->n_notices;
  return diff->notices;
}

void diff_notices_release(struct diff *diff)
{
  for (size_t i = 0; i < diff->n_notices; i++)
    free(diff->notices[i].text);
  free(diff->notices);
}
