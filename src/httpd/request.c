#include "httpd/request.h"

#include <apr_strings.h>
#include <http_request.h>

#include "crypto/random.h"
#include "httpd/audit.h"
#include "httpd/body.h"
#include "httpd/clock.h"
#include "httpd/log_httpd.h"
#include "httpd/place.h"

/* All that a flow needs, in one piece. */
typedef struct {
    cog_flow_t flow;
    cog_request_t request;
    cog_ports_t ports;
    cog_meter_user_t meter;
    cog_audit_user_t audit;
} world_t;

static const char *header(const cog_request_t *request, const char *name)
{
    const request_rec *r = request->context;

    return apr_table_get(r->headers_in, name);
}

static cog_err_t read_body(const cog_request_t *request, apr_pool_t *pool, size_t limit,
                           cog_span_t *body)
{
    return cog_body_read(request->context, pool, limit, body);
}

/* As httpd decodes a path before it looks for Locations; a path that it would refuse is
 * asked for as it is. */
static char *decoded(apr_pool_t *pool, const char *path)
{
    char *uri = apr_pstrdup(pool, path);

    if (ap_unescape_url_keep2f(uri, 0) != OK) {
        uri = apr_pstrdup(pool, path);
    }
    ap_getparents(uri);
    return uri;
}

/* Location sections alone: files and .htaccess are known only when a request is mapped.
 */
static const cog_place_t *place_of(const cog_request_t *request, const char *path)
{
    request_rec *r = request->context;
    request_rec *probe = apr_pmemdup(r->pool, r, sizeof(*r));
    size_t len = strcspn(path, "?");

    probe->uri = decoded(r->pool, apr_pstrmemdup(r->pool, path, len));
    probe->args = path[len] == '?' ? apr_pstrdup(r->pool, path + len + 1) : NULL;
    probe->per_dir_config = r->server->lookup_defaults;
    ap_location_walk(probe);
    return cog_place_make(probe, probe->per_dir_config);
}

static void fill_request(const cog_memo_t *memo, cog_request_t *request)
{
    request_rec *r = memo->root;

    request->method = r->method;
    request->path = memo->path;
    request->query = memo->query;
    request->cookies = memo->cookies;
    request->authorization = memo->authorization;
    request->client_ip = r->useragent_ip;
    request->context = r;
    request->header = header;
    request->read_body = read_body;
    request->place_of = place_of;
}

cog_flow_t *cog_request_flow(const cog_memo_t *memo, const cog_site_t *site,
                             const cog_place_t *place)
{
    world_t *world = apr_pcalloc(memo->root->pool, sizeof(*world));

    fill_request(memo, &world->request);
    world->ports.clock = cog_clock_system();
    world->ports.random = cog_random_system();
    world->ports.fetcher = site->fetcher;
    world->ports.store = site->store;
    world->ports.documents = site->documents;
    world->ports.log = cog_log_of_request(memo->root);
    cog_meter_shm_use(site->meter, (unsigned long)memo->root->connection->id,
                      &world->meter);
    world->ports.meter = &world->meter.port;
    cog_audit_use(memo->root, site->audit_log, &world->audit);
    world->ports.auditor = &world->audit.port;
    world->flow.pool = memo->root->pool;
    world->flow.conf = site->conf;
    world->flow.place = place;
    world->flow.request = &world->request;
    world->flow.ports = &world->ports;
    return &world->flow;
}
