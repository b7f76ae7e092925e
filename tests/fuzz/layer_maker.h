/* A tar stream from lines of text, for fuzz targets. Each line is an entry, or a setting for those
 * that follow:
 *
 *   f PATH CONTENT     a file; \n in the content is a newline, \0 a NUL
 *   d PATH             a directory
 *   l PATH TARGET      a symbolic link; h: a hard link
 *   c PATH, b PATH     devices; p PATH a FIFO
 *   w PATH             a whiteout, o PATH an opaque directory
 *   m OCTAL            a mode; u UID, g GID; t SECONDS; U, G: names
 *   x KEY=VALUE        a PAX record, of the next entry alone
 *   z                  zeros follow: the archive ends here, and goes on
 */
#ifndef DIFFOCI_TESTS_LAYER_MAKER_H
#define DIFFOCI_TESTS_LAYER_MAKER_H

#include "base/buf.h"

void layer_make(struct str lines, struct buf *out);

#endif
