#include "net/server/fault.h"

#include <apr_errno.h>
#include <apr_strings.h>
#include <stdarg.h>

cog_err_t cog_fault_set(cog_fault_t *fault, const char *remedy, const char *cause, ...)
{
    va_list values;

    *fault = (cog_fault_t){.remedy = remedy};
    va_start(values, cause);
    apr_vsnprintf(fault->cause, sizeof(fault->cause), cause, values);
    va_end(values);
    return COG_E_STORE;
}

cog_err_t cog_fault_of_system(cog_fault_t *fault, const char *remedy, int error)
{
    *fault = (cog_fault_t){.remedy = remedy};
    apr_strerror(error, fault->cause, sizeof(fault->cause));
    return COG_E_STORE;
}
