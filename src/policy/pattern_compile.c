/* Text to parts: see pattern.h for what they are. */
#include <string.h>

#include "policy/pattern.h"
#include "policy/pattern_code.h"

struct compiler {
  struct str text;
  size_t at;     /* in text */
  uint8_t *code; /* room for the worst case */
  size_t n_code;
  struct pattern_part parts[PATTERN_MAX_PARTS];
  size_t n_parts;
  bool overflow; /* more parts than there may be */
  const char *never;
};

static void add_part(struct compiler *c, enum pattern_part_kind kind, size_t from)
{
  if (kind == PATTERN_MANY && c->n_parts && c->parts[c->n_parts - 1].kind == PATTERN_MANY)
    return;
  if (c->n_parts == PATTERN_MAX_PARTS) {
    c->overflow = true;
    return;
  }
  c->parts[c->n_parts++] = (struct pattern_part) {
    .at = (uint16_t)from,
    .len = (uint16_t)(c->n_code - from),
    .kind = (uint8_t)kind,
  };
}

static void set_add(uint8_t *set, unsigned from, unsigned to)
{
  for (unsigned byte = from; byte <= to; byte++)
    set[byte / 8] |= (uint8_t)(1 << byte % 8);
}

/* Ranges of ASCII, as pairs. */
static const struct {
  const char *name, *ranges;
} classes[] = {
  { "alnum", "09AZaz" },   { "alpha", "AZaz" },
  { "blank", "\t\t  " },   { "cntrl", "\1\37\177\177" },
  { "digit", "09" },       { "graph", "!~" },
  { "lower", "az" },       { "print", " ~" },
  { "punct", "!/:@[`{~" }, { "space", "\t\r  " },
  { "upper", "AZ" },       { "xdigit", "09AFaf" },
};

static bool add_class(uint8_t *set, struct str name)
{
  for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
    if (!str_equal(name, str_of(classes[i].name)))
      continue;
    for (const char *range = classes[i].ranges; *range; range += 2)
      set_add(set, (uint8_t)range[0], (uint8_t)range[1]);
    if (str_equal(name, STR("cntrl")))
      set_add(set, 0, 0);
    return true;
  }
  return false;
}

/* A byte of a bracket, perhaps quoted; false at the end of the text. */
static bool bracket_byte(struct compiler *c, uint8_t *byte)
{
  if (c->at < c->text.len && c->text.ptr[c->at] == '\\')
    c->at++;
  if (c->at == c->text.len)
    return false;
  *byte = (uint8_t)c->text.ptr[c->at++];
  return true;
}

/* At "[:": takes "[:NAME:]". Returns 1 if it was one, 0 if the '[' is a byte like any other, -1 if
 * the class is not known or the text ends. */
static int bracket_class(struct compiler *c, uint8_t *set)
{
  size_t from = c->at + 2;
  const char *end = memchr(c->text.ptr + from, ']', c->text.len - from);
  size_t to = end ? (size_t)(end - c->text.ptr) : 0;

  if (!end)
    return -1;
  if (to == from || c->text.ptr[to - 1] != ':')
    return 0;
  if (!add_class(set, (struct str) { c->text.ptr + from, to - 1 - from }))
    return -1;
  c->at = to + 1;
  return 1;
}

/* The items up to the ']', which is an item itself where it comes first. */
static bool bracket_items(struct compiler *c, uint8_t *set)
{
  bool may_be_from = false; /* the item before can begin a range */
  uint8_t byte = 0;

  for (bool first = true;; first = false) {
    struct str rest = str_skip(c->text, c->at);
    uint8_t from = byte;
    int class = 0;

    if (!rest.len)
      return false;
    if (rest.ptr[0] == ']' && !first)
      break;
    if (may_be_from && rest.len > 1 && rest.ptr[0] == '-' && rest.ptr[1] != ']') {
      c->at++;
      if (!bracket_byte(c, &byte))
        return false;
      set_add(set, from, byte);
      may_be_from = false;
      continue;
    }
    if (str_has_prefix(rest, STR("[:")))
      class = bracket_class(c, set);
    if (class < 0)
      return false;
    if (class == 0) {
      if (!bracket_byte(c, &byte))
        return false;
      set_add(set, byte, byte);
    }
    may_be_from = class == 0;
  }
  c->at++;
  return true;
}

