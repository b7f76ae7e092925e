#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "net/http/curl_api.h"
#include "net/http/http_transfer.h"
#include "net/http/link.h"

enum { FIELD_MAX = 64 * 1024, RETRY_AFTER_MAX = 24 * 3600 };

void transfer_head_release(struct transfer_head *head)
{
  free(head->content_type);
  free(head->content_digest);
  free(head->etag);
  free(head->location);
  free(head->next);
  for (size_t i = 0; i < head->n_challenges; i++)
    free(head->challenges[i]);
  *head = (struct transfer_head) { .length = -1, .range_start = -1 };
}

static struct str http_head_trim(struct str s)
{
  while (s.len && strchr(" \t\r\n", s.ptr[0]))
    s = str_skip(s, 1);
  while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1]))
    s.len--;
  return s;
}

static bool is_name(struct str name, const char *wanted)
{
  return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}

static void http_head_keep(char **field, struct str value)
{
  free(*field);
  *field = str_dup(value);
}

/* Seconds, or an HTTP date (RFC 9110, 10.2.3). What is neither counts as not given. */
static unsigned retry_after(struct str value)
{
  AUTO_FREE char *text = str_dup(value);
  uint64_t seconds;
  time_t when;
  time_t now;

  if (str_to_u64(value, RETRY_AFTER_MAX, &seconds))
    return (unsigned)seconds;
  if (*text && strspn(text, "0123456789") == value.len)
    return RETRY_AFTER_MAX;
  when = curl_getdate(text, NULL);
  now = time(NULL);
  if (when == -1 || when <= now)
    return 0;
  return (unsigned)MIN_OF(when - now, (time_t)RETRY_AFTER_MAX);
}

/* "bytes FIRST-LAST/SIZE" (RFC 9110, 14.4). */
static int64_t range_start(struct str value)
{
  const char *dash;
  uint64_t start;

  if (value.len < 6 || strncasecmp(value.ptr, "bytes ", 6) != 0)
    return -1;
  value = http_head_trim(str_skip(value, 6));
  dash = value.len ? memchr(value.ptr, '-', value.len) : NULL;
  if (!dash ||
      !str_to_u64((struct str) { value.ptr, (size_t)(dash - value.ptr) }, INT64_MAX, &start))
    return -1;
  return (int64_t)start;
}

static void take_field(struct transfer_head *head, struct str name, struct str value)
{
  uint64_t number;

  if (is_name(name, "content-length") && str_to_u64(value, INT64_MAX, &number)) {
    head->length = (int64_t)number;
    head->framed = true;
  } else if (is_name(name, "transfer-encoding")) {
    head->framed = true;
  } else if (is_name(name, "content-type")) {
    http_head_keep(&head->content_type, value);
  } else if (is_name(name, "docker-content-digest")) {
    http_head_keep(&head->content_digest, value);
  } else if (is_name(name, "etag")) {
    http_head_keep(&head->etag, value);
  } else if (is_name(name, "location")) {
    http_head_keep(&head->location, value);
  } else if (is_name(name, "link")) {
    if (!head->next)
      head->next = link_next(value);
  } else if (is_name(name, "retry-after")) {
    head->retry_after = retry_after(value);
  } else if (is_name(name, "content-range")) {
    head->range_start = range_start(value);
  } else if (is_name(name, "www-authenticate") && head->n_challenges < HTTP_MAX_CHALLENGES) {
    head->challenges[head->n_challenges++] = str_dup(value);
  }
}

void transfer_head_line(struct transfer_head *head, struct str line)
{
  const char *colon;
  uint64_t status;

  if (line.len > FIELD_MAX || (line.len && memchr(line.ptr, '\0', line.len)))
    return;
  if (str_has_prefix(line, STR("HTTP/"))) {
    const char *space = memchr(line.ptr, ' ', line.len);
    struct str code = space ? http_head_trim(str_skip(line, (size_t)(space - line.ptr))) : STR("");

    transfer_head_release(head);
    code.len = MIN_OF(code.len, 3U);
    head->status = str_to_u64(code, 999, &status) ? (unsigned)status : 0;
    /* HTTP/2 tells the end of a stream from a broken connection, as HTTP/1.0 cannot. */
    head->framed = line.len > 5 && line.ptr[5] != '1';
    return;
  }
  colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
  if (colon) {
    size_t name = (size_t)(colon - line.ptr);

    take_field(head, (struct str) { line.ptr, name }, http_head_trim(str_skip(line, name + 1)));
  }
}
