/* A user pool whose documents are pages, and a provider that fetches them. */
#ifndef COG_TEST_PROVIDER_WORLD_H
#define COG_TEST_PROVIDER_WORLD_H

#include "test/unit/unit.h"

#include <stdatomic.h>

#include "flow/provider/provider.h"
#include "test/flow/fake_store.h"
#include "test/unit/jwt_maker.h"

#define ISSUER  "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define UPDATED "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define DOMAIN  "https://shop.auth.eu-west-1.amazoncognito.com"
#define JWKS    ISSUER "/.well-known/jwks.json"
/* where the keys are, as discovery says */
#define ADVERTISED "https://keys.example.com/pool/jwks.json"

/* What a URL answers, and how often it was asked. */
typedef struct {
    const char *url;
    int status;
    const char *body;
    cog_err_t err; /* no answer at all */
    apr_interval_time_t takes;
    atomic_int count;
} page_t;

enum { PAGE_DISCOVERY, PAGE_JWKS, PAGE_UPDATED_JWKS, PAGE_ADVERTISED_JWKS, PAGE_COUNT };

typedef struct {
    apr_pool_t *pool;
    page_t pages[PAGE_COUNT];
    atomic_int fetches; /* of all pages */
    int fail_at;        /* the number of the fetch that fails, 0: none */
    atomic_llong clock;
    int64_t second; /* of the clock */
    fake_store_t *documents;
    const char *messages; /* of the log, one after the other */
    cog_log_t log;
    cog_ports_t ports;
    apr_array_header_t *issuers;
    cog_provider_conf_t conf;
    cog_provider_t *provider; /* made at first use */
} world_t;

/* Keys take long to make: one for all tests. The group's fixtures make them. */
extern jwt_maker_t *key_a, *key_b;
int make_keys(void **state);
int drop_keys(void **state);

/* All pages are good, and hold key_a. */
world_t *world_of(apr_pool_t *pool);

/* A discovery document. */
const char *document_of(apr_pool_t *pool, const char *issuer, const char *domain);
const char *jwks_of_both(apr_pool_t *pool);

cog_provider_t *world_provider(world_t *world);

/* Let time go by. */
void world_pass(world_t *world, int sec);

cog_err_t world_endpoints(world_t *world, cog_endpoints_t *endpoints);

/* A token that the key has signed for the issuer; what its verification says. */
const char *world_token(world_t *world, const jwt_maker_t *key, const char *issuer);
cog_err_t world_verify(world_t *world, const jwt_maker_t *key, const char *issuer);

/* Any token, with memory of its own, by the provider that is made already. */
cog_err_t world_verify_in(apr_pool_t *pool, world_t *world, const char *token);

/* How often a page was fetched. */
int world_count(const world_t *world, int page);

#endif
