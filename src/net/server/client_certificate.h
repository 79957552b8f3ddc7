/* A certificate by which we prove to a server who we are, and its private key: both in
 * one text in PEM form, with the certificates of its issuers behind it where there are
 * any. */
#ifndef COG_NET_CLIENT_CERTIFICATE_H
#define COG_NET_CLIENT_CERTIFICATE_H

#include <openssl/ssl.h>

#include "base/secret.h"

/* Show it to servers that ask for one. Returns NULL, or what is wrong with `pem`, as the
 * rest of a sentence. A key with a password is wrong, for nobody is asked for it. */
const char *cog_client_certificate_use(SSL_CTX *context, cog_secret_t pem);

/* The same words, without use. */
const char *cog_client_certificate_check(cog_secret_t pem);

#endif
