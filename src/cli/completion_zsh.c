#include "cli/completion.h"

/* What `diffoci complete KIND` offers, and for images the files that they may be. What ends in ':',
 * '/' or is a part of a list may go on, so no space follows. */
static const char offer[] =
    "_diffoci_offer() {\n"
    "  local -a offered more\n"
    "  local typed=$PREFIX\n"
    "  offered=(${(f)\"$(_call_program $1 ${(q)_diffoci_program} complete $1 ${(q)typed} "
    "2>/dev/null)\"})\n"
    "  more=(${(M)offered:#*[:/]})\n"
    "  offered=(${offered:#*[:/]})\n"
    "  (( $#more )) && compadd -S '' -Q -a more\n"
    "  (( $#offered )) && compadd -a offered\n"
    "  [[ $1 == images ]] || return\n"
    "  compset -P '(oci|oci-archive|docker-archive|dir|rootfs|rootfs-archive):'\n"
    "  _files\n"
    "}\n\n";

/* Text inside an _arguments specification between single quotes: ':', '[' and ']' have a meaning
 * of their own there. */
static void spec_text(struct buf *out, const char *text)
{
  char one[2] = { 0 };

  for (; *text; text++) {
    if (*text == ':' || *text == '[' || *text == ']' || *text == '\\')
      buf_putc(out, '\\');
    one[0] = *text;
    completion_quote_posix(out, one);
  }
}

static void flag_spec(struct buf *out, const struct flag *flag)
{
  const char *equals = flag->kind == FLAG_BOOL ? "" : "=";

  buf_puts(out, "    '");
  if (flag->kind == FLAG_LIST)
    buf_putc(out, '*');
  else if (flag->letter)
    buf_printf(out, "(-%c --%s)", flag->letter, flag->name);
  if (flag->letter) /* "-o FORMAT", "-oFORMAT" and "--output=FORMAT" */
    buf_printf(out, "'{-%c%s,--%s%s}'[", flag->letter, *equals ? "+" : "", flag->name, equals);
  else
    buf_printf(out, "--%s%s[", flag->name, equals);
  spec_text(out, flag->help);
  buf_putc(out, ']');
  if (flag->kind != FLAG_BOOL) {
    buf_putc(out, ':');
    spec_text(out, flag->value);
    buf_putc(out, ':');
  }
  if (flag->words) {
    buf_printf(out, "{_diffoci_offer %s}", flag->words);
  } else if (flag->kind == FLAG_CHOICE) {
    AUTO_BUF words = BUF_INIT(4096);

    completion_words(&words, flag->choices);
    buf_printf(out, "(%s)", words.ptr);
  } else if (flag->kind == FLAG_PATH) {
    buf_puts(out, "_files");
  }
  buf_puts(out, "'\n");
}

static void command_list(struct buf *out, const struct command *const *commands)
{
  buf_puts(out, "_diffoci_commands() {\n  local -a commands\n  commands=(\n");
  for (; *commands; commands++) {
    if ((*commands)->hidden)
      continue;
    buf_printf(out, "    '%s:", (*commands)->name);
    spec_text(out, (*commands)->summary);
    buf_puts(out, "'\n");
  }
  buf_puts(out, "  )\n  _describe command commands\n}\n\n");
}

/* The branch of one command: its flags in front of the global ones, and its arguments. */
static void branch(struct buf *out, const struct command *command)
{
  buf_printf(out, "  %s%s%s)\n    flags+=(\n", command->name, command->aliases ? "|" : "",
             command->aliases ? command->aliases : "");
  for (size_t i = 0; i < command->n_flags; i++)
    flag_spec(out, &command->flags[i]);
  buf_puts(out, "    )\n    _arguments $flags");
  switch (command->completion) {
  case COMPLETE_NOTHING:
    break;
  case COMPLETE_FILES:
    buf_puts(out, " '*:image:_files'");
    break;
  case COMPLETE_IMAGES:
    buf_printf(out, " '*:image:{_diffoci_offer %s}'", command->argument_words);
    break;
  case COMPLETE_COMMANDS:
    buf_puts(out, " '1:command:_diffoci_commands'");
    break;
  case COMPLETE_WORDS:
    buf_puts(out, " '1:word:(");
    {
      AUTO_BUF words = BUF_INIT(4096);

      completion_words(&words, command->argument_words);
      buf_printf(out, "%s", words.ptr);
    }
    buf_puts(out, ")'");
    break;
  }
  buf_puts(out, " ;;\n");
}

void completion_zsh(struct buf *out, const struct command *const *commands)
{
  buf_puts(out, "#compdef diffoci\n# zsh completion for diffoci\n\n");
  buf_puts(out, offer);
  command_list(out, commands);
  buf_puts(out, "_diffoci() {\n"
                "  local _diffoci_program=$words[1]\n"
                "  local context curcontext=$curcontext state line\n"
                "  typeset -A opt_args\n"
                "  local -a flags\n"
                "  flags=(\n");
  for (size_t i = 0; i < n_global_flags; i++)
    flag_spec(out, &global_flags[i]);
  buf_puts(out, "  )\n"
                "  _arguments -C $flags '1:command:_diffoci_commands' '*::argument:->argument'\n"
                "  [[ $state == argument ]] || return\n"
                "  curcontext=${curcontext%:*}-$words[1]:\n"
                "  case $words[1] in\n");
  for (; *commands; commands++) {
    if (!(*commands)->hidden)
      branch(out, *commands);
  }
  buf_puts(out, "  esac\n}\n\n"
                "if [[ $funcstack[1] == _diffoci ]]; then\n"
                "  _diffoci \"$@\"\n"
                "else\n"
                "  compdef _diffoci diffoci\n"
                "fi\n");
}
