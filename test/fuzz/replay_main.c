/* Feeds every seed of a fuzz target to it, without a fuzzer: program fuzz_NAME reads all
 * files below $SRCDIR/test/data/NAME and fails when there is none. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(apr_pool_t *pool, const char *path)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_size_t size;
    uint8_t *data;

    if (apr_file_open(&file, path, APR_READ | APR_BINARY, 0, pool) != APR_SUCCESS ||
        apr_file_info_get(&info, APR_FINFO_SIZE, file) != APR_SUCCESS) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size = (apr_size_t)info.size;
    /* a block of exactly that size, so that AddressSanitizer sees a read past its end */
    data = malloc(size ? size : 1);
    if (data == NULL || apr_file_read_full(file, data, size, NULL) != APR_SUCCESS) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    apr_file_close(file);
    return 1;
}

static int replay_tree(apr_pool_t *pool, const char *path)
{
    apr_dir_t *dir;
    apr_finfo_t entry;
    int count = 0;

    if (apr_dir_open(&dir, path, pool) != APR_SUCCESS) {
        return 0;
    }
    while (apr_dir_read(&entry, APR_FINFO_NAME | APR_FINFO_TYPE, dir) == APR_SUCCESS) {
        const char *child = apr_pstrcat(pool, path, "/", entry.name, NULL);

        if (entry.filetype == APR_REG) {
            count += replay_file(pool, child);
        }
        else if (entry.filetype == APR_DIR && entry.name[0] != '.') {
            count += replay_tree(pool, child);
        }
    }
    apr_dir_close(dir);
    return count;
}

int main(int argc, char **argv)
{
    const char *name = strstr(argv[0], "fuzz_");
    const char *source_dir = getenv("SRCDIR");
    apr_pool_t *pool;
    int count;

    (void)argc;
    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    for (const char *next = name; next != NULL; next = strstr(next + 1, "fuzz_")) {
        name = next;
    }
    if (name == NULL || source_dir == NULL) {
        fprintf(stderr, "call me fuzz_NAME, with SRCDIR set\n");
        return 1;
    }
    name += strlen("fuzz_");
    count = replay_tree(pool, apr_pstrcat(pool, source_dir, "/test/data/", name, NULL));
    printf("%s: %d seeds\n", name, count);
    if (count == 0) {
        fprintf(stderr, "test/data/%s holds no seed\n", name);
    }
    return count == 0;
}
