/* The files of page/, as they stand there: made by embed. Private to src/report/html. */
#ifndef DIFFOCI_REPORT_HTML_HTML_ASSETS_H
#define DIFFOCI_REPORT_HTML_HTML_ASSETS_H

#include "base/str.h"

struct str html_asset_page(void);   /* page.html */
struct str html_asset_style(void);  /* the style sheets, one after the other */
struct str html_asset_script(void); /* the scripts */

#endif
