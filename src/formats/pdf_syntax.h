/* The syntax of PDF (ISO 32000-1, 7.2 and 7.3), as strictly as it can be read without knowing what
 * anything means. Private to pdf*.c. */
#ifndef DIFFOCI_FORMATS_PDF_SYNTAX_H
#define DIFFOCI_FORMATS_PDF_SYNTAX_H

#include "formats/format.h"

enum pdf_kind {
  PDF_END,    /* of the bytes */
  PDF_BAD,    /* nothing that PDF knows */
  PDF_NAME,   /* "/Length" */
  PDF_STRING, /* "(…)" */
  PDF_HEX,    /* "<…>" */
  PDF_NUMBER, /* an integer without a sign */
  PDF_WORD,   /* "obj", "R", "true", and numbers of other kinds */
  PDF_OPEN,   /* "<<" or "[" */
  PDF_CLOSE,  /* ">>" or "]" */
};

struct pdf_token {
  enum pdf_kind kind;
  struct str text; /* as it stands in the file */
};

/* The next token from *at on; white space and comments before it are passed over. */
struct pdf_token pdf_next(struct str bytes, size_t *at);
bool pdf_is_word(const struct pdf_token *token, const char *word);
/* Whether a token is this name ("/Length"), in any spelling: "#6C" stands for "l" (7.3.5). */
bool pdf_is_name(const struct pdf_token *token, const char *name);
uint64_t pdf_number(const struct pdf_token *token);

enum { PDF_KEYS_MAX = 128 };

struct pdf_entry {
  struct str key;
  struct str value; /* from its first byte to its last */
};

struct pdf_dict {
  struct pdf_entry entries[PDF_KEYS_MAX];
  size_t n;
};

/* Reads a dictionary from *at on, where "<<" stands. -1: it is none, is too large, has a key twice
 * or spelled so that it could be another. */
MUST_CHECK int pdf_read_dict(struct str bytes, size_t *at, struct pdf_dict *out, struct error *err);
/* The value of a key, ptr NULL if it is not there. */
struct str pdf_value(const struct pdf_dict *dict, const char *key);
/* Whether "<<" comes next. */
bool pdf_is_dict(struct str bytes, size_t at);
/* Passes over any value. */
MUST_CHECK int pdf_skip_value(struct str bytes, size_t *at, struct error *err);
/* Whether a value is an integer, or refers to an object. */
bool pdf_is_integer(struct str value, uint64_t *out);
bool pdf_is_reference(struct str value, uint64_t *object);

#endif
