/* Who reads a file: people alone, or programs that act on what stands in it. Private to evidence/.
 */
#ifndef DIFFOCI_EVIDENCE_READER_H
#define DIFFOCI_EVIDENCE_READER_H

#include "evidence/content.h"

/* Whether both contents are text that lies where documentation does (FHS 3.0, 4.11.3), and none of
 * them is one that something runs. Only of such files it can be said that no container does
 * anything else because of a date in them. */
bool reader_is_person(const struct str content[2], const struct content_file *file);
/* Whether one of them is a script, or the source of a program: a date in it may be one that it runs
 * on. */
bool reader_is_interpreter(const struct str content[2], const struct content_file *file);
/* Whether it is named as what a source was translated to for an interpreter: what a script runs on,
 * this does, too. */
bool reader_is_machine(const struct content_file *file);
/* Whether those who read it are known to ask whether a line is there, and not where: lists of
 * checksums as sha256sum(1) writes them, and of what is installed (Python's "Recording installed
 * projects"). Of other texts nobody knows that: the first or the last of some rules may count,
 * and so may that of two lines on one file. The same lines are in both contents. */
bool reader_takes_set(const struct str content[2], const struct content_file *file);
/* Whether it lies where programs note what they did (FHS 3.0, 5.10): a time of a start or an end
 * there is past, and rules nothing. */
bool reader_has_log(const struct content_file *file);

#endif
