#include "formats/pdf_syntax.h"

#include "base/digit.h"

enum { NESTED_MAX = 64 };

static bool is_space(char c)
{
  return c == '\0' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool is_delimiter(char c)
{
  return c && strchr("()<>[]{}/%", c);
}

static void pdf_skip_space(struct str bytes, size_t *at)
{
  while (*at < bytes.len && (is_space(bytes.ptr[*at]) || bytes.ptr[*at] == '%')) {
    if (bytes.ptr[*at] == '%')
      while (*at < bytes.len && bytes.ptr[*at] != '\n' && bytes.ptr[*at] != '\r')
        ++*at;
    else
      ++*at;
  }
}

/* 7.3.4.2: parentheses that are balanced, or behind a backslash. 0: it does not end. */
static size_t string_length(struct str s)
{
  size_t depth = 0;

  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '\\')
      i++;
    else if (s.ptr[i] == '(')
      depth++;
    else if (s.ptr[i] == ')' && --depth == 0)
      return i + 1;
  }
  return 0;
}

static size_t hex_length(struct str s)
{
  const char *end = memchr(s.ptr, '>', s.len);

  return end ? (size_t)(end - s.ptr) + 1 : 0;
}

static size_t regular_length(struct str s)
{
  size_t n = 0;

  while (n < s.len && !is_space(s.ptr[n]) && !is_delimiter(s.ptr[n]))
    n++;
  return n;
}

static enum pdf_kind kind_of_word(struct str word)
{
  for (size_t i = 0; i < word.len; i++)
    if (word.ptr[i] < '0' || word.ptr[i] > '9')
      return PDF_WORD;
  return word.len <= 18 ? PDF_NUMBER : PDF_BAD;
}

static struct pdf_token token(enum pdf_kind kind, struct str rest, size_t len)
{
  return (struct pdf_token) { len ? kind : PDF_BAD, { rest.ptr, len } };
}

struct pdf_token pdf_next(struct str bytes, size_t *at)
{
  struct pdf_token out;
  struct str rest;

  pdf_skip_space(bytes, at);
  rest = str_skip(bytes, *at);
  if (!rest.len)
    return (struct pdf_token) { PDF_END, rest };
  if (str_has_prefix(rest, STR("<<")))
    out = token(PDF_OPEN, rest, 2);
  else if (str_has_prefix(rest, STR(">>")))
    out = token(PDF_CLOSE, rest, 2);
  else if (rest.ptr[0] == '[' || rest.ptr[0] == ']')
    out = token(rest.ptr[0] == '[' ? PDF_OPEN : PDF_CLOSE, rest, 1);
  else if (rest.ptr[0] == '(')
    out = token(PDF_STRING, rest, string_length(rest));
  else if (rest.ptr[0] == '<')
    out = token(PDF_HEX, rest, hex_length(rest));
  else if (rest.ptr[0] == '/')
    out = token(PDF_NAME, rest, 1 + regular_length(str_skip(rest, 1)));
  else
    out = token(PDF_WORD, rest, regular_length(rest));
  if (out.kind == PDF_WORD)
    out.kind = kind_of_word(out.text);
  *at += out.text.len;
  return out;
}

bool pdf_is_word(const struct pdf_token *token, const char *word)
{
  return token->kind == PDF_WORD && str_equal(token->text, str_of(word));
}

/* Takes a character of a name; -1: it ends. */
static int take_name_character(struct str *rest)
{
  int high;
  int low;
  int c;

  if (!rest->len)
    return -1;
  c = (unsigned char)*rest->ptr;
  if (c == '#' && rest->len > 2 && (high = digit_hex_value(rest->ptr[1])) >= 0 &&
      (low = digit_hex_value(rest->ptr[2])) >= 0) {
    *rest = str_skip(*rest, 3);
    return high * 16 + low;
  }
  *rest = str_skip(*rest, 1);
  return c;
}

bool pdf_is_name(const struct pdf_token *token, const char *name)
{
  struct str rest = token->text;
  int c = token->kind == PDF_NAME ? take_name_character(&rest) : 0;

  while (c > 0 && c == (unsigned char)*name) {
    name++;
    c = take_name_character(&rest);
  }
  return c < 0 && !*name;
}

uint64_t pdf_number(const struct pdf_token *token)
{
  uint64_t value = 0;

  if (token->kind == PDF_NUMBER && !str_to_u64(token->text, UINT64_MAX, &value))
    return 0;
  return value;
}

