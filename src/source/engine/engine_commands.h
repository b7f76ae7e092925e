/* What engines' programs are run with. Private to source/engine. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_COMMANDS_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_COMMANDS_H

#include "source/engine/engine.h"

enum { ENGINE_WORDS_MAX = 8 }; /* of a command, with the NULL behind them */

/* The one that the environment names, or the usual one; borrowed. */
const char *engine_program_of(const struct engine_kind *kind);
/* "--platform=A,B" or "--all-platforms", to be freed; NULL: nothing is to be said of platforms, as
 * with NULL. */
char *engine_platform_flag(const struct platform_set *given);
/* What is known of an image; what is known of the engine. The words are borrowed. */
void engine_inspect_words(const char **argv, const char *program, const char *name);
void engine_version_words(const char **argv, const char *program);

struct engine_save {
  const char *program;
  const char *platforms; /* a flag; NULL: none */
  bool oci;              /* podman: as an OCI archive, … */
  bool uncompressed;     /* … and its layers as they are */
  const char *name;
};
void engine_save_words(const char **argv, const struct engine_save *save);

#endif
