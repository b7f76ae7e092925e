/* What a value is said to be by what does not stand in its line: the names that it lies below in
 * YAML, JSON, XML and the like, the section of an INI file, the head of its column in a table.
 * Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_HEADING_H
#define DIFFOCI_EVIDENCE_HEADING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { HEADING_DEPTH = 32 };

/* A text, and where the reading of its headings is. All that the caller does not set is 0 at first.
 */
struct headings {
  struct str content; /* set by the caller */
  uint64_t work;      /* how many bytes may yet be read; set by the caller */
  struct str first;   /* line of the content; ptr NULL before it was looked for */
  size_t at;          /* lines are read up to there */
  struct heading {
    size_t indent;
    bool rules;
  } open[HEADING_DEPTH]; /* what the line at `at` may lie below */
  size_t n_open;
  bool section; /* the last heading in brackets rules */
  struct heading_bracket {
    char closing;
    bool rules;
  } brackets[HEADING_DEPTH]; /* that lines before opened, and none closed */
  size_t n_brackets;
  bool lost;          /* there was no room for more, and nothing is known from there on */
  struct str element; /* the name of one of XML that rules, whose end was not seen; or nothing */
  bool last_rules;    /* what the last line is called that was not empty does */
  bool continued;     /* that line goes on in the next one, and rules */
};

/* Whether a heading of the value, or one that could be, says that it is no time at which something
 * was made (WHEN_OTHER). value lies in line, a line of the content. Reads the content once if lines
 * are asked for from the top. True, too, where the work does not suffice. */
bool heading_rules(struct headings *headings, struct str line, const char *value);

#endif
