/* Compiled Python files and their sources. Python runs a compiled file only if the time and the
 * size that are noted in it are those of its source (PEP 552; importlib, SourceLoader.get_code);
 * else it compiles the source. So of two that differ in that time alone, one image may run the one,
 * and the other image its source, and nobody knows whether these do the same. Private to the files
 * inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_PYTHON_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_PYTHON_H

#include "diff/diff.h"
#include "diff/inside/inside_compare.h"

struct inside_python;

/* The options are borrowed and live longer. */
struct inside_python *inside_python_new(const struct diff_options *options);
void inside_python_free(struct inside_python *python); /* NULL allowed */

/* Notes two files, if by their names they are compiled Python, before inside_python_same is asked
 * of them. The event's parents live as long as the comparison. */
void inside_python_note(struct inside_python *python, const struct event *event);

/* Of two files that note different times of their sources (diff/inside/python_source.h): whether
 * Python would run both, each in its image, or neither; that is, on both
 * sides there is no source where Python looks for it, or it has the time and size that are noted,
 * or it has not. The first call reads the layers of both images, those that both begin with only
 * where a source is not in the ones above. False with a reason for each side, also where that
 * cannot be known: the source is a link, or lies in a layer that would have to be fetched. One
 * thread at a time. */
bool inside_python_same(struct inside_python *python, const struct event *event,
                        const struct str content[2], char reasons[2][INSIDE_REASON_MAX]);

#endif
