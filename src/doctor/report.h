/* What the doctor finds: checks are rows of tables, findings stand in groups. */
#ifndef COG_DOCTOR_REPORT_H
#define COG_DOCTOR_REPORT_H

#include <apr_pools.h>
#include <apr_tables.h>

typedef enum {
    COG_FOUND_OK,
    COG_FOUND_WARNING,
    COG_FOUND_FAILED,
    COG_FOUND_SKIPPED, /* something before it has to be right first */
    COG_FOUND_KINDS
} cog_found_t;

typedef struct cog_report_t cog_report_t;

/* What to do about a finding that is not good. `{word}` stands for what was said with
 * cog_report_let(). NULL: nothing is to be done there. */
typedef struct {
    const char *httpd;          /* in httpd's configuration, or on its host */
    const char *aws;            /* a command of the AWS CLI */
    const char *cloudformation; /* properties of a resource in a template */
    const char *terraform;      /* arguments of a resource */
} cog_remedy_t;

/* One check. `run` says one finding or more. */
typedef struct {
    const char *id;    /* for programs; NULL ends a table */
    const char *title; /* for people */
    void (*run)(cog_report_t *report, void *context);
    cog_remedy_t remedy;
} cog_check_t;

typedef struct {
    const cog_check_t *check;
    cog_found_t found;
    const char *text;    /* what was seen, and why it is bad */
    cog_remedy_t remedy; /* words filled in; none for what is good */
} cog_finding_t;

typedef struct {
    const char *host;
    const char *client;           /* NULL: about the host */
    apr_table_t *words;           /* for remedies */
    apr_array_header_t *findings; /* cog_finding_t */
} cog_report_group_t;

struct cog_report_t {
    apr_pool_t *pool;
    apr_array_header_t *groups; /* cog_report_group_t */
    const cog_check_t *check;   /* the one that runs */
};

/* An empty report. It borrows all texts but those of findings. */
cog_report_t *cog_report_make(apr_pool_t *pool);

/* All that follows is about this host, and this client of it. */
void cog_report_open(cog_report_t *report, const char *host, const char *client);

/* In remedies of this group `{name}` is `value`. */
void cog_report_let(cog_report_t *report, const char *name, const char *value);

/* Run all checks of a table. */
void cog_report_run(cog_report_t *report, const cog_check_t *checks, void *context);

/* What a check says. Foreign text in it has to be fit for a log line. */
void cog_report_say(cog_report_t *report, cog_found_t found, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many findings are of this kind? */
int cog_report_count(const cog_report_t *report, cog_found_t found);

/* "ok", "warning", "failed", "skipped" */
const char *cog_found_name(cog_found_t found);

/* For a terminal: grouped, aligned, with a summary at the end. */
const char *cog_report_text(apr_pool_t *pool, const cog_report_t *report, int has_colour);

/* For programs; docs/doctor.md describes it. */
const char *cog_report_json(apr_pool_t *pool, const cog_report_t *report);

#endif
