#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

enum { EXAMPLE_INDENT = 6, WIDTH = 80, INDENT = 2, GAP = 2, LEFT_MAX = 30 };

/* Adds text, wrapped between the columns from and WIDTH; the cursor stands at column `at`. */
static void help_wrap(struct buf *out, const char *text, size_t at, size_t from)
{
  bool first = true;

  while (*text) {
    size_t len = strcspn(text, " ");

    if (!first && at + 1 + len > WIDTH) {
      buf_printf(out, "\n%*s", (int)from, "");
      at = from;
      first = true;
    }
    if (!first)
      buf_putc(out, ' ');
    at += len + !first;
    buf_add(out, text, len);
    first = false;
    text += len;
    text += strspn(text, " ");
  }
  buf_putc(out, '\n');
}

/* A name on the left and its explanation, which starts a line of its own if the name is long. */
static void two_columns(struct buf *out, const char *left, const char *right, size_t left_width)
{
  size_t from = INDENT + left_width + GAP;

  buf_printf(out, "%*s%-*s", INDENT, "", (int)left_width + GAP, left);
  if (strlen(left) > left_width)
    buf_printf(out, "\n%*s", (int)from, "");
  help_wrap(out, right, from, from);
}

char help_letter(const struct flag *flag, const struct command *command)
{
  for (size_t i = 0; command && i < command->n_flags; i++)
    if (command->flags[i].letter == flag->letter && &command->flags[i] != flag)
      return 0;
  return flag->letter;
}

static void flag_left(struct buf *out, const struct flag *flag, const struct command *command)
{
  const char letter = help_letter(flag, command);

  if (letter)
    buf_printf(out, "-%c, ", letter);
  else
    buf_puts(out, "    ");
  buf_printf(out, "--%s", flag->name);
  if (flag->value)
    buf_printf(out, flag->optional ? "[=%s]" : " %s", flag->value);
}

static void flag_right(struct buf *out, const struct flag *flag)
{
  const char *standard = flag->default_text ? flag->default_text : flag->fallback;

  buf_puts(out, flag->help);
  if (flag->choices)
    buf_printf(out, ": %s", flag->choices);
  if (standard)
    buf_printf(out, " (default: %s)", standard);
  if (flag->environment)
    buf_printf(out, " [$%s]", flag->environment);
}

/* How wide the left column is for all of them. */
static size_t left_width(const struct flag *flags, size_t n)
{
  size_t width = 0;

  for (size_t i = 0; i < n; i++) {
    AUTO_BUF left = BUF_INIT(HELP_MAX);

    flag_left(&left, &flags[i], NULL);
    if (left.len > width && left.len <= LEFT_MAX)
      width = left.len;
  }
  return width;
}

static void flag_render(struct buf *out, const struct flag *flag, const struct command *command,
                        size_t width)
{
  AUTO_BUF left = BUF_INIT(HELP_MAX);
  AUTO_BUF right = BUF_INIT(HELP_MAX);

  flag_left(&left, flag, command);
  flag_right(&right, flag);
  two_columns(out, left.ptr, right.ptr, width);
}

/* command: that they are shown with; NULL: the program. */
static void flags_render(struct buf *out, const char *title, const struct flag *flags, size_t n,
                         const struct command *command)
{
  const size_t width = left_width(flags, n);

  if (n == 0)
    return;
  buf_printf(out, "\n%s:\n", title);
  for (size_t i = 0; i < n; i++)
    flag_render(out, &flags[i], command, width);
}

struct section_render {
  struct buf *out;
  const struct command *command;
  size_t width;
  const char *title; /* to be written before the next flag; NULL: it has been */
};

static void help_section_flag(void *context, const struct flag *flag)
{
  struct section_render *render = context;

  if (render->title)
    buf_printf(render->out, "\n%s:\n", steal_pointer(&render->title));
  flag_render(render->out, flag, render->command, render->width);
}

