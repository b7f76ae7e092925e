/* What a value in a line is about, by the name before it. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_KEY_H
#define DIFFOCI_EVIDENCE_KEY_H

#include <stdbool.h>

#include "base/str.h"

/* The name before a value: what stands there last, but for quotes, spaces and what assigns. */
struct str key_before(struct str before);
/* Whether it is that of something random: a secret, a salt, an identifier. */
bool key_names_secret(struct str key);
/* Whether one of the words that the name is made of ("not-newer", "notNewer", "NOT_NEWER") is one
 * of these, in letters of either case. */
bool key_has_word(struct str key, const char *const *words, size_t n);
/* The cause of two values that have no shape of their own; NULL if none is known. before: what
 * stands before them in the line; path: of the file, whose name says it where the line does not.
 * *guessed: the name does not say that it is about the build ("user = www"). */
const char *key_cause(struct str before, const struct str value[2], struct str path, bool *guessed);

#endif
