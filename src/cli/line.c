#include "cli/line.h"

#include <string.h>
#include <unistd.h>

enum { N_GROUPS = 2 };

struct parser {
  struct invocation *call;
  struct arena *arena;
  /* Those of the command, where there is one, and the global ones. A letter that both have is that
   * of the last of these. */
  struct flag_group groups[N_GROUPS];
  size_t n_groups;
  int named_at; /* where the word stands that names the command; 0: none does, and it is diff */
  /* Where the last flag stands that took the word behind it for its value, and that left a word
   * there which may have been meant for one; 0: none. */
  int took_at, left_at;
};

static void group_init(struct flag_group *group, const struct flag *flags, size_t n, void *values,
                       struct arena *arena)
{
  *group = (struct flag_group) { .flags = flags, .n = n, .values = values };
  group->seen = arena_alloc(arena, n * sizeof(*group->seen) + 1);
}

/* ---- which command ---- */

/* What no command is called, and images are. */
static bool looks_like_image(const char *word)
{
  return strpbrk(word, ":/@") || access(word, F_OK) == 0;
}

/* The flags of every command, those of the first last, and behind them those that all have: before
 * the command is known, each may be meant. */
static struct flag_group *all_groups(const struct parser *parser, size_t *n)
{
  const struct command *const *commands = parser->call->commands;
  struct flag_group *groups;
  size_t count = 0;

  while (commands[count])
    count++;
  *n = count + 1;
  groups = arena_alloc(parser->arena, *n * sizeof(*groups));
  for (size_t i = 0; i < count; i++)
    groups[count - 1 - i] =
        (struct flag_group) { .flags = commands[i]->flags, .n = commands[i]->n_flags };
  groups[count] = (struct flag_group) { .flags = global_flags, .n = n_global_flags };
  return groups;
}

/* The words of a line that are no flags and no values of flags. */
struct words {
  const char *first; /* NULL: none */
  int first_at;      /* where it stands in the line */
  size_t n;
  bool all_own; /* no flag before the first that only a command can have */
};

static struct words find_words(const struct parser *parser, int argc, char **argv)
{
  struct words words = { .all_own = true };
  size_t n;
  const struct flag_group *groups = all_groups(parser, &n);
  bool words_only = false;

  for (int i = 1; i < argc; i++) {
    if (!words_only && strcmp(argv[i], "--") == 0) {
      words_only = true;
    } else if (!words_only && flag_is(argv[i])) {
      const struct flag_look look = flag_look(groups, n, argv[i]);

      words.all_own = words.all_own && (look.is_own || words.first);
      i += look.takes_next;
    } else if (words.n++ == 0) {
      words.first = argv[i];
      words.first_at = i;
    }
  }
  return words;
}

/* The first word is the command, or the first image of diff: where it looks like one, where a flag
 * before it is one that only a command can have, and where it is one of two of which the first is
 * not nearly a command's name (diffoci alpine debian). */
static int choose_command(struct parser *parser, int argc, char **argv, struct error *err)
{
  struct invocation *call = parser->call;
  const struct words words = find_words(parser, argc, argv);

  call->command = words.first ? cli_find_command(call->commands, words.first) : NULL;
  if (call->command) {
    parser->named_at = words.first_at;
    return 0;
  }
  if (words.first && words.all_own && !looks_like_image(words.first)) {
    if (words.n != 2 || cli_nearest_command(call->commands, words.first))
      return cli_unknown_command(call->commands, words.first, err);
    call->taken = words.first;
  }
  if (words.first || !words.all_own)
    call->command = cli_find_command(call->commands, "diff");
  return 0;
}

/* ---- what it is given ---- */

/* From the command on, or the first image, its flags go before those that all have. */
static void let_command_go_first(struct parser *parser)
{
  const struct flag_group first = parser->groups[0];

  if (parser->n_groups < N_GROUPS || first.flags == global_flags)
    return;
  parser->groups[0] = parser->groups[1];
  parser->groups[1] = first;
}

/* A script that means --verbose must not take the version, and status 0, for an answer. */
static int check_version_alone(const struct invocation *call, const char *word, struct error *err)
{
  if (call->globals.version != TOGGLE_ON)
    return 0;
  return error_set(
      err, ERROR_USAGE,
      "--version (-v) prints the version and nothing else, found \"%s\" beside it; for "
      "every field that differs: diffoci diff -v IMAGE0 IMAGE1",
      word);
}

