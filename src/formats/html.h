/* HTML documents: the text of each element and each attribute. */
#ifndef DIFFOCI_FORMATS_HTML_H
#define DIFFOCI_FORMATS_HTML_H

#include "formats/format.h"

extern const struct format format_html;

#endif
