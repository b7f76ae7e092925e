#include "net/auth/auth.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/auth/auth_token.h"
#include "net/auth/credentials.h"

/* A token is renewed this long before it ends, so that it is valid when it arrives. */
enum { RENEW_SECONDS = 10 };

struct session {
  struct http_auth base;
  struct auth *auth;
  struct session *next;
  char *domain, *path;
  bool https;
  pthread_mutex_t lock; /* guards what follows; held while a token is fetched, so once for all */
  int has_credential;   /* -1: not looked for yet */
  struct credential credential;
  char *header; /* NULL: none yet */
  bool is_bearer;
  int64_t renew_at;      /* of a bearer token, monotonic seconds */
  struct challenge seen; /* the one that the token answers */
};

struct auth {
  struct http_client *client;
  const struct credentials_held *held; /* NULL: they are looked for */
  pthread_mutex_t lock;                /* guards sessions */
  struct session *sessions;
};

struct auth *auth_new(struct http_client *client, const struct credentials_held *held)
{
  struct auth *auth = xcalloc(1, sizeof(*auth));

  auth->client = client;
  auth->held = held;
  pthread_mutex_init(&auth->lock, NULL);
  return auth;
}

static void set_header(struct session *session, char *header)
{
  if (session->header)
    explicit_bzero(session->header, strlen(session->header));
  free(session->header);
  session->header = header;
}

static void forget_challenge(struct session *session)
{
  struct challenge_list one = { { session->seen }, 1 };

  challenges_release(&one);
  session->seen = (struct challenge) { 0 };
}

void auth_free(struct auth *auth)
{
  struct session *next;

  if (!auth)
    return;
  for (struct session *session = auth->sessions; session; session = next) {
    next = session->next;
    set_header(session, NULL);
    forget_challenge(session);
    credential_release(&session->credential);
    pthread_mutex_destroy(&session->lock);
    free(session->domain);
    free(session->path);
    free(session);
  }
  pthread_mutex_destroy(&auth->lock);
  free(auth);
}

static int need_credential(struct session *session, struct error *err)
{
  if (session->has_credential < 0) {
    const struct credentials_held *held = session->auth->held;
    const int found =
        held
            ? credentials_held_find(held, session->domain, session->path, &session->credential, err)
            : credentials_find(session->domain, session->path, &session->credential, err);

    if (found < 0)
      return error_wrap(err, "credentials for %s", session->domain);
    session->has_credential = found;
    if (!found)
      log_debug("credentials: none for %s/%s", session->domain, session->path);
  }
  return 0;
}

static int renew(struct session *session, struct error *err)
{
  const struct challenge *seen = &session->seen;
  AUTO_FREE char *fallback = xasprintf("repository:%s:pull", session->path);
  struct token token;

  if (token_fetch(session->auth->client, seen, seen->scope ? seen->scope : fallback,
                  session->has_credential > 0 ? &session->credential : NULL, session->https, &token,
                  err) < 0)
    return error_wrap(err, "%s", session->domain);
  set_header(session, xasprintf("Bearer %s", token.text));
  session->is_bearer = true;
  session->renew_at = clock_ms() / 1000 + token.seconds -
                      (int64_t)MIN_OF(token.seconds / 4, (unsigned)RENEW_SECONDS);
  log_debug("auth: a token for %s/%s, valid for %u s", session->domain, session->path,
            token.seconds);
  token_release(&token);
  return 0;
}

static int session_header(struct http_auth *base, char **out, struct error *err)
{
  struct session *session = (struct session *)base;
  int result = 0;

  pthread_mutex_lock(&session->lock);
  if (session->is_bearer && clock_ms() / 1000 >= session->renew_at)
    result = renew(session, err);
  if (result == 0)
    *out = session->header ? xstrdup(session->header) : NULL;
  pthread_mutex_unlock(&session->lock);
  return result;
}