/* Behind a '['. */
static void compile_bracket(struct compiler *c)
{
  uint8_t *set = c->code + c->n_code + 1;
  bool negated = c->at < c->text.len && (c->text.ptr[c->at] == '!' || c->text.ptr[c->at] == '^');

  c->at += negated;
  memset(set, 0, SET_BYTES);
  if (!bracket_items(c, set)) {
    c->never = "a [ has no ] that ends it, or holds a class that is not known";
    c->at = c->text.len;
    return;
  }
  for (size_t i = 0; negated && i < SET_BYTES; i++)
    set[i] = (uint8_t)~set[i];
  c->code[c->n_code] = GLOB_SET;
  c->n_code += 1 + SET_BYTES;
}

static void add_byte(struct compiler *c, char byte)
{
  c->code[c->n_code++] = GLOB_BYTE;
  c->code[c->n_code++] = (uint8_t)byte;
}

/* Whether a slash is next, as it is or quoted; *len: of both. */
static bool at_slash(const struct compiler *c, size_t *len)
{
  struct str rest = str_skip(c->text, c->at);

  *len = str_has_prefix(rest, STR("/")) ? 1 : 2;
  return *len == 1 || str_has_prefix(rest, STR("\\/"));
}

/* Operations up to the next slash or the end. */
static void compile_glob(struct compiler *c)
{
  size_t slash;

  while (c->at < c->text.len && !at_slash(c, &slash)) {
    char byte = c->text.ptr[c->at++];

    switch (byte) {
    case '*':
      c->code[c->n_code++] = GLOB_STAR;
      while (c->at < c->text.len && c->text.ptr[c->at] == '*')
        c->at++;
      break;
    case '?':
      c->code[c->n_code++] = GLOB_ANY;
      break;
    case '[':
      compile_bracket(c);
      break;
    case '\\':
      if (c->at == c->text.len)
        c->never = "a backslash at the end quotes nothing";
      else
        add_byte(c, c->text.ptr[c->at++]);
      break;
    default:
      add_byte(c, byte);
      break;
    }
  }
}

/* Whether the code from `at` on is plain bytes; *len: of the code. */
static bool only_bytes(const struct compiler *c, size_t at, size_t *len)
{
  for (*len = 0; at + *len < c->n_code && c->code[at + *len] == GLOB_BYTE;)
    *len += 2;
  return at + *len == c->n_code;
}

/* Keeps only the bytes, from the code of that length at `from`, as the part's code at `to`. */
static void keep_bytes(struct compiler *c, size_t to, size_t from, size_t len)
{
  for (size_t i = 0; i < len / 2; i++)
    c->code[to + i] = c->code[from + 2 * i + 1];
  c->n_code = to + len / 2;
}

/* Without wildcards only the bytes matter, and so it is with one star at an end. */
static enum pattern_part_kind simplify(struct compiler *c, size_t from)
{
  size_t len;

  if (only_bytes(c, from, &len)) {
    keep_bytes(c, from, from, len);
    return PATTERN_LITERAL;
  }
  if (from + len + 1 == c->n_code && c->code[from + len] == GLOB_STAR) {
    keep_bytes(c, from, from, len);
    return PATTERN_PREFIX;
  }
  if (c->code[from] == GLOB_STAR && only_bytes(c, from + 1, &len)) {
    keep_bytes(c, from, from + 1, len);
    return PATTERN_SUFFIX;
  }
  return PATTERN_GLOB;
}

static bool is_many(struct str part)
{
  for (size_t i = 0; i < part.len; i++)
    if (part.ptr[i] != '*')
      return false;
  return part.len >= 2;
}

/* One part; *slash: the length of the slash behind it, or 0. "**" takes any number of components:
 * none only where a plain slash follows. */
