/* What a container engine's program says when it fails, made an error of ours. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_WORDS_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_WORDS_H

#include "base/error.h"
#include "base/str.h"

/* Fills *err with "LEAD: the last lines of words (hint)", on one line. words: what the program
 * wrote to standard error, its beginning cut off if cut. The code and the hint follow from the
 * words, ERROR_IO where they tell nothing. Returns -1. */
int engine_words_error(struct error *err, const char *lead, struct str words, bool cut);

/* "docker://NAME" is an image of a registry to skopeo: where Docker has none of that name, or is
 * not there, that is added to the message. name: as it was given, after the scheme. */
void engine_words_add_registry(struct error *err, const char *name);

#endif
