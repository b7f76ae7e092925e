#include "cli/completion.h"

#include <string.h>

/* How the script works: one pass over the words finds the command; a case per flag with a value
 * says what to offer for the value; else flags or arguments are offered. Bash splits words at '='
 * and ':', so "--flag=value" and "oci:path" arrive in parts: what has been typed of a word is taken
 * from the line itself, and what bash has of it already is taken off from what is offered. */
static const char head[] =
    "# bash completion for diffoci\n"
    "\n"
    "# What `diffoci complete KIND` offers for the word $typed; `files`: and the files it may be.\n"
    "_diffoci_offer() {\n"
    "  local known=${typed%\"${typed##*[:=]}\"} transport='' path=$typed offered\n"
    "  mapfile -t offered < <(\"${COMP_WORDS[0]}\" complete \"$1\" \"$typed\" 2>/dev/null)\n"
    "  if [[ $2 == files ]]; then\n"
    "    if [[ $typed =~ ^(oci|oci-archive|docker-archive|dir|rootfs|rootfs-archive): ]]; then\n"
    "      transport=${BASH_REMATCH[0]} path=${typed#*:}\n"
    "    fi\n"
    "    mapfile -t -O \"${#offered[@]}\" offered < <(compgen -f -P \"$transport\" -- \"$path\")\n"
    "    compopt -o filenames\n"
    "  fi\n"
    "  COMPREPLY=(\"${offered[@]#\"$known\"}\")\n"
    "  [[ ${#offered[@]} -gt 0 ]] || COMPREPLY=()\n"
    "  [[ ${#offered[@]} == 1 && ${offered[0]} == *[:/] ]] && compopt -o nospace\n"
    "}\n"
    "\n"
    "_diffoci() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
    "command='' flags='' word\n"
    "  local typed=${COMP_LINE:0:COMP_POINT}\n"
    "  typed=${typed##*[[:space:]]}\n"
    "  [[ $typed == --*=* ]] && typed=${typed#*=}\n"
    "  if [[ $cur == = ]]; then\n"
    "    cur=\n"
    "  elif [[ $prev == = ]]; then\n"
    "    prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "  elif [[ $cur == : ]]; then\n"
    "    cur=\n"
    "  fi\n"
    "  COMPREPLY=()\n";

static void names(struct buf *out, const struct command *const *commands)
{
  const char *separator = "";

  for (; *commands; commands++) {
    if ((*commands)->hidden)
      continue;
    buf_printf(out, "%s%s", separator, (*commands)->name);
    separator = " ";
  }
}

/* The alternatives of a case that match the command. */
static void pattern(struct buf *out, const struct command *command)
{
  buf_puts(out, command->name);
  if (command->aliases)
    buf_printf(out, "|%s", command->aliases);
}

static void flag_values(struct buf *out, const char *command, const struct flag *flags, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (flags[i].kind == FLAG_BOOL)
      continue;
    buf_printf(out, "  %s\\ --%s", command, flags[i].name);
    if (flags[i].letter)
      buf_printf(out, "|%s\\ -%c", command, flags[i].letter);
    buf_puts(out, ")\n");
    if (flags[i].words) {
      buf_printf(out, "    _diffoci_offer %s\n", flags[i].words);
    } else if (flags[i].kind == FLAG_CHOICE) {
      buf_puts(out, "    mapfile -t COMPREPLY < <(compgen -W '");
      completion_words(out, flags[i].choices);
      buf_puts(out, "' -- \"$cur\")\n");
    } else if (flags[i].kind == FLAG_PATH) {
      buf_puts(out, "    compopt -o filenames\n"
                    "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
    }
    buf_puts(out, "    return ;;\n");
  }
}

static void flag_names(struct buf *out, const struct flag *flags, size_t n)
{
  for (size_t i = 0; i < n; i++)
    buf_printf(out, "%s--%s", i ? " " : "", flags[i].name);
}

static void arguments(struct buf *out, const struct command *command,
                      const struct command *const *commands)
{
  buf_puts(out, "  ");
  pattern(out, command);
  buf_puts(out, ")\n");
  switch (command->completion) {
  case COMPLETE_NOTHING:
    buf_puts(out, "    ;;\n");
    return;
  case COMPLETE_FILES:
    buf_puts(out, "    compopt -o filenames\n"
                  "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n");
    return;
  case COMPLETE_IMAGES:
    buf_printf(out, "    _diffoci_offer %s%s ;;\n", command->argument_words,
               strcmp(command->argument_words, "images") == 0 ? " files" : "");
    return;
  case COMPLETE_COMMANDS:
    buf_puts(out, "    mapfile -t COMPREPLY < <(compgen -W '");
    names(out, commands);
    break;
  case COMPLETE_WORDS:
    buf_puts(out, "    mapfile -t COMPREPLY < <(compgen -W '");
    completion_words(out, command->argument_words);
    break;
  }
  buf_puts(out, "' -- \"$cur\") ;;\n");
}

void completion_bash(struct buf *out, const struct command *const *commands)
{
  buf_puts(out, head);
  buf_puts(out, "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case $word in\n");
  for (size_t i = 0; commands[i]; i++) {
    if (commands[i]->hidden)
      continue;
    buf_puts(out, "    ");
    pattern(out, commands[i]);
    buf_printf(out, ")\n      command=%s flags='", commands[i]->name);
    flag_names(out, commands[i]->flags, commands[i]->n_flags);
    buf_puts(out, "'\n      break ;;\n");
  }
  buf_puts(out, "    esac\n  done\n  case $command\\ $prev in\n");
  for (size_t i = 0; commands[i]; i++)
    flag_values(out, commands[i]->name, commands[i]->flags, commands[i]->n_flags);
  flag_values(out, "*", global_flags, n_global_flags);
  buf_puts(out, "  esac\n  if [[ $cur == -* ]]; then\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$flags ");
  flag_names(out, global_flags, n_global_flags);
  buf_puts(out, "\" -- \"$cur\")\n    return\n  fi\n  case $command in\n  '')\n"
                "    mapfile -t COMPREPLY < <(compgen -W '");
  names(out, commands);
  buf_puts(out, "' -- \"$cur\") ;;\n");
  for (size_t i = 0; commands[i]; i++) {
    if (!commands[i]->hidden)
      arguments(out, commands[i], commands);
  }
  buf_puts(out, "  esac\n}\n\ncomplete -F _diffoci diffoci\n");
}
