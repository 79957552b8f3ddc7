/* The fields of a form that has been sent to us, where a page of ours could send it on as
 * it was. */
#ifndef COG_FLOW_FORM_FIELDS_H
#define COG_FLOW_FORM_FIELDS_H

#include <apr_tables.h>

#include "flow/flow.h"

typedef struct {
    const apr_array_header_t *fields; /* cog_param_t, in order; NULL is the value of a
                                       * file that nobody has chosen */
    int is_multipart;                 /* multipart/form-data; else urlencoded */
} cog_form_fields_t;

/* Read the request's body: at least one field. It must be UTF-8, hold no file, and be no
 * longer than the place allows. COG_E_FORM for any other. */
cog_err_t cog_form_fields_read(cog_flow_t *flow, cog_form_fields_t *form);

#endif
