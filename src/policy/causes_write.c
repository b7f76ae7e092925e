/* The structures of cause_table.h as C, and as a page. */
#include <stdlib.h>

#include "base/alloc.h"
#include "policy/causes_source.h"

/* A string literal. Bytes that are not plain become three octal digits, which no digit behind them
 * can lengthen. */
static void write_literal(FILE *out, struct str s)
{
  fputc('"', out);
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];

    if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
      fprintf(out, "\\%03o", c);
    else
      fputc(c, out);
    if (i % 64 == 63)
      fputs("\"\n\"", out);
  }
  fputc('"', out);
}

static void write_str(FILE *out, struct str s)
{
  fputs("{ ", out);
  write_literal(out, s);
  fprintf(out, ", %zu }", s.len);
}

static void write_texts(FILE *out, size_t cause, size_t test, const struct cause_test *t)
{
  if (!t->n_texts)
    return;
  fprintf(out, "static const struct str texts_%zu_%zu[] = {\n", cause, test);
  for (size_t i = 0; i < t->n_texts; i++) {
    write_str(out, t->texts[i]);
    fputs(",\n", out);
  }
  fputs("};\n", out);
}

static void write_windows(FILE *out, size_t cause, size_t test, const struct cause_test *t)
{
  if (!t->n_windows)
    return;
  fprintf(out, "static const struct cause_window windows_%zu_%zu[] = {\n", cause, test);
  for (size_t i = 0; i < t->n_windows; i++) {
    fprintf(out, "{ %d, ", (int)t->windows[i].kind);
    write_str(out, t->windows[i].mark);
    fprintf(out, ", %d, %d },\n", (int)t->windows[i].from, (int)t->windows[i].to);
  }
  fputs("};\n", out);
}

static void write_tests(FILE *out, size_t at, const struct cause *cause)
{
  if (!cause->n_tests)
    return;
  for (size_t i = 0; i < cause->n_tests; i++) {
    write_texts(out, at, i, &cause->tests[i]);
    write_windows(out, at, i, &cause->tests[i]);
  }
  fprintf(out, "static const struct cause_test tests_%zu[] = {\n", at);
  for (size_t i = 0; i < cause->n_tests; i++) {
    const struct cause_test *t = &cause->tests[i];

    fprintf(out,
            "{ .kind = %d, .at = %u, .separator = %d, .columns = UINT64_C(%llu), "
            ".min = %llu, .max = %llu, .likely = %d, ",
            (int)t->kind, t->at, t->separator, (unsigned long long)t->columns,
            (unsigned long long)t->min, (unsigned long long)t->max, t->likely);
    if (t->n_texts)
      fprintf(out, ".texts = texts_%zu_%zu, .n_texts = %zu, ", at, i, t->n_texts);
    if (t->n_windows)
      fprintf(out, ".windows = windows_%zu_%zu, .n_windows = %zu, ", at, i, t->n_windows);
    fputs("},\n", out);
  }
  fputs("};\n", out);
}

static void write_fields(FILE *out, size_t at, const struct cause *cause)
{
  if (cause->n_fields)
    fprintf(out, "static const struct policy_field fields_%zu[] = {\n", at);
  for (size_t i = 0; i < cause->n_fields; i++) {
    fprintf(out, "{ %d, ", (int)cause->fields[i].kind);
    write_str(out, cause->fields[i].name);
    fputs(i + 1 < cause->n_fields ? " },\n" : " },\n};\n", out);
  }
  fprintf(out, "static const char *const sources_%zu[] = {\n", at);
  for (size_t i = 0; cause->sources[i]; i++) {
    write_literal(out, str_of(cause->sources[i]));
    fputs(",\n", out);
  }
  fputs("NULL };\n", out);
}

static size_t code_length(const struct pattern *pattern)
{
  size_t len = 0;

  for (size_t i = 0; i < pattern->n_parts; i++)
    len = MAX_OF(len, (size_t)pattern->parts[i].at + pattern->parts[i].len);
  return len;
}

static void write_pattern(FILE *out, size_t cause, size_t at, const struct pattern *pattern)
{
  size_t len = code_length(pattern);

  fprintf(out, "static const uint8_t code_%zu_%zu[] = {", cause, at);
  for (size_t i = 0; i < len; i++)
    fprintf(out, "%u,", pattern->code[i]);
  fprintf(out, "0 };\nstatic const struct pattern_part parts_%zu_%zu[] = {", cause, at);
  for (size_t i = 0; i < pattern->n_parts; i++)
    fprintf(out, "{ %u, %u, %u },", pattern->parts[i].at, pattern->parts[i].len,
            pattern->parts[i].kind);
  fprintf(out,
          "};\nstatic const struct pattern pattern_%zu_%zu = { .code = code_%zu_%zu, "
          ".parts = parts_%zu_%zu, .n_parts = %u, .many = UINT64_C(%llu), .directories = %d, "
          ".literal = %d };\n",
          cause, at, cause, at, cause, at, pattern->n_parts, (unsigned long long)pattern->many,
          pattern->directories, pattern->literal);
}

