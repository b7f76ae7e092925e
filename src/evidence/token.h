/* What in text is known to change from build to build: dates, times, epoch numbers, UUIDs, hashes,
 * absolute paths. */
#ifndef DIFFOCI_EVIDENCE_TOKEN_H
#define DIFFOCI_EVIDENCE_TOKEN_H

#include "base/str.h"

enum token_kind {
  TOKEN_WORD,   /* letters, digits and _ */
  TOKEN_OTHER,  /* one byte of anything else */
  TOKEN_DATE,   /* a date, a time of day, or both, as people or programs spell them */
  TOKEN_EPOCH,  /* seconds since 1970, or milli-, micro-, nanoseconds: between 2001 and 2036 */
  TOKEN_UUID,   /* RFC 9562, section 4 */
  TOKEN_HASH,   /* 32, 40, 56, 64, 96 or 128 hexadecimal digits */
  TOKEN_CRYPT,  /* a salted hash of a password: "$y$j9T$…$…", crypt(5) */
  TOKEN_RANDOM, /* 16 or more characters of base 64, of all kinds: keys, identifiers */
  TOKEN_PATH,   /* absolute, of two components or more */
};

struct token {
  enum token_kind kind;
  struct str text;
};

/* Takes the next token off the text; false at its end. before: the byte before the text, 0 where
 * there is none: what begins in the middle of a word or number is no date. */
bool token_next(struct str *text, char *before, struct token *out);

#endif
