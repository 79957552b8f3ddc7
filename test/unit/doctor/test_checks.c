#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/text.h"
#include "doctor/checks.h"
#include "flow/provider/provider.h"

#define ISSUER   "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"
#define AUTH     "https://auth.test"
#define CALLBACK "https://app.test/.cognito/callback"
#define RETURN   "https://app.test/.cognito/signed-out"
#define NOW      1700000000
#define BY_PROXY (-1)
/* Basic of app:first and app:second */
#define FIRST  "Basic YXBwOmZpcnN0"
#define SECOND "Basic YXBwOnNlY29uZA=="

/* An RSA key, of which nobody has the other half. */
#define KEY                                                                              \
    "{'keys':[{'kty':'RSA','use':'sig','alg':'RS256','kid':'k','e':'AQAB','n':'" MODULUS \
    "'}]}"
#define MODULUS                                                                          \
    "u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn" \
    "5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_"      \
    "VDL5AaWTg0nLV"                                                                      \
    "kjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_"                    \
    "3jvredZiKRkgwlL9xNAwxXFg0x_"                                                        \
    "XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw"

/* What is answered to a URL that begins so: the first row that fits. */
typedef struct {
    const char *url;
    int status; /* 0: no answer; BY_PROXY: the proxy has refused */
    const char *body;
    const char *location;
    int late_sec; /* of Date */
} answer_t;

static const answer_t healthy[] = {
    {ISSUER "/.well-known/openid-configuration", 200,
     "{'issuer':'" ISSUER "','authorization_endpoint':'" AUTH
     "/oauth2/authorize','token_endpoint':'" AUTH "/oauth2/token','jwks_uri':'" ISSUER
     "/.well-known/jwks.json'}",                                                   NULL,          0},
    {ISSUER "/.well-known/jwks.json",            200, KEY,                         NULL,          0},
    {AUTH "/oauth2/authorize",                   302, "",                          AUTH "/login", 0},
    {AUTH "/logout",                             302, "",                          RETURN,        0},
    {AUTH "/oauth2/token",                       400, "{'error':'invalid_grant'}", NULL,          0},
    {NULL,                                       0,   NULL,                        NULL,          0},
};

