#include "net/fetch/fetch_curl.h"

#include <apr_date.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"
#include "net/fetch/curl_handles.h"
#include "net/fetch/curl_option.h"
#include "net/fetch/curl_rules.h"
#include "net/fetch/header_lines.h"
#include "net/fetch/proxy.h"
#include "net/fetch/response_body.h"

#define MAX_HEADERS 65536
#define TOO_LARGE   "the answer is larger than 1 MiB"
#define LOST        "the connection broke, and a form is not sent twice"

typedef struct {
    cog_fetch_conf_t conf;
    cog_curl_handles_t *handles;
} fetcher_t;

/* One call, from the options to the answer. */
typedef struct {
    apr_pool_t *pool;
    const cog_fetch_conf_t *conf;
    const cog_fetch_request_t *request;
    cog_url_t url;
    const cog_proxy_t *proxy; /* NULL: it goes there directly */
    cog_secret_t password;    /* the proxy's */
    struct curl_slist *headers;
    size_t form_sent;
    cog_response_body_t body;
    size_t headers_len;
    const char *fault; /* why we stopped it */
    char error[CURL_ERROR_SIZE];
} transfer_t;

static apr_status_t end_global(void *unused)
{
    (void)unused;
    curl_global_cleanup();
    return APR_SUCCESS;
}

void cog_fetch_global_init(apr_pool_t *pool)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        apr_pool_cleanup_register(pool, NULL, end_global, apr_pool_cleanup_null);
    }
}

/* To take less than what came ends the transfer. */
static size_t stop(transfer_t *transfer, const char *fault)
{
    transfer->fault = fault;
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    transfer_t *transfer = context;
    size_t len = size * count;

    return cog_response_body_append(&transfer->body, bytes, len) == COG_OK
               ? len
               : stop(transfer, TOO_LARGE);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    transfer_t *transfer = context;
    size_t len = size * count;

    (void)bytes;
    transfer->headers_len += len;
    if (transfer->headers_len > MAX_HEADERS) {
        return stop(transfer, "the answer's header is larger than 64 KiB");
    }
    return len;
}

/* Each byte is given once. curl begins anew when a kept connection turns out dead: right
 * for a GET, but the first form may have done its work. */
static size_t give_form(char *to, size_t size, size_t count, void *context)
{
    transfer_t *transfer = context;
    const cog_secret_t *form = &transfer->request->form;
    size_t rest = form->len - transfer->form_sent;
    size_t len = rest < size * count ? rest : size * count;

    if (rest == 0) {
        return CURL_READFUNC_ABORT;
    }
    memcpy(to, form->bytes + transfer->form_sent, len);
    transfer->form_sent += len;
    return len;
}

/* An empty text, unlike NULL, keeps curl from asking the environment. */
static cog_err_t set_way(CURL *handle, const transfer_t *transfer)
{
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_NOPROXY, ""));
    if (!transfer->proxy) {
        return cog_curl_set_pointer(handle, CURLOPT_PROXY, "");
    }
    return cog_proxy_use(handle, transfer->proxy, transfer->password,
                         transfer->conf->ca_file);
}

static cog_err_t set_form(CURL *handle, transfer_t *transfer)
{
    const cog_secret_t *form = &transfer->request->form;

    if (!cog_secret_is_set(*form)) {
        return COG_OK;
    }
    COG_REQUIRE(curl_easy_setopt(handle, CURLOPT_READFUNCTION, give_form) == CURLE_OK,
                COG_E_INTERNAL);
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_READDATA, transfer));
    COG_TRY(cog_curl_set_number(handle, CURLOPT_POSTFIELDSIZE, (long)form->len));
    return cog_curl_set_number(handle, CURLOPT_POST, 1);
}

static cog_err_t set_ends(CURL *handle, transfer_t *transfer)
{
    COG_REQUIRE(curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK,
                COG_E_INTERNAL);
    COG_REQUIRE(curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK,
                COG_E_INTERNAL);
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_WRITEDATA, transfer));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_HEADERDATA, transfer));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, transfer->error));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_HTTPHEADER, transfer->headers));
    return cog_curl_set_pointer(handle, CURLOPT_URL, transfer->request->url);
}

static cog_err_t prepare(CURL *handle, transfer_t *transfer)
{
    COG_TRY(cog_header_lines_make(transfer->pool, transfer->request, &transfer->headers));
    COG_TRY(cog_curl_rules_set(handle, transfer->conf, &transfer->url,
                               transfer->request->limit));
    COG_TRY(set_way(handle, transfer));
    COG_TRY(set_form(handle, transfer));
    return set_ends(handle, transfer);
}

