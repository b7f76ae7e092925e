#include "evidence/described.h"

#include <string.h>

#include "base/macros.h"
#include "evidence/rpm_database.h"

/* ---- certificates and keys ---- */

/* By which key a certificate is signed (RFC 5280, 4.2.1.1). */
#define ISSUER "issuer's key identifier: "

/* What is made anew with each key (formats/certificate.c, pem.c, jks.c). */
static bool is_made_anew(struct str line)
{
  static const char *const names[] = { "serial number: ",
                                       "not before: ",
                                       "not after: ",
                                       "public key: ",
                                       "SHA-256: ",
                                       "parameters: ",
                                       "key identifier: ",
                                       "private key: ",
                                       "private key, encrypted: ",
                                       ISSUER };

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_has_prefix(line, str_of(names[i])))
      return true;
  return false;
}

struct described {
  bool certificate; /* one is described, … */
  bool self_signed; /* … and all are signed by themselves, or by a key that is another one, too */
  bool for_host;    /* one is for hosts that are named, and may sign no others */
};

/* Where the reading of two descriptions is. */
struct reading {
  struct str names[2];   /* of what is described: the host for which a certificate was made */
  struct str subject[2]; /* of the last certificate */
  bool by_another;       /* it names another as its issuer … */
  bool another_issuer;   /* … whose key differs */
  bool another;          /* certificate was read: another digest of all of it */
  bool renamed;          /* the line before says the same of another name, and is no digest */
  bool names_host;       /* RFC 5280, 4.2.1.6 */
  bool may_sign;         /* 4.2.1.9 */
};

/* Whether two lines are the same but for the names, each in the same places. */
static bool says_same(const struct reading *reading, struct str x, struct str y)
{
  const struct str *const names = reading->names;

  while (x.len && y.len) {
    if (names[0].len && names[1].len && str_has_prefix(x, names[0]) &&
        str_has_prefix(y, names[1])) {
      x = str_skip(x, names[0].len);
      y = str_skip(y, names[1].len);
    } else if (x.ptr[0] == y.ptr[0]) {
      x = str_skip(x, 1);
      y = str_skip(y, 1);
    } else {
      return false;
    }
  }
  return !x.len && !y.len;
}

static bool both_begin(struct str x, struct str y, struct str prefix)
{
  return str_has_prefix(x, prefix) && str_has_prefix(y, prefix);
}

static bool read_line(struct reading *reading, struct str x, struct str y)
{
  const bool same = str_equal(x, y);
  const bool follows = (reading->another && both_begin(x, y, STR("block: "))) ||
                       (reading->renamed && both_begin(x, y, STR("extension's digest: ")));

  if (!same && !(is_made_anew(x) && is_made_anew(y)) && !follows && !says_same(reading, x, y))
    return false;
  reading->another = reading->another || (!same && str_has_prefix(x, STR("SHA-256: ")));
  reading->renamed = !same && both_begin(x, y, STR("extension: "));
  reading->names_host |= reading->renamed && memmem(x.ptr, x.len, "DNS:", 4);
  reading->may_sign |= memmem(x.ptr, x.len, "CA:TRUE", 7) || memmem(y.ptr, y.len, "CA:TRUE", 7);
  reading->another_issuer |= !same && both_begin(x, y, STR(ISSUER));
  return true;
}

/* Of the certificate that was read last: whether its issuer was made anew with it. */
static void end_certificate(struct reading *reading, struct described *out)
{
  out->self_signed = out->self_signed && (!reading->by_another || reading->another_issuer);
  reading->by_another = reading->another_issuer = false;
}

/* Whether both describe the same things, apart from what is made anew. */
static bool same_but_made_anew(struct str a, struct str b, const struct str names[2],
                               struct described *out)
{
  struct reading reading = { .names = { names[0], names[1] } };

  *out = (struct described) { .self_signed = true };
  while (a.len || b.len) {
    const struct str lines[2] = { str_take_line(&a), str_take_line(&b) };

    if (both_begin(lines[0], lines[1], STR("subject: ")))
      end_certificate(&reading, out);
    if (!read_line(&reading, lines[0], lines[1]))
      return false;
    for (int side = 0; side < 2; side++)
      if (str_has_prefix(lines[side], STR("subject: "))) {
        out->certificate = true;
        reading.subject[side] = str_skip(lines[side], 9);
      } else if (str_has_prefix(lines[side], STR("issuer: "))) {
        reading.by_another |= !str_equal(reading.subject[side], str_skip(lines[side], 8));
      }
  }
  end_certificate(&reading, out);
  out->for_host = reading.names_host && !reading.may_sign;
  return true;
}

