#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/help.h"

/* Text for a manual page's running text: a backslash is spelled \e, and the dashes of a flag are
 * minus signs, so that they can be searched for and copied. */
static void roff_text(struct buf *out, const char *text)
{
  const char *start = text;
  bool in_flag = false;

  if (*text == '.' || *text == '\'')
    buf_puts(out, "\\&");
  for (; *text; text++) {
    bool word_start = text == start || text[-1] == ' ' || text[-1] == '(';

    if (word_start && text[0] == '-' && text[1] == '-')
      in_flag = true;
    if (*text == ' ')
      in_flag = false;
    if (text > start && text[0] == ' ' && text[1] >= 'A' && text[1] <= 'Z' && text[-1] == '.')
      buf_putc(out, '\n'); /* a new sentence, a new line: roff then sets the space between */
    else if (*text == '\\')
      buf_puts(out, "\\e");
    else if (*text == '-' && in_flag)
      buf_puts(out, "\\-");
    else
      buf_putc(out, *text);
  }
}

/* A sentence of the tables: with a capital at its start, unless it starts with a flag, and a full
 * stop. */
static void man_sentence(struct buf *out, const char *text)
{
  AUTO_BUF line = BUF_INIT(HELP_MAX);

  roff_text(&line, text);
  if (line.len == 0)
    return;
  if (line.ptr[0] >= 'a' && line.ptr[0] <= 'z')
    line.ptr[0] = (char)(line.ptr[0] - 'a' + 'A');
  buf_puts(out, line.ptr);
  if (line.ptr[line.len - 1] != '.')
    buf_putc(out, '.');
  buf_putc(out, '\n');
}

struct choice_list {
  struct buf *out;
  const char *separator;
};

static void choice_item(void *context, struct str word)
{
  struct choice_list *list = context;

  buf_printf(list->out, "%s.Cm %.*s", list->separator, STR_ARGS(word));
  list->separator = " ,\n";
}

static void choices_render(struct buf *out, const char *choices)
{
  struct choice_list list = { out, "" };

  buf_puts(out, "One of\n");
  flag_each_choice(choices, choice_item, &list);
  buf_puts(out, " .\n");
}

static void flag_render(struct buf *out, const struct flag *flag)
{
  const char *standard = flag->default_text ? flag->default_text : flag->fallback;

  buf_puts(out, ".It ");
  if (flag->letter)
    buf_printf(out, "Fl %c , ", flag->letter);
  buf_puts(out, "Fl \\-");
  for (const char *c = flag->name; *c; c++)
    buf_printf(out, *c == '-' ? "\\-" : "%c", *c);
  if (flag->value)
    buf_printf(out, flag->optional ? " Ns Oo = Ns Ar %s Oc" : " Ns = Ns Ar %s", flag->value);
  buf_putc(out, '\n');
  man_sentence(out, flag->help);
  if (flag->choices)
    choices_render(out, flag->choices);
  if (flag->detail)
    man_sentence(out, flag->detail);
  if (standard) {
    buf_puts(out, "Default: ");
    roff_text(out, standard);
    buf_puts(out, ".\n");
  }
  if (flag->environment)
    buf_printf(out, "Environment:\n.Ev %s .\n", flag->environment);
}

static void flags_render(struct buf *out, const struct flag *flags, size_t n)
{
  buf_puts(out, ".Bl -tag -width Ds\n");
  for (size_t i = 0; i < n; i++)
    flag_render(out, &flags[i]);
  buf_puts(out, ".El\n");
}

static void commands_render(struct buf *out, const struct command *const *commands)
{
  for (; *commands; commands++) {
    const struct command *command = *commands;

    if (command->hidden)
      continue;
    buf_printf(out, ".Ss diffoci %s%s%s\n", command->name, *command->arguments ? " " : "",
               command->arguments);
    man_sentence(out, command->summary);
    if (command->aliases)
      buf_printf(out, "Other names: %s.\n", command->aliases);
    if (command->detail)
      man_sentence(out, command->detail);
    if (command->n_flags > 0)
      flags_render(out, command->flags, command->n_flags);
  }
}

static void environment_render(struct buf *out, const struct flag *flags, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (!flags[i].environment)
      continue;
    buf_printf(out, ".It Ev %s\nThe value of\n.Fl \\-", flags[i].environment);
    for (const char *c = flags[i].name; *c; c++)
      buf_printf(out, *c == '-' ? "\\-" : "%c", *c);
    buf_puts(out, "\nwhere the flag is not given.\n");
  }
}

/* Copies the template; a line that is one of the marks is replaced by what the tables say. */
static void template_render(struct buf *out, struct str page, const struct command *const *commands)
{
  while (page.len > 0) {
    const char *end = memchr(page.ptr, '\n', page.len);
    struct str line = { page.ptr, end ? (size_t)(end - page.ptr) : page.len };

    page = str_skip(page, line.len + 1);
    if (str_equal(line, STR("@COMMANDS@"))) {
      commands_render(out, commands);
    } else if (str_equal(line, STR("@GLOBAL_FLAGS@"))) {
      flags_render(out, global_flags, n_global_flags);
    } else if (str_equal(line, STR("@ENVIRONMENT@"))) {
      environment_render(out, global_flags, n_global_flags);
    } else {
      buf_add_str(out, line);
      buf_putc(out, '\n');
    }
  }
}

static int template_read(struct buf *page, const char *path, struct error *err)
{
  FILE *file = fopen(path, "re");
  char piece[4096];
  size_t n;
  int failure = 0;

  if (!file)
    return error_sys(err, errno, "%s", path);
  while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
    buf_add(page, piece, n);
  if (ferror(file))
    failure = error_sys(err, errno, "%s", path);
  else if (page->overflow)
    failure = error_set(err, ERROR_LIMIT, "%s: over %d bytes", path, HELP_MAX);
  fclose(file);
  return failure;
}

static int man_run(const struct invocation *call, struct error *err)
{
  AUTO_BUF page = BUF_INIT(HELP_MAX);
  AUTO_BUF text = BUF_INIT(HELP_MAX);

  if (template_read(&page, call->arguments[0], err) < 0)
    return -1;
  template_render(&text, buf_str(&page), call->commands);
  return cli_write(&text, err);
}

/* Used by the build only: the manual page is docs/diffoci.1.in with the tables filled in. */
const struct command command_man = {
  .name = "man",
  .arguments = "TEMPLATE",
  .summary = "Print the manual page",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = COMPLETE_FILES,
  .hidden = true,
  .run = man_run,
};