/* clang-format off */
/* One change to what is healthy, and what a check says then. */
static const struct {
    const char *rule;
    answer_t change;
    const char *check;
    cog_found_t found;
} rules[] = {
    {"clock 10 s late",    {ISSUER "/.well-known/openid", 200, NULL, NULL, 10},                            "clock",    COG_FOUND_OK},
    {"clock 11 s late",    {ISSUER "/.well-known/openid", 200, NULL, NULL, 11},                            "clock",    COG_FOUND_WARNING},
    {"clock 59 s early",   {ISSUER "/.well-known/openid", 200, NULL, NULL, -59},                           "clock",    COG_FOUND_WARNING},
    {"clock 60 s early",   {ISSUER "/.well-known/openid", 200, NULL, NULL, -60},                           "clock",    COG_FOUND_FAILED},
    {"discovery silent",   {ISSUER "/.well-known/openid", 0, NULL, NULL, 0},                               "reach",    COG_FOUND_FAILED},
    {"discovery silent",   {ISSUER "/.well-known/openid", 0, NULL, NULL, 0},                               "jwks",     COG_FOUND_SKIPPED},
    {"discovery silent",   {ISSUER "/.well-known/openid", 0, NULL, NULL, 0},                               "secret",   COG_FOUND_SKIPPED},
    {"discovery 404",      {ISSUER "/.well-known/openid", 404, "", NULL, 0},                               "pool",     COG_FOUND_FAILED},
    {"discovery 429",      {ISSUER "/.well-known/openid", 429, "", NULL, 0},                               "pool",     COG_FOUND_WARNING},
    {"discovery 404",      {ISSUER "/.well-known/openid", 404, "", NULL, 0},                               "domain",   COG_FOUND_SKIPPED},
    {"keys silent",        {ISSUER "/.well-known/jwks", 0, NULL, NULL, 0},                                 "jwks",     COG_FOUND_FAILED},
    {"keys empty",         {ISSUER "/.well-known/jwks", 200, "{'keys':[]}", NULL, 0},                      "jwks",     COG_FOUND_FAILED},
    {"no such domain",     {AUTH "/oauth2/authorize", 404, "", NULL, 0},                                   "domain",   COG_FOUND_FAILED},
    {"domain silent",      {AUTH "/oauth2/authorize", 0, NULL, NULL, 0},                                   "domain",   COG_FOUND_FAILED},
    {"domain silent",      {AUTH "/oauth2/authorize", 0, NULL, NULL, 0},                                   "sign-out", COG_FOUND_SKIPPED},
    /* only a token endpoint that knows it tells one without flows from one that is not there */
    {"no flow at all",     {AUTH "/oauth2/authorize?", 302, "", AUTH "/error?error=invalid_request", 0},   "client",   COG_FOUND_OK},
    {"no flow at all",     {AUTH "/oauth2/authorize?", 302, "", AUTH "/error?error=invalid_request", 0},   "flow",     COG_FOUND_FAILED},
    {"no client",          {AUTH "/oauth2/", 302, "", AUTH "/error?error=invalid_request", 0},             "client",   COG_FOUND_FAILED},
    {"no client",          {AUTH "/oauth2/", 302, "", AUTH "/error?error=invalid_request", 0},             "flow",     COG_FOUND_SKIPPED},
    {"no client",          {AUTH "/oauth2/", 302, "", AUTH "/error?error=invalid_request", 0},             "secret",   COG_FOUND_SKIPPED},
    {"mismatch",           {AUTH "/oauth2/authorize?", 302, "", AUTH "/error?error=redirect_mismatch", 0}, "callback", COG_FOUND_FAILED},
    {"mismatch",           {AUTH "/oauth2/authorize?", 302, "", AUTH "/error?error=redirect_mismatch", 0}, "scopes",   COG_FOUND_SKIPPED},
    {"scope",              {AUTH "/oauth2/authorize?", 302, "", CALLBACK "?error=invalid_scope", 0},       "scopes",   COG_FOUND_FAILED},
    {"no flow",            {AUTH "/oauth2/authorize?", 302, "", CALLBACK "?error=unauthorized_client", 0}, "flow",     COG_FOUND_FAILED},
    {"request",            {AUTH "/oauth2/authorize?", 302, "", CALLBACK "?error=invalid_request", 0},     "pkce",     COG_FOUND_WARNING},
    {"sign-out",           {AUTH "/logout", 302, "", AUTH "/error?error=x", 0},                            "sign-out", COG_FOUND_FAILED},
    {"sign-out elsewhere", {AUTH "/logout", 302, "", RETURN "x", 0},                                       "sign-out", COG_FOUND_FAILED},
    {"sign-out silent",    {AUTH "/logout", 0, NULL, NULL, 0},                                             "sign-out", COG_FOUND_WARNING},
    {"wrong secret",       {AUTH "/oauth2/token", 400, "{'error':'invalid_client'}", NULL, 0},             "secret",   COG_FOUND_FAILED},
    {"token silent",       {AUTH "/oauth2/token", 0, NULL, NULL, 0},                                       "secret",   COG_FOUND_FAILED},
    {"token busy",         {AUTH "/oauth2/token", 503, "", NULL, 0},                                       "secret",   COG_FOUND_WARNING},
    {"token odd",          {AUTH "/oauth2/token", 200, "{}", NULL, 0},                                     "secret",   COG_FOUND_WARNING},
};
/* clang-format on */

static const answer_t *change; /* of the rule that is tried */

/* The Authorization header that the token endpoint takes: any but it is invalid_client;
 * NULL: it asks for none, or takes all. */
static const char *good_credentials;

static int fits(const answer_t *answer, const char *url)
{
    return strncmp(url, answer->url, strlen(answer->url)) == 0;
}

static const answer_t *find(const char *url)
{
    const answer_t *answer = healthy;

    while (answer->url && !fits(answer, url)) {
        ++answer;
    }
    return answer;
}

static int has_wrong_credentials(const cog_fetch_request_t *request)
{
    const char *given = request->authorization.bytes;

    return good_credentials && strcmp(request->url, AUTH "/oauth2/token") == 0 &&
           strcmp(given ? given : "none", good_credentials) != 0;
}

static cog_err_t fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    const answer_t *usual = find(request->url);
    const answer_t *answer = change && fits(change, request->url) ? change : usual;

    (void)context;
    if (answer->status == BY_PROXY) {
        log->write(log->context, COG_LOG_ERROR, "the proxy wants a password");
        return COG_E_PROXY_AUTH;
    }
    if (has_wrong_credentials(request)) {
        response->status = 401;
        response->body = cog_span_of("{\"error\":\"invalid_client\"}");
        return COG_OK;
    }
    if (!answer->status) {
        log->write(log->context, COG_LOG_WARNING, "nobody is there");
        return COG_E_IDP_UNREACHABLE;
    }
    *response = (cog_fetch_response_t){
        .status = answer->status,
        .body = json_span(pool, answer->body ? answer->body : usual->body),
        .date = apr_time_from_sec(NOW - answer->late_sec),
        .location = answer->location,
    };
    return COG_OK;
}

static apr_time_t now(void *context)
{
    (void)context;
    return apr_time_from_sec(NOW);
}

