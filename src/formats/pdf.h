/* PDF documents. */
#ifndef DIFFOCI_FORMATS_PDF_H
#define DIFFOCI_FORMATS_PDF_H

#include "formats/format.h"

extern const struct format format_pdf;

#endif
