#include "diff/effective/effective_engines.h"

#include <string.h>

#include "base/escape.h"
#include "diff/notices.h"

enum { NOTE_MAX = 64 * 1024 };

/* What each engine makes of both images. */
struct engines {
  const struct effective_trees *trees;
  struct overlay *overlays[OVERLAY_ENGINES][2];
};

static const struct overlay_refusal *refusal_of(const struct engines *engines, int engine, int side)
{
  return overlay_refused(engines->overlays[engine][side]);
}

static void put_refusal(struct buf *out, const struct overlay_refusal *refusal)
{
  escape_quote(out, refusal->name);
  buf_printf(out, ": %s", refusal->why);
}

static bool all_refuse(const struct engines *engines, int side)
{
  for (int engine = 0; engine < OVERLAY_ENGINES; engine++)
    if (!refusal_of(engines, engine, side))
      return false;
  return true;
}

static void tell_refusal(const struct engines *engines, int side,
                         const struct overlay_refusal *refusal, const char *what, const char *by)
{
  const struct effective_trees *trees = engines->trees;
  AUTO_BUF line = BUF_INIT(NOTE_MAX);
  char digest[DIGEST_MAX_TEXT];

  buf_printf(&line, "layer %s: ",
             digest_format(&trees->images[side].manifest->layers[refusal->layer].digest, digest));
  put_refusal(&line, refusal);
  buf_printf(&line, ": %s %s", what, by);
  diff_notice(trees->diff, side, buf_str(&line));
}

/* n: how many engines are told of. All but the last, where the two overlay drivers do the same, as
 * nearly always. */
static const char *name_of(int engine, int n)
{
  return n == OVERLAY_DOCKER && engine == OVERLAY_PODMAN
             ? "podman's and docker's overlay"
             : overlay_engine_name((enum overlay_engine)engine);
}

static bool same_refusal(const struct overlay_refusal *a, const struct overlay_refusal *b)
{
  return a && b && a->layer == b->layer && str_equal(a->name, b->name) &&
         strcmp(a->why, b->why) == 0;
}

/* "layer sha256:…: "g": a hard link to …: cannot be unpacked by …" */
static void tell_refusals(const struct engines *engines, int side)
{
  const bool all = all_refuse(engines, side);
  const bool both = same_refusal(refusal_of(engines, OVERLAY_PODMAN, side),
                                 refusal_of(engines, OVERLAY_DOCKER, side));
  const int n = all ? 1 : both ? OVERLAY_DOCKER : OVERLAY_ENGINES;

  for (int engine = 0; engine < n; engine++) {
    const struct overlay_refusal *refusal = refusal_of(engines, engine, side);

    if (refusal)
      tell_refusal(engines, side, refusal, "cannot be unpacked by",
                   all ? "any engine" : name_of(engine, n));
  }
}

/* What only keeps some from unpacking a layer, of which all others make the same, is told, and
 * decides nothing. */
static void tell_doubts(const struct engines *engines, int side)
{
  for (int engine = 0; engine < OVERLAY_ENGINES && !all_refuse(engines, side); engine++) {
    const struct overlay_refusal *reason = overlay_may_refuse(engines->overlays[engine][side]);

    if (reason)
      tell_refusal(engines, side, reason, "may be refused by", "Docker and Podman");
  }
}

/* ---- the row ---- */

static void put_tree(struct buf *out, const struct engines *engines, int engine, int side,
                     struct str path)
{
  const struct overlay_refusal *refusal = refusal_of(engines, engine, side);
  const char *kind;
  unsigned mode;

  refusal = refusal ? refusal : overlay_may_refuse(engines->overlays[engine][side]);
  if (refusal) {
    buf_printf(out, "does not unpack layer %u, ", refusal->layer);
    put_refusal(out, refusal);
    return;
  }
  buf_puts(out, "makes ");
  if (path.ptr) {
    escape_quote(out, path);
    kind = overlay_kind_at(engines->overlays[engine][side], path, &mode);
    buf_printf(out, " %s", kind ? kind : "nothing");
    if (kind)
      buf_printf(out, " of mode %04o", mode);
  } else {
    buf_puts(out, "another tree");
  }
}

/* What each does; they are named with it. */
static void put_trees(struct buf *out, const struct engines *engines, int side, struct str path)
{
  struct buf texts[OVERLAY_ENGINES];
  int n = OVERLAY_ENGINES;

  for (int engine = 0; engine < OVERLAY_ENGINES; engine++) {
    texts[engine] = BUF_INIT(NOTE_MAX);
    put_tree(&texts[engine], engines, engine, side, path);
  }
  if (str_equal(buf_str(&texts[OVERLAY_PODMAN]), buf_str(&texts[OVERLAY_DOCKER])))
    n = OVERLAY_DOCKER;
  for (int engine = 0; engine < n; engine++)
    buf_printf(out, "%s%s %s", engine ? ", " : "", name_of(engine, n), texts[engine].ptr);
  for (int engine = 0; engine < OVERLAY_ENGINES; engine++)
    buf_release(&texts[engine]);
}

/* Appends what the engines make of an image where they do not agree, with the first path that they
 * do not agree about. False if they agree. */
static bool put_disagreement(struct buf *out, const struct engines *engines, int side)
{
  AUTO_BUF path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  bool agree = true;

  if (all_refuse(engines, side))
    return false;
  for (int engine = 1; engine < OVERLAY_ENGINES && agree; engine++)
    agree = !overlay_first_difference(engines->overlays[0][side], engines->overlays[engine][side],
                                      &path);
  if (agree)
    return false;
  buf_printf(out, "%s input %d: ", out->len ? ";" : "engines disagree about", side);
  put_trees(out, engines, side, buf_str(&path));
  return true;
}

