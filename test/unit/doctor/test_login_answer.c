#include "test/unit/unit.h"

#include "doctor/login_answer.h"

#define CALLBACK "https://app.test/.cognito/callback"

/* One line per answer of the hosted UI (Cognito's, as far as it is known). */
static const struct {
    const char *rule;
    int status;
    const char *location;
    cog_login_answer_kind_t kind;
} answers[] = {
    {"login page",               302, "https://auth.test/login?client_id=app",                         COG_LOGIN_OK     },
    {"identity provider",        302, "https://accounts.test/o/oauth2?error=x",                        COG_LOGIN_OK     },
    {"mismatch",                 302, "https://auth.test/error?error=redirect_mismatch&client_id=app",
     COG_LOGIN_REDIRECT_MISMATCH                                                                                        },
    {"no client",                302, "https://auth.test/error?error=invalid_request",
     COG_LOGIN_NO_CLIENT                                                                                                },
    {"no flows",                 302, "https://auth.test/error?error=unauthorized_client",
     COG_LOGIN_NO_CLIENT                                                                                                },
    {"another page",             302, "https://auth.test/error?error=Login+option",
     COG_LOGIN_UNKNOWN                                                                                                  },
    {"a page without error",     302, "https://auth.test/error",                                       COG_LOGIN_UNKNOWN},
    {"scope",                    302, CALLBACK "?state=s&error=invalid_scope",                         COG_LOGIN_SCOPE  },
    {"flow",                     302,
     CALLBACK "?error_description=Client+is+not+enabled&error=unauthorized_client",
     COG_LOGIN_FLOW                                                                                                     },
    {"request",                  303, CALLBACK "?error=invalid_request",                               COG_LOGIN_REQUEST},
    {"another error",            302, CALLBACK "?error=server_error",                                  COG_LOGIN_UNKNOWN},
    {"an error twice",           302, CALLBACK "?error=invalid_scope&error=x",                         COG_LOGIN_UNKNOWN},
    {"a code, unasked",          302, CALLBACK "?code=1",                                              COG_LOGIN_UNKNOWN},
    {"begins like the callback", 302, CALLBACK "x?error=invalid_scope",                                COG_LOGIN_OK     },
    {"no location",              302, NULL,                                                            COG_LOGIN_UNKNOWN},
    {"a page",                   200, NULL,                                                            COG_LOGIN_UNKNOWN},
    {"busy",                     503, NULL,                                                            COG_LOGIN_UNKNOWN},
};

static void understands_what_the_hosted_ui_answers(void **state)
{
    for (size_t i = 0; i < COUNT(answers); ++i) {
        const cog_fetch_response_t response = {.status = answers[i].status,
                                               .location = answers[i].location};
        cog_login_answer_t answer = cog_login_answer_read(*state, &response, CALLBACK);

        if (answer.kind != answers[i].kind) {
            fail_msg("\"%s\" is %d instead of %d", answers[i].rule, answer.kind,
                     answers[i].kind);
        }
        assert_non_null(answer.text);
    }
}

static void shows_foreign_errors_escaped(void **state)
{
    const cog_fetch_response_t response = {
        .status = 302, .location = "https://auth.test/error?error=a%0Ab"};

    assert_string_equal(cog_login_answer_read(*state, &response, CALLBACK).text, "a\\nb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(understands_what_the_hosted_ui_answers),
        cmocka_unit_test_with_pool(shows_foreign_errors_escaped),
    };

    return cmocka_run_group_tests_name("doctor/login_answer", tests, NULL, NULL);
}
