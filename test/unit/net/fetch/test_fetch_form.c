/* A form is given to libcurl once, however often it asks: its place is taken here. */
#include "test/unit/net/fetch/fetch_caller.h"

#include <curl/curl.h>
#include <stdarg.h>

#undef curl_easy_setopt /* some versions check its types in a macro */

#define FORM "code=c0de&x=y"

static struct {
    int fails_at; /* the option that cannot be set, from 0; -1: none */
    int count;
    size_t room; /* for the form */
    curl_read_callback read;
    void *context;
    int calls;
    char sent[64];
    size_t end; /* what came when there was no more */
} curl;

static void begin(int fails_at, size_t room)
{
    memset(&curl, 0, sizeof(curl));
    curl.fails_at = fails_at;
    curl.room = room;
}

CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...)
{
    va_list values;

    (void)handle;
    va_start(values, option);
    if (option == CURLOPT_READFUNCTION) {
        curl.read = va_arg(values, curl_read_callback);
    }
    if (option == CURLOPT_READDATA) {
        curl.context = va_arg(values, void *);
    }
    va_end(values);
    return curl.count++ == curl.fails_at ? CURLE_OUT_OF_MEMORY : CURLE_OK;
}

/* Sends the form and then, as on another connection, begins anew. */
CURLcode curl_easy_perform(CURL *handle)
{
    size_t len = 0;
    size_t got;

    (void)handle;
    ++curl.calls;
    do {
        got = curl.read(curl.sent + len, 1, curl.room, curl.context);
        len += got <= curl.room ? got : 0;
    } while (got > 0 && got <= curl.room && len + curl.room <= sizeof(curl.sent));
    curl.end = got;
    return CURLE_ABORTED_BY_CALLBACK;
}

static void gives_each_byte_once(void **state)
{
    static const size_t rooms[] = {1, 4, sizeof(FORM) - 1, 40};

    for (size_t i = 0; i < COUNT(rooms); ++i) {
        caller_t *caller = make_caller(*state);

        begin(-1, rooms[i]);
        assert_int_equal(fetch_post(caller, "https://idp.test/token", FORM),
                         COG_E_IDP_UNREACHABLE);
        assert_int_equal(curl.calls, 1);
        assert_string_equal(curl.sent, FORM);
        assert_int_equal(curl.end, CURL_READFUNC_ABORT);
        assert_logged(caller->log, "COG2102: POST https://idp.test/token got no answer: ",
                      "a form is not sent twice");
    }
}

static void sends_nothing_when_an_option_cannot_be_set(void **state)
{
    caller_t *caller = make_caller(*state);
    int count;

    begin(-1, 1);
    fetch_post(caller, "https://idp.test/token", FORM);
    count = curl.count;
    assert_true(count > 30);
    for (int failing = 0; failing < count; ++failing) {
        begin(failing, 1);
        assert_int_equal(fetch_post(caller, "https://idp.test/token", FORM),
                         COG_E_IDP_UNREACHABLE);
        assert_logged(caller->log, "COG2101", "could not be prepared");
        assert_int_equal(curl.calls, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_each_byte_once),
        cmocka_unit_test_with_pool(sends_nothing_when_an_option_cannot_be_set),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, forms", tests, fetch_setup,
                                       fetch_teardown);
}
