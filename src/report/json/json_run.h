/* What every JSON output says of the comparison itself. Private to src/report; docs/report.md has
 * the contract. */
#ifndef DIFFOCI_REPORT_JSON_JSON_RUN_H
#define DIFFOCI_REPORT_JSON_JSON_RUN_H

#include "report/changes/changes.h"
#include "report/json/json_writer.h"
#include "report/patches/patches.h"
#include "report/report.h"

struct package_change;

enum { JSON_FORMAT_VERSION = 1 };

/* The members formatVersion, tool, arguments, inputs and, where there are rules, policy of the
 * object that is open. about may lack what it does not know; such members are left out. */
void json_run_members(struct json_writer *json, const struct report_about *about);
/* The member verdict: verdict, digests, and where it was not looked into unknown and reason.
 * Nothing where about has none. */
void json_run_verdict(struct json_writer *json, const struct report_about *about);
/* The member error, a text: why the comparison did not come to its end. Nothing where it did. */
void json_run_failure(struct json_writer *json, const struct report_about *about);
/* The member notices: an array of {"warning", "text"}. Nothing where there are none. */
void json_run_notices(struct json_writer *json, const struct report_about *about);
/* The member packages, an array, where it is known which differ. */
void json_run_packages(struct json_writer *json, const struct report_about *about);
/* The members of one of these, of the object that is open. */
void json_run_package(struct json_writer *json, const struct package_change *change);
/* The member rules, an array: the rules of the policy, and how many differences each left out.
 * Nothing where there are none. */
void json_run_rules(struct json_writer *json, const struct report_about *about);
/* The member totals: differences, added, removed, changed, metadata, image, consequences,
 * bytesAdded, bytesRemoved, and by cause its id. */
void json_run_totals(struct json_writer *json, const struct change_totals *totals,
                     const struct report_about *about);
/* The member fields: an array of {"name", "values": [BEFORE, AFTER]}, with null for what is absent.
 */
void json_run_fields(struct json_writer *json, const struct change *change);
/* The member patch, of the number of an event: kind, and where there are some text and more.
 * Nothing where there is none, or patches is NULL. */
void json_run_patch(struct json_writer *json, struct patches *patches, unsigned number);

#endif