static int take_word(struct parser *parser, int at, const char *word, struct error *err)
{
  struct invocation *call = parser->call;

  if (check_version_alone(call, word, err))
    return -1;
  let_command_go_first(parser);
  if (at != parser->named_at)
    call->arguments[call->n_arguments++] = word;
  return 0;
}

/* Whether the first of the words is a flag that has a value behind a '=' alone, and that is not
 * there, but another word. */
static bool leaves_word(const struct parser *parser, bool words_only, char **words, int n)
{
  return !words_only && flag_is(words[0]) && n > 1 && !flag_is(words[1]) &&
         flag_look(parser->groups, parser->n_groups, words[0]).leaves_next;
}

static int parse_words(struct parser *parser, int argc, char **argv, struct error *err)
{
  bool words_only = false;

  for (int i = 1; i < argc; i++) {
    bool took_next = false;
    int result;

    if (!words_only && strcmp(argv[i], "--") == 0) {
      words_only = true;
      continue;
    }
    if (words_only || !flag_is(argv[i]))
      result = take_word(parser, i, argv[i], err);
    else
      result = flag_take(parser->groups, parser->n_groups, argv[i],
                         i + 1 < argc ? argv[i + 1] : NULL, &took_next, parser->arena, err);
    if (result < 0)
      return -1;
    if (took_next)
      parser->took_at = i;
    else if (leaves_word(parser, words_only, argv + i, argc - i))
      parser->left_at = i;
    i += took_next;
  }
  return 0;
}

static int too_few(const struct parser *parser, char **argv, struct error *err)
{
  const struct invocation *call = parser->call;
  const int took = parser->took_at;

  error_set(err, ERROR_USAGE, "%s needs %s, found %zu argument%s", call->command->name,
            call->command->arguments, call->n_arguments, call->n_arguments == 1 ? "" : "s");
  if (took) {
    const struct error found = *err;

    error_set(err, ERROR_USAGE, "%s (\"%s\" is the value of %s)", found.message, argv[took + 1],
              argv[took]);
  }
  return -1;
}

static int too_many(const struct parser *parser, char **argv, struct error *err)
{
  const struct command *command = parser->call->command;
  const char *word = parser->call->arguments[command->max_arguments];

  if (parser->left_at)
    return error_set(err, ERROR_USAGE,
                     "%s: unexpected argument \"%s\"; is \"%s\" the value of %s? "
                     "It is written behind a '='",
                     command->name, word, argv[parser->left_at + 1], argv[parser->left_at]);
  return error_set(err, ERROR_USAGE, "%s: unexpected argument \"%s\"%s%s", command->name, word,
                   command->surplus ? "; " : "", command->surplus ? command->surplus : "");
}

static int check_arguments(const struct parser *parser, char **argv, struct error *err)
{
  const struct invocation *call = parser->call;

  if (call->n_arguments < call->command->min_arguments)
    return too_few(parser, argv, err);
  if (call->n_arguments > call->command->max_arguments)
    return too_many(parser, argv, err);
  return 0;
}

int line_parse(struct invocation *call, struct arena *arena, int argc, char **argv,
               struct error *err)
{
  struct parser parser = { .call = call, .arena = arena };
  call->arguments = arena_alloc(arena, ((size_t)argc + 1) * sizeof(*call->arguments));
  if (choose_command(&parser, argc, argv, err) < 0)
    return -1;
  if (call->command) {
    void *values = arena_alloc(arena, call->command->options_size + 1);

    call->options = values;
    group_init(&parser.groups[parser.n_groups++], call->command->flags, call->command->n_flags,
               values, arena);
  }
  group_init(&parser.groups[parser.n_groups++], global_flags, n_global_flags, &call->globals,
             arena);
  if (parse_words(&parser, argc, argv, err) < 0)
    return -1;
  if (call->n_arguments > 0 && check_version_alone(call, call->arguments[0], err))
    return -1;
  /* Help must come even where the environment or the rest of the line is wrong. */
  if (!call->command || call->globals.help == TOGGLE_ON || call->globals.version == TOGGLE_ON)
    return 0;
  for (size_t i = 0; i < parser.n_groups; i++) {
    if (flag_defaults(&parser.groups[i], arena, err) < 0)
      return -1;
  }
  return check_arguments(&parser, argv, err);
}
