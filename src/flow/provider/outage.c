#include "flow/provider/outage.h"

int cog_outage_may_ask(cog_outage_t *outage, int64_t now)
{
    int64_t until = atomic_load(&outage->quiet_until);

    if (until == 0) {
        return 1;
    }
    /* a clock that was put back must not make the pause longer */
    if (now < until && until - now <= COG_OUTAGE_PAUSE_SEC) {
        return 0;
    }
    return atomic_compare_exchange_strong(&outage->quiet_until, &until,
                                          now + COG_OUTAGE_PAUSE_SEC);
}

void cog_outage_note(cog_outage_t *outage, int has_answered, int64_t now)
{
    atomic_store(&outage->quiet_until, has_answered ? 0 : now + COG_OUTAGE_PAUSE_SEC);
}
