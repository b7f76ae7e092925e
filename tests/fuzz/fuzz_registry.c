/* A registry, its mirrors, token servers and whoever else is on the way, as the image's owner meets
 * them: what they answer is the input, a script that spoils one sound answer after the other
 * (tests/fuzz/registry_peer.h). Images are read as `diff` reads them, or copied into a store as
 * `pull` does. Whatever they say: what is handed on has the digest that was asked for, credentials
 * go to nobody but the registry that they are for and its token server, and what an image or a
 * redirect names is at no address that it must not be at.
 *
 * Parts of the input:
 *   name      an image, and after a space words that say what to do with it: pull, check (what the
 * store has), never and always (ask the registry), damage (the store's blobs, before); several
 * images are read in turn options   store (there is one), progress (is counted), held (credentials
 * are looked for beforehand) platform  that is copied settings  a registries.conf instead of the
 * usual one answer    for each answer in turn */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/fake_net.h"
#include "../common/image_walk.h"
#include "../common/sections.h"
#include "base/alloc.h"
#include "base/log.h"
#include "image/json.h"
#include "net/auth/credentials.h"
#include "registry_image.h"
#include "registry_peer.h"
#include "source/copy.h"
#include "source/places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 64 * 1024, IMAGES_MAX = 4, NAME_LONGEST = 256 };

static char home[] = "/dev/shm/fuzz-registry-XXXXXX";

static const char settings[] = "unqualified-search-registries = [\"r.example\"]\n"
                               "[[registry]]\nlocation = \"mirrored.example\"\n"
                               "[[registry.mirror]]\nlocation = \"m.example\"\n"
                               "[[registry]]\nlocation = \"blocked.example\"\nblocked = true\n"
                               "[[registry]]\nlocation = \"loose.example\"\ninsecure = true\n"
                               "[aliases]\n\"short\" = \"r.example/a\"\n";

static const char more_settings[] = "[[registry]]\nprefix = \"*.wild.example\"\ninsecure = true\n";

/* The only authority there is: those of the system take longer to read than all else. */
static const char authority[] = "-----BEGIN CERTIFICATE-----\n"
                                "MIIBcDCCARWgAwIBAgIUZsr210uLtkftx4pRpwECu7fejUQwCgYIKoZIzj0EAwIw\n"
                                "DDEKMAgGA1UEAwwBeDAgFw0yNjExMjkyMDA2MThaGA8yMTI2MTEwNTIwMDYxOFow\n"
                                "DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDUPyVtKKosY\n"
                                "w55Ov9Mja/nKyDaZrfVlfs68kxpeFxU1L8NrxP9+qo4q+lM+SbBL5AUOFlKi/P+h\n"
                                "tWlHWnaiE+OjUzBRMB0GA1UdDgQWBBR6fofAEVXOBu/nhM4hziPzcEDSuTAfBgNV\n"
                                "HSMEGDAWgBR6fofAEVXOBu/nhM4hziPzcEDSuTAPBgNVHRMBAf8EBTADAQH/MAoG\n"
                                "CCqGSM49BAMCA0kAMEYCIQCFIHtNkEANbcOdyGYvI04XVCiYvddes6agASQ8mUmP\n"
                                "zAIhAKco2UUqU6Ny2TvYBHSesVrcGZOKKmXW5pcfa4AIZlrY\n"
                                "-----END CERTIFICATE-----\n";

static const char helper[] =
    "#!/bin/sh\nread -r host\ncase $host in\n"
    "helped.example) echo '{\"Username\":\"u\",\"Secret\":\"" SECRET_OF_REGISTRY "\"}' ;;\n"
    "none*) echo 'credentials not found in native keychain'; exit 1 ;;\n"
    "*) echo no; exit 3 ;;\nesac\n";

static void write_file(const char *name, const char *text, mode_t mode)
{
  AUTO_FREE char *path = xasprintf("%s/%s", home, name);
  FILE *file = fopen(path, "we");

  if (!file || fputs(text, file) < 0 || fclose(file) || chmod(path, mode))
    abort();
}

static void make_directory(const char *name)
{
  AUTO_FREE char *path = xasprintf("%s/%s", home, name);

  if (mkdir(path, 0700))
    abort();
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
  (void)status;
  (void)kind;
  (void)place;
  return remove(path);
}

