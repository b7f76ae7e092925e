/* Two whole images that a program of a few bytes makes: layers of directories, files, symbolic
 * links and whiteouts, with true digests. The second has the same layers, but for what the last
 * part of the input changes in it. A merged tree made here, the plain way, is held against the
 * answer: where the two trees differ, the images are never called `effective`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/memory_source.h"
#include "../common/tar_maker.h"
#include "base/limits.h"
#include "diff/diff.h"
#include "diff/verdict/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYERS = 3, OPS = 12, DIRS = 3, NAMES = 4, LAYER_MAX = 1 << 20 };

static const char *const dirs[DIRS] = { "", "d/", "e/" };
static const char *const names[NAMES] = { "a", "b", "c", "d.x" };

enum kind { FILE_, LINK_, WHITEOUT, OPAQUE, DIRECTORY, KINDS };

struct op {
  enum kind kind;
  unsigned dir, name, content, mode, owner;
};

struct program {
  struct op ops[LAYERS][OPS];
  size_t n[LAYERS];
};

/* ---- the tar streams ---- */

static void write_op(struct buf *out, const struct op *op)
{
  static const char *const contents[4] = { "", "one", "two", "three" };
  char name[64];
  struct tar_item item = { .name = name, .mode = 0600 | (op->mode & 0177), .uid = op->owner };

  snprintf(name, sizeof(name), "%s%s%s", dirs[op->dir], op->kind == WHITEOUT ? ".wh." : "",
           names[op->name]);
  if (op->kind == OPAQUE)
    snprintf(name, sizeof(name), "%s.wh..wh..opq", dirs[op->dir]);
  if (op->kind == DIRECTORY) {
    snprintf(name, sizeof(name), "%s", dirs[op->dir]);
    item.type = '5';
  } else if (op->kind == LINK_) {
    item.type = '2';
    item.link_name = contents[1 + op->content % 3];
  } else if (op->kind == FILE_) {
    item.content = str_of(contents[op->content % 4]);
  }
  tar_make(out, &item);
}

static void write_layer(struct buf *out, const struct program *program, size_t layer)
{
  for (size_t i = 0; i < program->n[layer]; i++)
    write_op(out, &program->ops[layer][i]);
  tar_make_end(out);
}

/* ---- the tree, the plain way ---- */

struct tree {
  struct op paths[DIRS][NAMES];
  bool there[DIRS][NAMES];
  struct op owns[DIRS]; /* the entry of a directory */
  bool has_entry[DIRS];
};

/* What lower layers brought is removed first, then what this one brings is put there. */
static void merge(struct tree *tree, const struct program *program, size_t layer)
{
  for (size_t i = 0; i < program->n[layer]; i++) {
    const struct op *op = &program->ops[layer][i];

    if (op->kind == WHITEOUT)
      tree->there[op->dir][op->name] = false;
    if (op->kind == OPAQUE && op->dir)
      memset(tree->there[op->dir], 0, sizeof(tree->there[op->dir]));
    else if (op->kind == OPAQUE)
      *tree = (struct tree) { 0 };
  }
  for (size_t i = 0; i < program->n[layer]; i++) {
    const struct op *op = &program->ops[layer][i];

    if (op->kind == DIRECTORY) {
      tree->owns[op->dir] = *op;
      tree->has_entry[op->dir] = true;
    } else if (op->kind == FILE_ || op->kind == LINK_) {
      tree->paths[op->dir][op->name] = *op;
      tree->there[op->dir][op->name] = true;
    }
  }
}

static bool same_file(const struct op *a, const struct op *b)
{
  if (a->kind != b->kind || a->owner != b->owner)
    return false;
  if (a->kind == LINK_)
    return a->content % 3 == b->content % 3;
  return a->content % 4 == b->content % 4 && (a->mode & 0177) == (b->mode & 0177);
}

