#include "source/engine/engine_words.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/macros.h"
#include "image/reference.h"

enum { QUOTED_MAX = 900 }; /* bytes of the program's words that are shown, the last ones */

#define HINT_SOCKET                                                                                \
  "may you use its socket? that takes membership of a group such as docker, sudo, or a rootless "  \
  "set-up"
#define HINT_WHICH "DOCKER_HOST and docker context say which one is asked"
#define HINT_DAEMON "is the daemon running? " HINT_WHICH
#define HINT_CONTEXT "docker context ls lists those that there are; DOCKER_CONTEXT names one"
#define HINT_CONTAINERD "is containerd running? CONTAINERD_ADDRESS says where"
#define HINT_IMAGE "does the image exist there? the engine's command \"images\" lists what there is"

#define HINT_DROPPED                                                                               \
  "the engine lacks a part of the image: containerd drops layers once they are unpacked if it is " \
  "set so (discard_unpacked_layers), and has only platforms that were pulled; pull the image "     \
  "there again, or compare what the registry has"

/* What the programs say (docker, podman, nerdctl and the daemons behind them), in lower case; the
 * first that fits counts. */
static const struct {
  const char *words;
  enum error_code code;
  const char *hint;
} meanings[] = {
  { "permission denied while trying to connect", ERROR_PERMISSION, HINT_SOCKET },
  { "socket: permission denied", ERROR_PERMISSION, HINT_SOCKET },
  { "unable to resolve docker endpoint", ERROR_NOT_FOUND, HINT_CONTEXT },
  { "context not found", ERROR_NOT_FOUND, HINT_CONTEXT },
  { "is the docker daemon running", ERROR_NETWORK, HINT_WHICH },
  { "and if the daemon is running", ERROR_NETWORK, HINT_WHICH },
  { "cannot connect to", ERROR_NETWORK, HINT_DAEMON },
  { "failed to connect to the docker api", ERROR_NETWORK, HINT_DAEMON },
  { "error during connect", ERROR_NETWORK, HINT_DAEMON },
  { "unable to connect to podman", ERROR_NETWORK,
    "is its service running there? podman system connection list shows where that is" },
  { "cannot access containerd socket", ERROR_NETWORK, HINT_CONTAINERD },
  { "rootless containerd not running", ERROR_NETWORK, HINT_CONTAINERD },
  { "content digest", ERROR_NOT_FOUND, HINT_DROPPED },
  { "no such image", ERROR_NOT_FOUND, HINT_IMAGE },
  { "reference does not exist", ERROR_NOT_FOUND, HINT_IMAGE },
  { "image not known", ERROR_NOT_FOUND, HINT_IMAGE "; each user has images of their own" },
  { "no image found", ERROR_NOT_FOUND, HINT_IMAGE },
  { "does not provide the specified platform", ERROR_NOT_FOUND,
    "leave --platform out, or pull that platform first" },
  { "no space left on device", ERROR_IO, "the engine needs room in a temporary folder of its own" },
  { "permission denied", ERROR_PERMISSION, HINT_SOCKET },
  { "connection refused", ERROR_NETWORK, HINT_DAEMON },
  { "not found", ERROR_NOT_FOUND, HINT_IMAGE },
};

static bool has_word(struct str text, const char *word)
{
  size_t len = strlen(word);

  for (size_t i = 0; i + len <= text.len; i++) {
    size_t at = 0;

    while (at < len && tolower((unsigned char)text.ptr[i + at]) == word[at])
      at++;
    if (at == len)
      return true;
  }
  return false;
}

/* The last lines, as far as they fit, on one line. */
static void quote(struct buf *out, struct str words, bool cut)
{
  bool gap = false;

  if (words.len > QUOTED_MAX) {
    words = str_skip(words, words.len - QUOTED_MAX);
    cut = true;
  }
  if (cut) {
    /* A part of a line says little. */
    const char *line = memchr(words.ptr, '\n', words.len);

    if (line && (size_t)(line - words.ptr) + 1 < words.len)
      words = str_skip(words, (size_t)(line - words.ptr) + 1);
    buf_puts(out, "… ");
  }
  for (size_t i = 0; i < words.len; i++) {
    if (words.ptr[i] == '\n' || words.ptr[i] == '\r') {
      gap = true;
      continue;
    }
    if (gap && out->len)
      buf_puts(out, "; ");
    gap = false;
    buf_putc(out, words.ptr[i]);
  }
}

static struct str engine_words_trimmed(struct str words)
{
  while (words.len && isspace((unsigned char)words.ptr[words.len - 1]))
    words.len--;
  while (words.len && isspace((unsigned char)words.ptr[0]))
    words = str_skip(words, 1);
  return words;
}

int engine_words_error(struct error *err, const char *lead, struct str words, bool cut)
{
  AUTO_BUF text = BUF_INIT(2 * QUOTED_MAX + 64);

  words = engine_words_trimmed(words);
  if (!words.len)
    return error_set(err, ERROR_IO, "%s", lead);
  quote(&text, words, cut);
  for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
    if (has_word(words, meanings[i].words))
      return error_set(err, meanings[i].code, "%s: %s (%s)", lead, text.ptr, meanings[i].hint);
  }
  return error_set(err, ERROR_IO, "%s: %s", lead, text.ptr);
}

void engine_words_add_registry(struct error *err, const char *name)
{
  const struct error found = *err;
  struct reference reference;
  struct error why;

  if ((found.code != ERROR_NOT_FOUND && found.code != ERROR_NETWORK) ||
      reference_parse(&reference, str_of(name), &why) < 0)
    return;
  reference_release(&reference);
  error_set(err, found.code, "%.1600s; of the image in a registry leave the scheme out: %.300s",
            found.message, name);
  err->sys = found.sys;
}
