#include "session/session_codec.h"

#include <limits.h>
#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "base/pack.h"

#define REFERENCE     6 /* what the record is, and its version */
#define WHOLE         5
#define MIN_CLAIM_LEN 2 /* what it is, and a text's NUL */

/* What a claim is stands in one number: its kind in two bits, above them the number of
 * its name. 0 is an unusual name, which follows. */
#define KIND_BITS 2

static void pack_claim(cog_packer_t *packer, const cog_claim_t *claim)
{
    unsigned number = cog_claim_number(claim->name);

    cog_pack_number(packer, (uint64_t)number << KIND_BITS | (uint64_t)claim->kind);
    if (number == 0) {
        cog_pack_text(packer, claim->name);
    }
    cog_pack_text(packer, claim->value);
}

/* "" stands for the claim, which has the same. */
static const char *short_subject(const cog_session_t *session)
{
    const char *claim = cog_session_claim(session, "sub");

    return claim && strcmp(claim, session->subject) == 0 ? "" : session->subject;
}

cog_span_t cog_session_encode(apr_pool_t *pool, const cog_session_t *session)
{
    const apr_array_header_t *claims = session->claims;
    cog_packer_t packer;

    cog_pack_begin(pool, &packer, 1024);
    cog_pack_number(&packer, WHOLE);
    cog_pack_bytes(&packer, session->id, sizeof(session->id));
    cog_pack_time(&packer, session->created);
    cog_pack_time(&packer, session->seen);
    cog_pack_time(&packer, session->auth_time);
    cog_pack_time(&packer, session->renew_at);
    cog_pack_time(&packer, session->expires);
    cog_pack_number(&packer, (uint64_t)session->renewals);
    cog_pack_text(&packer, short_subject(session));
    cog_pack_number(&packer, (uint64_t)claims->nelts);
    for (int i = 0; i < claims->nelts; ++i) {
        pack_claim(&packer, &APR_ARRAY_IDX(claims, i, cog_claim_t));
    }
    return cog_pack_end(&packer);
}

/* A negative count was never written: the record is broken. */
static int64_t unpack_count(cog_unpacker_t *unpacker)
{
    uint64_t number = cog_unpack_number(unpacker);

    unpacker->is_broken |= number > INT64_MAX;
    return unpacker->is_broken ? 0 : (int64_t)number;
}

/* A usual name is never written out. */
static const char *unpack_name(cog_unpacker_t *unpacker, uint64_t number)
{
    const char *name;

    if (number == 0) {
        name = cog_unpack_text(unpacker);
        unpacker->is_broken |= cog_claim_number(name) != 0;
        return name;
    }
    name = number <= UINT_MAX ? cog_claim_of_number((unsigned)number) : NULL;
    unpacker->is_broken |= !name;
    return name ? name : "";
}

/* Claims come in strictly ascending order, for they are looked up by halving. Mostly the
 * first letters tell. */
static int is_behind(const char *previous, const char *name)
{
    unsigned char before = (unsigned char)*previous;
    unsigned char here = (unsigned char)*name;

    return before < here || (before == here && strcmp(previous, name) < 0);
}

static void unpack_claim(cog_unpacker_t *unpacker, const char *previous,
                         cog_claim_t *claim)
{
    uint64_t what = cog_unpack_number(unpacker);

    claim->kind = (cog_claim_kind_t)(what & ((1 << KIND_BITS) - 1));
    claim->name = unpack_name(unpacker, what >> KIND_BITS);
    claim->value = cog_unpack_text(unpacker);
    unpacker->is_broken |=
        claim->kind > COG_CLAIM_OTHER || (previous && !is_behind(previous, claim->name));
}

/* As apr_array_make() does it, for claims that are all filled in. */
static apr_array_header_t *make_claims(apr_pool_t *pool, int count)
{
    apr_array_header_t *claims = apr_palloc(pool, sizeof(*claims));

    claims->pool = pool;
    claims->elt_size = sizeof(cog_claim_t);
    claims->nelts = claims->nalloc = count;
    claims->elts = apr_palloc(pool, (size_t)count * sizeof(cog_claim_t));
    return claims;
}

static apr_array_header_t *unpack_claims(apr_pool_t *pool, cog_unpacker_t *unpacker)
{
    uint64_t count = cog_unpack_number(unpacker);
    size_t most = (size_t)(unpacker->end - unpacker->at) / MIN_CLAIM_LEN;
    const char *previous = NULL;
    apr_array_header_t *claims;

    unpacker->is_broken |= count > most || count > INT_MAX;
    count = unpacker->is_broken ? 0 : count;
    claims = make_claims(pool, (int)count);
    for (int i = 0; i < claims->nelts; ++i) {
        cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);

        unpack_claim(unpacker, previous, claim);
        previous = claim->name;
    }
    return claims;
}

/* A usual name is known by its address here. */
static const char *subject_claim(const cog_session_t *session)
{
    const char *name = cog_claim_of_number(COG_CLAIM_NUMBER_SUB);

    for (int i = 0; i < session->claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(session->claims, i, cog_claim_t);

        if (claim->name == name) {
            return claim->value;
        }
    }
    return NULL;
}

static const char *long_subject(cog_unpacker_t *unpacker, const cog_session_t *session)
{
    const char *claim = subject_claim(session);

    if (!claim || *session->subject) {
        unpacker->is_broken |= claim && strcmp(claim, session->subject) == 0;
        return session->subject;
    }
    return claim;
}

cog_err_t cog_session_decode(apr_pool_t *pool, cog_span_t record, cog_session_t **session)
{
    cog_unpacker_t unpacker;
    cog_session_t *found;

    cog_unpack_begin(&unpacker, record);
    COG_REQUIRE(cog_unpack_number(&unpacker) == WHOLE, COG_E_NO_SESSION);
    found = apr_palloc(pool, sizeof(*found));
    cog_unpack_bytes(&unpacker, found->id, sizeof(found->id));
    found->created = cog_unpack_time(&unpacker);
    found->seen = cog_unpack_time(&unpacker);
    found->auth_time = cog_unpack_time(&unpacker);
    found->renew_at = cog_unpack_time(&unpacker);
    found->expires = cog_unpack_time(&unpacker);
    found->renewals = unpack_count(&unpacker);
    found->subject = cog_unpack_text(&unpacker);
    found->claims = unpack_claims(pool, &unpacker);
    found->subject = long_subject(&unpacker, found);
    found->is_stored = 0;
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_NO_SESSION);
    *session = found;
    return COG_OK;
}

cog_span_t cog_session_encode_reference(apr_pool_t *pool, const cog_session_t *session)
{
    unsigned char owner[COG_SESSION_OWNER_LEN];
    cog_packer_t packer;

    cog_session_owner(session, owner);
    cog_pack_begin(pool, &packer, 0);
    cog_pack_number(&packer, REFERENCE);
    cog_pack_bytes(&packer, session->id, COG_SESSION_ID_LEN);
    cog_pack_time(&packer, session->created);
    cog_pack_bytes(&packer, owner, sizeof(owner));
    return cog_pack_end(&packer);
}

int cog_session_decode_reference(cog_span_t record, cog_session_reference_t *found)
{
    cog_unpacker_t unpacker;

    cog_unpack_begin(&unpacker, record);
    if (cog_unpack_number(&unpacker) != REFERENCE) {
        return 0;
    }
    cog_unpack_bytes(&unpacker, found->id, COG_SESSION_ID_LEN);
    found->created = cog_unpack_time(&unpacker);
    cog_unpack_bytes(&unpacker, found->owner, sizeof(found->owner));
    return cog_unpack_is_complete(&unpacker);
}
