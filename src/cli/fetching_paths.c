#include "cli/fetching_paths.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/macros.h"

/* Libraries that are loaded when they are needed, what the C library looks into to find a host, and
 * certificates. Single files of /etc, since there are others in it. */
static const char *const usual[] = {
  "/usr/lib",
  "/usr/lib32",
  "/usr/lib64",
  "/usr/local/lib",
  "/usr/libexec",
  "/lib",
  "/lib64",
  "/nix/store",
  "/etc/ld.so.cache",
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/services",
  "/etc/protocols",
  "/etc/networks",
  "/etc/localtime",
  "/usr/share/zoneinfo",
  "/run/systemd/resolve",
  "/run/resolvconf",
  "/run/NetworkManager/resolv.conf",
  "/etc/ssl/openssl.cnf",
  "/etc/ssl/certs",
  "/etc/ssl/cert.pem",
  "/etc/pki/tls/certs",
  "/etc/pki/tls/cert.pem",
  "/etc/pki/tls/openssl.cnf",
  "/etc/pki/tls/openssl.d",
  "/etc/pki/ca-trust",
  "/etc/crypto-policies",
  "/etc/ca-certificates",
  "/usr/share/ca-certificates",
  "/usr/local/share/ca-certificates",
  "/usr/share/pki",
  "/usr/share/crypto-policies",
  "/var/lib/ca-certificates",
  "/etc/docker/certs.d",
  "/etc/containers",
  "/usr/share/containers",
  "/proc/vmstat",
  "/proc/self/cgroup",
  "/sys/fs/cgroup",
};

void fetching_paths_add(struct fetching_paths *paths, const char *path)
{
  if (!path || !*path)
    return;
  paths->items = xgrow(paths->items, paths->n, &paths->room, sizeof(*paths->items));
  paths->items[paths->n++] = xstrdup(path);
}

void fetching_paths_release(struct fetching_paths *paths)
{
  for (size_t i = 0; i < paths->n; i++)
    free(paths->items[i]);
  free(paths->items);
  *paths = (struct fetching_paths) { 0 };
}

/* Whether what a link leads to is allowed already: beside it, or where a system has such things. */
static bool fetching_paths_is_usual(const char *target)
{
  for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
    const size_t len = strlen(usual[i]);

    if (strncmp(target, usual[i], len) == 0 && target[len] == '/' && !strstr(target + len, "/../"))
      return true;
  }
  return !strchr(target, '/') && strcmp(target, "..") != 0;
}

/* What links in a directory lead to, and those in directories in it, so many levels down. */
static void fetching_paths_add_linked(struct fetching_paths *paths, const char *directory,
                                      int levels)
{
  DIR *entries = opendir(directory);

  for (const struct dirent *entry; entries && (entry = readdir(entries));) {
    AUTO_FREE char *path = xasprintf("%s/%s", directory, entry->d_name);
    char target[PATH_MAX];
    const ssize_t len = readlink(path, target, sizeof(target) - 1);

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    target[len > 0 ? len : 0] = '\0';
    if (len > 0 && !fetching_paths_is_usual(target))
      fetching_paths_add(paths, path);
    if (levels > 0)
      fetching_paths_add_linked(paths, path, levels - 1);
  }
  if (entries)
    closedir(entries);
}

static void fetching_paths_add_directory(struct fetching_paths *paths, const char *directory,
                                         int levels)
{
  fetching_paths_add(paths, directory);
  fetching_paths_add_linked(paths, directory, levels);
}

/* Settings of containers/image, and certificates of hosts in directories of theirs. */
static void fetching_paths_add_containers(struct fetching_paths *paths, const char *place)
{
  AUTO_FREE char *certs = xasprintf("%s/certs.d", place);
  AUTO_FREE char *file = xasprintf("%s/registries.conf", place);
  AUTO_FREE char *more = xasprintf("%s/registries.conf.d", place);

  fetching_paths_add(paths, file);
  fetching_paths_add_directory(paths, certs, 1);
  fetching_paths_add_directory(paths, more, 0);
}

/* OpenSSL takes several, with colons between them. */
static void fetching_paths_add_list(struct fetching_paths *paths, const char *list)
{
  while (list && *list) {
    const size_t len = strcspn(list, ":");
    AUTO_FREE char *directory = xstrndup(list, len);

    if (*directory)
      fetching_paths_add_directory(paths, directory, 0);
    list += len + (list[len] == ':');
  }
}

void fetching_paths_find(struct fetching_paths *paths, const char *ca_file)
{
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *home = getenv("HOME");
  AUTO_FREE char *place = config && *config ? xasprintf("%s/containers", config)
                          : home && *home   ? xasprintf("%s/.config/containers", home)
                                            : NULL;

  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    fetching_paths_add(paths, usual[i]);
  fetching_paths_add_linked(paths, "/etc/ssl/certs", 0);
  fetching_paths_add_linked(paths, "/etc/pki/tls/certs", 0);
  fetching_paths_add_linked(paths, "/etc/docker/certs.d", 1);
  fetching_paths_add_containers(paths, "/etc/containers");
  fetching_paths_add_containers(paths, "/usr/share/containers");
  if (place)
    fetching_paths_add_containers(paths, place);
  fetching_paths_add(paths, getenv("CONTAINERS_REGISTRIES_CONF"));
  fetching_paths_add(paths, getenv("SSL_CERT_FILE"));
  fetching_paths_add_list(paths, getenv("SSL_CERT_DIR"));
  fetching_paths_add(paths, ca_file);
}
