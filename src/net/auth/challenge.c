#include "net/auth/challenge.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"

struct cursor {
  struct str text;
  size_t at;
};

static char challenge_peek(const struct cursor *cursor)
{
  return (char)(cursor->at < cursor->text.len ? cursor->text.ptr[cursor->at] : '\0');
}

static bool challenge_ended(const struct cursor *cursor)
{
  return cursor->at >= cursor->text.len;
}

static void skip_any(struct cursor *cursor, const char *set)
{
  while (!challenge_ended(cursor) && challenge_peek(cursor) && strchr(set, challenge_peek(cursor)))
    cursor->at++;
}

static bool is_token_char(char c)
{
  return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str take_token(struct cursor *cursor)
{
  size_t start = cursor->at;

  while (!challenge_ended(cursor) && is_token_char(challenge_peek(cursor)))
    cursor->at++;
  return (struct str) { cursor->text.ptr + start, cursor->at - start };
}

/* The inside of a quoted string, at whose first quote the cursor stands. NULL: it has no end. */
static char *take_quoted(struct cursor *cursor)
{
  AUTO_BUF out = BUF_INIT(cursor->text.len + 1);

  for (cursor->at++; !challenge_ended(cursor); cursor->at++) {
    char c = challenge_peek(cursor);

    if (c == '"') {
      cursor->at++;
      return buf_detach(&out);
    }
    if (c == '\\') {
      cursor->at++;
      if (challenge_ended(cursor))
        return NULL;
      c = challenge_peek(cursor);
    }
    if (c == '\0')
      return NULL;
    buf_putc(&out, c);
  }
  return NULL;
}

static void challenge_store(struct challenge *challenge, struct str name, char *value)
{
  const struct {
    const char *name;
    char **field;
  } fields[] = {
    { "realm", &challenge->realm },
    { "service", &challenge->service },
    { "scope", &challenge->scope },
    { "error", &challenge->error },
  };

  for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
    if (name.len == strlen(fields[i].name) &&
        strncasecmp(name.ptr, fields[i].name, name.len) == 0 && !*fields[i].field) {
      *fields[i].field = value;
      return;
    }
  }
  free(value);
}

/* A token68 instead of parameters, such as that of Negotiate. */
static bool skip_token68(struct cursor *cursor)
{
  struct cursor ahead = *cursor;
  size_t start = ahead.at;

  while (!challenge_ended(&ahead) &&
         (isalnum((unsigned char)challenge_peek(&ahead)) ||
          (challenge_peek(&ahead) && strchr("-._~+/", challenge_peek(&ahead)))))
    ahead.at++;
  if (ahead.at == start)
    return false;
  skip_any(&ahead, "=");
  skip_any(&ahead, " \t");
  if (!challenge_ended(&ahead) && challenge_peek(&ahead) != ',')
    return false;
  *cursor = ahead;
  return true;
}

/* 1: a parameter; 0: there is none, the cursor has not moved; -1: malformed. */
static int take_param(struct cursor *cursor, struct challenge *challenge)
{
  struct cursor ahead = *cursor;
  struct str name;
  char *value;

  skip_any(&ahead, " \t,");
  name = take_token(&ahead);
  skip_any(&ahead, " \t");
  if (!name.len || challenge_peek(&ahead) != '=')
    return 0;
  ahead.at++;
  skip_any(&ahead, " \t");
  value = challenge_peek(&ahead) == '"' ? take_quoted(&ahead) : str_dup(take_token(&ahead));
  if (!value)
    return -1;
  challenge_store(challenge, name, value);
  skip_any(&ahead, " \t");
  if (!challenge_ended(&ahead) && challenge_peek(&ahead) != ',')
    return -1;
  *cursor = ahead;
  return 1;
}

int challenges_parse(struct challenge_list *list, struct str header, struct error *err)
{
  struct cursor cursor = { header, 0 };

  while (list->n < CHALLENGES_IN_HEADER) {
    struct challenge *challenge = &list->items[list->n];
    struct str scheme;
    int more = 1;

    skip_any(&cursor, " \t,");
    if (challenge_ended(&cursor))
      return 0;
    scheme = take_token(&cursor);
    if (!scheme.len || (!challenge_ended(&cursor) && !strchr(" \t,", challenge_peek(&cursor))))
      return error_set(err, ERROR_CORRUPT, "WWW-Authenticate: malformed at byte %zu", cursor.at);
    list->n++;
    *challenge = (struct challenge) { .scheme = str_dup(scheme) };
    skip_any(&cursor, " \t");
    if (challenge_peek(&cursor) == ',' || skip_token68(&cursor))
      continue;
    while (more > 0)
      more = take_param(&cursor, challenge);
    if (more < 0)
      return error_set(err, ERROR_CORRUPT, "WWW-Authenticate: malformed after byte %zu", cursor.at);
  }
  return 0;
}

void challenges_release(struct challenge_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    free(list->items[i].scheme);
    free(list->items[i].realm);
    free(list->items[i].service);
    free(list->items[i].scope);
    free(list->items[i].error);
  }
  list->n = 0;
}

const struct challenge *challenges_find(const struct challenge_list *list, const char *scheme)
{
  for (size_t i = 0; i < list->n; i++) {
    if (strcasecmp(list->items[i].scheme, scheme) == 0)
      return &list->items[i];
  }
  return NULL;
}