static void compile_part(struct compiler *c, size_t *slash)
{
  size_t from = c->n_code;
  size_t text_from = c->at;
  enum pattern_part_kind kind;
  struct str text;

  compile_glob(c);
  text = (struct str) { c->text.ptr + text_from, c->at - text_from };
  if (!at_slash(c, slash))
    *slash = 0;
  if (is_many(text)) {
    c->n_code = from;
    if (*slash != 1)
      add_part(c, PATTERN_PREFIX, from); /* of nothing: any component */
    add_part(c, PATTERN_MANY, c->n_code);
    return;
  }
  if (!text.len)
    c->never = "two slashes stand side by side, or nothing is there to match";
  kind = simplify(c, from);
  if (kind == PATTERN_LITERAL && c->n_code - from == 1 && c->code[from] == '.')
    c->never = "no path in an image has a component \".\"";
  add_part(c, kind, from);
}

static void compile_parts(struct compiler *c)
{
  size_t slash;

  if (!memchr(c->text.ptr, '/', c->text.len)) /* at any depth */
    add_part(c, PATTERN_MANY, 0);
  if (str_has_prefix(c->text, STR("/")))
    c->at++;
  do {
    compile_part(c, &slash);
    c->at += slash;
  } while (slash && !c->never && !c->overflow);
}

static void pattern_compile_keep(struct pattern *out, const struct compiler *c, struct arena *arena)
{
  struct pattern_part *parts = arena_alloc(arena, c->n_parts * sizeof(*parts));

  memcpy(parts, c->parts, c->n_parts * sizeof(*parts));
  out->parts = parts;
  out->n_parts = (uint32_t)c->n_parts;
  out->code =
      (const uint8_t *)arena_str(arena, (struct str) { (const char *)c->code, c->n_code }).ptr;
  out->literal = true;
  for (size_t i = 0; i < c->n_parts; i++) {
    if (parts[i].kind == PATTERN_MANY)
      out->many |= UINT64_C(1) << i;
    out->literal &= parts[i].kind == PATTERN_LITERAL;
  }
  out->never = c->never;
}

int pattern_compile(struct pattern *out, struct str text, struct arena *arena, struct error *err)
{
  /* A set of 33 bytes needs three bytes of text, "[a]"; a byte becomes two. */
  uint8_t code[PATTERN_MAX_BYTES * (1 + SET_BYTES) / 3 + 2 * (1 + SET_BYTES)];
  struct compiler c = { .text = text, .code = code };
  struct pattern pattern = { 0 };

  if (text.len > PATTERN_MAX_BYTES)
    return error_set(err, ERROR_USAGE, "pattern of %zu bytes: expected at most %d", text.len,
                     PATTERN_MAX_BYTES);
  if (text.len && memchr(text.ptr, '\0', text.len))
    return error_set(err, ERROR_USAGE, "pattern \"%.*s\": has a zero byte", STR_ARGS(text));
  if (str_has_prefix(c.text, STR("!"))) {
    pattern.negated = true;
    c.text = str_skip(c.text, 1);
  }
  if (str_has_suffix(c.text, STR("/"))) {
    pattern.directories = true;
    c.text.len--;
  }
  if (c.text.len)
    compile_parts(&c);
  else
    c.never = "nothing is there to match";
  if (c.overflow)
    return error_set(err, ERROR_USAGE,
                     "pattern \"%.*s\": expected at most %d parts between slashes", STR_ARGS(text),
                     PATTERN_MAX_PARTS);
  pattern_compile_keep(&pattern, &c, arena);
  *out = pattern;
  return 0;
}

bool pattern_line(struct str line, struct str *pattern)
{
  size_t len = 0; /* up to the last byte that counts */

  if (str_has_suffix(line, STR("\r")))
    line.len--;
  if (!line.len || line.ptr[0] == '#')
    return false;
  for (size_t i = 0; i < line.len; i++) {
    if (line.ptr[i] == '\\' && i + 1 < line.len)
      i++;
    else if (line.ptr[i] == ' ')
      continue;
    len = i + 1;
  }
  *pattern = (struct str) { line.ptr, len };
  return len > 0;
}
