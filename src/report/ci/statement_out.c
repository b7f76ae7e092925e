#include "report/ci/statement_out.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "base/civil.h"
#include "base/version.h"
#include "diff/verdict/verdict.h"
#include "policy/policy.h"
#include "report/changes/listing.h"
#include "report/ci/sarif.h"
#include "report/json/json_run.h"

/* RFC 3339, in UTC. */
static const char *time_text(char out[CIVIL_TEXT_MAX])
{
  const char *epoch = getenv("SOURCE_DATE_EPOCH");
  uint64_t seconds;
  time_t now = time(NULL);

  if (epoch && str_to_u64(str_of(epoch), INT32_MAX, &seconds))
    now = (time_t)seconds;
  return civil_rfc3339(now, out);
}

/* {"sha256": "HEX"} */
static void write_digest(struct json_writer *json, const struct digest *digest)
{
  char text[DIGEST_MAX_TEXT];

  json_object_open(json, "digest");
  json_write_text(json, digest->algorithm == DIGEST_SHA256 ? "sha256" : "sha512",
                  digest_hex(digest, text));
  json_object_close(json);
}

static void write_subject(struct json_writer *json, const struct report_about *about, int first)
{
  json_array_open(json, "subject");
  for (int side = first; about->verdict && side < 2; side++) {
    json_object_open(json, NULL);
    if (about->run)
      json_write_text(json, "name", about->run->inputs[side]);
    write_digest(json, &about->verdict->digests[side]);
    json_object_close(json);
  }
  json_array_close(json);
}

/* What was left out by rules, as a ResourceDescriptor (in-toto attestations, spec/v1). */
static void write_policy(struct json_writer *json, const char *name, const struct policy *policy)
{
  const struct digest digest = policy_digest(policy);

  json_object_open(json, name);
  write_digest(json, &digest);
  json_object_close(json);
}

static void open_statement(struct json_writer *json, const char *predicate_type)
{
  json_object_open(json, NULL);
  json_write_text(json, "_type", "https://in-toto.io/Statement/v1");
  json_write_text(json, "predicateType", predicate_type);
}

/* The program as a package URL, which is a URI that has the version in it. */
static void write_verifier(struct json_writer *json)
{
  AUTO_BUF id = BUF_INIT(INT_MAX);

  json_object_open(json, "verifier");
  buf_puts(&id, "pkg:generic/diffoci@");
  sarif_uri(&id, str_of(diffoci_version));
  json_write_str(json, "id", buf_str(&id));
}

/* Each level says what the weaker ones say, where that was looked into. */
static void write_properties(struct json_writer *json, const struct verdict *verdict)
{
  if (verdict && verdict->level == VERDICT_IDENTICAL)
    json_write_text(json, NULL, "DIFFOCI_IDENTICAL");
  if (verdict && verdict->level >= VERDICT_SEMANTIC)
    json_write_text(json, NULL, "DIFFOCI_SEMANTIC");
  /* Of artifacts, which no container is made of, "semantic" says nothing of that. */
  if (verdict && (verdict->artifacts || verdict->unseen) && verdict->level == VERDICT_SEMANTIC)
    return;
  if (verdict && verdict->level >= VERDICT_EFFECTIVE)
    json_write_text(json, NULL, "DIFFOCI_EFFECTIVE");
  if (verdict && verdict->level >= VERDICT_EQUIVALENT)
    json_write_text(json, NULL, "DIFFOCI_EQUIVALENT");
}

static void write_svr(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  char text[CIVIL_TEXT_MAX];
  struct json_writer json;

  json_writer_init(&json, writer, true);
  open_statement(&json, "https://in-toto.io/attestation/svr/v0.2");
  write_subject(&json, about, 0);
  json_object_open(&json, "predicate");
  write_verifier(&json);
  json_write_text(&json, "version", diffoci_version);
  json_array_open(&json, "policies");
  write_policy(&json, NULL, about->policy);
  json_array_close(&json);
  json_object_close(&json);
  json_write_text(&json, "timeCreated", time_text(text));
  json_array_open(&json, "properties");
  write_properties(&json, about->verdict);
  json_array_close(&json);
  json_object_close(&json);
  json_object_close(&json);
  writer_putc(writer, '\n');
}

static void write_vsa(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  char text[CIVIL_TEXT_MAX];
  struct json_writer json;

  json_writer_init(&json, writer, true);
  open_statement(&json, "https://slsa.dev/verification_summary/v1");
  write_subject(&json, about, 1);
  json_object_open(&json, "predicate");
  write_verifier(&json);
  json_object_open(&json, "version");
  json_write_text(&json, "diffoci", diffoci_version);
  json_object_close(&json);
  json_object_close(&json);
  json_write_text(&json, "timeVerified", time_text(text));
  json_write_text(&json, "resourceUri", about->run ? about->run->inputs[1] : "");
  write_policy(&json, "policy", about->policy);
  json_write_text(&json, "verificationResult", about->passed ? "PASSED" : "FAILED");
  /* None of SLSA's own: it says nothing of the build. */
  json_array_open(&json, "verifiedLevels");
  if (about->passed)
    write_properties(&json, about->verdict);
  else
    json_write_text(&json, NULL, "FAILED");
  json_array_close(&json);
  json_object_close(&json);
  json_object_close(&json);
  writer_putc(writer, '\n');
}

struct report *report_svr_make(const char *path, const struct diff_options *options,
                               const struct output_style *style)
{
  return listing_new(path, style, 1, options->limits->memory, write_svr);
}

struct report *report_vsa_make(const char *path, const struct diff_options *options,
                               const struct output_style *style)
{
  return listing_new(path, style, 1, options->limits->memory, write_vsa);
}
