/* Every setting once. Structs, create and merge are generated from these lists (conf.h,
 * conf.c): a setting that stands here is inherited, one that does not is not.
 *
 *   STR   text, NULL when unset
 *   INT   number or choice, COG_UNSET when unset
 *   TIME  duration in microseconds, COG_UNSET when unset
 *   STORE cog_store_value_t, NULL when unset
 *   PROXY cog_proxy_t, NULL when unset
 *   LIST  array, NULL when unset; an inner one replaces the outer one
 *   PARAM array of cog_login_param_t, each with its place; an inner one replaces those of
 *         the same name
 *   ALL   array of everything that was written at any level, for checks at start
 *
 * Beside each goes where it was written (`at`), for the doctor. */
#ifndef COG_HTTPD_CONF_FIELDS_H
#define COG_HTTPD_CONF_FIELDS_H

/* One user pool. A section that names another one inherits none of these. */
#define COG_POOL_FIELDS(STR, LIST)                                                       \
    STR(user_pool)          /* CognitoUserPool */                                        \
    LIST(issuers)           /* CognitoIssuer: `const char *`, as written */              \
    STR(domain)             /* CognitoDomain */                                          \
    STR(endpoint_authorize) /* CognitoEndpoint */                                        \
    STR(endpoint_token)                                                                  \
    STR(endpoint_userinfo)                                                               \
    STR(endpoint_revoke)                                                                 \
    STR(endpoint_logout)                                                                 \
    STR(endpoint_jwks)

/* One app client. The id belongs to the user pool, the secret to the id. */
#define COG_APP_FIELDS(STR, LIST)                                                        \
    STR(client_id)       /* CognitoClientID */                                           \
    LIST(client_secrets) /* CognitoClientSecret: cog_secret_source_t */

/* How its users sign in. */
#define COG_LOGIN_FIELDS(STR, INT, LIST, PARAM)                                          \
    INT(auth_method)    /* CognitoClientAuth: cog_client_auth_t */                       \
    STR(scope)          /* CognitoScope, joined by spaces */                             \
    INT(has_userinfo)   /* CognitoUserInfo */                                            \
    LIST(callbacks)     /* CognitoCallback: `const char *` */                            \
    PARAM(login_params) /* CognitoLoginParam outside of sections */

/* A virtual host. */
#define COG_SERVER_FIELDS(STR, INT, TIME, LIST, ALL, STORE, PROXY)                       \
    LIST(origins)        /* CognitoBaseURL: `const char *` */                            \
    STR(path)            /* CognitoPath */                                               \
    LIST(logout_returns) /* CognitoLogoutReturn: `const char *` */                       \
    LIST(secrets)        /* CognitoSecret: cog_secret_source_t */                        \
    STORE(store)         /* CognitoStore */                                              \
    STR(cookie_name)     /* CognitoCookie name= */                                       \
    STR(cookie_domain)   /* domain=; "" is none */                                       \
    STR(cookie_samesite) /* samesite=: "Lax" or "None" */                                \
    STR(cookie_path)     /* path= */                                                     \
    PROXY(proxy)         /* CognitoProxy; one without a URL is none */                   \
    STR(ca_file)         /* CognitoCAFile; "" is the system's */                         \
    STR(error_template)  /* CognitoErrorTemplate; "" is our own */                       \
    STR(audit_log)       /* CognitoAuditLog; "" is none */                               \
    TIME(connect_limit)  /* CognitoTimeout */                                            \
    TIME(total_limit)                                                                    \
    LIST(assertion_keys) /* CognitoAssertionKey: cog_secret_source_t; empty: own */      \
    LIST(revoke_key)     /* CognitoRevokeKey: one cog_secret_source_t; empty: none */    \
    INT(has_stored_sessions) /* CognitoSession */                                        \
    INT(has_renewal)         /* CognitoRefresh */                                        \
    TIME(grace)              /* CognitoGrace */                                          \
    ALL(places)          /* each section with a setting of ours: `cog_dir_conf_t *` */   \
    ALL(backends)        /* each CognitoBackend: `int`, a row of backend_presets.c */    \
    ALL(tokens)          /* each CognitoTokens: `int`, of COG_TOKENS_* */                \
    ALL(named_headers)   /* each of a CognitoHeader, and each header= of a               \
                          * CognitoAssertion: `const char *` */                          \
    ALL(claim_lists)     /* each CognitoClaims: apr_array_header_t * */                  \
    ALL(user_claims)     /* each claim that a CognitoRemoteUser names: `const char *` */ \
    ALL(required_claims) /* each that a Require cognito-… or a CognitoHeader needs:    \
                          * `const char *` */

/* A place: Location, Directory, .htaccess… */
#define COG_DIR_FIELDS(STR, INT, TIME, LIST, PARAM)                                      \
    STR(client_name)     /* CognitoUse; "" is the default client */                      \
    INT(unauthenticated) /* CognitoUnauthenticated: cog_unauthenticated_t */             \
    TIME(session_idle)   /* CognitoSessionTimeout */                                     \
    TIME(session_max)                                                                    \
    INT(form_limit)     /* CognitoPreservePost: bytes; 0 is off */                       \
    LIST(user_claims)   /* CognitoRemoteUser: cog_user_claim_t */                        \
    INT(backend)        /* CognitoBackend: a row of backend_presets.c */                 \
    STR(backend_signer) /* signer=; "" is the site itself */                             \
    LIST(headers)       /* CognitoHeader: cog_named_header_t; empty: none */             \
    INT(exports)        /* CognitoExport: of COG_EXPORT_ENV and COG_EXPORT_HEADERS */    \
    INT(tokens)         /* CognitoTokens: of COG_TOKENS_* */                             \
    INT(has_assertion)  /* CognitoAssertion */                                           \
    STR(assertion_header)                                                                \
    STR(assertion_audience) /* "" is the site itself */                                  \
    INT(assertion_ttl_sec)                                                               \
    INT(header_encoding) /* encoding=: cog_header_encoding_t */                          \
    LIST(claims)         /* CognitoClaims: `const char *`; empty is the default */       \
    LIST(groups)         /* CognitoGroups: `const char *`; empty is all */               \
    PARAM(login_params)  /* CognitoLoginParam inside a section */                        \
    INT(accepts)         /* CognitoAccept: COG_ACCEPT_* */                               \
    LIST(bearer_clients) /* CognitoBearerClient: `const char *`; empty is the default */ \
    INT(bearer_uses)     /* CognitoBearerTokenUse: COG_TOKEN_* */                        \
    STR(resource)        /* CognitoResource; "" is none */

#endif
