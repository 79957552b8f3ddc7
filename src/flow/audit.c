#include "flow/audit.h"

#include "base/json.h"
#include "flow/flow.h"

static void write_entry(const cog_flow_t *flow, const cog_audit_t *entry)
{
    const cog_auditor_t *auditor = flow->ports->auditor;

    if (auditor) {
        auditor->write(auditor->context, entry);
    }
}

static const char *client_of(const cog_flow_t *flow)
{
    return flow->place && flow->place->client ? flow->place->client->client_id : NULL;
}

/* Users of the user pool itself have no `identities`. */
static const char *provider_of(const cog_session_t *session, const json_t *claims)
{
    const char *name = cog_session_claim(session, "idp_name");

    if (name && *name) {
        return name;
    }
    return claims && !json_object_get(claims, "identities") ? "COGNITO" : NULL;
}

static void tell_of_session(const cog_flow_t *flow, const cog_session_t *session,
                            const json_t *claims, cog_audit_t *entry)
{
    entry->subject = session->subject;
    entry->provider = provider_of(session, claims);
    entry->session = cog_session_id_text(flow->pool, session);
    entry->event_id = claims ? cog_json_string(claims, "event_id")
                             : cog_session_claim(session, "event_id");
    entry->origin_jti = claims ? cog_json_string(claims, "origin_jti")
                               : cog_session_claim(session, "origin_jti");
}

void cog_flow_audit_session(const cog_flow_t *flow, const char *event,
                            const cog_session_t *session, const json_t *claims)
{
    cog_audit_t entry = {.event = event, .client = client_of(flow)};

    tell_of_session(flow, session, claims, &entry);
    write_entry(flow, &entry);
}

void cog_flow_audit_logout(const cog_flow_t *flow, const char *cause,
                           const cog_client_conf_t *client, const cog_session_t *session)
{
    cog_audit_t entry = {.event = "logout", .cause = cause, .client = client->client_id};

    tell_of_session(flow, session, NULL, &entry);
    write_entry(flow, &entry);
}

void cog_flow_audit_user_ended(const cog_flow_t *flow, const char *subject)
{
    write_entry(flow,
                &(cog_audit_t){.event = "logout", .cause = "revoke", .subject = subject});
}

void cog_flow_audit_refusal(const cog_flow_t *flow, cog_err_t err, const char *incident)
{
    cog_audit_t entry = {.event = "refusal",
                         .cause = cog_err_name(err),
                         .incident = incident,
                         .client = client_of(flow)};

    if (err == COG_E_UNAUTHENTICATED) {
        return; /* nobody was refused: somebody is asked who they are */
    }
    if (flow->who) {
        tell_of_session(flow, flow->who, NULL, &entry);
    }
    write_entry(flow, &entry);
}
