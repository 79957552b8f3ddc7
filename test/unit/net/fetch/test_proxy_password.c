/* A proxy's password that changes in its file. */
#include "test/unit/net/fetch/proxy_world.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <unistd.h>

static void write_password(const char *path, const char *text, apr_pool_t *pool)
{
    apr_file_t *file;

    assert_int_equal(
        apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE, pool),
        APR_SUCCESS);
    assert_int_equal(apr_file_write_full(file, text, strlen(text), NULL), APR_SUCCESS);
    apr_file_close(file);
}

static apr_status_t remove_file(void *path)
{
    return unlink(path) == 0 ? APR_SUCCESS : APR_EGENERAL;
}

/* The proxy's password is in a file; it was another one at start. */
static const char *use_file(world_t *world, const char *password)
{
    const char *folder;
    apr_file_t *file;
    char *path;

    apr_temp_dir_get(&folder, world->pool);
    path = apr_pstrcat(world->pool, folder, "/cognito-test-proxy-XXXXXX", NULL);
    assert_int_equal(
        apr_file_mktemp(&file, path, APR_CREATE | APR_WRITE | APR_EXCL, world->pool),
        APR_SUCCESS);
    apr_file_close(file);
    apr_pool_cleanup_register(world->pool, path, remove_file, apr_pool_cleanup_null);
    write_password(path, password, world->pool);
    use_password(world, "that of the start");
    world->proxy.source = (cog_secret_source_t){COG_SOURCE_FILE, path};
    return path;
}

static void goes_on_with_a_connection_of_the_same_password(void **state)
{
    world_t *world = make_world(*state);

    use_file(world, PASSWORD "\n");
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(peer_connections(world->by), 1);
}

static void opens_another_connection_with_another_password(void **state)
{
    world_t *world = make_world(*state);
    const char *path = use_file(world, PASSWORD);

    assert_int_equal(post(world), COG_OK);
    there.password = OTHER;
    write_password(path, OTHER, *state);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(peer_connections(world->by), 2);
    assert_non_null(strstr(peer_request(world->by, 1), credentials(*state, OTHER)));
    write_password(path, PASSWORD, *state);
    assert_int_equal(post(world), COG_E_PROXY_AUTH);
}

static void has_the_password_of_the_start_where_its_file_cannot_be_read(void **state)
{
    world_t *world = make_world(*state);
    const char *path = use_file(world, OTHER);

    there.password = "that of the start";
    assert_int_equal(apr_file_perms_set(path, APR_FPROT_UREAD | APR_FPROT_WREAD),
                     APR_SUCCESS);
    assert_int_equal(post(world), COG_OK);
    there.password = OTHER;
    assert_int_equal(post(world), COG_OK); /* over the connection of before */
    make_fetcher(world);
    assert_int_equal(post(world), COG_E_PROXY_AUTH);
    assert_told(world, "; the password is that of the start, for its file may be read "
                       "or written by everybody: chmod 600 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(goes_on_with_a_connection_of_the_same_password),
        cmocka_unit_test_with_pool(opens_another_connection_with_another_password),
        cmocka_unit_test_with_pool(
            has_the_password_of_the_start_where_its_file_cannot_be_read),
    };

    return cmocka_run_group_tests_name("net/fetch, proxies, passwords that change", tests,
                                       fetch_setup, fetch_teardown);
}
