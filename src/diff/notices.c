#include "diff/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct diff *told(struct diff *diff)
{
  return diff->primary ? diff->primary : diff;
}

void diff_notice(struct diff *diff, int side, struct str line)
{
  struct diff *to = told(diff);
  struct error text;
  size_t at = 0;

  error_set(&text, ERROR_UNSUPPORTED, "%.*s", STR_ARGS(line));
  diff_wrap_input(to, side, &text);
  pthread_mutex_lock(&to->lock);
  while (at < to->n_notices && strcmp(to->notices[at], text.message) < 0)
    at++;
  if (at == to->n_notices || strcmp(to->notices[at], text.message) != 0) {
    to->notices = xgrow(to->notices, to->n_notices, &to->cap_notices, sizeof(char *));
    memmove(to->notices + at + 1, to->notices + at, (to->n_notices - at) * sizeof(char *));
    to->notices[at] = xstrdup(text.message);
    to->n_notices++;
  }
  pthread_mutex_unlock(&to->lock);
}

const char *const *diff_notices(const struct diff *diff, size_t *n)
{
  *n = diff->n_notices;
  return (const char *const *)diff->notices;
}

void diff_notices_release(struct diff *diff)
{
  for (size_t i = 0; i < diff->n_notices; i++)
    free(diff->notices[i]);
  free(diff->notices);
}