static void remove_home(void)
{
  nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void set_up(void)
{
  static const char *const proxies[] = { "http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                         "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY" };
  static const char *const files[][2] = { { "SSL_CERT_FILE", "authority.pem" },
                                          { "SSL_CERT_DIR", "config" },
                                          { "REGISTRY_AUTH_FILE", "auth.json" },
                                          { "XDG_CONFIG_HOME", "config" },
                                          { "XDG_RUNTIME_DIR", "run" },
                                          { "DOCKER_CONFIG", "docker" },
                                          { "HOME", "." },
                                          { "TMPDIR", "." } };

  if (!mkdtemp(home) || atexit(remove_home))
    abort();
  make_directory("config");
  make_directory("config/containers");
  make_directory("config/containers/registries.conf.d");
  make_directory("config/containers/certs.d");
  make_directory("config/containers/certs.d/certified.example");
  make_directory("config/containers/certs.d/keyless.example");
  write_file("config/containers/certs.d/certified.example/x.cert", "", 0600);
  write_file("config/containers/certs.d/certified.example/x.key", "", 0600);
  write_file("config/containers/certs.d/keyless.example/x.cert", "", 0600);
  for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
    unsetenv(proxies[i]);
  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", home, files[i][1]);

    setenv(files[i][0], path, 1);
  }
  log_enable_debug(getenv("DIFFOCI_FUZZ_DEBUG") != NULL);
  /* So that no program of the machine is a credential helper. */
  setenv("PATH", home, 1);
  write_file("config/containers/registries.conf", settings, 0600);
  write_file("config/containers/registries.conf.d/more.conf", more_settings, 0600);
  write_file("authority.pem", authority, 0600);
  write_file("auth.json", registry_peer_credentials, 0600);
  write_file("docker-credential-fuzz", helper, 0700);
}

static bool has(struct str options, const char *word)
{
  return options.ptr && memmem(options.ptr, options.len, word, strlen(word));
}

static void warn(void *context, const char *line)
{
  if (!*line || strpbrk(line, "\n"))
    abort();
  (void)context;
}

static struct progress *progress_of(void *context)
{
  return context;
}

struct run {
  struct places places;
  struct limits limits;
  struct platform_set platforms; /* n 0: all */
};

/* The image goes into the store, and is there whole. */
static void pull(struct run *run, struct source *source, bool check)
{
  struct copy_counts counts = { 0 };
  const struct copy_options options = { .limits = &run->limits,
                                        .platforms = run->platforms.n ? &run->platforms : NULL,
                                        .platforms_asked = run->platforms.n > 0,
                                        .jobs = 1,
                                        .check = check,
                                        .notice = warn,
                                        .counts = &counts };
  struct descriptor root;
  struct error err = { 0 };

  if (source_resolve(source, &root, &err) < 0)
    return;
  if (copy_image(source, run->places.named.store, &root, &options, &err) == 0) {
    if (store_check(run->places.named.store, &root, &err) != 1 ||
        store_put_image(run->places.named.store, "r.example/pulled:1", &root, false, &err) < 0)
      abort();
  } else if (!err.message[0]) {
    abort();
  }
  descriptor_release(&root);
}

static int damage_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
  AUTO_CLOSE int fd = -1;
  char byte = 0;

  (void)status;
  (void)place;
  if (kind != FTW_F || !strstr(path, "/blobs/"))
    return 0;
  fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd >= 0 && pread(fd, &byte, 1, 0) == 1) {
    byte ^= 1;
    (void)!pwrite(fd, &byte, 1, 0);
  }
  return 0;
}

static void read_image(struct run *run, const char *name, struct str words)
{
  const struct source_options options = { .limits = &run->limits,
                                          .fetch = places_fetch,
                                          .fetch_context = &run->places };
  CLEANUP(argument_release) struct argument argument = { 0 };
  struct error err = { 0 };
  struct source *source;

  if (argument_parse(&argument, name, &err) < 0 ||
      (!places_are_needed(&argument) && argument.kind != ARGUMENT_CONTAINERD))
    return;
  run->places.named.pull = has(words, "never")    ? NAMED_PULL_NEVER
                           : has(words, "always") ? NAMED_PULL_ALWAYS
                                                  : NAMED_PULL_MISSING;
  source = places_open_image(&run->places, &argument, &options, &err);
  if (!source) {
    if (!err.message[0])
      abort();
    return;
  }
  if (has(words, "pull") && run->places.named.store)
    pull(run, source, has(words, "check"));
  else if (image_walk(source, &run->limits) && has(words, "damage"))
    (void)!source_mend(source, &err);
  source_free(source);
}

static void read_images(struct run *run, struct str input, const char *store)
{
  struct str part;
  struct str bytes;

  for (int i = 0; i < IMAGES_MAX && section_next(&input, &part, &bytes);) {
    const char *end = bytes.len ? memchr(bytes.ptr, ' ', bytes.len) : NULL;
    const struct str name =
        section_trim((struct str) { bytes.ptr, end ? (size_t)(end - bytes.ptr) : bytes.len });
    AUTO_FREE char *text = str_dup(name);

    if (!str_equal(part, STR("name")) || !name.len || name.len > NAME_LONGEST ||
        strlen(text) != name.len)
      continue;
    i++;
    registry_peer_name(name);
    if (has(str_skip(bytes, name.len), "damage"))
      nftw(store, damage_one, 16, FTW_PHYS);
    read_image(run, text, str_skip(bytes, name.len));
  }
}

