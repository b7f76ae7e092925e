#include "cli/flag.h"

#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"

/* The words that Go's strconv.ParseBool takes. */
static bool bool_parse(const char *text, bool *out)
{
  static const char *const words[2][6] = {
    { "0", "f", "F", "false", "False", "FALSE" },
    { "1", "t", "T", "true", "True", "TRUE" },
  };

  for (int value = 0; value < 2; value++) {
    for (size_t i = 0; i < ARRAY_LEN(words[value]); i++) {
      if (strcmp(text, words[value][i]) == 0) {
        *out = value;
        return true;
      }
    }
  }
  return false;
}

void flag_each_choice(const char *choices, void (*each)(void *context, struct str word),
                      void *context)
{
  const char *word = choices;

  while (true) {
    size_t len = strcspn(word, "|");

    each(context, (struct str) { word, len });
    if (word[len] == '\0')
      return;
    word += len + 1;
  }
}

struct choice_search {
  struct str wanted;
  unsigned position;
  bool found;
};

static void choice_compare(void *context, struct str word)
{
  struct choice_search *search = context;

  if (search->found)
    return;
  search->found = str_equal(word, search->wanted);
  search->position += !search->found;
}

static const char *home_directory(struct arena *arena)
{
  const char *home = getenv("HOME");
  struct passwd entry, *result = NULL;
  char buffer[4096];

  if (home && *home)
    return home;
  if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &result) == 0 && result)
    return arena_strdup(arena, entry.pw_dir);
  return NULL;
}

static int path_parse(const char **out, const char *text, struct arena *arena, struct error *err)
{
  const char *home;

  if (*text == '\0')
    return error_set(err, ERROR_USAGE, "expected a path, found nothing");
  if (strncmp(text, "~/", 2) != 0) {
    *out = text;
    return 0;
  }
  home = home_directory(arena);
  if (!home)
    return error_set(err, ERROR_USAGE, "%s: there is no home directory; set HOME", text);
  *out = arena_printf(arena, "%s/%s", home, text + 2);
  return 0;
}

static int scale_parse(double *out, const char *text, struct error *err)
{
  char *end;
  double value;

  errno = 0;
  value = strtod(text, &end);
  if (end == text || *end != '\0' || text[strspn(text, " \t\n\v\f\r")] != *text ||
      !isfinite(value) || value <= 0)
    return error_set(err, ERROR_USAGE, "expected a number above 0, found \"%s\"", text);
  *out = value;
  return 0;
}

static int size_parse(uint64_t *out, const char *text, struct error *err)
{
  static const char units[] = "KMGT";
  size_t digits = strspn(text, "0123456789");
  const char *suffix = text + digits;
  const char *unit = *suffix ? strchr(units, *suffix == 'k' ? 'K' : *suffix) : NULL;
  uint64_t base = unit && strcmp(suffix + 1, "B") == 0 ? 1000 : 1024;
  uint64_t value = 0;
  bool ok = str_to_u64((struct str) { text, digits }, INT64_MAX, &value);

  if (ok && *suffix)
    ok = unit && (!suffix[1] || strcmp(suffix + 1, "B") == 0 || strcmp(suffix + 1, "iB") == 0);
  for (ptrdiff_t i = unit ? unit - units + 1 : 0; ok && i > 0; i--)
    ok = !__builtin_mul_overflow(value, base, &value);
  if (!ok)
    return error_set(err, ERROR_USAGE, "expected a size such as 500M or 10G, found \"%s\"", text);
  *out = value;
  return 0;
}

static void list_append(struct text_list *list, const char *text, struct arena *arena)
{
  /* A fresh array each time: lists are as short as a command line. */
  const char **items = arena_alloc(arena, (list->n + 1) * sizeof(*items));

  if (list->n > 0)
    memcpy(items, list->items, list->n * sizeof(*items));
  items[list->n++] = text;
  list->items = items;
}

static int flag_store(const struct flag_group *group, const struct flag *flag, const char *text,
                      struct arena *arena, struct error *err)
{
  void *slot = (char *)group->values + flag->offset;
  bool value;

