/* The fields of a form that has been sent to us, where a page of ours could send it on as
 * it was. */
#ifndef COG_FLOW_FORM_FIELDS_H
#define COG_FLOW_FORM_FIELDS_H

#include <apr_tables.h>

#include "flow/flow.h"

/* Read the request's body: at least one field, in order, cog_param_t. It must be
 * urlencoded UTF-8 and no longer than the place allows. COG_E_FORM for any other. */
cog_err_t cog_form_fields_read(cog_flow_t *flow, const apr_array_header_t **fields);

#endif
