#include "net/http/curl_api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct curl_api api; /* written once, by load */
static struct error load_error;

static int curl_api_fail(const char *why)
{
  return error_set(&load_error, ERROR_UNSUPPORTED,
                   "registries need the library %s, which cannot be loaded: %s (install libcurl4)",
                   CURL_SONAME, why);
}

static int curl_api_load(void)
{
  void *library = dlopen(CURL_SONAME, RTLD_NOW | RTLD_LOCAL);
  void *found;

  if (!library)
    return curl_api_fail(dlerror());
/* ISO C has no conversion between pointers to objects and to functions; POSIX has (dlsym). */
#define CURL_LOAD(name)                                                                            \
  found = dlsym(library, "curl_" #name);                                                           \
  if (!found)                                                                                      \
    return curl_api_fail("it lacks the function curl_" #name);                                     \
  memcpy(&api.name, &found, sizeof(found));
  CURL_FUNCTIONS(CURL_LOAD)
#undef CURL_LOAD
  if (api.global_init_mem(CURL_GLOBAL_DEFAULT, library_malloc, free, library_realloc,
                          library_strdup, library_calloc) != CURLE_OK)
    return curl_api_fail("curl_global_init fails");
  return 0;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load_once(void)
{
  if (curl_api_load() < 0)
    memset(&api, 0, sizeof(api));
}

int curl_load(struct error *err)
{
  pthread_once(&once, load_once);
  if (api.global_init_mem)
    return 0;
  *err = load_error;
  return -1;
}

const struct curl_api *curl_api(void)
{
  return &api;
}