  switch (flag->kind) {
  case FLAG_BOOL:
    if (!bool_parse(text, &value))
      return error_set(err, ERROR_USAGE, "expected true or false, found \"%s\"", text);
    *(enum toggle *)slot = value ? TOGGLE_ON : TOGGLE_OFF;
    return 0;
  case FLAG_STRING:
    *(const char **)slot = text;
    return 0;
  case FLAG_PATH:
    return path_parse(slot, text, arena, err);
  case FLAG_CHOICE: {
    struct choice_search search = { .wanted = str_of(text) };

    flag_each_choice(flag->choices, choice_compare, &search);
    if (!search.found)
      return error_set(err, ERROR_USAGE, "expected one of %s, found \"%s\"", flag->choices, text);
    *(unsigned *)slot = search.position;
    return 0;
  }
  case FLAG_LIST:
    list_append(slot, text, arena);
    return 0;
  case FLAG_SCALE:
    return scale_parse(slot, text, err);
  case FLAG_COUNT:
    if (str_to_u64(str_of(text), INT64_MAX, slot))
      return 0;
    return error_set(err, ERROR_USAGE, "expected a number, found \"%s\"", text);
  case FLAG_SIZE:
    return size_parse(slot, text, err);
  }
  return error_set(err, ERROR_USAGE, "flag of an unknown kind");
}

bool flag_is(const char *word)
{
  return word[0] == '-' && word[1] != '\0';
}

/* Finds the flag that the word names, by its long name (len bytes) or its letter; what a command
 * means by a letter goes before what it means to all, so the last group comes first. */
static const struct flag *flag_find(const struct flag_group *groups, size_t n_groups,
                                    struct str name, bool is_letter,
                                    const struct flag_group **group)
{
  for (size_t g = n_groups; g-- > 0;) {
    for (size_t i = 0; i < groups[g].n; i++) {
      const struct flag *flag = &groups[g].flags[i];

      if (is_letter ? (name.len == 1 && flag->letter && flag->letter == name.ptr[0])
                    : str_equal(name, str_of(flag->name))) {
        *group = &groups[g];
        return flag;
      }
    }
  }
  return NULL;
}

/* text: the value, or NULL if there is none; is_next: it is the word behind the flag. */
static int take_found(const struct flag_group *group, const struct flag *flag, const char *text,
                      bool is_next, bool *took_next, struct arena *arena, struct error *err)
{
  if (!text)
    return error_set(err, ERROR_USAGE, "flag --%s needs a value: --%s=%s", flag->name, flag->name,
                     flag->value);
  *took_next = is_next;
  group->seen[flag - group->flags] = true;
  if (flag_store(group, flag, text, arena, err) < 0)
    return error_wrap(err, "flag --%s", flag->name);
  return 0;
}

/* Whether the word is "--name", "--name=value" or "-x", of a flag that there is. */
static bool is_known_flag(const struct flag_group *groups, size_t n_groups, const char *word)
{
  const bool is_long = strncmp(word, "--", 2) == 0;
  const char *name = word + (is_long ? 2 : 1);
  const size_t len = is_long ? strcspn(name, "=") : strlen(name);
  const struct flag_group *group = NULL;

  return flag_is(word) && flag_find(groups, n_groups, (struct str) { name, len }, !is_long, &group);
}

/* The value is the next word, which another flag is hardly meant to be: two images would be
 * compared in another way than who forgot the value thinks. "--name=--flag" is taken. */
static int take_next(const struct flag_group *groups, size_t n_groups,
                     const struct flag_group *group, const struct flag *flag, const char *next,
                     bool *took_next, struct arena *arena, struct error *err)
{
  if (next && is_known_flag(groups, n_groups, next))
    return error_set(err, ERROR_USAGE, "flag --%s needs a value, found the flag %s: --%s=%s",
                     flag->name, next, flag->name, flag->value);
  return take_found(group, flag, next, true, took_next, arena, err);
}

struct elsewhere_search {
  struct str name;
  struct suggestion *found;
};

static void elsewhere_compare(void *context, struct str pair)
{
  const struct elsewhere_search *search = context;
  const size_t len = search->name.len;

  if (str_has_prefix(pair, search->name) && pair.len > len && pair.ptr[len] == '=')
    search->found->nearest = str_skip(pair, len + 1);
}

static int unknown_flag(const struct flag_group *groups, size_t n_groups, struct str name,
                        struct error *err)
{
  struct suggestion nearest = suggestion_for(name);
  struct elsewhere_search search = { name, &nearest };

  for (size_t g = 0; g < n_groups; g++)
    for (size_t i = 0; i < groups[g].n; i++)
      suggestion_consider(&nearest, str_of(groups[g].flags[i].name));
  for (size_t g = 0; g < n_groups; g++)
    for (size_t i = 0; i < groups[g].n; i++)
      if (groups[g].flags[i].elsewhere)
        flag_each_choice(groups[g].flags[i].elsewhere, elsewhere_compare, &search);
  if (nearest.nearest.ptr)
    return error_set(err, ERROR_USAGE, "unknown flag --%.*s (did you mean --%.*s?)", STR_ARGS(name),
                     STR_ARGS(nearest.nearest));
  return error_set(err, ERROR_USAGE, "unknown flag --%.*s", STR_ARGS(name));
}