static void write_cause(FILE *out, size_t at, const struct cause *cause)
{
  const char *const texts[] = { cause->id, cause->title, cause->text, cause->fix };

  fputs("{\n", out);
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
    write_literal(out, str_of(texts[i]));
    fputs(",\n", out);
  }
  fprintf(out, "sources_%zu, ", at);
  if (cause->n_fields)
    fprintf(out, "fields_%zu, %zu, %u, ", at, cause->n_fields, cause->kinds);
  else
    fputs("NULL, 0, 0, ", out);
  if (cause->types)
    fprintf(out, "\"%s\", ", cause->types);
  else
    fputs("NULL, ", out);
  if (cause->n_tests)
    fprintf(out, "tests_%zu, %zu, ", at, cause->n_tests);
  else
    fputs("NULL, 0, ", out);
  fprintf(out, "%d, %d,\n},\n", cause->harmless, cause->found_elsewhere);
}

/* ---- rules in their order ---- */

struct rule {
  size_t cause, pattern; /* pattern: none is SIZE_MAX */
  int rank;              /* the higher, the more specific */
};

static int rank_of(const struct cause *cause, const struct pattern *pattern)
{
  int rank = cause->n_tests ? 1 : 0;

  if (!pattern)
    return rank;
  return rank + (pattern->literal ? 4 : 2);
}

static int by_rank(const void *a, const void *b)
{
  const struct rule *x = a;
  const struct rule *y = b;

  if (x->rank != y->rank)
    return y->rank - x->rank;
  if (x->cause != y->cause)
    return x->cause < y->cause ? -1 : 1;
  return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

static struct rule *sorted_rules(const struct causes_source *causes, size_t *n)
{
  struct rule *rules = NULL;
  size_t cap = 0;

  *n = 0;
  for (size_t i = 0; i < causes->n; i++) {
    const struct cause_source *source = &causes->causes[i];

    if (source->cause.found_elsewhere)
      continue;
    for (size_t j = 0; j < MAX_OF(source->n_patterns, (size_t)1); j++) {
      const struct pattern *pattern = source->n_patterns ? &source->patterns[j] : NULL;

      rules = xgrow(rules, *n, &cap, sizeof(*rules));
      rules[(*n)++] = (struct rule) { i, pattern ? j : SIZE_MAX, rank_of(&source->cause, pattern) };
    }
  }
  if (rules)
    qsort(rules, *n, sizeof(*rules), by_rank);
  return rules;
}

static void causes_write_write_rules(FILE *out, const struct causes_source *causes)
{
  size_t n;
  AUTO_FREE struct rule *rules = sorted_rules(causes, &n);

  fputs("const struct cause_rule cause_rules[] = {\n", out);
  for (size_t i = 0; i < n; i++) {
    fprintf(out, "{ &cause_table[%zu], ", rules[i].cause);
    if (rules[i].pattern == SIZE_MAX)
      fputs("NULL },\n", out);
    else
      fprintf(out, "&pattern_%zu_%zu },\n", rules[i].cause, rules[i].pattern);
  }
  fprintf(out, "};\nconst size_t n_cause_rules = %zu;\n", n);
}

void causes_write_table(const struct causes_source *causes, FILE *out)
{
  fputs("/* Written from causes.yaml. */\n#include \"policy/cause_table.h\"\n", out);
  for (size_t i = 0; i < causes->n; i++) {
    const struct cause_source *source = &causes->causes[i];

    write_tests(out, i, &source->cause);
    write_fields(out, i, &source->cause);
    for (size_t j = 0; j < source->n_patterns; j++)
      write_pattern(out, i, j, &source->patterns[j]);
  }
  fputs("const struct cause cause_table[] = {\n", out);
  for (size_t i = 0; i < causes->n; i++)
    write_cause(out, i, &causes->causes[i].cause);
  fprintf(out, "};\nconst size_t n_causes = %zu;\n", causes->n);
  causes_write_write_rules(out, causes);
}

void causes_write_examples(const struct causes_source *causes, FILE *out)
{
  fputs("/* Written from causes.yaml. */\n#include \"policy/cause_table.h\"\n"
        "const struct cause_example cause_examples[] = {\n",
        out);
  for (size_t i = 0; i < causes->n_examples; i++) {
    const struct cause_example *example = &causes->examples[i];

    fputs("{ ", out);
    write_literal(out, str_of(example->id));
    fprintf(out, ", %d, ", example->counter);
    write_literal(out, str_of(example->path));
    fputs(", ", out);
    write_literal(out, str_of(example->fields));
    fprintf(out, ", { %d, %d }, %d, { ", example->types[0], example->types[1],
            example->has_content);
    write_str(out, example->content[0]);
    fputs(", ", out);
    write_str(out, example->content[1]);
    fputs(" } },\n", out);
  }
  fprintf(out, "};\nconst size_t n_cause_examples = %zu;\n", causes->n_examples);
}

void causes_write_page(const struct causes_source *causes, FILE *out)
{
  fputs(
      "# Known causes of differences\n\nWritten from src/policy/causes.yaml when diffoci is built: "
      "what `--explain` and the reports can name.\n",
      out);
  for (size_t i = 0; i < causes->n; i++) {
    const struct cause_source *source = &causes->causes[i];

    fprintf(out, "\n## %s\n\n`%s`", source->cause.title, source->cause.id);
    for (size_t j = 0; j < source->n_patterns; j++)
      fprintf(out, "%s`%s`", j ? ", " : ": ", source->pattern_texts[j]);
    fprintf(out, "\n\n%s\n\nFix: %s\n\n", source->cause.text, source->cause.fix);
    for (size_t j = 0; source->cause.sources[j]; j++)
      fprintf(out, "- <%s>\n", source->cause.sources[j]);
  }
}
