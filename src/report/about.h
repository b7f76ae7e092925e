/* What a report says beyond its events, as text: what the rules of a policy left out, and how many
 * differences have which cause. */
#ifndef DIFFOCI_REPORT_ABOUT_H
#define DIFFOCI_REPORT_ABOUT_H

#include "base/buf.h"
#include "policy/policy.h"
#include "report/explain/explain.h"
#include "report/report.h"

/* "3: /var/log/ (.diffoci.yaml:4: no interest)": how many differences the rule left out, the rule,
 * where it stands, why. Escaped for a terminal, no newline. */
void about_rule(struct buf *out, const struct policy_rule *rule);
/* A line for each rule that left something out, after the prefix; then one for the others, if there
 * are some. NULL: no policy. */
void about_rules(struct buf *out, const struct policy *policy, const char *prefix);
/* The lines of about_rules for the rules that left something out, alone. */
void about_rules_that_hid(struct buf *out, const struct policy *policy, const char *prefix);
/* The line of about_rules for those that did not. */
void about_idle_rules(struct buf *out, const struct policy *policy, const char *prefix);

/* "pyc-header", "apk-scripts?", "build-path+?", "embedded-date,owner?": the causes with how strong
 * they are: ? is likely, +? is a part of what differs. "-": none is known. */
void about_cause_ids(struct buf *out, const struct explanation *found);
/* "MTIME 0 / 2024-01-02T03:04:05Z": what differs, escaped for a terminal; no newline. */
void about_value(struct buf *out, const struct value_pair *value);

/* What is to be known of a comparison that did not come to its end: its error, and what that means
 * for what is listed. Escaped for a terminal, no newline. Nothing if it came to its end. */
void about_failure(struct buf *out, const struct report_about *about);

/* How many differences there are and how many are explained; then, for each cause, how many, its
 * id, how strong the evidence is, its text, some of what was found, the fix and the sources.
 * Nothing if there are no differences. */
void about_causes(struct buf *out, const struct explain *explain);

#endif