static void send_disagreement(const struct engines *engines)
{
  static const struct event_input no_inputs[2] = { 0 };
  const struct effective_trees *trees = engines->trees;
  AUTO_BUF note = BUF_INIT(NOTE_MAX);
  bool any = put_disagreement(&note, engines, 0);

  any = put_disagreement(&note, engines, 1) || any;
  if (any)
    diff_leaf(trees->diff, trees->parent, "layer", EVENT_LAYER, note.ptr, no_inputs, NULL);
}

void effective_send_unpackable(struct diff *diff, const struct event_node *parent, int side,
                               const struct overlay_refusal *refusal)
{
  static const struct event_input no_inputs[2] = { 0 };
  AUTO_BUF note = BUF_INIT(NOTE_MAX);

  buf_printf(&note, "input %d cannot be unpacked: layer %u, ", side, refusal->layer);
  put_refusal(&note, refusal);
  diff_leaf(diff, parent, "layer", EVENT_LAYER, note.ptr, no_inputs, NULL);
}

/* What no tree here follows: it is told, and counts, since the layers are not the same. */
static bool send_unfollowed(const struct effective_trees *trees)
{
  static const struct event_input no_inputs[2] = { 0 };
  bool any = false;

  for (int side = 0; side < 2; side++) {
    const struct overlay_refusal *found = overlay_unfollowed(trees->overlays[side]);
    AUTO_BUF note = BUF_INIT(NOTE_MAX);

    if (!found || any)
      continue;
    buf_printf(&note, "input %d: layer %u, ", side, found->layer);
    put_refusal(&note, found);
    buf_puts(&note, ", so that what there is depends on the engine");
    diff_leaf(trees->diff, trees->parent, "layer", EVENT_LAYER, note.ptr, no_inputs, NULL);
    any = true;
  }
  return any;
}

/* ---- comparing ---- */

static bool one_refuses(const struct engines *engines, int engine)
{
  return !refusal_of(engines, engine, 0) != !refusal_of(engines, engine, 1);
}

/* Whether no engine unpacks either because of a layer that both have, and the trees have all that
 * lies in others. It may well lie among those that are left unread, since both images have them; so
 * it decides nothing where it is read. */
static bool refuse_same_layers(const struct engines *engines)
{
  const struct effective_image *images = engines->trees->images;

  for (int engine = 0; engine < OVERLAY_ENGINES; engine++) {
    const struct overlay_refusal *const refusals[2] = { refusal_of(engines, engine, 0),
                                                        refusal_of(engines, engine, 1) };

    if (!refusals[0] || !refusals[1] || overlay_refused_above(engines->overlays[engine][0]) ||
        overlay_refused_above(engines->overlays[engine][1]) ||
        !same_blob(&images[0].manifest->layers[refusals[0]->layer],
                   &images[1].manifest->layers[refusals[1]->layer]))
      return false;
  }
  return true;
}

static int effective_engines_compare(struct engines *engines, bool *differ, struct error *err)
{
  struct effective_trees trees = *engines->trees;
  const bool rows = *differ;
  const bool alike = refuse_same_layers(engines);

  for (int side = 0; side < 2; side++)
    tell_doubts(engines, side);
  for (int engine = 0; engine < OVERLAY_ENGINES; engine++) {
    if (one_refuses(engines, engine))
      *differ = true;
    /* Of two images that it refuses, an engine makes no containers that could differ; but where all
     * do, what they would make decides. */
    if (*differ || !engine || (refusal_of(engines, engine, 0) && !alike))
      continue;
    for (int side = 0; side < 2; side++)
      trees.overlays[side] = engines->overlays[engine][side];
    if (effective_compare_trees(&trees, differ, err))
      return -1;
  }
  /* Nothing tells that they are alike: what was unpacked before the refusal says nothing of the
   * rest, and the entries are not the same. */
  if (all_refuse(engines, 0) && all_refuse(engines, 1) && !alike)
    *differ = true;
  if (!*differ)
    return 0;
  for (int side = 0; side < 2; side++) {
    tell_refusals(engines, side);
    if (all_refuse(engines, side) && (!rows || !all_refuse(engines, 1 - side)))
      effective_send_unpackable(trees.diff, trees.parent, side, refusal_of(engines, 0, side));
  }
  send_disagreement(engines);
  return 0;
}

static int effective_engines_replay(struct engines *engines, struct error *err)
{
  for (int side = 0; side < 2; side++) {
    const struct overlay *origin = engines->trees->overlays[side];

    engines->overlays[0][side] = engines->trees->overlays[side];
    for (int engine = 1; engine < OVERLAY_ENGINES; engine++) {
      engines->overlays[engine][side] = overlay_replay(origin, (enum overlay_engine)engine, err);
      if (!engines->overlays[engine][side])
        return -1;
    }
  }
  return 0;
}

int effective_compare_engines(const struct effective_trees *trees, bool *differ, struct error *err)
{
  struct overlay *const *overlays = trees->overlays;
  struct engines engines = { .trees = trees };
  int status;

  if ((!overlay_in_doubt(overlays[0]) && !overlay_in_doubt(overlays[1])) ||
      overlay_compare_layers(overlays[0], overlays[1]) == OVERLAY_SAME_ENTRIES)
    return 0;
  if (send_unfollowed(trees))
    *differ = true;
  status = effective_engines_replay(&engines, err);
  if (status == 0)
    status = effective_engines_compare(&engines, differ, err);
  for (int side = 0; side < 2; side++)
    for (int engine = 1; engine < OVERLAY_ENGINES; engine++)
      overlay_free(engines.overlays[engine][side]);
  return status;
}
