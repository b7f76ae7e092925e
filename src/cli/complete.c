#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/show_output.h"
#include "image/reference.h"
#include "policy/causes.h"
#include "policy/field.h"
#include "report/output.h"
#include "source/names.h"

/* What is offered for a word that has been begun. */
struct offer {
  struct buf out;
  struct str word;
  struct str before; /* of the word, what every candidate begins with */
  const struct global_options *globals;
};

/* What would end the line, or be taken for something else by a shell, is not offered. */
static bool is_plain(struct str text)
{
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
      return false;
  return true;
}

static void offer(void *context, struct str candidate)
{
  struct offer *offers = context;
  const struct str rest = str_skip(offers->word, offers->before.len);

  if (!str_has_prefix(candidate, rest) || !is_plain(candidate))
    return;
  buf_add_str(&offers->out, offers->before);
  buf_add_str(&offers->out, candidate);
  buf_putc(&offers->out, '\n');
}

static void offer_text(void *context, const char *candidate)
{
  offer(context, str_of(candidate));
}

/* ---- images ---- */

static const char engines[] = "docker://|podman://|nerdctl://|containerd://";
static const char files[] = "oci:|oci-archive:|docker-archive:|dir:|rootfs:|rootfs-archive:";

static void offer_image(struct offer *offers, const struct store_image *image)
{
  struct reference reference;
  AUTO_FREE char *familiar = NULL;
  struct error ignored;

  if (!image->name)
    return;
  if (reference_parse(&reference, str_of(image->name), &ignored) < 0) {
    offer_text(offers, image->name);
    return;
  }
  familiar = reference_familiar(&reference);
  reference_release(&reference);
  offer_text(offers, familiar);
}

static void offer_stored(struct offer *offers)
{
  struct store *stores[BACKEND_STORES_MAX];
  struct error ignored;
  const int n = backend_open_all(&offers->globals->stores, STORE_READ, stores, &ignored);

  for (int i = 0; i < n; i++) {
    struct store_images images;

    if (store_list(stores[i], &images, &ignored) == 0) {
      for (size_t k = 0; k < images.n; k++)
        offer_image(offers, &images.items[k]);
      store_images_release(&images);
    }
    store_close(stores[i]);
  }
}

struct file_form {
  struct str word;
  size_t len; /* of the transport that it begins with; 0: none */
};

static void match_form(void *context, struct str transport)
{
  struct file_form *form = context;

  if (str_has_prefix(form->word, transport))
    form->len = transport.len;
}

/* "oci:PATH:…": the images in there. */
static void offer_refs(struct offer *offers)
{
  const struct limits limits = limits_scaled(1);
  struct file_form form = { .word = offers->word };
  AUTO_FREE char *path = NULL;
  struct error ignored;
  size_t end = offers->word.len;

  flag_each_choice(files, match_form, &form);
  if (form.len == 0)
    return;
  /* The name in there may hold colons; the path ends at the first one behind which it exists. */
  for (size_t i = form.len; i < end && !path; i++) {
    if (offers->word.ptr[i] != ':')
      continue;
    path = xstrndup(offers->word.ptr + form.len, i - form.len);
    offers->before = (struct str) { offers->word.ptr, i + 1 };
  }
  if (path && source_names(path, &limits, offer_text, offers, &ignored) == 0)
    return;
  offers->before = STR("");
}

static void offer_pullable(struct offer *offers)
{
  flag_each_choice("docker://|podman://|nerdctl://", offer, offers);
  offer_stored(offers);
}

static void offer_images(struct offer *offers)
{
  flag_each_choice(engines, offer, offers);
  flag_each_choice(files, offer, offers);
  offer_stored(offers);
  offer_refs(offers);
}

/* ---- values of flags ---- */

/* Behind the last comma of a list another value begins. */
static void begin_item(struct offer *offers)
{
  size_t at = offers->word.len;

  while (at > 0 && offers->word.ptr[at - 1] != ',')
    at--;
  offers->before = (struct str) { offers->word.ptr, at };
}

static void offer_fields(struct offer *offers)
{
  begin_item(offers);
  for (size_t i = 0; field_name_at(i); i++)
    offer_text(offers, field_name_at(i));
}

static void offer_causes(struct offer *offers)
{
  begin_item(offers);
  for (size_t i = 0; i < causes_count(); i++)
    offer_text(offers, cause_id(cause_at(i)));
}

/* Those that official images are made for. */
static void offer_platforms(struct offer *offers)
{
  begin_item(offers);
  flag_each_choice("linux/amd64|linux/arm64|linux/arm/v7|linux/arm/v6|linux/386|linux/ppc64le|"
                   "linux/s390x|linux/riscv64|linux/mips64le|windows/amd64",
                   offer, offers);
}

static void offer_outputs(struct offer *offers)
{
  offer_text(offers, "auto");
  for (size_t i = 0; i < output_format_count(); i++)
    offer_text(offers, output_format_at(i)->name);
}

static void offer_show_outputs(struct offer *offers)
{
  flag_each_choice(SHOW_OUTPUT_NAMES, offer, offers);
}

static const struct {
  const char *name;
  void (*offer)(struct offer *offers);
} kinds[] = {
  { "images", offer_images },
  { "stored", offer_stored },
  { "pullable", offer_pullable },
  { "fields", offer_fields },
  { "causes", offer_causes },
  { "outputs", offer_outputs },
  { "show-outputs", offer_show_outputs },
  { "platforms", offer_platforms },
};

static int complete_run(const struct invocation *call, struct error *err)
{
  struct offer offers = {
    .out = BUF_INIT(16 * HELP_MAX),
    .word = str_of(call->n_arguments > 1 ? call->arguments[1] : ""),
    .before = STR(""),
    .globals = &call->globals,
  };
  int result = 0;

  for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
    if (strcmp(call->arguments[0], kinds[i].name) == 0)
      kinds[i].offer(&offers);
  if (!offers.out.overflow)
    result = cli_write(&offers.out, err);
  buf_release(&offers.out);
  return result;
}

/* Used by the completion scripts only: what may stand for a word, a line each. It says nothing of
 * what cannot be read. */
const struct command command_complete = {
  .name = "complete",
  .arguments = "KIND [WORD]",
  .summary = "Print what a word may become",
  .min_arguments = 1,
  .max_arguments = 2,
  .hidden = true,
  .run = complete_run,
};
