#include "test/unit/unit.h"

#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret_source.h"

typedef struct {
    apr_pool_t *pool;
    const char *folder;
} place_t;

static int folder_setup(void **state)
{
    static place_t place;
    const char *folder;

    if (pool_setup(state) != 0 || apr_temp_dir_get(&folder, *state) != APR_SUCCESS) {
        return -1;
    }
    place.pool = *state;
    place.folder = mkdtemp(apr_pstrcat(*state, folder, "/cog_test_XXXXXX", NULL));
    *state = &place;
    return place.folder ? 0 : -1;
}

static int folder_teardown(void **state)
{
    const place_t *place = *state;

    apr_file_remove(apr_pstrcat(place->pool, place->folder, "/file", NULL), place->pool);
    apr_file_remove(apr_pstrcat(place->pool, place->folder, "/link", NULL), place->pool);
    apr_dir_remove(place->folder, place->pool);
    *state = place->pool;
    return pool_teardown(state);
}

/* Write `bytes` to a file with exactly these permissions; returns its path. */
static const char *file_of(const place_t *place, const char *bytes, size_t len,
                           apr_fileperms_t mode)
{
    const char *path = apr_pstrcat(place->pool, place->folder, "/file", NULL);
    apr_file_t *file;

    /* one of before may be read-only */
    apr_file_remove(path, place->pool);
    assert_int_equal(apr_file_open(&file, path,
                                   APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_EXCL,
                                   APR_FPROT_UREAD | APR_FPROT_UWRITE, place->pool),
                     APR_SUCCESS);
    assert_int_equal(apr_file_write_full(file, bytes, len, NULL), APR_SUCCESS);
    apr_file_close(file);
    assert_int_equal(apr_file_perms_set(path, mode), APR_SUCCESS);
    return path;
}

static const char *read_file(const place_t *place, const char *path, cog_secret_t *secret)
{
    cog_secret_source_t source = {COG_SOURCE_FILE, path};

    return cog_secret_source_read(place->pool, &source, secret);
}

static const char *read_bytes(const place_t *place, const char *bytes, size_t len,
                              cog_secret_t *secret)
{
    return read_file(place, file_of(place, bytes, len, APR_FPROT_UREAD), secret);
}

/* clang-format off */
static const struct {
    const char *text;
    int is_good;
    cog_secret_source_t source;
} sources[] = {
    {"file:/etc/secret",        1, {COG_SOURCE_FILE, "/etc/secret"}},
    {"file:conf/secret",        1, {COG_SOURCE_FILE, "conf/secret"}},
    {"env:SECRET",              1, {COG_SOURCE_ENV, "SECRET"}},
    {"exec:/bin/secret -x 'y'", 1, {COG_SOURCE_EXEC, "/bin/secret -x 'y'"}},
    {"exec:secret",             0, {COG_SOURCE_EXEC, NULL}},
    {"exec:./secret",           0, {COG_SOURCE_EXEC, NULL}},
    {"exec: /bin/secret",       0, {COG_SOURCE_EXEC, NULL}},
    {"",                        0, {COG_SOURCE_FILE, NULL}},
    {"file:",                   0, {COG_SOURCE_FILE, NULL}},
    {"env:",                    0, {COG_SOURCE_FILE, NULL}},
    {"exec:",                   0, {COG_SOURCE_FILE, NULL}},
    {"FILE:/etc/secret",        0, {COG_SOURCE_FILE, NULL}},
    {"file",                    0, {COG_SOURCE_FILE, NULL}},
    {"/etc/secret",             0, {COG_SOURCE_FILE, NULL}},
    {"my secret itself",        0, {COG_SOURCE_FILE, NULL}},
    {"https://secret",          0, {COG_SOURCE_FILE, NULL}},
};
/* clang-format on */

static void tells_three_kinds_of_sources(void **state)
{
    for (size_t i = 0; i < COUNT(sources); ++i) {
        cog_secret_source_t source;
        const char *problem = cog_secret_source_parse(*state, sources[i].text, &source);

        if ((problem == NULL) != sources[i].is_good) {
            fail_msg("%s: %s", sources[i].text, problem ? problem : "is taken");
        }
        if (problem) {
            assert_non_null(strstr(problem, "file:/path, env:NAME or \"exec:/path"));
            continue;
        }
        assert_int_equal(source.kind, sources[i].source.kind);
        assert_string_equal(source.where, sources[i].source.where);
    }
}

