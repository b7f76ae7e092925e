#include "diff/tasks.h"

int compare_squashed(struct diff *diff, const struct event_node *parent,
                     const struct manifest *const manifests[2],
                     const struct task_resources *resources, struct error *err)
{
  (void)diff, (void)parent, (void)manifests, (void)resources;
  return error_set(err, ERROR_UNSUPPORTED, "squash");
}
