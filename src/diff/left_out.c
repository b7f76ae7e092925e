#include "diff/left_out.h"

#include "policy/policy.h"

/* What a shadow of the comparison leaves out was counted by the comparison itself. */
static bool left_out_count(const struct diff *diff, struct policy_rule *rule)
{
  if (rule && !diff->primary && !diff->options->uncounted)
    policy_count(rule);
  return rule != NULL;
}

bool left_out_entry(const struct diff *diff, struct str path, bool is_dir)
{
  return left_out_count(diff, policy_hides_path(diff->options->policy, path, is_dir));
}

bool left_out_presence(const struct diff *diff, struct str path, bool is_dir)
{
  static const struct policy_field presence = { FIELD_PRESENCE, { NULL, 0 } };

  return left_out_entry(diff, path, is_dir) ||
         left_out_count(diff, policy_hides_field(diff->options->policy, &presence, path, is_dir));
}

bool left_out_fields(const struct diff *diff, struct event *event, struct fields *fields,
                     struct str path, bool is_dir)
{
  const struct policy *policy = diff->options->policy;
  const size_t before = fields->n;
  bool counts = false;

  if (policy_is_empty(policy) || !before)
    return false;
  fields->n = 0;
  for (size_t i = 0; i < before; i++) {
    const struct event_field *field = &fields->items[i];
    struct policy_field named;

    if (!field->ignored && event_field_named(event, field, &named) &&
        left_out_count(diff, policy_hides_field(policy, &named, path, is_dir)))
      continue;
    counts = counts || !field->ignored;
    fields->items[fields->n++] = *field;
  }
  event->left_out = fields->n < before;
  event->fields = fields->items;
  event->n_fields = fields->n;
  return !counts;
}