/* clang-format off */
#define BYTES(literal) literal, sizeof(literal) - 1
static const struct {
    const char *bytes;
    size_t len;
    const char *secret; /* NULL: refused */
    const char *problem;
} contents[] = {
    {BYTES("secret"),       "secret",   NULL},
    {BYTES("secret\n"),     "secret",   NULL},
    {BYTES("secret\r\n"),   "secret",   NULL},
    {BYTES("secret\n\n"),   "secret\n", NULL},
    {BYTES("secret\r"),     "secret\r", NULL},
    {BYTES(" se cret "),    " se cret ", NULL},
    {BYTES("a\nb\n"),       "a\nb",     NULL},
    {BYTES("\xff\xfe\n"),   "\xff\xfe", NULL},
    {BYTES("x"),            "x",        NULL},
    {BYTES(""),             NULL,       "is empty"},
    {BYTES("\n"),           NULL,       "is empty"},
    {BYTES("\r\n"),         NULL,       "is empty"},
    {BYTES("a\0b"),         NULL,       "NUL"},
    {BYTES("secret\0"),     NULL,       "NUL"},
    {BYTES("secret\0\n"),   NULL,       "NUL"},
    {BYTES("\0"),           NULL,       "NUL"},
};
/* clang-format on */

static void reads_a_file_without_its_last_line_end(void **state)
{
    for (size_t i = 0; i < COUNT(contents); ++i) {
        cog_secret_t secret = {NULL, 0};
        const char *problem =
            read_bytes(*state, contents[i].bytes, contents[i].len, &secret);

        if (contents[i].secret) {
            assert_null(problem);
            assert_int_equal(secret.len, strlen(contents[i].secret));
            assert_string_equal(secret.bytes, contents[i].secret);
        }
        else {
            assert_non_null(problem);
            assert_non_null(strstr(problem, contents[i].problem));
            assert_null(secret.bytes);
        }
    }
}

static void reads_at_most_64_kilobytes(void **state)
{
    static char bytes[65540];
    cog_secret_t secret;

    memset(bytes, 'x', sizeof(bytes));
    assert_null(read_bytes(*state, bytes, 65535, &secret));
    assert_int_equal(secret.len, 65535);
    assert_null(read_bytes(*state, bytes, 65536, &secret));
    assert_int_equal(secret.len, 65536);
    assert_non_null(strstr(read_bytes(*state, bytes, 65537, &secret), "64 kB"));
    assert_non_null(strstr(read_bytes(*state, bytes, 65540, &secret), "64 kB"));
}

static void refuses_a_file_that_others_may_use(void **state)
{
    static const struct {
        apr_fileperms_t mode;
        int is_good;
    } modes[] = {
        {0x400, 1},
        {0x600, 1},
        {0x640, 1},
        {0x440, 1},
        {0x660, 1},
        {0x644, 0},
        {0x604, 0},
        {0x602, 0},
        {0x601, 0},
        {0x777, 0},
        {0x607, 0}
    };

    for (size_t i = 0; i < COUNT(modes); ++i) {
        const char *path = file_of(*state, "secret", 6, modes[i].mode);
        cog_secret_t secret;
        const char *problem = read_file(*state, path, &secret);

        assert_int_equal(problem == NULL, modes[i].is_good);
        assert_true(!problem || strstr(problem, "chmod 600"));
    }
}

static void follows_symbolic_links(void **state)
{
    const place_t *place = *state;
    const char *link = apr_pstrcat(place->pool, place->folder, "/link", NULL);
    cog_secret_t secret;

    assert_int_equal(symlink(file_of(place, "secret", 6, APR_FPROT_UREAD), link), 0);
    assert_null(read_file(place, link, &secret));
    assert_string_equal(secret.bytes, "secret");
}