/* NULL when the answer has no such header; lives as long as the transfer's handle. */
static const char *header_of(CURL *handle, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
               ? header->value
               : NULL;
}

static void read_answer(CURL *handle, transfer_t *transfer,
                        cog_fetch_response_t *response)
{
    long status = 0;

    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response->status = (int)status;
    response->body = cog_response_body_end(&transfer->body);
    response->date = apr_date_parse_http(header_of(handle, "Date"));
    response->location = apr_pstrdup(transfer->pool, header_of(handle, "Location"));
}

/* Which call, without its query. */
static const char *name_call(const transfer_t *transfer)
{
    return apr_pstrcat(transfer->pool,
                       cog_secret_is_set(transfer->request->form) ? "POST " : "GET ",
                       transfer->url.origin, transfer->url.path, NULL);
}

/* Who notices first that an answer is too large depends on the version of curl. */
static const char *tell_fault(const transfer_t *transfer, CURLcode result)
{
    if (transfer->fault) {
        return transfer->fault;
    }
    switch (result) {
    case CURLE_FILESIZE_EXCEEDED:
        return TOO_LARGE;
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_ABORTED_BY_CALLBACK:
        return LOST;
    default:
        return transfer->error;
    }
}

static cog_err_t explain(CURL *handle, const transfer_t *transfer, CURLcode result,
                         const cog_log_t *log)
{
    if (transfer->proxy && cog_proxy_has_refused(handle)) {
        COG_LOG(log, ERROR, 2103, "%s got no answer: %s", name_call(transfer),
                cog_proxy_complaint(transfer->pool, transfer->proxy));
        return COG_E_PROXY_AUTH;
    }
    COG_LOG(
        log, WARNING, 2102, "%s got no answer: %s (%s)", name_call(transfer),
        curl_easy_strerror(result),
        cog_text_for_log(transfer->pool, tell_fault(transfer, result), CURL_ERROR_SIZE));
    return COG_E_IDP_UNREACHABLE;
}

static cog_err_t perform(CURL *handle, transfer_t *transfer, const cog_log_t *log,
                         cog_fetch_response_t *response)
{
    CURLcode result;

    if (prepare(handle, transfer) != COG_OK) {
        COG_LOG(log, ERROR, 2101,
                "%s could not be prepared: libcurl is too old, or there "
                "is no memory",
                name_call(transfer));
        return COG_E_IDP_UNREACHABLE;
    }
    result = curl_easy_perform(handle);
    if (result != CURLE_OK) {
        return explain(handle, transfer, result, log);
    }
    read_answer(handle, transfer, response);
    return COG_OK;
}

static cog_err_t fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    const fetcher_t *fetcher = context;
    transfer_t *transfer = apr_pcalloc(pool, sizeof(*transfer));
    CURL *handle;
    cog_err_t err;

    transfer->pool = pool;
    transfer->body.pool = pool;
    transfer->conf = &fetcher->conf;
    transfer->request = request;
    transfer->password = cog_proxy_password(pool, fetcher->conf.proxy);
    if (cog_url_parse(pool, request->url, &transfer->url) != COG_OK ||
        !cog_url_is_safe(&transfer->url)) {
        COG_LOG(log, ERROR, 2100, "%s is no URL that may be called: write https://",
                cog_text_for_log(pool, request->url, strcspn(request->url, "?")));
        return COG_E_IDP_UNREACHABLE;
    }
    transfer->proxy = cog_url_is_loopback(&transfer->url) ? NULL : fetcher->conf.proxy;
    handle = cog_curl_handles_take(fetcher->handles, transfer->password);
    COG_REQUIRE(handle, COG_E_INTERNAL);
    err = perform(handle, transfer, log, response);
    cog_curl_handles_give(fetcher->handles, handle, transfer->password, err == COG_OK);
    return err;
}

cog_err_t cog_fetch_curl_make(apr_pool_t *pool, const cog_fetch_conf_t *conf,
                              cog_fetcher_t *fetcher)
{
    fetcher_t *made = apr_pcalloc(pool, sizeof(*made));

    made->conf = *conf;
    COG_TRY(cog_curl_handles_make(pool, &made->handles));
    fetcher->context = made;
    fetcher->fetch = fetch;
    return COG_OK;
}
