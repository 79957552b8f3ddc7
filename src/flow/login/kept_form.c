#include "flow/login/kept_form.h"

#include <apr_strings.h>
#include <string.h>

#include "base/base64.h"
#include "base/language.h"
#include "base/log.h"
#include "base/pack.h"
#include "base/query.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "flow/login/form_fields.h"
#include "flow/navigation.h"
#include "flow/session/session_lookup.h"

#define FORM_KEY    "cognito:form:"
#define TAKEN_KEY   "cognito:taken:"
#define NONCE_BYTES 16
#define SEAL_ROOM   64     /* more than a seal takes */
#define LOST        "lost" /* of a login whose form is kept nowhere */

typedef struct {
    const char *target; /* path and query that it was sent to */
    const char *owner;  /* who has filled it in, as text_of() has it */
    cog_form_fields_t sent;
} form_t;

static const char *text_of(const cog_flow_t *flow, const unsigned char *owner)
{
    return cog_base64url_encode(flow->pool, (cog_span_t){owner, COG_SESSION_OWNER_LEN});
}

/* `place` is owner, slot and a nonce, with `:` between them: the key is all but the
 * nonce, which makes a login's form its own. */
static cog_binding_t bind_to(const cog_flow_t *flow, const char *place)
{
    const cog_client_conf_t *client = flow->place->client;

    return (cog_binding_t){COG_PURPOSE_FORM, client->issuer, client->bound_to, place};
}

static const char *key_of(const cog_flow_t *flow, const char *place)
{
    const char *nonce = strrchr(place, ':');

    return nonce ? apr_pstrcat(flow->pool, FORM_KEY,
                               apr_pstrmemdup(flow->pool, place, (size_t)(nonce - place)),
                               NULL)
                 : NULL;
}

/* ---- keeping ---- */

/* Where it was sent to, if a login may lead back there, to the letter. */
static cog_err_t find_target(const cog_flow_t *flow, const char **target)
{
    const cog_request_t *request = flow->request;
    const char *sent = request->path;

    if (request->query) {
        sent = apr_pstrcat(flow->pool, sent, "?", request->query, NULL);
    }
    COG_REQUIRE(strcmp(cog_flow_return_to(flow, sent), sent) == 0, COG_E_BAD_URL);
    *target = sent;
    return COG_OK;
}

static cog_err_t pack(const cog_flow_t *flow, const form_t *form, cog_span_t *record)
{
    cog_packer_t packer;

    cog_pack_begin(flow->pool, &packer, 4096);
    cog_pack_text(&packer, form->target);
    cog_pack_text(&packer, form->owner);
    cog_pack_number(&packer, (uint64_t)form->sent.is_multipart);
    cog_pack_number(&packer, (uint64_t)form->sent.fields->nelts);
    for (int i = 0; i < form->sent.fields->nelts; ++i) {
        const cog_param_t *field = &APR_ARRAY_IDX(form->sent.fields, i, cog_param_t);

        cog_pack_text(&packer, field->name);
        cog_pack_number(&packer, field->value != NULL);
        cog_pack_text(&packer, field->value);
    }
    *record = cog_pack_end(&packer);
    COG_REQUIRE(record->len <= COG_STORE_MAX_VALUE - SEAL_ROOM, COG_E_TOO_LARGE);
    return COG_OK;
}

static cog_err_t add(const cog_flow_t *flow, const char *place, cog_span_t record)
{
    const cog_store_t *store = &flow->ports->store;
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_binding_t binding = bind_to(flow, place);
    cog_span_t sealed;

    COG_TRY(cog_seal_bytes(flow->pool, &sealer, &binding, record, &sealed));
    return store->add(store->context, flow->ports->log, key_of(flow, place), sealed,
                      COG_LOGIN_SEC);
}

/* Few for each user, whatever sessions they had: nobody fills the store with forms. */
static cog_err_t put(const cog_flow_t *flow, const char *owner, cog_span_t record,
                     const char **place)
{
    cog_err_t err = COG_E_EXISTS;
    const char *nonce;

    COG_TRY(cog_random_text(flow->pool, flow->ports->random, NONCE_BYTES, &nonce));
    for (int slot = 0; slot < COG_KEPT_FORMS_MAX && err == COG_E_EXISTS; ++slot) {
        *place = apr_psprintf(flow->pool, "%s:%d:%s", owner, slot, nonce);
        err = add(flow, *place, record);
    }
    return err;
}

/* Whose form it is. What the browser has held for too long says nothing any more. */
static cog_err_t find_owner(const cog_flow_t *flow, const char **owner)
{
    const cog_session_limits_t limits = cog_flow_limits(flow);
    cog_session_reference_t held;

    COG_TRY(cog_session_held(flow, flow->place->client, &held));
    COG_REQUIRE(held.created > cog_flow_now(flow) - limits.max_sec - COG_LOGIN_SEC,
                COG_E_SESSION_EXPIRED);
    *owner = text_of(flow, held.owner);
    return COG_OK;
}

static cog_err_t keep(cog_flow_t *flow, const char **place)
{
    cog_span_t record;
    form_t form;

    COG_REQUIRE(cog_request_is_sent_by(flow->request, cog_flow_origin(flow)),
                COG_E_CROSS_SITE);
    COG_REQUIRE(flow->place->form_limit > 0, COG_E_TOO_LARGE);
    COG_TRY(find_owner(flow, &form.owner));
    COG_TRY(find_target(flow, &form.target));
    COG_TRY(cog_form_fields_read(flow, &form.sent));
    COG_TRY(pack(flow, &form, &record));
    return put(flow, form.owner, record, place);
}

