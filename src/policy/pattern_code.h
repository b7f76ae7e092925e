/* What the compiler of patterns and the matcher share. Private to pattern.c and pattern_compile.c.
 */
#ifndef DIFFOCI_POLICY_PATTERN_CODE_H
#define DIFFOCI_POLICY_PATTERN_CODE_H

/* The code of a PATTERN_GLOB: operations, one byte each and what belongs to them. */
enum glob_op {
  GLOB_BYTE, /* and the byte */
  GLOB_ANY,
  GLOB_STAR,
  GLOB_SET, /* and a bit for each of the 256 bytes */
};

enum { SET_BYTES = 32 };

#endif
