/* The shadow of a comparison: the same comparison under --semantic or --effective, for the verdict.
 * It walks the documents that are loaded already, and sends nothing. Layers under --semantic are
 * compared in passing by the comparison itself (findings.h), and only where that does not decide
 * read once more. Private to src/diff. */
#ifndef DIFFOCI_DIFF_VERDICT_SHADOW_H
#define DIFFOCI_DIFF_VERDICT_SHADOW_H

#include "diff/compare.h"
#include "diff/verdict/verdict.h"

/* Whether the options are --semantic, so that no shadow is needed. */
bool shadow_is_semantic(const struct diff_options *options);
/* The same for --effective. */
bool shadow_is_effective(const struct diff_options *options);

/* Between the walk of the comparison and the run of its tasks. */
struct diff *shadow_semantic(struct diff *primary);
/* At any time after the walk; before the run of the tasks if it is to learn from them. */
struct diff *shadow_effective(struct diff *primary);
void shadow_free(struct diff *shadow); /* NULL allowed */

enum shadow_answer { SHADOW_SAME, SHADOW_DIFFERS, SHADOW_UNKNOWN };
/* Whether a task's answer is known without it being run: that there is no difference. */
typedef bool shadow_known(const struct diff *shadow, const struct layer_task *task);
shadow_known shadow_found_in_passing; /* under --semantic, after the tasks of the comparison */
/* Runs the tasks whose answer is not known, unless all is decided. *err says why the answer is
 * SHADOW_UNKNOWN. */
enum shadow_answer shadow_decide(struct diff *shadow, shadow_known *known,
                                 enum verdict_effort effort, struct error *err);

#endif
