/* The shadow of a comparison is the same comparison under --semantic or --effective. It is made for
 * the verdict alone: it takes the documents that the comparison has loaded, and its events go to
 * nobody; that there was one is all it remembers. Its layers are not read where the comparison
 * itself could tell in passing what the shadow would find (findings.h). Private to src/diff. */
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
/* Whether it is known, without running it, that a task of the shadow finds no difference. */
typedef bool shadow_known(const struct diff *shadow, const struct layer_task *task);
shadow_known shadow_found_in_passing; /* under --semantic, after the tasks of the comparison */
/* Whether the shadow finds a difference. Runs those of its tasks that `known` does not tell about,
 * as far as effort allows it, unless a difference was found before. Where the answer is
 * SHADOW_UNKNOWN, *err says why. May be called once. */
enum shadow_answer shadow_decide(struct diff *shadow, shadow_known *known,
                                 enum verdict_effort effort, struct error *err);

#endif
