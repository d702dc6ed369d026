/* Nodes in this process that load components: by name, by hand, each for itself. */
#include <cmocka_all.h>
#include <com_names.h>
#include <mmlite.h>
#include <os/components.idl.h>
#include <own_process.h>
#include <specimen.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "build/linux/tests/components"

static const struct com_interface *const interfaces[] = {&ISpecimen_interface, &IComponents_interface, NULL};
static const char *const folders[] = {"build/linux/components", FOLDER, NULL};
static char folder[64], hub_endpoint[NET_ENDPOINT_MAX + 1];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/mmlite-test-XXXXXX");
    snprintf(hub_endpoint, sizeof(hub_endpoint), "unix:%s/hub", mkdtemp(folder));
    return 0;
}

static int remove_folder(void **state)
{
    char path[128];

    (void)state;
    snprintf(path, sizeof(path), "%s/other", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/hub", folder);
    unlink(path);
    return rmdir(folder);
}

static struct mmlite *open_node(struct mmlite_options options)
{
    struct mmlite *mmlite;
    HRESULT hr;

    options.interfaces = interfaces;
    hr = mmlite_open(&options, &mmlite);
    if (FAILED(hr))
        print_message("%s: %s\n", mmlite_result_name(NULL, hr), com_error_detail());
    assert_int_equal(hr, S_OK);
    return mmlite;
}

static struct mmlite *open_hub(void)
{
    return open_node((struct mmlite_options){
        .name = "hub", .listen = hub_endpoint, .directory = "self", .component_folders = folders});
}

static ISpecimen *bind_specimen(struct mmlite *mmlite, const char *path)
{
    ISpecimen *specimen;
    HRESULT hr = mmlite_bind(mmlite, path, &IID_ISpecimen, (void **)&specimen);

    if (FAILED(hr))
        print_message("%s: %s: %s\n", path, mmlite_result_name(mmlite, hr), com_error_detail());
    assert_int_equal(hr, S_OK);
    return specimen;
}

static uint32_t count(ISpecimen *specimen)
{
    uint32_t value = 0;

    assert_int_equal(ISpecimen_Count(specimen, &value), S_OK);
    return value;
}

/* Until no more than so many images of that name are mapped, or the promised two seconds have passed. */
static void wait_for_mappings(const char *name, uint32_t wanted)
{
    const struct timespec pause = {0, 20000000};
    int32_t left = 100 * 5; /* five times as long: other things run, too */

    while (own_process_mappings(name) > wanted && left-- > 0)
        nanosleep(&pause, NULL);
    assert_int_equal(own_process_mappings(name), wanted);
}

static void name_is_loaded_when_it_is_bound_and_goes_with_its_last_reference(void **state)
{
    struct mmlite *hub = open_hub();
    struct mmlite *client = open_node((struct mmlite_options){.directory = hub_endpoint});
    uint32_t descriptors = own_process_descriptors(), mappings;
    ISpecimen *local, *remote;

    (void)state;
    assert_int_equal(own_process_mappings("specimen"), 0);
    remote = bind_specimen(client, "/net/hub/specimen");
    mappings = own_process_mappings("specimen");
    assert_in_range(mappings, 1, 8);
    local = bind_specimen(hub, "specimen"); /* the same one */
    assert_int_equal(own_process_mappings("specimen"), mappings);
    assert_int_equal(count(remote), 1);
    assert_int_equal(count(local), 2);
    ISpecimen_Release(remote);
    assert_int_equal(count(local), 3);
    ISpecimen_Release(local);
    wait_for_mappings("specimen", 0);
    remote = bind_specimen(client, "/net/hub/specimen");
    assert_int_equal(count(remote), 1); /* another instance */
    ISpecimen_Release(remote);
    wait_for_mappings("specimen", 0);
    assert_int_equal(own_process_descriptors(), descriptors);
    mmlite_close(client);
    mmlite_close(hub);
}

static void every_node_has_instances_of_its_own(void **state)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    struct mmlite *hub = open_hub(), *other;
    ISpecimen *first, *second;
    uint32_t mappings;

    (void)state;
    snprintf(endpoint, sizeof(endpoint), "unix:%s/other", folder);
    other = open_node((struct mmlite_options){
        .name = "other", .listen = endpoint, .directory = hub_endpoint, .component_folders = folders});
    first = bind_specimen(hub, "/specimen");
    mappings = own_process_mappings("specimen");
    second = bind_specimen(hub, "/net/other/specimen");
    assert_int_equal(own_process_mappings("specimen"), 2 * mappings);
    assert_int_equal(count(first), 1);
    assert_int_equal(count(first), 2);
    assert_int_equal(count(second), 1);
    mmlite_close(other);
    assert_int_equal(own_process_mappings("specimen"), mappings); /* its own went with it */
    assert_true(FAILED(ISpecimen_Count(second, &mappings)));
    ISpecimen_Release(second);
    assert_int_equal(count(first), 3);
    ISpecimen_Release(first);
    mmlite_close(hub);
    assert_int_equal(own_process_mappings("specimen"), 0);
}