void cog_form_keep(cog_flow_t *flow, cog_login_state_t *login)
{
    cog_err_t err;

    if (strcmp(flow->request->method, "POST") != 0 ||
        !cog_request_is_navigation(flow->request)) {
        return;
    }
    err = keep(flow, &login->form);
    if (err != COG_OK) {
        COG_LOG(
            flow->ports->log, INFO, 3081, "the form that was sent to %s is not kept: %s",
            cog_text_for_log(flow->pool, flow->request->path, 256), cog_err_text(err));
        login->form = err == COG_E_CROSS_SITE ? "" : LOST;
    }
}

/* ---- sending on ---- */

static cog_param_t unpack_field(cog_unpacker_t *unpacker)
{
    cog_param_t field;
    int has_value;

    field.name = cog_unpack_text(unpacker);
    has_value = cog_unpack_number(unpacker) == 1;
    field.value = cog_unpack_text(unpacker);
    if (!has_value) {
        field.value = NULL;
    }
    return field;
}

static cog_err_t unpack(const cog_flow_t *flow, cog_span_t record, form_t *form)
{
    apr_array_header_t *fields = cog_query_make(flow->pool);
    cog_unpacker_t unpacker;
    uint64_t count;

    cog_unpack_begin(&unpacker, record);
    form->target = cog_unpack_text(&unpacker);
    form->owner = cog_unpack_text(&unpacker);
    form->sent.is_multipart = cog_unpack_number(&unpacker) == 1;
    count = cog_unpack_number(&unpacker);
    for (uint64_t i = 0; i < count && !unpacker.is_broken; ++i) {
        APR_ARRAY_PUSH(fields, cog_param_t) = unpack_field(&unpacker);
    }
    form->sent.fields = fields;
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_NOT_FOUND);
    return COG_OK;
}

/* Of many requests that come back at once, one may send it. */
static cog_err_t claim(const cog_flow_t *flow, const char *place)
{
    const cog_store_t *store = &flow->ports->store;

    return store->add(store->context, flow->ports->log,
                      apr_pstrcat(flow->pool, TAKEN_KEY, place, NULL), cog_span_of("1"),
                      COG_LOGIN_SEC);
}

/* It is taken out: nobody gets it a second time. */
static cog_err_t take(const cog_flow_t *flow, const char *place, form_t *form)
{
    const cog_store_t *store = &flow->ports->store;
    const char *key = key_of(flow, place);
    cog_binding_t binding = bind_to(flow, place);
    cog_span_t sealed, record;

    COG_REQUIRE(key, COG_E_NOT_FOUND);
    COG_TRY(store->get(store->context, flow->pool, flow->ports->log, key, &sealed));
    COG_TRY(cog_unseal_bytes(flow->pool, flow->conf->keyring, &binding, sealed, &record));
    COG_TRY(claim(flow, place));
    COG_TRY(store->remove(store->context, flow->ports->log, key));
    return unpack(flow, record, form);
}

static void say_not_sent(cog_page_t *page)
{
    page->title = COG_SAY("Your form was not sent");
    page->cause = COG_SAY("Somebody else had filled it in before you signed in.");
    page->link_text = COG_SAY("Continue");
}

static void say_lost(cog_page_t *page)
{
    page->title = COG_SAY("Your form was not sent");
    page->cause =
        COG_SAY("You had to sign in first, and it could not be kept meanwhile.");
    page->action = COG_SAY("Go back in your browser to the form, where you may find what "
                           "you have typed, and send it again.");
    page->link_text = COG_SAY("Continue");
}

static void send_on(const form_t *form, cog_page_t *page)
{
    page->title = COG_SAY("You are signed in again");
    page->cause = COG_SAY("The form that you had filled in was kept, and is sent now.");
    page->action = COG_SAY("If nothing happens, press the button.");
    page->link_text = COG_SAY("Send the form");
    page->is_form = 1;
    page->fields = form->sent.fields;
    page->is_multipart = form->sent.is_multipart;
    page->is_sent_at_once = 1;
}

static void begin_page(const cog_flow_t *flow, const char *target, cog_reply_t *reply)
{
    reply->kind = COG_REPLY_PAGE;
    reply->status = 200;
    reply->page = (cog_page_t){
        .link = apr_pstrcat(flow->pool, cog_flow_origin(flow), target, NULL)};
}

static void answer(const cog_flow_t *flow, const form_t *form,
                   const cog_session_t *session, cog_reply_t *reply)
{
    unsigned char owner[COG_SESSION_OWNER_LEN];

    cog_session_owner(session, owner);
    begin_page(flow, form->target, reply);
    if (strcmp(form->owner, text_of(flow, owner)) == 0) {
        send_on(form, &reply->page);
    }
    else {
        say_not_sent(&reply->page);
    }
}

static cog_err_t resume(const cog_flow_t *flow, const char *place,
                        const cog_session_t *session, cog_reply_t *reply)
{
    form_t form;
    cog_err_t err = take(flow, place, &form);

    if (err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3082,
                "the form of session %s is not there any more (%s): its user has to send "
                "it again",
                cog_session_id_text(flow->pool, session), cog_err_name(err));
        return err;
    }
    COG_LOG(flow->ports->log, DEBUG, 3083, "a kept form goes on to %s",
            cog_text_for_log(flow->pool, form.target, 256));
    answer(flow, &form, session, reply);
    return COG_OK;
}

int cog_form_resume(cog_flow_t *flow, const cog_login_state_t *login,
                    const cog_session_t *session, cog_reply_t *reply)
{
    if (!*login->form) {
        return 0;
    }
    if (strcmp(login->form, LOST) == 0 ||
        resume(flow, login->form, session, reply) != COG_OK) {
        begin_page(flow, login->return_to, reply);
        say_lost(&reply->page);
    }
    return 1;
}
