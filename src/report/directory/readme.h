/* The README.md of a report directory. */
#ifndef DIFFOCI_REPORT_DIRECTORY_README_H
#define DIFFOCI_REPORT_DIRECTORY_README_H

#include "report/directory/extract.h"
#include "report/report.h"
#include "report/writer.h"

struct readme_input {
  const char *label; /* the image argument, as the user gave it */
  const struct notes *notes;
  size_t without_attributes;
  const char *failure; /* why not all was written; NULL if it was */
};

/* Nothing from an image is written unescaped. about: NULL allowed. */
void readme_write(struct writer *writer, const struct readme_input inputs[2],
                  const struct report_about *about);

#endif