/* Some programs have one dash for all flags: "-semantic". */
static int unknown_letter(const struct flag_group *groups, size_t n_groups, struct str word,
                          const char *letter, struct error *err)
{
  const struct str name = { word.ptr, strcspn(word.ptr, "=") };
  const struct flag_group *group = NULL;

  if (flag_find(groups, n_groups, name, false, &group))
    return error_set(err, ERROR_USAGE, "unknown flag -%.*s (did you mean --%.*s?)", STR_ARGS(name),
                     STR_ARGS(name));
  return error_set(err, ERROR_USAGE, "unknown flag -%.*s", *letter == '-' ? 2 : 1, letter);
}

/* "-q", "-i FILE", "-iFILE", "-i=FILE", and letters of booleans put together. */
static int take_letters(const struct flag_group *groups, size_t n_groups, const char *letters,
                        const char *next, bool *took_next, struct arena *arena, struct error *err)
{
  const struct str word = str_of(letters);

  for (; *letters; letters++) {
    const struct flag_group *group = NULL;
    const struct flag *flag =
        flag_find(groups, n_groups, (struct str) { letters, 1 }, true, &group);
    const char *rest = letters + 1;
    const bool has_value = *rest == '=' || (flag && flag->kind != FLAG_BOOL && *rest);

    if (!flag)
      return unknown_letter(groups, n_groups, word, letters, err);
    if (has_value)
      return take_found(group, flag, rest + (*rest == '='), false, took_next, arena, err);
    if (flag->kind != FLAG_BOOL)
      return take_next(groups, n_groups, group, flag, next, took_next, arena, err);
    if (take_found(group, flag, "true", false, took_next, arena, err) < 0)
      return -1;
  }
  return 0;
}

int flag_take(const struct flag_group *groups, size_t n_groups, const char *word, const char *next,
              bool *took_next, struct arena *arena, struct error *err)
{
  const char *name = word + 2;
  const struct str bare = { name, word[1] == '-' ? strcspn(name, "=") : 0 };
  const struct flag_group *group = NULL;
  const struct flag *flag;

  *took_next = false;
  if (word[1] != '-')
    return take_letters(groups, n_groups, word + 1, next, took_next, arena, err);
  flag = flag_find(groups, n_groups, bare, false, &group);
  if (!flag)
    return unknown_flag(groups, n_groups, bare, err);
  if (name[bare.len] == '=')
    return take_found(group, flag, name + bare.len + 1, false, took_next, arena, err);
  if (flag->kind == FLAG_BOOL || flag->optional)
    return take_found(group, flag, flag->optional ? flag->optional : "true", false, took_next,
                      arena, err);
  return take_next(groups, n_groups, group, flag, next, took_next, arena, err);
}

struct flag_look flag_look(const struct flag_group *groups, size_t n_groups, const char *word)
{
  const bool is_long = word[1] == '-';
  const size_t len = is_long ? strcspn(word + 2, "=") : 1;
  const char *name = word + (is_long ? 2 : 1);
  struct flag_look look = { .is_own = true };
  const struct flag_group *group = NULL;
  const struct flag *flag;

  do {
    flag = flag_find(groups, n_groups, (struct str) { name, len }, !is_long, &group);
    look.is_own = look.is_own && flag && group == &groups[n_groups - 1];
    name += len;
    look.leaves_next = is_long && flag && flag->optional && !*name;
    look.takes_next = flag && flag->kind != FLAG_BOOL && !look.leaves_next && !*name;
  } while (!is_long && flag && flag->kind == FLAG_BOOL && *name && *name != '=');
  return look;
}

int flag_defaults(const struct flag_group *group, struct arena *arena, struct error *err)
{
  for (size_t i = 0; i < group->n; i++) {
    const struct flag *flag = &group->flags[i];
    const char *text = flag->environment ? getenv(flag->environment) : NULL;

    if (group->seen[i])
      continue;
    if (text && *text) {
      if (flag_store(group, flag, text, arena, err) == 0)
        continue;
      if (flag->kind != FLAG_BOOL)
        return error_wrap(err, "environment variable %s", flag->environment);
    }
    if (flag->fallback && flag_store(group, flag, flag->fallback, arena, err) < 0)
      return error_wrap(err, "default of --%s", flag->name);
  }
  return 0;
}
