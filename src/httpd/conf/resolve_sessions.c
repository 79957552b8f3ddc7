/* Where sessions live, and how long at most. */
#include <apr_strings.h>

#include <httpd.h>
#include <ap_mpm.h>

#include "httpd/conf/resolve.h"
#include "httpd/place_settings.h"
#include "httpd/start/revocation_file.h"

#define DEFAULT_GRACE_SEC 900
#define LEASE_MARGIN_SEC  3 /* for what is not a call to the token endpoint */

static int64_t longer(int64_t a, apr_interval_time_t b)
{
    return a > apr_time_sec(b) ? a : apr_time_sec(b);
}

static int64_t shorter(int64_t a, apr_interval_time_t b)
{
    return a < apr_time_sec(b) ? a : apr_time_sec(b);
}

/* What the outermost level says holds wherever nothing is written. */
static cog_session_limits_t outermost(const cog_resolve_t *host)
{
    const cog_dir_conf_t *written = cog_conf_of_dir(host->s->lookup_defaults);

    return cog_dir_limits(written);
}

static cog_session_limits_t longest(const cog_resolve_t *host)
{
    const apr_array_header_t *all = host->written->places;
    cog_session_limits_t limits = outermost(host);

    for (int i = 0; all && i < all->nelts; ++i) {
        const cog_dir_conf_t *place = APR_ARRAY_IDX(all, i, const cog_dir_conf_t *);

        if (place->session_max != COG_UNSET) {
            limits.idle_sec = longer(limits.idle_sec, place->session_idle);
            limits.max_sec = longer(limits.max_sec, place->session_max);
            limits.least_idle_sec = shorter(limits.least_idle_sec, place->session_idle);
        }
    }
    return limits;
}

/* A renewal may ask the token endpoint once for each secret, and for keys. */
static int64_t lease_sec(const cog_resolve_t *host)
{
    return (COG_MAX_SECRETS + 1) * apr_time_sec(host->site->calls.total_limit) +
           LEASE_MARGIN_SEC;
}

/* Half of the threads. Where each process has one only there is no half: then the number
 * of processes has to do. */
static int waiting_limit(void)
{
    int threads = 0;

    (void)ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    return threads > 1 ? threads / 2 : 1;
}

static const char *read_revoke_key(cog_resolve_t *host)
{
    const apr_array_header_t *keys = host->written->revoke_key;

    if (!keys || keys->nelts == 0) {
        return NULL;
    }
    return cog_start_key(host->start, "CognitoRevokeKey",
                         &APR_ARRAY_IDX(keys, 0, cog_secret_source_t),
                         &host->conf->revoke_key);
}

const char *cog_resolve_sessions(cog_resolve_t *host)
{
    const cog_server_conf_t *written = host->written;
    cog_conf_t *conf = host->conf;
    const char *problem;

    conf->longest = longest(host);
    conf->has_stored_sessions = written->has_stored_sessions == 1;
    conf->has_renewal = written->has_renewal != 0;
    conf->grace_sec =
        written->grace == COG_UNSET ? DEFAULT_GRACE_SEC : apr_time_sec(written->grace);
    conf->lease_sec = lease_sec(host);
    conf->waiting_limit = waiting_limit();
    problem = read_revoke_key(host);
    return problem ? problem
                   : cog_start_revocations(host->start, conf->longest.max_sec,
                                           &conf->revocations);
}
