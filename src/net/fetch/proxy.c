#include "net/fetch/proxy.h"

#include <apr_strings.h>

#include "base/text.h"
#include "net/fetch/curl_option.h"

#define HTTP_PROXY_AUTH 407

cog_secret_t cog_proxy_password(apr_pool_t *pool, const cog_proxy_t *proxy)
{
    return proxy && proxy->has_password
               ? cog_secret_source_now(pool, &proxy->source, proxy->password)
               : cog_secret_of(NULL);
}

/* The same rules as for the user pool. A libcurl that cannot do it refuses. */
static cog_err_t use_tls(CURL *handle, const char *ca_file)
{
    COG_TRY(cog_curl_set_number(handle, CURLOPT_PROXY_SSL_VERIFYPEER, 1));
    COG_TRY(cog_curl_set_number(handle, CURLOPT_PROXY_SSL_VERIFYHOST, 2));
    COG_TRY(
        cog_curl_set_number(handle, CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2));
    if (ca_file) {
        COG_TRY(cog_curl_set_pointer(handle, CURLOPT_PROXY_CAINFO, ca_file));
        COG_TRY(cog_curl_set_pointer(handle, CURLOPT_PROXY_CAPATH, NULL));
    }
    return COG_OK;
}

/* An empty password, unlike NULL, keeps curl from looking elsewhere for one. */
static cog_err_t use_login(CURL *handle, const cog_proxy_t *proxy, cog_secret_t password)
{
    COG_TRY(cog_curl_set_number(handle, CURLOPT_PROXYAUTH, CURLAUTH_BASIC));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_PROXYUSERNAME, proxy->user));
    return cog_curl_set_pointer(handle, CURLOPT_PROXYPASSWORD,
                                cog_secret_is_set(password) ? password.bytes : "");
}

cog_err_t cog_proxy_use(CURL *handle, const cog_proxy_t *proxy, cog_secret_t password,
                        const char *ca_file)
{
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_PROXY, proxy->url));
    COG_TRY(cog_curl_set_number(handle, CURLOPT_HTTPPROXYTUNNEL, 1));
    COG_TRY(cog_curl_set_number(handle, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE));
    if (cog_text_begins(proxy->url, "https:")) {
        COG_TRY(use_tls(handle, ca_file));
    }
    return proxy->user ? use_login(handle, proxy, password) : COG_OK;
}

int cog_proxy_has_refused(CURL *handle)
{
    long status = 0;

    curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status);
    return status == HTTP_PROXY_AUTH;
}

/* Where root alone may read a file, that is why its change is not seen. */
static const char *tell_unread(apr_pool_t *pool, const cog_proxy_t *proxy)
{
    cog_secret_t password;
    const char *problem = proxy->has_password && proxy->source.kind == COG_SOURCE_FILE
                              ? cog_secret_source_read(pool, &proxy->source, &password)
                              : NULL;

    return problem
               ? apr_pstrcat(pool, "; the password is that of the start, for its file ",
                             problem, NULL)
               : "";
}

const char *cog_proxy_complaint(apr_pool_t *pool, const cog_proxy_t *proxy)
{
    if (!proxy->user) {
        return apr_pstrcat(pool, "the proxy ", proxy->name,
                           " asks for a user and a password (407): write CognitoProxy "
                           "http://USER:file:PATH@HOST:PORT",
                           NULL);
    }
    return apr_pstrcat(pool, "the proxy ", proxy->name,
                       " does not accept this user and password (407) in the form Basic",
                       tell_unread(pool, proxy), NULL);
}
