/* A run of bytes that need not end in NUL: a view, owned by whoever made it. */
#ifndef COG_BASE_SPAN_H
#define COG_BASE_SPAN_H

#include <stddef.h>

typedef struct {
    const unsigned char *bytes;
    size_t len;
} cog_span_t;

/* The bytes of a C string without its NUL; empty for NULL. */
cog_span_t cog_span_of(const char *text);

#endif
