/* embed OUTPUT.c NAME=FILE...: run while diffoci is built. Files become constants of the program:
 * html_asset_NAME() (report/html/html_assets.h) gives the contents of all files of this NAME, one
 * after the other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 100 }; /* characters of a file that make a line at most */

static _Noreturn void embed_die(const char *path)
{
  fprintf(stderr, "%s: %s\n", path, strerror(errno));
  exit(1);
}

/* One character of a string literal; what is not ASCII in octal, which ends after three digits. */
static void write_char(int c, FILE *out)
{
  if (c == '\n')
    fputs("\\n", out);
  else if (c == '"' || c == '\\')
    fprintf(out, "\\%c", c);
  else if (c >= ' ' && c < 0x7f)
    fputc(c, out);
  else
    fprintf(out, "\\%03o", (unsigned)c);
}

static void write_file(const char *path, FILE *out)
{
  FILE *in = fopen(path, "re");
  int length = 0;
  int c;

  if (!in)
    embed_die(path);
  while ((c = fgetc(in)) != EOF) {
    fputs(length == 0 ? "  \"" : "", out);
    write_char(c, out);
    length = c == '\n' || length == LINE ? 0 : length + 1;
    fputs(length == 0 ? "\"\n" : "", out);
  }
  fputs(length > 0 ? "\"\n" : "", out);
  if (ferror(in) || fclose(in) != 0)
    embed_die(path);
}

/* The name of an argument, up to its "="; its file is what follows. */
static size_t embed_name_length(const char *argument)
{
  const char *equals = strchr(argument, '=');

  if (!equals) {
    fprintf(stderr, "embed: %s is no NAME=FILE\n", argument);
    exit(2);
  }
  return (size_t)(equals - argument);
}

static int embed_has_name(const char *argument, const char *name, size_t len)
{
  return embed_name_length(argument) == len && strncmp(argument, name, len) == 0;
}

int main(int argc, char **argv)
{
  FILE *out = argc > 2 ? fopen(argv[1], "we") : NULL;

  if (argc <= 2) {
    fprintf(stderr, "usage: embed OUTPUT.c NAME=FILE...\n");
    return 2;
  }
  if (!out)
    embed_die(argv[1]);
  fputs("/* Made by embed. */\n#include \"report/html/html_assets.h\"\n", out);
  for (int i = 2; i < argc; i++) {
    const size_t len = embed_name_length(argv[i]);

    if (i > 2 && embed_has_name(argv[i - 1], argv[i], len))
      continue; /* went with the one before */
    fprintf(out, "\nstruct str html_asset_%.*s(void)\n{\n  static const char text[] =\n", (int)len,
            argv[i]);
    for (int j = i; j < argc && embed_has_name(argv[j], argv[i], len); j++)
      write_file(argv[j] + len + 1, out);
    fputs("  ;\n\n  return (struct str) { text, sizeof(text) - 1 };\n}\n", out);
  }
  if (ferror(out) || fclose(out) != 0)
    embed_die(argv[1]);
  return 0;
}
