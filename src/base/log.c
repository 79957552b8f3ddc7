#include "base/log.h"

#include <apr_strings.h>
#include <stdarg.h>

void cog_log_write(const cog_log_t *log, cog_log_level_t level, const char *tag,
                   const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = apr_pvsprintf(log->pool, format, args);
    va_end(args);
    log->write(log->context, level, apr_pstrcat(log->pool, tag, ": ", text, NULL));
}
