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

/* Where a text is being read; all 0 at its beginning. */
struct token_place {
  char before;           /* the byte before it: what begins in the middle of a word is no date */
  const char *no_random; /* no random characters begin before this place */
};

/* Takes the next token off the text, of which place belongs to what is left; false at its end. The
 * time that a whole text takes grows with its length. */
bool token_next(struct str *text, struct token_place *place, struct token *out);

#endif
