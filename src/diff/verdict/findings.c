#include "diff/verdict/findings.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "policy/policy.h"

void findings_start(struct findings *findings, const struct diff *diff,
                    const struct entry_rules *rules, const struct descriptor *const layers[2])
{
  findings->diff = diff;
  findings->rules = *rules;
  findings->started = findings->semantic != NULL;
  if (!findings->started)
    return;
  findings->rules.ignore = findings->semantic->options->ignore;
  layer_events_init(&findings->events, findings->semantic, findings->semantic_parent, layers);
}

void findings_stop(struct findings *findings)
{
  if (findings->started)
    layer_events_release(&findings->events);
  findings->started = false;
}

void findings_release(struct findings *findings)
{
  free(findings->strong);
  findings->strong = NULL;
  findings->n_strong = 0;
}

/* Whether a file of this name may be there for lazy pulling only: what eStargz adds in the root of
 * a layer (stargz-snapshotter, docs/estargz.md) no container sees. */
static bool findings_is_lazy(struct str name)
{
  return str_has_suffix(name, STR("stargz.index.json")) ||
         str_has_suffix(name, STR("prefetch.landmark"));
}

static void add_strong(struct findings *findings, const struct tar_entry *entry, int lone)
{
  struct strong *strong;
  enum overlay_kind kind;
  struct error ignored;

  if (findings->n_strong == STRONG_MAX)
    return;
  if (!findings->strong)
    findings->strong = xcalloc(STRONG_MAX, sizeof(*findings->strong));
  strong = &findings->strong[findings->n_strong];
  if (overlay_path_clean(&strong->path, entry->name, &ignored) < 0 ||
      overlay_path_kind(&strong->path, &kind, &ignored) < 0 || kind != OVERLAY_FILE ||
      strong->path.len == 0 || findings_is_lazy(overlay_path_str(&strong->path)))
    return;
  strong->is_directory = entry->type == TAR_DIR;
  strong->lone = lone;
  strong->seen = 0;
  findings->n_strong++;
}

static bool counts(const struct findings *findings, enum policy_field_kind kind,
                   const struct tar_entry *entry)
{
  const struct policy_field field = { kind, { NULL, 0 } };

  return !policy_hides_field(findings->diff->options->policy, &field, entry->name,
                             entry->type == TAR_DIR);
}

/* Files and directories whose owner, mode or contents differ. What else may differ leaves room for
 * doubt: one xattr is written in several ways, a link's mode means nothing. */
static bool shows(const struct findings *findings, const struct tar_entry *const entries[2],
                  bool content)
{
  const struct tar_entry *a = entries[0];
  const struct tar_entry *b = entries[1];

  if (a->type != b->type || (a->type != TAR_REGULAR && a->type != TAR_DIR) ||
      policy_hides_path(findings->diff->options->policy, a->name, a->type == TAR_DIR))
    return false;
  return (content && a->type == TAR_REGULAR && counts(findings, FIELD_CONTENT, a)) ||
         ((a->mode & 07777) != (b->mode & 07777) && counts(findings, FIELD_MODE, a)) ||
         (a->uid != b->uid && counts(findings, FIELD_UID, a)) ||
         (a->gid != b->gid && counts(findings, FIELD_GID, a));
}

/* Whether more differs than the effective comparison leaves out. */
static bool is_suspect(const struct findings *findings, const struct tar_entry *const entries[2])
{
  const struct entry_rules rules = {
    /* "/x" and "x" are two targets of a symbolic link. */
    .ignore = IGNORE_ALL_SEMANTIC & ~(uint32_t)IGNORE_CANONICAL_PATHS,
    .skip_security_xattrs = findings->rules.skip_security_xattrs,
    .ignore_position = true,
  };
  struct tar_entry nameless[2] = { *entries[0], *entries[1] };

  for (int side = 0; side < 2; side++) {
    nameless[side].user_name = STR("");
    nameless[side].group_name = STR("");
  }
  return entry_headers_differ(&rules, &nameless[0], &nameless[1]);
}

void findings_differ(struct findings *findings, const struct tar_entry *const entries[2],
                     const struct digest *const contents[2], bool in_step, bool always)
{
  const bool content = contents[0] && contents[1] && !digest_equal(contents[0], contents[1]);

  if (findings->started) {
    if (!content && !entry_headers_differ(&findings->rules, entries[0], entries[1])) {
      findings_same(findings, entries);
      return;
    }
    if (always && !diff_has_sent(findings->semantic))
      layer_events_entry(&findings->events, &findings->rules, entries, contents);
  }
  if (findings->suspect && findings->n_strong == STRONG_MAX)
    return;
  if (!content && !is_suspect(findings, entries))
    return;
  findings->suspect = true;
  if (in_step && shows(findings, entries, content))
    add_strong(findings, entries[0], -1);
}

/* "./x" and "x" are one target of a hard link, but not of a symbolic one. */
static struct str findings_target(const struct tar_entry *link)
{
  struct str target = link->link_name;

  while (link->type == TAR_LINK && str_has_prefix(target, STR("./")))
    target = str_skip(target, 2);
  return target;
}

void findings_same(struct findings *findings, const struct tar_entry *const entries[2])
{
  if (str_equal(findings_target(entries[0]), findings_target(entries[1])))
    return;
  findings->respelled = true;
  findings->suspect = true;
}

void findings_lone(struct findings *findings, int side, const struct tar_entry *entry, bool always)
{
  const struct policy *policy = findings->diff->options->policy;
  const uint64_t counts_of_name[2] = { side == 0, side == 1 };

  findings->suspect = true;
  if (always && findings->started && !diff_has_sent(findings->semantic))
    layer_events_lone(&findings->events, entry->name, counts_of_name, side, entry, NULL);
  if ((entry->type == TAR_REGULAR || entry->type == TAR_SYMLINK) &&
      !policy_hides_path(policy, entry->name, false) && counts(findings, FIELD_PRESENCE, entry))
    add_strong(findings, entry, side);
}