static bool same_text(const char *a, const char *b)
{
  return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The user has a token for the registry itself. */
static int answer_with_own(struct session *session, const char *used, struct error *err)
{
  if (used)
    return error_set(err, ERROR_AUTH, "%s refuses the token from %s", session->domain,
                     session->credential.origin);
  set_header(session, xasprintf("Bearer %s", session->credential.secret));
  session->is_bearer = false; /* nothing can renew it */
  return 1;
}

static int answer_bearer(struct session *session, const struct challenge *challenge,
                         const char *used, struct error *err)
{
  if (session->has_credential > 0 && session->credential.registry)
    return answer_with_own(session, used, err);
  if (used && same_text(challenge->error, "insufficient_scope") &&
      same_text(challenge->scope, session->seen.scope))
    return 0;
  forget_challenge(session);
  session->seen = (struct challenge) {
    .realm = challenge->realm ? xstrdup(challenge->realm) : NULL,
    .service = challenge->service ? xstrdup(challenge->service) : NULL,
    .scope = challenge->scope ? xstrdup(challenge->scope) : NULL,
  };
  return renew(session, err) < 0 ? -1 : 1;
}

static int answer_basic(struct session *session, const char *used, struct error *err)
{
  if (session->has_credential <= 0)
    return 0;
  if (session->credential.identity || session->credential.registry)
    return error_set(err, ERROR_AUTH, "%s asks for a password, but %s holds a token for it",
                     session->domain, session->credential.origin);
  if (used)
    return error_set(err, ERROR_AUTH, "%s refuses the user name and password from %s",
                     session->domain, session->credential.origin);
  set_header(session, auth_basic(session->credential.user, session->credential.secret));
  session->is_bearer = false;
  return 1;
}

/* Called with the lock held. */
static int answer(struct session *session, const struct http_response *response, const char *used,
                  struct error *err)
{
  CLEANUP(challenges_release) struct challenge_list list = { 0 };
  const struct challenge *bearer;

  /* Another request has got something newer meanwhile. */
  if (session->header && !same_text(session->header, used))
    return 1;
  for (size_t i = 0; i < response->n_challenges; i++) {
    if (challenges_parse(&list, str_of(response->challenges[i]), err) < 0)
      log_debug("auth: %s: %s", session->domain, err->message);
  }
  if (need_credential(session, err) < 0)
    return -1;
  bearer = challenges_find(&list, "Bearer");
  if (bearer)
    return answer_bearer(session, bearer, used, err);
  return challenges_find(&list, "Basic") ? answer_basic(session, used, err) : 0;
}

static int session_challenged(struct http_auth *base, const struct http_response *response,
                              const char *used, struct error *err)
{
  struct session *session = (struct session *)base;
  int result;

  pthread_mutex_lock(&session->lock);
  result = answer(session, response, used, err);
  pthread_mutex_unlock(&session->lock);
  return result;
}

static struct session *session_new(struct auth *auth, const char *domain, const char *path,
                                   bool https)
{
  struct session *session = xcalloc(1, sizeof(*session));

  session->base = (struct http_auth) { session_header, session_challenged };
  session->auth = auth;
  session->domain = xstrdup(domain);
  session->path = xstrdup(path);
  session->https = https;
  session->has_credential = -1;
  pthread_mutex_init(&session->lock, NULL);
  return session;
}

struct http_auth *auth_for(struct auth *auth, const char *domain, const char *path, bool https)
{
  struct session *session;

  pthread_mutex_lock(&auth->lock);
  for (session = auth->sessions; session; session = session->next) {
    if (session->https == https && strcmp(session->domain, domain) == 0 &&
        strcmp(session->path, path) == 0)
      break;
  }
  if (!session) {
    session = session_new(auth, domain, path, https);
    session->next = auth->sessions;
    auth->sessions = session;
  }
  pthread_mutex_unlock(&auth->lock);
  return &session->base;
}

const char *auth_origin(struct http_auth *session)
{
  struct session *own = (struct session *)session;
  const char *origin;

  pthread_mutex_lock(&own->lock);
  origin = own->has_credential > 0 ? own->credential.origin : NULL;
  pthread_mutex_unlock(&own->lock);
  return origin;
}

const char *auth_missing_helper(struct http_auth *session)
{
  struct session *own = (struct session *)session;
  const char *missing;

  pthread_mutex_lock(&own->lock);
  missing = own->has_credential == 0 ? own->credential.missing : NULL;
  pthread_mutex_unlock(&own->lock);
  return missing;
}
