/* Does the app client accept our credentials? */
#include <string.h>

#include "doctor/checks.h"
#include "doctor/token_answer.h"

#define SECRET_CHARACTERS                                                                \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+"

static void say_answer(cog_report_t *report, const cog_probe_t *probe, cog_err_t err)
{
    if (err == COG_E_IDP_UNREACHABLE) {
        cog_report_say(report, COG_FOUND_FAILED, "%s", probe->reason->text);
        return;
    }
    if (probe->login.kind == COG_LOGIN_FLOW) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the code grant is not allowed");
        return;
    }
    cog_report_say(report, COG_FOUND_WARNING, "%s answers neither yes nor no: %s",
                   probe->endpoints.token, cog_err_text(err));
}

static void check_public(cog_report_t *report, cog_probe_t *probe)
{
    cog_err_t err = cog_token_answer(probe, cog_secret_of(NULL));

    if (err == COG_E_IDP_GRANT) {
        cog_report_say(report, COG_FOUND_OK, "a public client, without a secret");
        return;
    }
    if (err == COG_E_IDP_CLIENT) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "the app client has a secret, but none is configured "
                       "(invalid_client)");
        return;
    }
    say_answer(report, probe, err);
}

static const char *name_of(const cog_probe_t *probe, int n)
{
    static const char *const names[COG_MAX_SECRETS] = {"the first secret",
                                                       "the second secret"};

    return probe->client->secret_count == 1 ? "the secret" : names[n];
}

/* As the user pool makes them, or takes them; blanks, quotes or a byte order mark came
 * with the file. */
static const char *odd_characters(cog_secret_t secret)
{
    return strspn(secret.bytes, SECRET_CHARACTERS) == secret.len
               ? ""
               : ": it has other characters than letters, digits, _ and +, which no "
                 "client "
                 "secret has";
}

/* One that another one stands in for is no more than untidy. */
static void say_wrong(cog_report_t *report, cog_probe_t *probe, int n, int is_spare)
{
    if (is_spare) {
        cog_report_say(report, COG_FOUND_WARNING,
                       "%s is not (or no longer) of the app client; the other one is",
                       name_of(probe, n));
        return;
    }
    if (cog_token_answer(probe, cog_secret_of(NULL)) == COG_E_IDP_GRANT) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "the app client is public, but a secret is configured: remove "
                       "CognitoClientSecret, or make an app client with a secret");
        return;
    }
    cog_report_say(report, COG_FOUND_FAILED,
                   "%s is not that of the app client (invalid_client)%s",
                   name_of(probe, n), odd_characters(probe->secrets[n].secret));
}

static void say_secret(cog_report_t *report, cog_probe_t *probe, int n, cog_err_t answer,
                       int has_good)
{
    const char *problem = probe->secrets[n].problem;

    if (problem) {
        cog_report_say(report, COG_FOUND_FAILED, "%s %s", name_of(probe, n), problem);
    }
    else if (answer == COG_E_IDP_GRANT) {
        cog_report_say(report, COG_FOUND_OK, "%s is right", name_of(probe, n));
    }
    else if (answer == COG_E_IDP_CLIENT) {
        say_wrong(report, probe, n, has_good);
    }
    else {
        say_answer(report, probe, answer);
    }
}

static void check_confidential(cog_report_t *report, cog_probe_t *probe)
{
    cog_err_t answers[COG_MAX_SECRETS] = {COG_OK};
    int has_good = 0;

    for (int i = 0; i < COG_MAX_SECRETS && i < probe->client->secret_count; ++i) {
        if (!probe->secrets[i].problem) {
            answers[i] = cog_token_answer(probe, probe->secrets[i].secret);
        }
        has_good |= answers[i] == COG_E_IDP_GRANT;
    }
    for (int i = 0; i < COG_MAX_SECRETS && i < probe->client->secret_count; ++i) {
        say_secret(report, probe, i, answers[i], has_good);
    }
}

/* A secret goes to the token endpoint of the user pool that is configured, which the
 * fetcher asks over TLS with a certificate that it trusts, or not at all. */
void cog_check_secret(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;

    if (!probe->has_endpoints) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the token endpoint is not known");
        return;
    }
    if (probe->login.kind == COG_LOGIN_NO_CLIENT) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the app client is not known");
        return;
    }
    if (probe->client->secret_count == 0) {
        check_public(report, probe);
        return;
    }
    check_confidential(report, probe);
}
