#include "cli/completion.h"

/* What `diffoci complete KIND` offers, and for images the files that they may be. */
static const char offer[] = "# fish completion for diffoci\n\n"
                            "function __diffoci_offer\n"
                            "    set -l word (commandline -ct)\n"
                            "    set -l program (commandline -opc)[1]\n"
                            "    set word (string replace -r '^--[a-z-]+=' '' -- $word)\n"
                            "    $program complete $argv[1] -- $word 2>/dev/null\n"
                            "    test $argv[1] = images; or return\n"
                            "    string match -rq "
                            "'^(?<transport>(?:oci|oci-archive|docker-archive|dir|rootfs|rootfs-"
                            "archive):|)(?<path>.*)$' -- "
                            "$word\n"
                            "    string match -q '*:*' -- $path; and return\n"
                            "    for file in (complete -C \"__diffoci_no_program $path\")\n"
                            "        echo $transport$file\n"
                            "    end\n"
                            "end\n\n";

/* condition: when the flag is offered, NULL: always. letter: 0 where another flag has it. */
static void flag_line(struct buf *out, const struct flag *flag, const char *condition, char letter)
{
  buf_puts(out, "complete -c diffoci");
  if (condition)
    buf_printf(out, " -n '%s'", condition);
  buf_printf(out, " -l %s", flag->name);
  if (letter)
    buf_printf(out, " -s %c", letter);
  if (flag->kind == FLAG_PATH)
    buf_puts(out, " -r -F");
  else if (flag->kind != FLAG_BOOL)
    buf_puts(out, " -x");
  if (flag->words)
    buf_printf(out, " -a '(__diffoci_offer %s)'", flag->words);
  if (flag->kind == FLAG_CHOICE && !flag->words) {
    AUTO_BUF words = BUF_INIT(4096);

    completion_words(&words, flag->choices);
    buf_printf(out, " -a '%s'", words.ptr);
  }
  buf_puts(out, " -d '");
  completion_quote_fish(out, flag->help);
  buf_puts(out, "'\n");
}

/* The condition that one of the commands was typed before: its names follow. */
static const char seen[] = "__fish_seen_subcommand_from";

static void all_names(struct buf *out, const struct command *command)
{
  buf_puts(out, command->name);
  if (command->aliases) {
    buf_putc(out, ' ');
    completion_words(out, command->aliases);
  }
}

static void command_lines(struct buf *out, const struct command *command)
{
  AUTO_BUF condition = BUF_INIT(4096);

  buf_printf(&condition, "%s ", seen);
  all_names(&condition, command);
  buf_printf(out, "complete -c diffoci -n __fish_use_subcommand -f -a %s -d '", command->name);
  completion_quote_fish(out, command->summary);
  buf_puts(out, "'\n");
  for (size_t i = 0; i < command->n_flags; i++)
    flag_line(out, &command->flags[i], condition.ptr, command->flags[i].letter);
  if (command->completion == COMPLETE_FILES)
    return;
  buf_printf(out, "complete -c diffoci -n '%s' -f", condition.ptr);
  if (command->completion == COMPLETE_WORDS) {
    AUTO_BUF words = BUF_INIT(4096);

    completion_words(&words, command->argument_words);
    buf_printf(out, " -a '%s'", words.ptr);
  } else if (command->completion == COMPLETE_IMAGES) {
    buf_printf(out, " -a '(__diffoci_offer %s)'", command->argument_words);
  } else if (command->completion == COMPLETE_COMMANDS) {
    buf_puts(out, " -a '(__diffoci_commands)'");
  }
  buf_putc(out, '\n');
}

/* A flag that all commands have, but for its letter where a command gives that to a flag of its
 * own. */
static void global_line(struct buf *out, const struct command *const *commands,
                        const struct flag *flag)
{
  AUTO_BUF owners = BUF_INIT(4096);

  for (; flag->letter && *commands; commands++) {
    for (size_t i = 0; i < (*commands)->n_flags; i++) {
      if ((*commands)->flags[i].letter == flag->letter && !(*commands)->hidden) {
        buf_putc(&owners, ' ');
        all_names(&owners, *commands);
      }
    }
  }
  if (owners.len == 0) {
    flag_line(out, flag, NULL, flag->letter);
  } else {
    AUTO_BUF condition = BUF_INIT(4096);

    buf_printf(&condition, "%s%s", seen, owners.ptr);
    flag_line(out, flag, condition.ptr, 0);
    buf_clear(&condition);
    buf_printf(&condition, "not %s%s", seen, owners.ptr);
    flag_line(out, flag, condition.ptr, flag->letter);
  }
}

void completion_fish(struct buf *out, const struct command *const *commands)
{
  buf_puts(out, offer);
  buf_puts(out, "function __diffoci_commands\n");
  for (size_t i = 0; commands[i]; i++) {
    if (!commands[i]->hidden)
      buf_printf(out, "    echo %s\n", commands[i]->name);
  }
  buf_puts(out, "end\n\n");
  for (size_t i = 0; i < n_global_flags; i++)
    global_line(out, commands, &global_flags[i]);
  for (; *commands; commands++) {
    if (!(*commands)->hidden)
      command_lines(out, *commands);
  }
}