void findings_spelled(struct findings *findings)
{
  findings->semantic_unsure = findings->started;
}

/* ---- what becomes of strong suspects ---- */

/* Whether an entry leaves what the suspect stands for alone; not asked of the suspect's path. */
static bool leaves(const struct strong *strong, struct str path, enum overlay_kind kind,
                   bool is_directory)
{
  struct str own = overlay_path_str(&strong->path);

  if (path_is_below(own, path))
    return kind == OVERLAY_FILE && is_directory;
  return strong->is_directory || !path_is_below(path, own);
}

/* Whether an entry called name may have to do with the suspect's path. Nearly all names differ from
 * it somewhere within a component, and then only ".." could lead back. */
static bool may_touch(const struct strong *strong, struct str name)
{
  const char *own = strong->path.bytes;
  size_t at = 0;

  while (name.len && (name.ptr[0] == '/' || str_has_prefix(name, STR("./"))))
    name = str_skip(name, name.ptr[0] == '/' ? 1 : 2);
  while (at < name.len && at < strong->path.len && name.ptr[at] == own[at])
    at++;
  if (at == name.len || name.ptr[at] == '/' || name.ptr[at] == '.')
    return true;
  return memmem(name.ptr + at, name.len - at, "..", 2) != NULL;
}

/* Whether an entry called name may be at the suspect's path, or at one that leads there, though it
 * is called otherwise, since a directory in its name or the suspect's is a symbolic link (l/x where
 * l leads to d is d/x). Which links there are is not looked into: whatever is called like a
 * component of the path is taken for one that may be. What stands in the root can only be the file
 * itself, or else the merged /usr's own links would be taken for such. A directory leaves what is
 * in a directory. */
static bool may_lead(const struct strong *strong, struct str name, bool is_directory)
{
  const struct str own = overlay_path_str(&strong->path);
  const struct str whiteout = STR(".wh.");
  struct str rest = own;
  struct str component;
  struct str base;
  bool removes;

  while (name.len && name.ptr[name.len - 1] == '/')
    name.len--;
  base = path_name(name);
  if (str_equal(base, STR(".wh..wh..opq")))
    return !path_is_below(own, path_directory(name));
  removes = str_has_prefix(base, whiteout);
  if (removes)
    base = str_skip(base, whiteout.len);
  while (path_next(&rest, &component))
    if (str_equal(component, base) &&
        (!rest.len || (path_directory(name).len && (removes || !is_directory))))
      return true;
  return false;
}

enum position { OWN_LAYER, ABOVE, BELOW };

struct weight {
  enum position position;
  struct str name;
  bool is_directory; /* OWN_LAYER, ABOVE */
  int side;          /* BELOW */
};

/* Of layers below, only what the other side alone has can be what a suspect without a partner is.
 */
static bool weighs_on(const struct strong *strong, const struct weight *weight)
{
  return weight->position != BELOW || (strong->lone >= 0 && strong->lone != weight->side);
}

/* False: the suspect is none any more. */
static bool stays(struct strong *strong, const struct weight *weight)
{
  struct overlay_path path;
  enum overlay_kind kind;
  struct error ignored;

  if (!may_touch(strong, weight->name))
    return !weighs_on(strong, weight) || !may_lead(strong, weight->name, weight->is_directory);
  if (overlay_path_clean(&path, weight->name, &ignored) < 0 ||
      overlay_path_kind(&path, &kind, &ignored) < 0)
    return false;
  if (kind == OVERLAY_AUFS || kind == OVERLAY_AUFS_LINK)
    return true;
  if (weight->position != ABOVE && kind != OVERLAY_FILE) /* whiteouts do nothing there */
    return true;
  if (weight->position == BELOW)
    return !weighs_on(strong, weight) ||
           (!str_equal(overlay_path_str(&path), overlay_path_str(&strong->path)) &&
            !may_lead(strong, weight->name, false));
  if (!str_equal(overlay_path_str(&path), overlay_path_str(&strong->path)))
    return leaves(strong, overlay_path_str(&path), kind, weight->is_directory) &&
           !may_lead(strong, weight->name, weight->is_directory);
  strong->seen += strong->seen < 2;
  return weight->position == OWN_LAYER;
}

static void findings_weigh(struct findings *findings, const struct weight *weight)
{
  size_t left = 0;

  for (size_t i = 0; i < findings->n_strong; i++) {
    struct strong *strong = &findings->strong[i];

    if (!stays(strong, weight))
      continue;
    if (left != i)
      findings->strong[left] = *strong;
    left++;
  }
  findings->n_strong = left;
}

void findings_weigh_own(struct findings *findings, struct str name, bool is_directory)
{
  findings_weigh(findings, &(struct weight) {
                               .position = OWN_LAYER, .name = name, .is_directory = is_directory });
}

void findings_weigh_above(struct findings *findings, struct str name, bool is_directory)
{
  findings_weigh(
      findings, &(struct weight) { .position = ABOVE, .name = name, .is_directory = is_directory });
}

void findings_weigh_below(struct findings *findings, struct str name, int side)
{
  findings_weigh(findings, &(struct weight) { .position = BELOW, .name = name, .side = side });
}

void findings_weighed(struct findings *findings)
{
  size_t left = 0;

  for (size_t i = 0; i < findings->n_strong; i++)
    if (findings->strong[i].seen == 1) {
      if (left != i)
        findings->strong[left] = findings->strong[i];
      left++;
    }
  findings->n_strong = left;
}
