/* Finding the cluster of this machine, and the configuration of a Linux node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_impl.h>
#include <ftw.h>
#include <os/host/linux/cluster.h>
#include <os/host/linux/host_config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(base, "/tmp/mmlite-test-XXXXXX");
    assert_non_null(mkdtemp(base));
    assert_int_equal(chdir(base), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", base, 1), 0);
    assert_int_equal(unsetenv("MML_NODE"), 0);
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(chdir("/"), 0);
    return nftw(base, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_run_folder(mode_t mode)
{
    char folder[64];

    snprintf(folder, sizeof(folder), "mmlite-%u", (unsigned)getuid());
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chmod(folder, mode), 0);
    assert_int_equal(chdir(folder), 0);
}

static void make_cluster(const char *name, const char *text)
{
    char path[64];
    FILE *file;

    assert_int_equal(mkdir(name, 0700), 0);
    snprintf(path, sizeof(path), "%s/directory", name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void only_cluster_is_found(void **state)
{
    char endpoint[64];

    (void)state;
    make_run_folder(0700);
    make_cluster("demo", "tcp:127.0.0.1:4000\n");
    assert_int_equal(mkdir("leftover", 0700), 0); /* without a directory: no cluster */
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), S_OK);
    assert_string_equal(endpoint, "tcp:127.0.0.1:4000");
}

static void environment_comes_before_the_folder(void **state)
{
    char endpoint[16];

    (void)state;
    assert_int_equal(setenv("MML_NODE", "tcp:10.0.0.1:1", 1), 0);
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), S_OK);
    assert_string_equal(endpoint, "tcp:10.0.0.1:1");
    assert_int_equal(setenv("MML_NODE", "tcp:10.0.0.1:4000", 1), 0);
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), E_INVALIDARG);
}

static void none_and_several_clusters_are_errors_that_say_so(void **state)
{
    char endpoint[64];

    (void)state;
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), NS_E_NOT_FOUND);
    assert_non_null(strstr(com_error_detail(), "no cluster runs here"));
    make_run_folder(0700);
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), NS_E_NOT_FOUND);
    assert_non_null(strstr(com_error_detail(), "no cluster runs here"));
    make_cluster("one", "tcp:127.0.0.1:1\n");
    make_cluster("two", "tcp:127.0.0.1:2\n");
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), NS_E_NOT_FOUND);
    assert_non_null(strstr(com_error_detail(), "several clusters: "));
    assert_non_null(strstr(com_error_detail(), "one"));
    assert_non_null(strstr(com_error_detail(), "two"));
}

static void folder_that_others_can_write_is_not_believed(void **state)
{
    char endpoint[64];

    (void)state;
    make_run_folder(0777);
    make_cluster("demo", "tcp:127.0.0.1:4000\n");
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), E_ACCESSDENIED);
}

static void empty_directory_file_is_an_error(void **state)
{
    char endpoint[64];

    (void)state;
    make_run_folder(0700);
    make_cluster("demo", "\n");
    assert_int_equal(host_cluster_find(endpoint, sizeof(endpoint)), OS_E_IO);
    assert_string_equal(com_error_detail(), "demo/directory holds no endpoint");
}

static void configuration_gives_each_key_once(void **state)
{
    COM_SCOPED(IConfig) config = NULL;
    char value[CONFIG_VALUE_MAX + 1] = "untouched", longest[CONFIG_VALUE_MAX + 2];

    (void)state;
    assert_int_equal(host_config_create(&config), S_OK);
    assert_int_equal(IConfig_Get(config, "node", value, sizeof(value)), NS_E_NOT_FOUND);
    assert_string_equal(value, "untouched");
    assert_int_equal(host_config_set(config, "node", "n1"), S_OK);
    assert_int_equal(host_config_set(config, "node", "n2"), E_INVALIDARG);
    assert_int_equal(IConfig_Get(config, "node", value, 2), E_INVALIDARG);
    assert_int_equal(IConfig_Get(config, "node", value, 3), S_OK);
    assert_string_equal(value, "n1");

    memset(longest, 'x', sizeof(longest));
    longest[CONFIG_VALUE_MAX + 1] = '\0';
    assert_int_equal(host_config_set(config, "endpoint", longest), E_INVALIDARG);
    longest[CONFIG_VALUE_MAX] = '\0';
    assert_int_equal(host_config_set(config, "endpoint", longest), S_OK);
    assert_int_equal(IConfig_Get(config, "endpoint", value, sizeof(value)), S_OK);
    assert_string_equal(value, longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_cluster_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(environment_comes_before_the_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_and_several_clusters_are_errors_that_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folder_that_others_can_write_is_not_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_directory_file_is_an_error, set_up, tear_down),
        cmocka_unit_test(configuration_gives_each_key_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
