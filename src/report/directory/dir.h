/* The report directory, with its second pass as a parameter. */
#ifndef DIFFOCI_REPORT_DIRECTORY_DIR_H
#define DIFFOCI_REPORT_DIRECTORY_DIR_H

#include "diff/diff.h"
#include "report/report.h"

/* As diff_visit_layer. */
typedef int report_dir_visit(struct source *source, const struct descriptor *layer,
                             const uint64_t *positions, size_t n_positions,
                             const struct limits *limits, struct content_visitor *visitor,
                             struct error *err);

/* As report_dir_new; read_chunk is tar_read, or what takes its place where visit is not
 * diff_visit_layer. */
struct report *
report_dir_new_with(const char *path, const struct diff_options *options, report_dir_visit *visit,
                    int (*read_chunk)(void *reader, struct tar_chunk *chunk, struct error *err));

#endif
