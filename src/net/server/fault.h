/* Why a peer could not be asked, in words for the admin. */
#ifndef COG_NET_FAULT_H
#define COG_NET_FAULT_H

#include "base/error.h"

typedef struct {
    int is_gone;        /* the other side has ended the connection */
    int is_of_command;  /* it works, but does not do what it was asked for */
    const char *remedy; /* what the admin can do; a constant */
    char cause[160];
} cog_fault_t;

/* Note cause and remedy. No foreign text may be in the cause, a server's least of all: it
 * may repeat what it was sent. Returns COG_E_STORE. */
cog_err_t cog_fault_set(cog_fault_t *fault, const char *remedy, const char *cause, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with what the system says of `error`, an errno. */
cog_err_t cog_fault_of_system(cog_fault_t *fault, const char *remedy, int error);

#endif