static void refuses_what_is_no_regular_file(void **state)
{
    const place_t *place = *state;
    const char *fifo = apr_pstrcat(place->pool, place->folder, "/link", NULL);
    cog_secret_t secret;

    assert_non_null(read_file(place, place->folder, &secret));
    assert_non_null(strstr(read_file(place, "/dev/zero", &secret), "regular"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_non_null(strstr(read_file(place, fifo, &secret), "regular"));
}

static void says_why_a_file_cannot_be_read(void **state)
{
    const place_t *place = *state;
    const char *missing = apr_pstrcat(place->pool, place->folder, "/missing", NULL);
    cog_secret_t secret;

    assert_non_null(strstr(read_file(place, missing, &secret), "No such file"));
}

static void says_what_a_file_says_now(void **state)
{
    const place_t *place = *state;
    const cog_secret_t at_start = cog_secret_of("old");
    cog_secret_source_t source = {COG_SOURCE_FILE,
                                  file_of(place, "new\n", 4, APR_FPROT_UREAD)};

    assert_string_equal(cog_secret_source_now(place->pool, &source, at_start).bytes,
                        "new");
    (void)file_of(place, "new\n", 4, APR_FPROT_UREAD | APR_FPROT_WREAD);
    assert_string_equal(cog_secret_source_now(place->pool, &source, at_start).bytes,
                        "old");
    source = (cog_secret_source_t){COG_SOURCE_EXEC, "/bin/echo new"};
    assert_string_equal(cog_secret_source_now(place->pool, &source, at_start).bytes,
                        "old");
}

static void reads_an_environment_variable(void **state)
{
    const cog_secret_source_t source = {COG_SOURCE_ENV, "COG_TEST_SECRET"};
    cog_secret_t secret;

    apr_env_delete("COG_TEST_SECRET", *state);
    assert_string_equal(cog_secret_source_read(*state, &source, &secret), "is not set");
    apr_env_set("COG_TEST_SECRET", "", *state);
    assert_string_equal(cog_secret_source_read(*state, &source, &secret), "is empty");
    apr_env_set("COG_TEST_SECRET", "from the environment", *state);
    assert_null(cog_secret_source_read(*state, &source, &secret));
    assert_string_equal(secret.bytes, "from the environment");
    /* a change of the environment does not change what was read */
    apr_env_set("COG_TEST_SECRET", "XXXXXXXXXXXXXXXXXXXX", *state);
    assert_string_equal(secret.bytes, "from the environment");
}

/* clang-format off */
static const struct {
    const char *command;
    const char *secret; /* NULL: refused */
    const char *problem;
} commands[] = {
    {"/bin/echo secret",                              "secret",      NULL},
    {"/bin/echo 'se cret' \"of  two\"",               "se cret of  two", NULL},
    {"/bin/echo $HOME `id` ; rm * | > &",             "$HOME `id` ; rm * | > &", NULL},
    {"/bin/sh -c 'printf %s \"$COG_TEST_SECRET\"'",   "environment", NULL},
    {"/bin/sh -c 'cat; echo end'",                    "end",         NULL},
    {"/bin/sh -c 'echo a; sleep 0.05; echo b'",       "a\nb",        NULL},
    {"/bin/sh -c 'printf x; exec >&-; sleep 0.05'",   "x",           NULL},
    {"/bin/sh -c 'echo secret; exit 3'",              NULL, "ended with exit status 3"},
    {"/bin/sh -c 'echo secret; kill -15 $$'",         NULL, "was ended by signal 15"},
    {"/bin/true",                                     NULL, "is empty"},
    {"/bin/false",                                    NULL, "ended with exit status 1"},
    {"/nonexistent/command",                          NULL, "cannot be run: No such file"},
    {"/etc/passwd",                                   NULL, "cannot be run: Permission denied"},
    {"/usr/bin/head -c 5 /dev/zero",                  NULL, "holds a NUL byte"},
    {"/bin/cat /dev/zero",                            NULL, "64 kB"},
    {"/usr/bin/head -c 65537 /dev/zero",              NULL, "64 kB"},
};
/* clang-format on */

static void runs_a_command_without_a_shell(void **state)
{
    apr_env_set("COG_TEST_SECRET", "environment", *state);
    for (size_t i = 0; i < COUNT(commands); ++i) {
        const cog_secret_source_t source = {COG_SOURCE_EXEC, commands[i].command};
        cog_secret_t secret = {NULL, 0};
        const char *problem = cog_secret_source_read(*state, &source, &secret);

        if (commands[i].secret) {
            if (problem) {
                fail_msg("%s %s", commands[i].command, problem);
            }
            assert_string_equal(secret.bytes, commands[i].secret);
        }
        else if (!problem || !strstr(problem, commands[i].problem)) {
            fail_msg("%s: %s", commands[i].command, problem ? problem : "is taken");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_three_kinds_of_sources),
        cmocka_unit_test_setup_teardown(reads_a_file_without_its_last_line_end,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(reads_at_most_64_kilobytes, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_file_that_others_may_use, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(follows_symbolic_links, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_regular_file, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(says_why_a_file_cannot_be_read, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(says_what_a_file_says_now, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_with_pool(reads_an_environment_variable),
        cmocka_unit_test_with_pool(runs_a_command_without_a_shell),
    };

    return cmocka_run_group_tests_name("base/secret_source", tests, NULL, NULL);
}