static apr_array_header_t *one(apr_pool_t *pool, const char *text)
{
    apr_array_header_t *texts = apr_array_make(pool, 1, sizeof(const char *));

    APR_ARRAY_PUSH(texts, const char *) = text;
    return texts;
}

/* What is found of an app client with these secrets. */
static cog_report_t *examine_client(apr_pool_t *pool, const cog_known_secret_t *secrets,
                                    int secret_count)
{
    const cog_provider_conf_t provider = {
        .issuers = one(pool, ISSUER), .discovery_url = cog_discovery_url(pool, ISSUER)};
    const cog_conf_t conf = {.origins = one(pool, "https://app.test"),
                             .path = "/.cognito"};
    const cog_client_conf_t client = {.name = "",
                                      .client_id = "app",
                                      .secret_count = secret_count,
                                      .scope = "openid email",
                                      .issuer = ISSUER,
                                      .callback = "/.cognito/callback"};
    cog_probe_t probe = {
        .pool = pool,
        .conf = &conf,
        .client = &client,
        .provider = &provider,
        .way = "directly",
        .asked = apr_hash_make(pool),
        .fetcher = {NULL, fetch},
        .clock = { NULL, now,  NULL}
    };
    cog_report_t *report = cog_report_make(pool);

    for (int i = 0; i < secret_count; ++i) {
        probe.secrets[i] = secrets[i];
    }
    cog_report_open(report, "host", "default");
    cog_probe_prepare(&probe, report);
    cog_report_run(report, cog_client_checks, &probe);
    return report;
}

/* What is found where `changed` is not as it should be. */
static cog_report_t *examine(apr_pool_t *pool, const answer_t *changed)
{
    const cog_known_secret_t secret = {cog_secret_of("s3cr3t"), NULL};

    change = changed;
    good_credentials = NULL;
    return examine_client(pool, &secret, 1);
}

static const cog_finding_t *finding_of(const cog_report_t *report, const char *check)
{
    const apr_array_header_t *findings =
        APR_ARRAY_IDX(report->groups, 0, cog_report_group_t).findings;

    for (int i = 0; i < findings->nelts; ++i) {
        const cog_finding_t *finding = &APR_ARRAY_IDX(findings, i, cog_finding_t);

        if (strcmp(finding->check->id, check) == 0) {
            return finding;
        }
    }
    fail_msg("no finding of %s", check);
    return NULL;
}

static void find_nothing_wrong_with_a_healthy_pool(void **state)
{
    const cog_report_t *report = examine(*state, NULL);

    for (int i = COG_FOUND_WARNING; i < COG_FOUND_KINDS; ++i) {
        assert_int_equal(cog_report_count(report, (cog_found_t)i), 0);
    }
    assert_int_equal(cog_report_count(report, COG_FOUND_OK), 13);
}

static void find_what_is_wrong(void **state)
{
    for (size_t i = 0; i < COUNT(rules); ++i) {
        const cog_report_t *report = examine(*state, &rules[i].change);
        const cog_finding_t *finding = finding_of(report, rules[i].check);

        if (finding->found != rules[i].found) {
            fail_msg("rule \"%s\": %s is %s, not %s: %s", rules[i].rule, rules[i].check,
                     cog_found_name(finding->found), cog_found_name(rules[i].found),
                     finding->text);
        }
    }
}

static void say_why_there_is_no_answer(void **state)
{
    const answer_t silent = {ISSUER, 0, NULL, NULL, 0};
    const cog_report_t *report = examine(*state, &silent);

    assert_string_equal(finding_of(report, "reach")->text,
                        "nobody is there; asked directly");
}

static void say_what_mends_the_way(void **state)
{
    const answer_t refused = {ISSUER, BY_PROXY, NULL, NULL, 0};
    const answer_t silent = {ISSUER, 0, NULL, NULL, 0};
    const cog_finding_t *finding = finding_of(examine(*state, &refused), "reach");

    assert_string_equal(finding->text, "the proxy wants a password; asked directly");
    assert_non_null(
        strstr(finding->remedy.httpd, "CognitoProxy http://USER:file:PATH@HOST:PORT\n"));
    assert_null(strstr(finding->remedy.httpd, "CognitoCAFile"));
    finding = finding_of(examine(*state, &silent), "reach");
    assert_non_null(strstr(finding->remedy.httpd, "CognitoProxy http://HOST:PORT\n"));
    assert_non_null(strstr(finding->remedy.httpd, "CognitoCAFile PATH\n"));
}

