#include "cli/flag.h"

#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
  }
  return error_set(err, ERROR_USAGE, "flag of an unknown kind");
}

bool flag_is(const char *word)
{
  return word[0] == '-' && word[1] != '\0';
}

/* Finds the flag that the word names, by its long name (len bytes) or its letter. */
static const struct flag *flag_find(const struct flag_group *groups, size_t n_groups,
                                    struct str name, bool is_letter,
                                    const struct flag_group **group)
{
  for (size_t g = 0; g < n_groups; g++) {
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

int flag_take(const struct flag_group *groups, size_t n_groups, const char *word, const char *next,
              bool *took_next, struct arena *arena, struct error *err)
{
  bool is_letter = word[1] != '-';
  const char *name = word + (is_letter ? 1 : 2);
  struct str bare = { name, strcspn(name, "=") };
  const struct flag_group *group = NULL;
  const struct flag *flag = flag_find(groups, n_groups, bare, is_letter, &group);
  const char *text;

  *took_next = false;
  if (!flag)
    return error_set(err, ERROR_USAGE, "unknown flag %.*s", (int)(name - word + (int)bare.len),
                     word);
  if (name[bare.len] == '=') {
    text = name + bare.len + 1;
  } else if (flag->kind == FLAG_BOOL) {
    text = "true";
  } else if (next) {
    text = next;
    *took_next = true;
  } else {
    return error_set(err, ERROR_USAGE, "flag --%s needs a value: --%s=%s", flag->name, flag->name,
                     flag->value);
  }
  group->seen[flag - group->flags] = true;
  if (flag_store(group, flag, text, arena, err) < 0)
    return error_wrap(err, "flag --%s", flag->name);
  return 0;
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
