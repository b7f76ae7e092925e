/* "Did you mean …?": the nearest of the words that would have been right. */
#ifndef DIFFOCI_BASE_SUGGEST_H
#define DIFFOCI_BASE_SUGGEST_H

#include "base/str.h"

/* A search for the candidate nearest to a word, given to it one by one. */
struct suggestion {
  struct str word;    /* what was typed */
  struct str nearest; /* the best candidate so far; ptr is NULL while there is none */
  unsigned distance;  /* of that one */
};

/* For one word; candidates are borrowed and must live as long as the result is used. */
struct suggestion suggestion_for(struct str word);

/* Considers a candidate. It counts if few letters, for the length of the word, are missing, too
 * many, other ones or swapped with their neighbour (the optimal string alignment distance, at most
 * a third of the length of the longer), whatever their case; or if the word is its beginning and
 * has at least three letters, which is as near as one wrong letter. Of equally near ones
 * the first that the word is the beginning of stays, else the first. Words over 64 bytes are near
 * to nothing. */
void suggestion_consider(struct suggestion *suggestion, struct str candidate);

/* The distance alone; UINT_MAX where a word has over 64 bytes. */
unsigned suggestion_distance(struct str a, struct str b);

#endif
