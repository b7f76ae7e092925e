#include "net/http/link.h"

#include "base/alloc.h"

/* A quoted string may be as long as its parts are of interest; longer ones are none. */
enum { VALUE_MAX = 256 };

static struct str skip_space(struct str s)
{
  while (s.len && (*s.ptr == ' ' || *s.ptr == '\t'))
    s = str_skip(s, 1);
  return s;
}

static bool is_token(char c)
{
  return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

/* A token or a quoted string. False if there is neither. Beyond VALUE_MAX it is cut. */
static bool take_value(struct str *s, char value[VALUE_MAX])
{
  bool quoted = s->len && *s->ptr == '"';
  size_t n = 0;

  *s = str_skip(*s, quoted);
  while (s->len && (quoted ? *s->ptr != '"' : is_token(*s->ptr))) {
    if (quoted && *s->ptr == '\\' && s->len > 1)
      *s = str_skip(*s, 1);
    if (n + 1 < VALUE_MAX)
      value[n++] = *s->ptr;
    *s = str_skip(*s, 1);
  }
  value[n] = '\0';
  if (!quoted)
    return n > 0;
  if (!s->len)
    return false;
  *s = str_skip(*s, 1);
  return true;
}

/* Relations are a list with spaces, in any case. */
static bool has_next(const char *relations)
{
  while (*relations) {
    size_t len = strcspn(relations, " \t");

    if (len == 4 && strncasecmp(relations, "next", 4) == 0)
      return true;
    relations += len + strspn(relations + len, " \t");
  }
  return false;
}

/* The parameters after a target; *is_next whether the first rel is or has "next". */
static bool take_parameters(struct str *s, bool *is_next)
{
  bool seen = false;

  *is_next = false;
  for (*s = skip_space(*s); s->len && *s->ptr == ';'; *s = skip_space(*s)) {
    char name[VALUE_MAX];
    char value[VALUE_MAX] = "";

    *s = skip_space(str_skip(*s, 1));
    if (!s->len || *s->ptr == ';' || *s->ptr == ',')
      continue; /* empty ones are allowed to be there */
    if (*s->ptr == '"' || !take_value(s, name))
      return false;
    *s = skip_space(*s);
    if (s->len && *s->ptr == '=') {
      *s = skip_space(str_skip(*s, 1));
      if (!take_value(s, value))
        return false;
    }
    if (strcasecmp(name, "rel") == 0 && !seen) {
      seen = true;
      *is_next = has_next(value);
    }
  }
  return !s->len || *s->ptr == ',';
}

char *link_next(struct str value)
{
  for (value = skip_space(value); value.len; value = skip_space(value)) {
    const char *end;
    struct str target;
    bool is_next;

    if (*value.ptr == ',') {
      value = str_skip(value, 1);
      continue;
    }
    end = *value.ptr == '<' ? memchr(value.ptr, '>', value.len) : NULL;
    if (!end)
      return NULL;
    target = (struct str) { value.ptr + 1, (size_t)(end - value.ptr) - 1 };
    value = str_skip(value, target.len + 2);
    if (!take_parameters(&value, &is_next))
      return NULL;
    if (is_next)
      return str_dup(target);
  }
  return NULL;
}
