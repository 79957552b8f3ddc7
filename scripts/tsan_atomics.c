/* Preloaded under ThreadSanitizer: APR's atomics, compiled so that it sees them. A pool
 * that one thread of httpd gives back and another one takes goes by them alone: without
 * these, everything that lies on a recycled pool looks like a race. */
#include <stdbool.h>
#include <stdint.h>

uint32_t apr_atomic_read32(volatile uint32_t *at);
void apr_atomic_set32(volatile uint32_t *at, uint32_t value);
uint32_t apr_atomic_add32(volatile uint32_t *at, uint32_t value);
void apr_atomic_sub32(volatile uint32_t *at, uint32_t value);
uint32_t apr_atomic_inc32(volatile uint32_t *at);
int apr_atomic_dec32(volatile uint32_t *at);
uint32_t apr_atomic_cas32(volatile uint32_t *at, uint32_t with, uint32_t expected);
uint32_t apr_atomic_xchg32(volatile uint32_t *at, uint32_t value);
void *apr_atomic_casptr(void *volatile *at, void *with, void *expected);
void *apr_atomic_xchgptr(void *volatile *at, void *with);

uint32_t apr_atomic_read32(volatile uint32_t *at)
{
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}

void apr_atomic_set32(volatile uint32_t *at, uint32_t value)
{
    __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}

uint32_t apr_atomic_add32(volatile uint32_t *at, uint32_t value)
{
    return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
}

void apr_atomic_sub32(volatile uint32_t *at, uint32_t value)
{
    __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST);
}

uint32_t apr_atomic_inc32(volatile uint32_t *at)
{
    return __atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST);
}

int apr_atomic_dec32(volatile uint32_t *at)
{
    return __atomic_sub_fetch(at, 1, __ATOMIC_SEQ_CST) != 0;
}

uint32_t apr_atomic_cas32(volatile uint32_t *at, uint32_t with, uint32_t expected)
{
    __atomic_compare_exchange_n(at, &expected, with, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
}

uint32_t apr_atomic_xchg32(volatile uint32_t *at, uint32_t value)
{
    return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
}

void *apr_atomic_casptr(void *volatile *at, void *with, void *expected)
{
    __atomic_compare_exchange_n(at, &expected, with, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return expected;
}

void *apr_atomic_xchgptr(void *volatile *at, void *with)
{
    return __atomic_exchange_n(at, with, __ATOMIC_SEQ_CST);
}
