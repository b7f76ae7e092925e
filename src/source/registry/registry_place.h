/* One place that serves a repository: the registry itself or a mirror. Only for the files
 * registry*.c. */
#ifndef DIFFOCI_SOURCE_REGISTRY_REGISTRY_PLACE_H
#define DIFFOCI_SOURCE_REGISTRY_REGISTRY_PLACE_H

#include <pthread.h>

#include "net/net.h"

struct place {
  struct net *net;
  const struct endpoint *endpoint; /* borrowed */
  pthread_mutex_t lock;            /* guards what follows, until base is set */
  char *base;                      /* "https://HOST/v2/PATH/"; NULL: not known yet */
  struct http_auth *auth;
};

struct place_request {
  const char *what;   /* below the base, such as "manifests/latest" */
  const char *name;   /* for messages, such as "manifest latest" */
  const char *accept; /* NULL: anything */
  bool bulk;
  uint64_t size;   /* 0: not known */
  uint64_t from;   /* as in struct http_request */
  const char *url; /* to be asked for instead, of the same origin; NULL: none */
};

void place_init(struct place *place, struct net *net, const struct endpoint *endpoint);
void place_release(struct place *place);
/* Gets something, whatever the status. */
MUST_CHECK int place_get(struct place *place, const struct place_request *request,
                         struct http_response *out, struct error *err);
/* Fills *err with what a response that is no success says. Returns -1. */
int place_refuse(const struct place *place, const struct place_request *request,
                 struct http_response *response, struct error *err);
/* Gets something with status 200; everything else is an error that says what the registry said. */
MUST_CHECK int place_fetch(struct place *place, const struct place_request *request,
                           struct http_response *out, struct error *err);

#endif