/* Passes over a value: one token, what is between brackets, or a reference. */
static int skip_value(struct str bytes, size_t *at)
{
  const struct pdf_token first = pdf_next(bytes, at);
  char opened[NESTED_MAX]; /* by "<" or "[" */
  size_t depth = 0;
  size_t ahead = *at;
  struct pdf_token next = first;

  if (first.kind == PDF_CLOSE)
    return -1;
  for (;;) {
    if (next.kind == PDF_END || next.kind == PDF_BAD ||
        (next.kind == PDF_OPEN && depth == NESTED_MAX))
      return -1;
    if (next.kind == PDF_OPEN)
      opened[depth++] = next.text.ptr[0];
    else if (next.kind == PDF_CLOSE && opened[--depth] != (next.text.ptr[0] == '>' ? '<' : '['))
      return -1;
    if (!depth)
      break;
    next = pdf_next(bytes, at);
  }
  if (first.kind != PDF_NUMBER)
    return 0;
  next = pdf_next(bytes, &ahead);
  if (next.kind != PDF_NUMBER)
    return 0;
  next = pdf_next(bytes, &ahead);
  if (pdf_is_word(&next, "R"))
    *at = ahead;
  return 0;
}

static struct str find_value(const struct pdf_dict *dict, struct str key)
{
  for (size_t i = 0; i < dict->n; i++)
    if (str_equal(dict->entries[i].key, key))
      return dict->entries[i].value;
  return (struct str) { NULL, 0 };
}

static int add_entry(struct pdf_dict *dict, struct str key, struct str value, struct error *err)
{
  if (memchr(key.ptr, '#', key.len))
    return error_set(err, ERROR_UNSUPPORTED, "a key in it is spelled with \"#\"");
  if (find_value(dict, key).ptr)
    return error_set(err, ERROR_UNSUPPORTED, "it has \"%.*s\" twice", STR_ARGS(key));
  if (dict->n == PDF_KEYS_MAX)
    return error_set(err, ERROR_LIMIT, "a dictionary has more than %d keys", PDF_KEYS_MAX);
  dict->entries[dict->n++] = (struct pdf_entry) { key, value };
  return 0;
}

int pdf_read_dict(struct str bytes, size_t *at, struct pdf_dict *out, struct error *err)
{
  struct pdf_token token = pdf_next(bytes, at);

  out->n = 0;
  if (!str_equal(token.text, STR("<<")))
    return error_set(err, ERROR_CORRUPT, "a dictionary is missing at byte %zu", *at);
  for (;;) {
    size_t from;

    token = pdf_next(bytes, at);
    if (token.kind == PDF_CLOSE && str_equal(token.text, STR(">>")))
      return 0;
    if (token.kind != PDF_NAME)
      return error_set(err, ERROR_CORRUPT, "a key is missing at byte %zu", *at);
    pdf_skip_space(bytes, at);
    from = *at;
    if (skip_value(bytes, at))
      return error_set(err, ERROR_CORRUPT, "a value is missing at byte %zu", from);
    if (add_entry(out, token.text, (struct str) { bytes.ptr + from, *at - from }, err))
      return -1;
  }
}

struct str pdf_value(const struct pdf_dict *dict, const char *key)
{
  return find_value(dict, str_of(key));
}

bool pdf_is_dict(struct str bytes, size_t at)
{
  pdf_skip_space(bytes, &at);
  return str_has_prefix(str_skip(bytes, at), STR("<<"));
}

int pdf_skip_value(struct str bytes, size_t *at, struct error *err)
{
  if (skip_value(bytes, at) == 0)
    return 0;
  return error_set(err, ERROR_CORRUPT, "a value is missing at byte %zu", *at);
}

bool pdf_is_integer(struct str value, uint64_t *out)
{
  size_t at = 0;
  const struct pdf_token token = pdf_next(value, &at);

  *out = pdf_number(&token);
  return token.kind == PDF_NUMBER && at == value.len;
}

bool pdf_is_reference(struct str value, uint64_t *object)
{
  size_t at = 0;
  const struct pdf_token number = pdf_next(value, &at);
  const struct pdf_token generation = pdf_next(value, &at);
  const struct pdf_token word = pdf_next(value, &at);

  *object = pdf_number(&number);
  return number.kind == PDF_NUMBER && generation.kind == PDF_NUMBER && pdf_is_word(&word, "R") &&
         at == value.len;
}