/* A certificate that signs itself, and whose key is another one, was made anew, perhaps for another
 * host; a CA's of another name is another CA. So was one that a CA of the same name and another key
 * signed. One that the same CA signed again, or of which the key is not told, was asked for. A key
 * of another size, or another time until it ends, was chosen. */
static void look_at_keys(const struct str content[2], const struct str names[2],
                         struct arena *arena, struct content_evidence *out)
{
  const struct str nothing = { NULL, 0 };
  const bool renamed = !str_equal(names[0], names[1]);
  struct described described;

  /* A request names a key, and nobody trusts it for that (RFC 2986). */
  if (str_equal(names[0], STR("CERTIFICATE REQUEST")) && !renamed) {
    content_assume(out, arena, "generated-key", "", nothing, nothing);
    return;
  }
  if (!same_but_made_anew(content[0], content[1], names, &described) || !described.self_signed ||
      (renamed && !described.for_host)) {
    content_leave(out, names[0]);
    out->headless = true;
    return;
  }
  content_assume(out, arena, described.certificate ? "generated-certificate" : "generated-key",
                 renamed ? "name" : "", renamed ? names[0] : nothing, renamed ? names[1] : nothing);
}

/* ---- packages ---- */

/* What rpmbuild notes of its run, and what follows from the rest (formats/rpm.c). */
static bool look_at_tag(const struct str content[2], struct str name, struct arena *arena,
                        struct content_evidence *out)
{
  static const char *const noted[] = { "BUILDTIME", "BUILDHOST", "COOKIE", "FILEMTIMES" };
  static const char *const following[] = { "PAYLOADDIGEST", "PAYLOADDIGESTALT" };
  bool follows = str_has_prefix(name, STR("signature/"));

  for (size_t i = 0; i < ARRAY_LEN(following); i++)
    follows = follows || str_equal(name, str_of(following[i]));
  for (size_t i = 0; i < ARRAY_LEN(noted); i++)
    if (str_equal(name, str_of(noted[i]))) {
      struct str rest[2] = { content[0], content[1] };

      content_add(out, arena, "rpm-package", noted[i], str_take_line(&rest[0]),
                  str_take_line(&rest[1]));
      return true;
    }
  if (follows)
    content_assume(out, arena, "rpm-package", "", (struct str) { NULL, 0 },
                   (struct str) { NULL, 0 });
  return follows;
}

bool evidence_described(const struct format *format, const struct format_member *a,
                        const struct format_member *b, struct arena *arena,
                        struct content_evidence *out)
{
  const struct str content[2] = { a->content.stored, b->content.stored };
  const struct str name = a->entry.name;

  if (a->content.codec || b->content.codec || str_equal(content[0], content[1]))
    return false;
  if (strcmp(format->name, "rpm") == 0)
    return look_at_tag(content, name, arena, out);
  if (strcmp(format->name, "sqlite") == 0)
    return rpm_database_look(name, content, arena, out);
  if (!format->describes || str_equal(name, STR(FORMAT_AROUND)))
    return false;
  look_at_keys(content, (const struct str[2]) { name, b->entry.name }, arena, out);
  return true;
}

bool described_is(const struct tar_entry *member)
{
  for (size_t i = 0; i < member->n_records; i++)
    if (str_equal(member->records[i].key, STR(FORMAT_DESCRIBED)))
      return true;
  return false;
}

void described_look(const struct str content[2], struct str path, struct arena *arena,
                    struct content_evidence *out)
{
  struct str name = path;
  const char *mark;

  while (name.len && (mark = memmem(name.ptr, name.len, "!/", 2)))
    name = str_skip(name, (size_t)(mark + 2 - name.ptr));
  *out = (struct content_evidence) { .looked_in = true };
  look_at_keys(content, (const struct str[2]) { name, name }, arena, out);
}
