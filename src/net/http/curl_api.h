/* libcurl, loaded when it is first needed: with the thirty libraries it brings it takes longer to
 * load than a small comparison of files takes in all. Include this in place of <curl/curl.h>: the
 * functions are then called as usual, once curl_load has been. */
#ifndef DIFFOCI_NET_HTTP_CURL_API_H
#define DIFFOCI_NET_HTTP_CURL_API_H

#include <curl/curl.h>

#include "base/error.h"

/* The macros that check types in the compiler would hide the functions. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(X)                                                                          \
  X(easy_cleanup)                                                                                  \
  X(easy_getinfo)                                                                                  \
  X(easy_init)                                                                                     \
  X(easy_pause)                                                                                    \
  X(easy_setopt)                                                                                   \
  X(easy_strerror)                                                                                 \
  X(free)                                                                                          \
  X(getdate)                                                                                       \
  X(global_init_mem)                                                                               \
  X(multi_add_handle)                                                                              \
  X(multi_cleanup)                                                                                 \
  X(multi_info_read)                                                                               \
  X(multi_init)                                                                                    \
  X(multi_perform)                                                                                 \
  X(multi_poll)                                                                                    \
  X(multi_remove_handle)                                                                           \
  X(multi_setopt)                                                                                  \
  X(multi_wakeup)                                                                                  \
  X(slist_append)                                                                                  \
  X(slist_free_all)                                                                                \
  X(url)                                                                                           \
  X(url_cleanup)                                                                                   \
  X(url_get)                                                                                       \
  X(url_set)                                                                                       \
  X(url_strerror)

struct curl_api {
/* A declaration has no place for the parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define CURL_MEMBER(name) __typeof__(curl_##name) *name;
  CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Loads and initialises libcurl, the first time. From any thread. ERROR_UNSUPPORTED if it is not
 * installed. */
MUST_CHECK int curl_load(struct error *err);
/* The functions; only after curl_load has returned 0. */
const struct curl_api *curl_api(void);

#define curl_easy_cleanup curl_api()->easy_cleanup
#define curl_easy_getinfo curl_api()->easy_getinfo
#define curl_easy_init curl_api()->easy_init
#define curl_easy_pause curl_api()->easy_pause
#define curl_easy_setopt curl_api()->easy_setopt
#define curl_easy_strerror curl_api()->easy_strerror
#define curl_free curl_api()->free
#define curl_getdate curl_api()->getdate
#define curl_multi_add_handle curl_api()->multi_add_handle
#define curl_multi_cleanup curl_api()->multi_cleanup
#define curl_multi_info_read curl_api()->multi_info_read
#define curl_multi_init curl_api()->multi_init
#define curl_multi_perform curl_api()->multi_perform
#define curl_multi_poll curl_api()->multi_poll
#define curl_multi_remove_handle curl_api()->multi_remove_handle
#define curl_multi_setopt curl_api()->multi_setopt
#define curl_multi_wakeup curl_api()->multi_wakeup
#define curl_slist_append curl_api()->slist_append
#define curl_slist_free_all curl_api()->slist_free_all
#define curl_url curl_api()->url
#define curl_url_cleanup curl_api()->url_cleanup
#define curl_url_get curl_api()->url_get
#define curl_url_set curl_api()->url_set
#define curl_url_strerror curl_api()->url_strerror

#endif