static void end_of_a_node_unloads_what_it_loaded(void **state)
{
    COM_SCOPED(IComponents) components = NULL;
    struct mmlite *hub = open_hub();
    uint32_t i;

    (void)state;
    assert_int_equal(mmlite_bind(hub, "demand", &IID_IComponents, (void **)&components), S_OK);
    assert_int_equal(IComponents_Load(components, "calculator", ""), S_OK); /* it would stay */
    assert_int_equal(IComponents_Load(components, "mine", "/components/2/specimen.so"), S_OK);
    for (i = 0; i < 3; i++)
        ISpecimen_Release(bind_specimen(hub, "specimen"));
    assert_true(own_process_mappings("calculator") && own_process_mappings("mine") &&
                own_process_mappings("specimen"));
    IComponents_Release(COM_TAKE(components));
    mmlite_close(hub);
    assert_int_equal(own_process_mappings("calculator"), 0);
    assert_int_equal(own_process_mappings("mine"), 0);
    assert_int_equal(own_process_mappings("specimen"), 0);
}

static void component_is_kept_as_long_as_is_said(void **state)
{
    const struct timespec pause = {1, 500000000};
    struct mmlite *hub = open_node((struct mmlite_options){.name = "hub",
                                                           .listen = hub_endpoint,
                                                           .directory = "self",
                                                           .component_folders = folders,
                                                           .keep_ms = 60000});
    ISpecimen *specimen = bind_specimen(hub, "specimen");

    (void)state;
    assert_int_equal(count(specimen), 1);
    ISpecimen_Release(specimen);
    nanosleep(&pause, NULL);
    specimen = bind_specimen(hub, "specimen");
    assert_int_equal(count(specimen), 2); /* the same instance */
    ISpecimen_Release(specimen);
    mmlite_close(hub);
    assert_int_equal(own_process_mappings("specimen"), 0);
}

static void node_without_folders_loads_nothing(void **state)
{
    struct mmlite *hub =
        open_node((struct mmlite_options){.name = "hub", .listen = hub_endpoint, .directory = "self"});
    void *object = &object;

    (void)state;
    assert_int_equal(mmlite_bind(hub, "specimen", &IID_ISpecimen, &object), NS_E_NOT_FOUND);
    assert_int_equal(mmlite_bind(hub, "demand", &IID_IComponents, &object), NS_E_NOT_FOUND);
    assert_null(object);
    mmlite_close(hub);
}

static void folder_that_is_not_there_is_told(void **state)
{
    static const char *const nowhere[] = {"/nowhere/components", NULL}, *const file[] = {"README.md", NULL};
    struct mmlite *hub;

    (void)state;
    assert_int_equal(
        mmlite_open(&(struct mmlite_options){.directory = "none", .component_folders = nowhere}, &hub),
        NS_E_NOT_FOUND);
    assert_string_equal(com_error_detail(), "/nowhere/components: No such file or directory");
    assert_int_equal(
        mmlite_open(&(struct mmlite_options){.directory = "none", .component_folders = file}, &hub),
        NS_E_NOT_NAMESPACE);
    assert_string_equal(com_error_detail(), "README.md is no folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(name_is_loaded_when_it_is_bound_and_goes_with_its_last_reference,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_node_has_instances_of_its_own, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(end_of_a_node_unloads_what_it_loaded, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(component_is_kept_as_long_as_is_said, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(node_without_folders_loads_nothing, make_folder, remove_folder),
        cmocka_unit_test(folder_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
