#include "crypto/ca_file.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define MAX_LEN (4 * 1024 * 1024)

static apr_status_t free_bio(void *bio)
{
    BIO_free(bio);
    return APR_SUCCESS;
}

static int is_at_the_end(void)
{
    unsigned long error = ERR_peek_last_error();

    return ERR_GET_LIB(error) == ERR_LIB_PEM &&
           ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static const char *check_certificates(BIO *bio)
{
    int count = 0;
    int ended_well;
    X509 *certificate;

    ERR_clear_error();
    while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        X509_free(certificate);
        ++count;
    }
    ended_well = is_at_the_end();
    ERR_clear_error();
    if (!ended_well) {
        return "holds a broken certificate";
    }
    return count > 0 ? NULL : "holds no certificate in PEM form";
}

static const char *load(apr_pool_t *scratch, const char *path, char **bytes,
                        apr_size_t *len)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, scratch);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(scratch, "cannot be read: %pm", &rv);
    }
    rv = apr_file_info_get(&info, APR_FINFO_TYPE | APR_FINFO_SIZE, file);
    if (rv != APR_SUCCESS || info.filetype != APR_REG || info.size > MAX_LEN) {
        return "is not a regular file of at most 4 MB";
    }
    *len = (apr_size_t)info.size;
    *bytes = apr_palloc(scratch, *len + 1);
    rv = apr_file_read_full(file, *bytes, *len, len);
    apr_file_close(file);
    return rv == APR_SUCCESS || APR_STATUS_IS_EOF(rv) ? NULL : "cannot be read";
}

const char *cog_ca_file_check(apr_pool_t *scratch, const char *path)
{
    apr_size_t len = 0;
    char *bytes = NULL;
    const char *problem = load(scratch, path, &bytes, &len);
    BIO *bio;

    if (problem) {
        return problem;
    }
    bio = BIO_new_mem_buf(bytes, (int)len);
    if (!bio) {
        return "cannot be read";
    }
    apr_pool_cleanup_register(scratch, bio, free_bio, apr_pool_cleanup_null);
    return check_certificates(bio);
}
