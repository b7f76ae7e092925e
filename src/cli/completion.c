#include "cli/completion.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"

static const struct {
  const char *shell;
  void (*render)(struct buf *out, const struct command *const *commands);
} shells[] = {
  { "bash", completion_bash },
  { "zsh", completion_zsh },
  { "fish", completion_fish },
};

void completion_quote_posix(struct buf *out, const char *text)
{
  for (; *text; text++) {
    if (*text == '\'')
      buf_puts(out, "'\\''");
    else
      buf_putc(out, *text);
  }
}

void completion_quote_fish(struct buf *out, const char *text)
{
  for (; *text; text++) {
    if (*text == '\'' || *text == '\\')
      buf_putc(out, '\\');
    buf_putc(out, *text);
  }
}

static void add_word(void *context, struct str word)
{
  struct buf *out = context;

  if (out->len > 0 && out->ptr[out->len - 1] != ' ' && out->ptr[out->len - 1] != '\'')
    buf_putc(out, ' ');
  buf_add_str(out, word);
}

void completion_words(struct buf *out, const char *choices)
{
  flag_each_choice(choices, add_word, out);
}

static int completion_run(const struct invocation *call, struct error *err)
{
  AUTO_BUF text = BUF_INIT(HELP_MAX);

  for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
    if (strcmp(call->arguments[0], shells[i].shell) == 0) {
      shells[i].render(&text, call->commands);
      return cli_write(&text, err);
    }
  }
  return error_set(err, ERROR_USAGE, "completion: expected one of %s, found \"%s\"",
                   call->command->argument_words, call->arguments[0]);
}

const struct command command_completion = {
  .name = "completion",
  .arguments = "bash|zsh|fish",
  .summary = "Print a completion script for a shell",
  .detail = "For example: source <(diffoci completion bash). An installed diffoci comes with the "
            "scripts in place.",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = COMPLETE_WORDS,
  .argument_words = "bash|zsh|fish",
  .run = completion_run,
};
