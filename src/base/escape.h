/* Bytes from an image, made fit for a terminal, a Go-like quotation, or JSON. */
#ifndef DIFFOCI_BASE_ESCAPE_H
#define DIFFOCI_BASE_ESCAPE_H

#include "base/buf.h"
#include "base/str.h"

/* For a terminal: valid UTF-8 that prints stays; control bytes, invalid bytes, C1 controls, bidi
 * and other invisible format characters, line and paragraph separators become \t, \n, \x1b, \xff,
 * \u202e. A backslash stays as it is. */
void escape_terminal(struct buf *out, struct str s);

/* Go's strconv.Quote (the %q verb): in double quotes; \a \b \f \n \r \t \v \\ \" ; \x00 to \x1f,
 * \x7f and invalid bytes as \xNN; characters that do not print as \uNNNN or \UNNNNNNNN. */
void escape_quote(struct buf *out, struct str s);

/* Every byte that is not part of valid UTF-8 becomes U+FFFD, as Go's encoding/json does. */
void escape_utf8(struct buf *out, struct str s);

/* The \u escape of a code point in JSON (RFC 8259, 7): two of them beyond U+FFFF. Returns text. */
enum { ESCAPE_JSON_RUNE = 13 };
const char *escape_json_rune(uint32_t rune, char text[ESCAPE_JSON_RUNE]);

/* A JSON text (RFC 8259) that somebody else wrote, in which \u escapes stand for the characters
 * that do not print: it means the same, and a terminal can be shown it. */
void escape_json(struct buf *out, struct str text);

/* Whether Go's strconv.IsPrint holds of a code point beyond ASCII, so that it can be shown as it
 * is: false for controls, C1 controls, bidi and other invisible format characters, separators and
 * spaces but U+0020. */
bool rune_prints(uint32_t rune);

/* Length in bytes of the valid UTF-8 character at the start of s, its code point in *rune; 0 if
 * there is none (empty, invalid, overlong, surrogate). */
size_t utf8_decode(struct str s, uint32_t *rune);

#endif