static void sections_render(struct buf *out, const struct command *command)
{
  struct section_render render = { out, command, left_width(command->flags, command->n_flags),
                                   NULL };

  for (size_t i = 0; i < command->n_sections; i++) {
    render.title = command->sections[i].title;
    cli_each_of_section(command, &command->sections[i], help_section_flag, &render);
  }
  render.title = "Further flags";
  cli_each_of_section(command, NULL, help_section_flag, &render);
}

static void examples_render(struct buf *out, const struct example *examples, size_t n)
{
  if (n)
    buf_puts(out, "\nExamples:\n");
  for (size_t i = 0; i < n; i++) {
    buf_printf(out, "  diffoci %s\n%*s", examples[i].line, EXAMPLE_INDENT, "");
    help_wrap(out, examples[i].what, EXAMPLE_INDENT, EXAMPLE_INDENT);
  }
}

static const struct example examples[] = {
  { "diff --effective docker://app:dev registry.example.com/app:1.2",
    "an image in Docker and one in a registry: would a container see a difference?" },
  { "diff --semantic --explain ./published.tar ./rebuilt.tar",
    "two builds: is it more than times, order and history, and why is it there?" },
  { "show alpine:3.18", "what is in one image" },
};

static void program_render(struct buf *out, const struct command *const *commands)
{
  buf_puts(out, "diffoci - compare Docker and OCI container images\n\n"
                "Usage:\n  diffoci [FLAGS] IMAGE0 IMAGE1\n  diffoci [FLAGS] COMMAND [ARGUMENTS]\n");
  examples_render(out, examples, ARRAY_LEN(examples));
  buf_puts(out, "\nCommands:\n");
  for (; *commands; commands++) {
    AUTO_BUF left = BUF_INIT(HELP_MAX);

    if ((*commands)->hidden)
      continue;
    buf_printf(&left, "%s %s", (*commands)->name, (*commands)->arguments);
    two_columns(out, left.ptr, (*commands)->summary, 24);
  }
  flags_render(out, "Flags, before or after the command", global_flags, n_global_flags, NULL);
  buf_puts(out, "\n\"diffoci help COMMAND\" tells more about a command.\n");
}

void help_render(struct buf *out, const struct command *const *commands,
                 const struct command *command)
{
  if (!command) {
    program_render(out, commands);
    return;
  }
  buf_printf(out, "%s\n\nUsage:\n  diffoci %s%s%s%s\n", command->summary, command->name,
             command->n_flags ? " [FLAGS]" : "", *command->arguments ? " " : "",
             command->arguments);
  if (command->aliases)
    buf_printf(out, "\nOther names: %s\n", command->aliases);
  if (command->detail) {
    buf_putc(out, '\n');
    help_wrap(out, command->detail, 0, 0);
  }
  examples_render(out, command->examples, command->n_examples);
  if (command->sections)
    sections_render(out, command);
  else
    flags_render(out, "Flags", command->flags, command->n_flags, command);
  flags_render(out, "Global flags", global_flags, n_global_flags, command);
}

void help_point_to(struct error *err, const struct command *command)
{
  size_t used = strlen(err->message);

  if (command && !command->hidden && command != &command_help)
    snprintf(err->message + used, sizeof(err->message) - used, "; see \"diffoci help %s\"",
             command->name);
  else
    snprintf(err->message + used, sizeof(err->message) - used, "; see \"diffoci help\"");
}

static int help_run(const struct invocation *call, struct error *err)
{
  AUTO_BUF text = BUF_INIT(HELP_MAX);
  const struct command *about = NULL;

  if (call->n_arguments > 0) {
    about = cli_find_command(call->commands, call->arguments[0]);
    if (!about)
      return cli_unknown_command(call->commands, call->arguments[0], err);
  }
  help_render(&text, call->commands, about);
  return cli_write_paged(&text, call, err);
}

const struct command command_help = {
  .name = "help",
  .arguments = "[COMMAND]",
  .summary = "Print help about diffoci or a command",
  .max_arguments = 1,
  .completion = COMPLETE_COMMANDS,
  .run = help_run,
};
