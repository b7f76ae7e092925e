#include "evidence/described.h"

#include <string.h>

#include "base/macros.h"

static struct str next_line(struct str *text)
{
  const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
  const struct str line = { text->ptr, end ? (size_t)(end - text->ptr) : text->len };

  *text = str_skip(*text, line.len + (end ? 1 : 0));
  return line;
}

/* ---- certificates and keys ---- */

/* What is made anew with each key (formats/certificate.c, pem.c, jks.c). */
static bool is_made_anew(struct str line)
{
  static const char *const names[] = {
    "serial number: ",  "not before: ",  "not after: ",
    "public key: ",     "SHA-256: ",     "parameters: ",
    "key identifier: ", "private key: ", "private key, encrypted: "
  };

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_has_prefix(line, str_of(names[i])))
      return true;
  return false;
}

struct described {
  bool certificate; /* one is described, … */
  bool self_signed; /* … and all are signed by themselves */
};

/* Whether both describe the same things, apart from what is made anew. */
static bool same_but_made_anew(struct str a, struct str b, struct described *out)
{
  static const struct str block = STR("block: "); /* what a certificate lies in */
  struct str subject = STR("");
  bool another = false; /* certificate */

  *out = (struct described) { false, true };
  while (a.len || b.len) {
    const struct str x = next_line(&a);
    const struct str y = next_line(&b);

    if (!str_equal(x, y) && !(is_made_anew(x) && is_made_anew(y)) &&
        !(another && str_has_prefix(x, block) && str_has_prefix(y, block)))
      return false;
    another = another || (!str_equal(x, y) && str_has_prefix(x, STR("SHA-256: ")));
    if (str_has_prefix(x, STR("subject: "))) {
      out->certificate = true;
      subject = str_skip(x, 9);
    } else if (str_has_prefix(x, STR("issuer: "))) {
      out->self_signed = out->self_signed && str_equal(subject, str_skip(x, 8));
    }
  }
  return true;
}

/* A certificate that signs itself, and whose key is another one, was made anew. One that somebody
 * else signed was asked for, or is another one's. */
static void look_at_keys(const struct str content[2], struct str name, struct arena *arena,
                         struct content_evidence *out)
{
  const struct str nothing = { NULL, 0 };
  struct described described;

  if (!same_but_made_anew(content[0], content[1], &described) || !described.self_signed) {
    content_leave(out, name);
    out->headless = true;
    return;
  }
  content_assume(out, arena, described.certificate ? "generated-certificate" : "generated-key", "",
                 nothing, nothing);
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

      content_add(out, arena, "rpm-package", noted[i], next_line(&rest[0]), next_line(&rest[1]));
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
  if (!format->describes || str_equal(name, STR("(text around it)")))
    return false;
  look_at_keys(content, name, arena, out);
  return true;
}
