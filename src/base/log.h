/* What the core has to say to the admin. Each message has a tag of its own: COG1204. */
#ifndef COG_BASE_LOG_H
#define COG_BASE_LOG_H

#include <apr_pools.h>

/* ERROR: an admin must act. WARNING: an attack or a broken peer. INFO: login, logout.
 * DEBUG: a decision and its reason. TRACE: shapes of data. */
typedef enum {
    COG_LOG_ERROR,
    COG_LOG_WARNING,
    COG_LOG_INFO,
    COG_LOG_DEBUG,
    COG_LOG_TRACE
} cog_log_level_t;

typedef struct cog_log_t {
    void *context;
    apr_pool_t *pool; /* for the text of messages; the request's */
    int (*is_on)(void *context, cog_log_level_t level);
    void (*write)(void *context, cog_log_level_t level, const char *message);
} cog_log_t;

/* Log under a tag, a number that is used at one place only. Foreign text goes through
 * cog_text_for_log(); secrets through cog_secret_hint(). */
#define COG_LOG(log, level, tag, ...) COG_LOG_AT(log, COG_LOG_##level, tag, __VA_ARGS__)

/* The same with a level that is known at run time only. */
#define COG_LOG_AT(log, level, tag, ...)                                                 \
    do {                                                                                 \
        const cog_log_t *cog_log_ = (log);                                               \
        if (cog_log_->is_on(cog_log_->context, (level))) {                               \
            cog_log_write(cog_log_, (level), "COG" #tag, __VA_ARGS__);                   \
        }                                                                                \
    } while (0)

void cog_log_write(const cog_log_t *log, cog_log_level_t level, const char *tag,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
