#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/roff.h"
#include "policy/field.h"
#include "report/output.h"

struct man_page {
  const struct command *const *commands; /* all */
  const struct command *command;         /* that the page is about; NULL: it is about no one */
};

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

static void flag_render(struct buf *out, const struct flag *flag, const struct command *command)
{
  const char *standard = flag->default_text ? flag->default_text : flag->fallback;

  buf_puts(out, ".It ");
  if (help_letter(flag, command))
    buf_printf(out, "Fl %c , ", flag->letter);
  buf_puts(out, "Fl \\-");
  for (const char *c = flag->name; *c; c++)
    buf_printf(out, *c == '-' ? "\\-" : "%c", *c);
  if (flag->value)
    buf_printf(out, flag->optional ? " Ns Oo = Ns Ar %s Oc" : " Ns = Ns Ar %s", flag->value);
  buf_putc(out, '\n');
  roff_sentence(out, flag->help);
  if (flag->choices)
    choices_render(out, flag->choices);
  if (flag->detail)
    roff_sentence(out, flag->detail);
  if (standard) {
    buf_puts(out, "Default: ");
    roff_text(out, standard);
    buf_puts(out, ".\n");
  }
  if (flag->environment)
    buf_printf(out, "Environment:\n.Ev %s .\n", flag->environment);
}

static void flags_render(struct buf *out, const struct flag *flags, size_t n,
                         const struct command *command)
{
  buf_puts(out, ".Bl -tag -width Ds\n");
  for (size_t i = 0; i < n; i++)
    flag_render(out, &flags[i], command);
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
    roff_sentence(out, command->summary);
    if (command->aliases)
      buf_printf(out, "Other names: %s.\n", command->aliases);
    if (command->detail)
      roff_sentence(out, command->detail);
    if (command->n_flags > 0)
      flags_render(out, command->flags, command->n_flags, command);
  }
}

/* ---- the page of one command ---- */

static void title_render(struct buf *out, const struct man_page *page)
{
  buf_puts(out, ".Dt DIFFOCI-");
  for (const char *c = page->command->name; *c; c++)
    buf_putc(out, (char)toupper((unsigned char)*c));
  buf_puts(out, " 1\n");
}

static void name_render(struct buf *out, const struct man_page *page)
{
  const char *summary = page->command->summary;

  buf_printf(out, ".Nm diffoci-%s\n.Nd %c", page->command->name,
             tolower((unsigned char)summary[0]));
  roff_text(out, summary + 1);
  buf_putc(out, '\n');
}

static void synopsis_render(struct buf *out, const struct man_page *page)
{
  buf_printf(out, ".Nm diffoci\n.Cm %s\n", page->command->name);
  if (page->command->n_flags)
    buf_puts(out, ".Op Ar flags\n");
  if (*page->command->arguments)
    buf_printf(out, ".Ar %s\n", page->command->arguments);
}

static void description_render(struct buf *out, const struct man_page *page)
{
  roff_sentence(out, page->command->summary);
  if (page->command->aliases)
    buf_printf(out, "Other names: %s.\n", page->command->aliases);
  if (page->command->detail)
    roff_sentence(out, page->command->detail);
}

struct man_section {
  struct buf *out;
  const struct command *command;
  const char *title; /* to be written before the next flag; NULL: it has been */
};

static void man_section_flag(void *context, const struct flag *flag)
{
  struct man_section *section = context;

  if (section->title) {
    buf_puts(section->out, ".Ss ");
    roff_text(section->out, steal_pointer(&section->title));
    buf_puts(section->out, "\n.Bl -tag -width Ds\n");
  }
  flag_render(section->out, flag, section->command);
}

static void page_flags_render(struct buf *out, const struct man_page *page)
{
  const struct command *command = page->command;

  for (size_t i = 0; i <= command->n_sections; i++) {
    const struct flag_section *of = i < command->n_sections ? &command->sections[i] : NULL;
    struct man_section section = { out, command, of ? of->title : i ? "Further flags" : "Flags" };

    cli_each_of_section(command, of, man_section_flag, &section);
    buf_puts(out, section.title ? "" : ".El\n");
  }
}

static void page_globals_render(struct buf *out, const struct man_page *page)
{
  flags_render(out, global_flags, n_global_flags, page->command);
}

