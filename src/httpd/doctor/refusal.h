/* A configuration that httpd refuses: whoever asks with CHECK_COGNITO_JSON gets an object
 * all the same. */
#ifndef COG_HTTPD_DOCTOR_REFUSAL_H
#define COG_HTTPD_DOCTOR_REFUSAL_H

#include <apr_pools.h>

/* When the module is loaded: from here on httpd's complaints are kept, and told when it
 * ends without a report. Does nothing unless `httpd -t -D CHECK_COGNITO_JSON` runs. */
void cog_doctor_refusal_await(apr_pool_t *conf_pool);

/* There is a report. */
void cog_doctor_refusal_forget(void);

#endif