static bool same_tree(const struct program *a, const struct program *b)
{
  struct tree trees[2] = { 0 };

  for (size_t layer = 0; layer < LAYERS; layer++) {
    merge(&trees[0], a, layer);
    merge(&trees[1], b, layer);
  }
  for (size_t dir = 0; dir < DIRS; dir++) {
    for (size_t name = 0; name < NAMES; name++) {
      const bool there = trees[0].there[dir][name];

      if (there != trees[1].there[dir][name] ||
          (there && !same_file(&trees[0].paths[dir][name], &trees[1].paths[dir][name])))
        return false;
    }
    /* The root's own entry is nothing to some engines; one that is only implied has no owner. */
    if (dir && trees[0].has_entry[dir] && trees[1].has_entry[dir] &&
        (trees[0].owns[dir].owner != trees[1].owns[dir].owner ||
         (trees[0].owns[dir].mode & 0177) != (trees[1].owns[dir].mode & 0177)))
      return false;
  }
  return true;
}

/* ---- the program ---- */

static void read_op(const uint8_t bytes[3], struct op *out)
{
  *out = (struct op) {
    .kind = (enum kind)(bytes[0] % KINDS),
    .dir = (unsigned)bytes[0] / KINDS % DIRS,
    .name = bytes[1] % NAMES,
    .content = (unsigned)bytes[1] >> 2 & 7,
    .owner = (unsigned)bytes[1] >> 5 & 1,
    .mode = bytes[2],
  };
  if (out->kind == DIRECTORY && !out->dir)
    out->dir = 1;
}

/* One name once in a layer: of doubles, and of whiteouts beside what they name, engines make what
 * they like. */
static bool is_there(const struct program *program, size_t layer, const struct op *op)
{
  for (size_t i = 0; i < program->n[layer]; i++) {
    const struct op *other = &program->ops[layer][i];
    const bool whole = op->kind == DIRECTORY || op->kind == OPAQUE;

    if (other->dir == op->dir &&
        (whole ? other->kind == op->kind
               : other->name == op->name && other->kind != DIRECTORY && other->kind != OPAQUE))
      return true;
  }
  return false;
}

static void add_op(struct program *program, size_t layer, const struct op *op)
{
  if (program->n[layer] < OPS && !is_there(program, layer, op))
    program->ops[layer][program->n[layer]++] = *op;
}

static enum verdict_level compare(const struct program programs[2], bool *failed)
{
  struct limits limits = limits_scaled(0.001);
  struct memory_sink *sink = memory_sink_new(false);
  struct diff_options options = {
    .limits = &limits, .threads = 1, .effective = true, .verdict = true
  };
  struct verdict verdict;
  struct error err;
  struct diff *diff;

  options.ignore = IGNORE_ALL_SEMANTIC;
  options.platforms.all = true;
  options.sink = memory_sink_sink(sink);
  for (int side = 0; side < 2; side++) {
    struct buf layers[LAYERS] = { BUF_INIT(LAYER_MAX), BUF_INIT(LAYER_MAX), BUF_INIT(LAYER_MAX) };
    struct str texts[LAYERS];

    for (size_t i = 0; i < LAYERS; i++) {
      write_layer(&layers[i], &programs[side], i);
      texts[i] = buf_str(&layers[i]);
    }
    options.sources[side] = memory_source_new(side ? "b" : "a");
    memory_source_image(options.sources[side], texts, LAYERS, "");
    for (size_t i = 0; i < LAYERS; i++)
      buf_release(&layers[i]);
  }
  diff = diff_run(&options, failed, &err);
  if (!diff)
    abort();
  diff_verdict(diff, *failed, VERDICT_FETCHES, &verdict);
  diff_free(diff);
  source_free(options.sources[0]);
  source_free(options.sources[1]);
  memory_sink_free(sink);
  return verdict.level;
}

/* The input: a number of operations on both, three bytes each with the layer in the third's top
 * bits, then as many on the second alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct program programs[2] = { 0 };
  enum verdict_level level;
  size_t both;
  bool failed;

  if (size < 4 || size > 256)
    return 0;
  both = data[0];
  data++;
  size--;
  for (size_t i = 0; size >= 3; i++, data += 3, size -= 3) {
    const size_t layer = (size_t)data[2] / 86; /* 0 to 2 */
    struct op op;

    read_op(data, &op);
    if (i < both)
      add_op(&programs[0], layer, &op);
    add_op(&programs[1], layer, &op);
  }
  level = compare(programs, &failed);
  if (failed || level == VERDICT_UNKNOWN)
    return 0;
  if (level >= VERDICT_EFFECTIVE && !same_tree(&programs[0], &programs[1]))
    abort();
  return 0;
}
