/* What was found, as an in-toto statement for others to sign: a Simple Verification Result, or a
 * SLSA Verification Summary. */
#ifndef DIFFOCI_REPORT_CI_STATEMENT_OUT_H
#define DIFFOCI_REPORT_CI_STATEMENT_OUT_H

#include "report/output.h"

/* As struct output_format has it: a statement (in-toto Statement v1) about both images with
 * predicate https://in-toto.io/attestation/svr/v0.2, whose verifier.policies has the digest of the
 * rules. The properties are what the verdict says, and nothing where the images are different. The
 * time is that of $SOURCE_DATE_EPOCH where it is set.
 */
struct report *report_svr_make(const char *path, const struct diff_options *options,
                               const struct output_style *style);
/* The same with predicate https://slsa.dev/verification_summary/v1 (SLSA v1.1), about the second
 * image; PASSED if the exit status is 0, with the properties as verifiedLevels, which may be others
 * than SLSA's; else these are "FAILED", as the specification has it. */
struct report *report_vsa_make(const char *path, const struct diff_options *options,
                               const struct output_style *style);

#endif
