/* zip archives and what is built on them: jar, war, whl, egg, pyz, epub, apk, nupkg, docx
 * (PKWARE's APPNOTE.TXT, version 6.3.10). */
#ifndef DIFFOCI_FORMATS_ZIP_H
#define DIFFOCI_FORMATS_ZIP_H

#include "formats/format.h"

extern const struct format format_zip;

#endif