/* clang-format off */
/* What an app client has, what is configured, and what is said of it. */
static const struct {
    const char *rule;
    const char *good;                      /* Authorization that the token endpoint takes */
    const char *secrets[COG_MAX_SECRETS];  /* NULL: none; "-": it cannot be read */
    cog_found_t found;                     /* of the last finding about secrets */
    const char *text;
} clients[] = {
    {"public",                  "none",  {NULL, NULL},        COG_FOUND_OK,      "a public client, without a secret"},
    {"one that is missing",     FIRST,   {NULL, NULL},        COG_FOUND_FAILED,  "the app client has a secret, but none is configured"},
    {"right",                   FIRST,   {"first", NULL},     COG_FOUND_OK,      "the secret is right"},
    {"one too many",            "none",  {"first", NULL},     COG_FOUND_FAILED,  "the app client is public, but a secret is configured"},
    {"wrong",                   SECOND,  {"first", NULL},     COG_FOUND_FAILED,  "the secret is not that of the app client (invalid_client)"},
    {"wrong, with a blank",     SECOND,  {"fir st", NULL},    COG_FOUND_FAILED,  "the secret is not that of the app client (invalid_client): it has other characters"},
    {"not to be read",          FIRST,   {"-", NULL},         COG_FOUND_FAILED,  "the secret is not there"},
    {"the second is good",      SECOND,  {"first", "second"}, COG_FOUND_OK,      "the second secret is right"},
    {"the second is old",       FIRST,   {"first", "second"}, COG_FOUND_WARNING, "the second secret is not (or no longer) of the app client; the other one is"},
    {"the second is not there", FIRST,   {"first", "-"},      COG_FOUND_FAILED,  "the second secret is not there"},
    {"neither",                 "other", {"first", "second"}, COG_FOUND_FAILED,  "the second secret is not that of the app client"},
};
/* clang-format on */

static const cog_finding_t *last_finding_of(const cog_report_t *report, const char *check)
{
    const apr_array_header_t *findings =
        APR_ARRAY_IDX(report->groups, 0, cog_report_group_t).findings;

    for (int i = findings->nelts - 1; i >= 0; --i) {
        const cog_finding_t *finding = &APR_ARRAY_IDX(findings, i, cog_finding_t);

        if (strcmp(finding->check->id, check) == 0) {
            return finding;
        }
    }
    fail_msg("no finding of %s", check);
    return NULL;
}

static void compare_the_secrets_with_those_of_the_client(void **state)
{
    change = NULL;
    for (size_t i = 0; i < COUNT(clients); ++i) {
        cog_known_secret_t secrets[COG_MAX_SECRETS] = {
            {{NULL, 0}, NULL}
        };
        const cog_finding_t *finding;
        int count = 0;

        while (count < COG_MAX_SECRETS && clients[i].secrets[count]) {
            secrets[count].secret = cog_secret_of(clients[i].secrets[count]);
            if (strcmp(clients[i].secrets[count], "-") == 0) {
                secrets[count] = (cog_known_secret_t){
                    {NULL, 0},
                    "is not there"
                };
            }
            ++count;
        }
        good_credentials = clients[i].good;
        finding = last_finding_of(examine_client(*state, secrets, count), "secret");
        if (finding->found != clients[i].found ||
            !cog_text_begins(finding->text, clients[i].text)) {
            fail_msg("%s: %s: %s", clients[i].rule, cog_found_name(finding->found),
                     finding->text);
        }
    }
}

static void fill_remedies_in(void **state)
{
    const answer_t mismatch = {AUTH "/oauth2/authorize?", 302, "",
                               AUTH "/error?error=redirect_mismatch", 0};
    const cog_remedy_t *remedy =
        &finding_of(examine(*state, &mismatch), "callback")->remedy;

    assert_string_equal(remedy->terraform, "callback_urls = [\"" CALLBACK "\"]");
    assert_string_equal(
        remedy->aws,
        "aws cognito-idp update-user-pool-client --region eu-west-1 --user-pool-id "
        "eu-west-1_Test --client-id app --callback-urls '[\"" CALLBACK
        "\"]' --logout-urls '[\"" RETURN
        "\"]' --allowed-o-auth-flows-user-pool-client --allowed-o-auth-flows code "
        "--allowed-o-auth-scopes openid email --supported-identity-providers COGNITO\n"
        "# it resets what it does not name: add what describe-user-pool-client shows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(find_nothing_wrong_with_a_healthy_pool),
        cmocka_unit_test_with_pool(find_what_is_wrong),
        cmocka_unit_test_with_pool(say_why_there_is_no_answer),
        cmocka_unit_test_with_pool(say_what_mends_the_way),
        cmocka_unit_test_with_pool(compare_the_secrets_with_those_of_the_client),
        cmocka_unit_test_with_pool(fill_remedies_in),
    };

    return cmocka_run_group_tests_name("doctor/checks", tests, NULL, NULL);
}