static struct credentials_held *look_beforehand(struct str input)
{
  struct credentials_held *held = credentials_held_new();
  AUTO_FREE char *name = str_dup(section_find(input, STR("name")));
  struct reference reference;
  struct error ignored;

  name[strcspn(name, " \n")] = '\0';
  if (reference_parse(&reference, str_of(name), &ignored) == 0) {
    (void)credentials_held_look(held, reference.domain, reference.path, false);
    (void)credentials_held_look(held, reference.domain, reference.path, true);
    reference_release(&reference);
  }
  return held;
}

/* As where an image in a file lacks a layer that it says to be elsewhere. */
static void fetch_foreign(struct run *run)
{
  AUTO_FREE char *text = registry_image_foreign();
  struct error err;
  AUTO_JSON json = json_parse(str_of(text), &err);
  struct descriptor blob;
  struct stream *stream;

  if (!json || descriptor_from_json(&blob, json, &err) < 0)
    abort();
  error_set(&err, ERROR_NOT_FOUND, "it has no such layer");
  stream = places_fetch(&run->places, &blob, &err);
  if (!stream && err.code != ERROR_NOT_FOUND)
    abort();
  stream_close(stream);
  descriptor_release(&blob);
}

/* With the network of the script. */
static void run_in(struct run *run, struct str input, const struct place_options *options,
                   const char *store)
{
  const struct str words = section_find(input, STR("options"));
  struct error err;

  fake_net_begin(registry_peer_answer, NULL);
  places_init(&run->places, options);
  if (has(words, "to-store")
          ? places_open_to_store(&run->places, &err) < 0
          : places_open_stores(&run->places,
                               has(words, "offline") ? NAMED_PULL_NEVER : NAMED_PULL_MISSING,
                               has(words, "store"), &err) < 0)
    abort();
  if (places_open_registries(&run->places, &err) == 0)
    read_images(run, input, store);
  if (has(words, "fetch") && !has(words, "offline"))
    fetch_foreign(run);
  places_release(&run->places);
  fake_net_end();
}

static void run(struct str input)
{
  static const char *const plain[] = { "r.example",      "m.example",         "mirrored.example",
                                       "helped.example", "id.example",        "token.example",
                                       "none.example",   "other.example:5000" };
  static const char *const insecure[] = { "loose.example" };
  const struct str words = section_find(input, STR("options"));
  const struct str platform = section_trim(section_find(input, STR("platform")));
  AUTO_FREE char *store = xasprintf("%s/store", home);
  AUTO_FREE char *nobody = xasprintf("%s/nobody.sock", home);
  const struct backend_options stores = { .backend =
                                              has(words, "auto") ? BACKEND_AUTO : BACKEND_LOCAL,
                                          .containerd_address = nobody,
                                          .containerd_namespace = "default",
                                          .local_directory = store };
  struct progress *progress = has(words, "progress") ? progress_new() : NULL;
  struct credentials_held *held = has(words, "held") ? look_beforehand(input) : NULL;
  const struct place_options options = {
    .stores = &stores,
    .net = { .plain_http = plain,
             .n_plain_http = ARRAY_LEN(plain),
             .insecure = insecure,
             .n_insecure = ARRAY_LEN(insecure),
             .credentials = held,
             .http = { .attempts = 3, .stall_seconds = 2, .connect_seconds = 2 } },
    .warn = warn,
    .progress = progress ? progress_of : NULL,
    .context = progress,
  };
  struct run run = { .limits = limits_scaled(1) };
  struct error ignored;

  run.limits.json_bytes = (uint64_t)64 * 1024;
  if (platform.len)
    (void)!platform_set_add(&run.platforms, platform, &ignored);
  registry_peer_begin(input);
  run_in(&run, input, &options, store);
  if (progress) {
    struct progress_view view;

    progress_look(progress, &view);
    if (view.n)
      abort();
  }
  progress_free(progress);
  credentials_held_free(held);
  platform_set_release(&run.platforms);
  if (access(store, F_OK) == 0)
    nftw(store, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static bool is_set_up;
  const struct str input = { (const char *)data, size };
  const struct str own_settings = section_find(input, STR("settings"));

  if (size > LONGEST)
    return 0;
  if (!is_set_up)
    set_up();
  is_set_up = true;
  unsetenv("CONTAINERS_REGISTRIES_CONF");
  if (own_settings.len) {
    AUTO_FREE char *text = str_dup(own_settings);
    AUTO_FREE char *path = xasprintf("%s/registries.conf", home);

    write_file("registries.conf", text, 0600);
    setenv("CONTAINERS_REGISTRIES_CONF", path, 1);
  }
  run(input);
  return 0;
}
