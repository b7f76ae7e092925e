/* The tokens of JSON (RFC 8259), with what Go's encoding/json makes of those that other readers
 * refuse. Private to src/image. */
#ifndef DIFFOCI_IMAGE_JSON_LEXER_H
#define DIFFOCI_IMAGE_JSON_LEXER_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* A place in a text. */
struct json_lexer {
  struct str rest;   /* what was not read so far */
  const char *start; /* of the text */
  struct buf string; /* the last string, without its quotes and escapes; released by the owner */
  size_t n_marked;   /* values made so far that json_lexer_number and json_lexer_string marked */
  struct error *err; /* borrowed */
};

/* Fails with a message that begins with line and column. Returns -1. */
int json_lexer_fail(const struct json_lexer *lexer, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Passes over white space; the next byte, not passed over, or -1 at the end. */
int json_lexer_peek(struct json_lexer *lexer);
/* Passes over this byte, after white space, or fails. */
MUST_CHECK int json_lexer_expect(struct json_lexer *lexer, char byte);
/* Passes over word ("true", "false", "null") or fails. */
MUST_CHECK int json_lexer_word(struct json_lexer *lexer, const char *word);
/* A string, into lexer->string. Bytes that are not UTF-8, each by itself, and escaped surrogates
 * without their other half become U+FFFD; NUL is a character like others. */
MUST_CHECK int json_lexer_string(struct json_lexer *lexer);
/* lexer->string as a value, a new reference; NULL with the error set if memory is short. */
json_t *json_lexer_string_value(struct json_lexer *lexer);
/* A number, a new reference. An integer of 64 bits is one; what a double holds with all its digits
 * is a real; of others the digits are kept, so that different ones are never equal (json_is_digits
 * in image/json.h). NULL with the error set if it is none. */
json_t *json_lexer_number(struct json_lexer *lexer);

#endif
