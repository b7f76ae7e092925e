#include "source/engine/engine_commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

#define FORMAT_FLAG "--format=oci-archive"
#define UNCOMPRESSED_FLAG "--uncompressed"

enum { ID_DIGITS = 64 };

const char *engine_program_of(const struct engine_kind *kind)
{
  const char *chosen = getenv(kind->variable);

  return chosen && chosen[0] ? chosen : kind->program;
}

char *engine_platform_flag(const struct platform_set *given)
{
  AUTO_BUF text = BUF_INIT(16 * PLATFORM_MAX_TEXT);
  char platform[PLATFORM_MAX_TEXT];

  if (!given)
    return NULL;
  if (given->all)
    return xstrdup("--all-platforms");
  for (size_t i = 0; i < given->n; i++)
    buf_printf(&text, "%s%s", i ? "," : "--platform=", platform_format(&given->items[i], platform));
  return text.len && !text.overflow ? buf_detach(&text) : NULL;
}

void engine_inspect_words(const char **argv, const char *program, const char *name)
{
  const char *const words[] = { program, "image", "inspect", "--", name, NULL };

  memcpy(argv, words, sizeof(words));
}

void engine_version_words(const char **argv, const char *program)
{
  const char *const words[] = { program, "version", "--format", "{{json .}}", NULL };

  memcpy(argv, words, sizeof(words));
}

void engine_save_words(const char **argv, const struct engine_save *save)
{
  size_t n = 0;

  argv[n++] = save->program;
  argv[n++] = "save";
  if (save->platforms)
    argv[n++] = save->platforms;
  if (save->oci)
    argv[n++] = FORMAT_FLAG;
  if (save->uncompressed)
    argv[n++] = UNCOMPRESSED_FLAG;
  argv[n++] = "--";
  argv[n++] = save->name;
  argv[n] = NULL;
}

/* ---- what may be started ---- */

/* Both borrowed. */
struct wanted_image {
  const char *name;
  const struct source_options *options;
};

/* As engine_image_save_name makes it: the name, with the tag that goes without saying, or in full
 * the ID whose first digits the name is. */
static bool engine_may_save_name(const char *word, const char *name)
{
  const size_t len = strlen(name);
  const char *digits = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;

  if (!len)
    return false;
  if (strncmp(word, name, len) == 0 && (!word[len] || strcmp(word + len, ":latest") == 0))
    return true;
  for (size_t i = 0; digits[i]; i++)
    if (!isxdigit((unsigned char)digits[i]) || i >= ID_DIGITS)
      return false;
  return strlen(digits) == ID_DIGITS && strncmp(digits, name, len) == 0;
}

static bool engine_may_save(const void *context, const char *const *words, size_t n)
{
  const struct wanted_image *image = context;
  AUTO_FREE char *platforms = engine_platform_flag(image->options->platforms);
  size_t at = 0;

  if (at < n && platforms && strcmp(words[at], platforms) == 0)
    at++;
  if (at < n && strcmp(words[at], FORMAT_FLAG) == 0)
    at++;
  if (at < n && strcmp(words[at], UNCOMPRESSED_FLAG) == 0)
    at++;
  return n == at + 2 && strcmp(words[at], "--") == 0 &&
         engine_may_save_name(words[at + 1], image->name);
}

void source_engine_allow(const struct engine_kind *kind, const char *name,
                         const struct source_options *options, struct starter *starter)
{
  const char *argv[ENGINE_WORDS_MAX];
  const char *const save[] = { engine_program_of(kind), "save", NULL };
  struct program_wanted wanted = { argv, NULL, PROGRAM_WRITES, NULL };
  struct wanted_image *image = xmalloc(sizeof(*image));

  engine_inspect_words(argv, save[0], name);
  starter_allow(starter, &wanted, NULL, NULL);
  engine_version_words(argv, save[0]);
  starter_allow(starter, &wanted, NULL, NULL);
  *image = (struct wanted_image) { name, options };
  wanted.argv = save;
  starter_allow(starter, &wanted, engine_may_save, image);
}
