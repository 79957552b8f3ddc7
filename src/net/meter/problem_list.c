#include "net/meter/problem_list.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_LIMIT apr_time_from_msec(20)

cog_err_t cog_problem_list_make(cog_problem_list_t *list)
{
    return cog_shared_lock_make(&list->lock);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* As far as the entry holds the texts. */
static int is_same(const cog_problem_entry_t *entry, const cog_problem_t *problem)
{
    return entry->count > 0 && entry->err == problem->err &&
           strncmp(entry->site, or_empty(problem->site), sizeof(entry->site) - 1) == 0 &&
           strncmp(entry->remedy, or_empty(problem->remedy), sizeof(entry->remedy) - 1) ==
               0;
}

static cog_problem_entry_t *choose(cog_problem_list_t *list, const cog_problem_t *problem)
{
    cog_problem_entry_t *oldest = &list->entries[0];

    for (int i = 0; i < COG_PROBLEM_COUNT; ++i) {
        cog_problem_entry_t *entry = &list->entries[i];

        if (is_same(entry, problem)) {
            return entry;
        }
        oldest = entry->last < oldest->last ? entry : oldest;
    }
    oldest->count = 0;
    oldest->first = problem->now;
    return oldest;
}

static void write_entry(cog_problem_entry_t *entry, const cog_problem_t *problem)
{
    ++entry->count;
    entry->err = problem->err;
    entry->is_error = problem->is_error;
    entry->last = problem->now;
    apr_cpystrn(entry->incident, or_empty(problem->incident), sizeof(entry->incident));
    apr_cpystrn(entry->site, or_empty(problem->site), sizeof(entry->site));
    apr_cpystrn(entry->remedy, or_empty(problem->remedy), sizeof(entry->remedy));
}

void cog_problem_list_add(cog_problem_list_t *list, const cog_problem_t *problem)
{
    if (cog_shared_lock_take(&list->lock, LOCK_LIMIT) == COG_OK) {
        write_entry(choose(list, problem), problem);
        cog_shared_lock_give(&list->lock);
    }
}

static int by_last(const void *a, const void *b)
{
    const cog_problem_entry_t *one = a;
    const cog_problem_entry_t *other = b;

    return (one->last < other->last) - (one->last > other->last);
}

/* Who died while it wrote may have left a text without an end. */
static void end_texts(cog_problem_entry_t *entry)
{
    entry->incident[sizeof(entry->incident) - 1] = '\0';
    entry->site[sizeof(entry->site) - 1] = '\0';
    entry->remedy[sizeof(entry->remedy) - 1] = '\0';
}

int cog_problem_list_read(cog_problem_list_t *list,
                          cog_problem_entry_t entries[COG_PROBLEM_COUNT])
{
    int count = 0;

    if (cog_shared_lock_take(&list->lock, LOCK_LIMIT) != COG_OK) {
        return 0;
    }
    for (int i = 0; i < COG_PROBLEM_COUNT; ++i) {
        if (list->entries[i].count > 0) {
            entries[count] = list->entries[i];
            end_texts(&entries[count++]);
        }
    }
    cog_shared_lock_give(&list->lock);
    qsort(entries, (size_t)count, sizeof(*entries), by_last);
    return count;
}
