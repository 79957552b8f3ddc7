#include "net/server/resolver.h"

#include <apr_strings.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ASK_DNS "check the name in CognitoStore, and the DNS of this host"

struct cog_resolver_t {
    const char *host;
    const char *service;
    cog_look_up_t look_up;
    /* of all that follows; never held while the name is looked up. */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pid_t owner; /* the process whose thread it is */
    pthread_t thread;
    int is_running;
    int is_joinable;
    unsigned long turns; /* look-ups that have ended */
    int error;           /* of the last one, from getaddrinfo() */
    cog_addresses_t found;
};

static const struct addrinfo hints = {
    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
static const struct addrinfo numeric_hints = {.ai_family = AF_UNSPEC,
                                              .ai_socktype = SOCK_STREAM,
                                              .ai_flags =
                                                  AI_NUMERICSERV | AI_NUMERICHOST};

static void take_over(const struct addrinfo *list, cog_addresses_t *addresses)
{
    addresses->count = 0;
    for (; list && addresses->count < COG_MAX_ADDRESSES; list = list->ai_next) {
        cog_address_t *address = &addresses->all[addresses->count];

        if (list->ai_addrlen <= sizeof(address->bytes)) {
            memcpy(&address->bytes, list->ai_addr, list->ai_addrlen);
            address->len = list->ai_addrlen;
            ++addresses->count;
        }
    }
}

static int look_up(const cog_resolver_t *resolver, const struct addrinfo *how,
                   cog_addresses_t *addresses)
{
    struct addrinfo *list = NULL;
    int error = resolver->look_up(resolver->host, resolver->service, how, &list);

    if (error != 0) {
        return error;
    }
    take_over(list, addresses);
    freeaddrinfo(list);
    return addresses->count > 0 ? 0 : EAI_NONAME;
}

static void *run(void *data)
{
    cog_resolver_t *resolver = data;
    cog_addresses_t found = {.count = 0};
    int error = look_up(resolver, &hints, &found);

    pthread_mutex_lock(&resolver->lock);
    resolver->error = error;
    resolver->found = found;
    resolver->is_running = 0;
    ++resolver->turns;
    pthread_cond_broadcast(&resolver->ended);
    pthread_mutex_unlock(&resolver->lock);
    return NULL;
}

/* The thread must not get signals that are meant for httpd's. */
static int create_thread(cog_resolver_t *resolver)
{
    sigset_t all;
    sigset_t before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&resolver->thread, NULL, run, resolver);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* Call with the lock held. */
static int start(cog_resolver_t *resolver)
{
    int error;

    if (resolver->owner != getpid()) {
        resolver->owner = getpid();
        resolver->is_running = 0;
        resolver->is_joinable = 0;
    }
    if (resolver->is_running) {
        return 0;
    }
    if (resolver->is_joinable) {
        pthread_join(resolver->thread, NULL); /* it has ended, or is about to return */
        resolver->is_joinable = 0;
    }
    error = create_thread(resolver);
    resolver->is_running = resolver->is_joinable = error == 0;
    return error;
}

/* Call with the lock held. */
static int wait_for_turn(cog_resolver_t *resolver, apr_time_t deadline)
{
    struct timespec until = {.tv_sec = (time_t)apr_time_sec(deadline),
                             .tv_nsec = (long)apr_time_usec(deadline) * 1000};
    unsigned long turn = resolver->turns;
    int error = start(resolver);

    while (error == 0 && turn == resolver->turns) {
        error = pthread_cond_timedwait(&resolver->ended, &resolver->lock, &until);
    }
    return error;
}

static cog_err_t resolve_name(cog_resolver_t *resolver, apr_time_t deadline,
                              cog_addresses_t *addresses, cog_fault_t *fault)
{
    int system_error;
    int error;

    pthread_mutex_lock(&resolver->lock);
    system_error = wait_for_turn(resolver, deadline);
    error = resolver->error;
    *addresses = resolver->found;
    pthread_mutex_unlock(&resolver->lock);
    if (system_error == ETIMEDOUT) {
        return cog_fault_set(fault, ASK_DNS, "the name was not resolved in time");
    }
    if (system_error != 0) {
        return cog_fault_of_system(fault, "give the processes more threads",
                                   system_error);
    }
    if (error != 0) {
        return cog_fault_set(fault, ASK_DNS, "the name was not resolved: %s",
                             gai_strerror(error));
    }
    return COG_OK;
}

cog_err_t cog_resolve(cog_resolver_t *resolver, apr_time_t deadline,
                      cog_addresses_t *addresses, cog_fault_t *fault)
{
    if (look_up(resolver, &numeric_hints, addresses) == 0) {
        return COG_OK;
    }
    return resolve_name(resolver, deadline, addresses, fault);
}

int cog_resolver_is_busy(cog_resolver_t *resolver)
{
    int is_busy;

    pthread_mutex_lock(&resolver->lock);
    is_busy = resolver->owner == getpid() && resolver->is_running;
    pthread_mutex_unlock(&resolver->lock);
    return is_busy;
}

static apr_status_t release(void *data)
{
    cog_resolver_t *resolver = data;

    if (resolver->owner != 0 && resolver->owner != getpid()) {
        return APR_SUCCESS;
    }
    if (resolver->is_joinable) {
        pthread_join(resolver->thread, NULL);
    }
    pthread_cond_destroy(&resolver->ended);
    pthread_mutex_destroy(&resolver->lock);
    return APR_SUCCESS;
}

cog_err_t cog_resolver_make(apr_pool_t *conf_pool, const char *host, int port,
                            cog_look_up_t how, cog_resolver_t **resolver)
{
    cog_resolver_t *made = apr_pcalloc(conf_pool, sizeof(*made));
    pthread_condattr_t attributes;

    made->host = host;
    made->service = apr_itoa(conf_pool, port);
    made->look_up = how;
    COG_REQUIRE(pthread_mutex_init(&made->lock, NULL) == 0, COG_E_INTERNAL);
    COG_REQUIRE(pthread_condattr_init(&attributes) == 0, COG_E_INTERNAL);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    COG_REQUIRE(pthread_cond_init(&made->ended, &attributes) == 0, COG_E_INTERNAL);
    pthread_condattr_destroy(&attributes);
    apr_pool_cleanup_register(conf_pool, made, release, apr_pool_cleanup_null);
    *resolver = made;
    return COG_OK;
}