static void man_examples_render(struct buf *out, const struct man_page *page)
{
  if (page->command->n_examples)
    buf_puts(out, ".Sh EXAMPLES\n");
  for (size_t i = 0; i < page->command->n_examples; i++) {
    buf_puts(out, i ? ".Pp\n" : "");
    roff_sentence(out, page->command->examples[i].what);
    buf_puts(out, ".Pp\n.Dl diffoci ");
    roff_text(out, page->command->examples[i].line);
    buf_putc(out, '\n');
  }
}

/* The command whose name comes next behind this one, by the alphabet; NULL: none. */
static const struct command *next_command(const struct command *const *commands, const char *name)
{
  const struct command *next = NULL;

  for (; *commands; commands++)
    if (!(*commands)->hidden && strcmp((*commands)->name, name) > 0 &&
        (!next || strcmp((*commands)->name, next->name) < 0))
      next = *commands;
  return next;
}

/* In the order of the alphabet, as manual pages have them. */
static void pages_render(struct buf *out, const struct man_page *page)
{
  const struct command *command = next_command(page->commands, "");

  buf_puts(out, page->command ? ".Xr diffoci 1 ,\n" : "");
  for (; command; command = next_command(page->commands, command->name))
    if (command != page->command)
      buf_printf(out, ".Xr diffoci-%s 1 ,\n", command->name);
}

/* ---- tables of other rooms ---- */

static void fields_render(struct buf *out, const struct man_page *page)
{
  (void)page;
  for (size_t i = 0; field_name_at(i); i++)
    buf_printf(out, ".It Li %s\n", field_name_at(i));
}

static void outputs_render(struct buf *out, const struct man_page *page)
{
  (void)page;
  for (size_t i = 0; i < output_format_count(); i++) {
    buf_printf(out, ".It Cm %s\n", output_format_at(i)->name);
    roff_sentence(out, output_format_at(i)->help);
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

static void all_commands_render(struct buf *out, const struct man_page *page)
{
  commands_render(out, page->commands);
}

static void all_environment_render(struct buf *out, const struct man_page *page)
{
  (void)page;
  environment_render(out, global_flags, n_global_flags);
}

/* The marks that stand for tables. command: only in the page of one. */
static const struct {
  const char *mark;
  void (*render)(struct buf *out, const struct man_page *page);
} marks[] = {
  { "@COMMANDS@", all_commands_render },
  { "@GLOBAL_FLAGS@", page_globals_render },
  { "@ENVIRONMENT@", all_environment_render },
  { "@COMMAND_PAGES@", pages_render },
  { "@FIELDS@", fields_render },
  { "@OUTPUTS@", outputs_render },
  { "@TITLE@", title_render },
  { "@NAME@", name_render },
  { "@SYNOPSIS@", synopsis_render },
  { "@DESCRIPTION@", description_render },
  { "@FLAGS@", page_flags_render },
  { "@EXAMPLES@", man_examples_render },
};

static void line_render(struct buf *out, struct str line, const struct man_page *page)
{
  for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
    if (str_equal(line, str_of(marks[i].mark))) {
      marks[i].render(out, page);
      return;
    }
  }
  buf_add_str(out, line);
  buf_putc(out, '\n');
}

/* Copies the template; a line that is one of the marks is replaced by what the tables say. */
static void template_render(struct buf *out, struct str text, const struct man_page *page)
{
  while (text.len > 0) {
    const char *end = memchr(text.ptr, '\n', text.len);
    struct str line = { text.ptr, end ? (size_t)(end - text.ptr) : text.len };

    text = str_skip(text, line.len + 1);
    line_render(out, line, page);
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
  AUTO_BUF template = BUF_INIT(HELP_MAX);
  AUTO_BUF text = BUF_INIT(HELP_MAX);
  struct man_page page = { .commands = call->commands };

  if (call->n_arguments > 1) {
    page.command = cli_find_command(call->commands, call->arguments[1]);
    if (!page.command)
      return cli_unknown_command(call->commands, call->arguments[1], err);
  }
  if (template_read(&template, call->arguments[0], err) < 0)
    return -1;
  template_render(&text, buf_str(&template), &page);
  return cli_write(&text, err);
}

/* Used by the build only: the manual pages are templates in docs/ with the tables filled in. Marks
 * that need a command stand only in the template of a command's page. */
const struct command command_man = {
  .name = "man",
  .arguments = "TEMPLATE [COMMAND]",
  .summary = "Print a manual page",
  .min_arguments = 1,
  .max_arguments = 2,
  .completion = COMPLETE_FILES,
  .hidden = true,
  .run = man_run,
};
