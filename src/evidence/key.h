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
/* Whether all of them are. */
bool key_all_words(struct str key, const char *const *words, size_t n);
/* Takes the first of the words off the name; empty where it begins with a sign, which is taken off
 * instead. */
struct str key_take_word(struct str *key);
/* The cause that two values most often have which have no shape of their own; NULL if none is
 * known. before: what stands before them in the line; path: of the file, whose name says it where
 * the line does not. A name proves nothing: what is called "build_host" may be one that is
 * connected to. */
const char *key_cause(struct str before, const struct str value[2], struct str path);

#endif
