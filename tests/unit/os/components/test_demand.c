/*
 * Loading on demand in virtual time, with a loader that is played: what binders see, and when images come and
 * go, in many interleavings.
 */
#include <sim.h>
#include "demand_fixture.h"

/* ---- coming and going ---- */

TEST(name_that_nobody_registered_is_loaded_once)
{
    struct thing *first = bind("good"), *second = bind("/good");

    assert_ptr_equal(first, second);
    assert_int_equal(constructions, 1);
    assert_int_equal(images, 1);
    release(first);
    release(second);
}

TEST(last_release_unloads_within_two_seconds)
{
    struct thing *thing = bind("good");

    sim_sleep(20 * SECOND);
    assert_int_equal(things, 1); /* it is held */
    release(thing);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 0);
    assert_int_equal(images, 0);
    release(bind("good")); /* and comes again */
    assert_int_equal(constructions, 2);
}

TEST(unused_component_is_kept_as_configured)
{
    struct thing *thing;

    close_node();
    open_node("10000");
    release(bind("good"));
    sim_sleep(8 * SECOND);
    assert_int_equal(things, 1);
    thing = bind("good");
    sim_sleep(SECOND); /* as long as the sweeper needs to see it */
    release(thing);
    sim_sleep(8 * SECOND);
    assert_int_equal(constructions, 1); /* it counts from the last use */
    assert_int_equal(things, 1);
    sim_sleep(4 * SECOND);
    assert_int_equal(things, 0);
}

TEST(unknown_and_malformed_names_are_not_found)
{
    assert_int_equal(try_bind("nothing"), NS_E_NOT_FOUND);
    assert_int_equal(try_bind("Good"), NS_E_NOT_FOUND); /* no name of a component */
    assert_int_equal(try_bind("good.image"), NS_E_NOT_FOUND);
    assert_int_equal(try_bind("good/more"), NS_E_NOT_NAMESPACE);
    assert_int_equal(constructions, 1); /* for the last one: it had to be asked */
}

/* ---- failures ---- */

TEST(failure_is_told_and_remembered_for_a_moment)
{
    construct_hr = E_ACCESSDENIED;
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    assert_string_equal(com_error_detail(), "the constructor's reason");
    com_set_error_detail("");
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    assert_string_equal(com_error_detail(), "the constructor's reason");
    assert_int_equal(constructions, 1);
    assert_int_equal(images, 0);
    construct_hr = S_OK;
    sim_sleep(2 * SECOND);
    assert_int_equal(try_bind("good"), S_OK);
    assert_int_equal(constructions, 2);
}

TEST(damaged_image_is_told)
{
    load_hr = OS_E_BAD_IMAGE;
    assert_int_equal(try_bind("good"), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "good is damaged");
}

TEST(file_that_is_not_whole_is_told)
{
    static const struct {
        uint64_t claimed_bytes;
        HRESULT hr;
    } cases[] = {{IMAGE_BYTES + 1, OS_E_IO}, {0, OS_E_BAD_IMAGE}, {UINT64_MAX, OS_E_BAD_IMAGE}};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        claimed_bytes = cases[i].claimed_bytes;
        assert_int_equal(IComponents_Load(components, "good", ""), cases[i].hr);
    }
    claimed_bytes = IMAGE_BYTES;
    load_hr = RPC_E_DISCONNECTED;
    assert_int_equal(IComponents_Load(components, "good", ""), RPC_E_DISCONNECTED);
}

TEST(table_of_interfaces_that_leads_out_of_the_image_is_refused)
{
    image_interface = &IComponents_interface;
    assert_int_equal(try_bind("good"), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the table of interfaces leads out of the image");
    assert_int_equal(images, 0);
}

TEST(constructor_without_an_object_is_not_present)
{
    construct_hr = S_FALSE;
    assert_int_equal(try_bind("good"), OS_E_NOT_PRESENT);
    assert_int_equal(images, 0);
}

TEST(constructor_that_hangs_costs_its_binders_only_their_time)
{
    int64_t begin_ns = port_now_ns(), before_ns = rpc_set_deadline(begin_ns + SECOND);

    construct_ns = 60 * SECOND;
    assert_int_equal(try_bind("good"), RPC_E_TIMEOUT);
    assert_string_equal(com_error_detail(), "the constructor of good has not returned");
    assert_true(port_now_ns() < begin_ns + SECOND + 100 * MS);
    (void)rpc_set_deadline(before_ns);
    construct_ns = 0;
    assert_int_equal(try_bind("other"), S_OK); /* others go on */
    begin_ns = port_now_ns();
    assert_int_equal(try_bind("good"), RPC_E_TIMEOUT);
    assert_true(port_now_ns() < begin_ns + 5 * SECOND + 100 * MS); /* who has no deadline waits for 5 s */
    sim_sleep(60 * SECOND);
    assert_int_equal(try_bind("good"), S_OK); /* it did return */
}

TEST(image_that_something_leads_into_stays)
{
    struct thing *thing = bind("good");

    images_in_use = true;
    release(thing);
    sim_sleep(10 * SECOND);
    assert_int_equal(things, 1);
    assert_int_equal(images, 1);
    assert_int_equal(try_bind("good"), S_OK); /* another instance: the name is free */
    assert_int_equal(constructions, 2);
    images_in_use = false;
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
    assert_string_equal(said,
                        "components: good stays: a thread is there\n"); /* once, though it looked often */
}

TEST(image_stays_until_nobody_can_be_in_it)
{
    images_are_quiet = false;
    release(bind("good"));
    sim_sleep(10 * SECOND);
    assert_int_equal(things, 0); /* the object need not wait */
    assert_int_equal(images, 1);
    images_are_quiet = true;
    sim_sleep(SECOND);
    assert_int_equal(images, 0);
}

TEST(constructor_that_fails_and_leaves_something_behind_keeps_its_image)
{
    construct_hr = E_ACCESSDENIED;
    images_in_use = true;
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    sim_sleep(10 * SECOND);
    assert_int_equal(images, 1);
    construct_hr = S_OK;
    assert_int_equal(try_bind("good"), S_OK); /* tried again */
    images_in_use = false;
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
}

/* Something of the component's image that it registered beside its object. */
TEST(registered_object_keeps_its_image)
{
    struct thing *thing = bind("good");

    fake_register(root, "part", &last_image->part);
    release(thing);
    sim_sleep(10 * SECOND);
    assert_int_equal(images, 1);
    assert_int_equal(things, 1);
    assert_string_equal(said, "components: good stays: good is registered as part\n");
    assert_int_equal(INamespace_Unregister(root, "part"), S_OK);
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
}

/* ---- by hand ---- */

TEST(new_version_takes_the_name_and_the_old_stays_for_who_holds_it)
{
    struct thing *old = bind("good"), *fresh;

    assert_int_equal(IComponents_Load(components, "good", "/files/good2.image"), S_OK);
    fresh = bind("good");
    assert_ptr_not_equal(fresh, old);
    assert_int_equal(old->version, 1);
    assert_int_equal(fresh->version, 2);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 2);
    release(old);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 1);
    release(fresh);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 1); /* loaded by hand: it stays */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(only_allowed_paths_are_loaded_from)
{
    static const char *const denied[] = {"/elsewhere/good.image", "/filesX/good.image", "/files",
                                         "/more/good.image",      "/more/filesX/a",     "/mor/e/files/a"};
    static const char *const malformed[] = {"/files/../secret/good.image", "/files/./good.image",
                                            "/files//good.image",          "/files/good.image/",
                                            "//files/good.image",          "/files/a b"};
    size_t i;

    for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
        assert_int_equal(IComponents_Load(components, "good", denied[i]), E_ACCESSDENIED);
    for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        assert_int_equal(IComponents_Load(components, "good", malformed[i]), NS_E_BAD_PATH);
    assert_int_equal(IComponents_Load(components, "Good", "/files/good.image"), E_INVALIDARG);
    assert_int_equal(IComponents_Load(components, "good", "/files/nothing.image"), NS_E_NOT_FOUND);
    assert_int_equal(IComponents_Load(components, "good", "/more/files/good.image"),
                     NS_E_NOT_FOUND); /* allowed */
    assert_int_equal(constructions, 0);
    assert_int_equal(IComponents_Load(components, "good", "files/good2.image"),
                     S_OK); /* the slash means nothing */
    assert_int_equal(IComponents_Load(components, "loader", "/files/good.image"),
                     NS_E_EXISTS); /* not loaded */
    assert_int_equal(images, 2);   /* of the last: for a moment */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(image_of_the_search_list_is_loaded_by_hand)
{
    assert_int_equal(IComponents_Load(components, "good", ""), S_OK);
    assert_int_equal(IComponents_Load(components, "nothing", ""), NS_E_NOT_FOUND);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 1); /* it stays */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(unloading_takes_the_name_and_waits_for_who_holds_it)
{
    char names[64];
    uint32_t length;
    struct thing *thing = bind("good");

    assert_int_equal(IComponents_List(components, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 5);
    assert_string_equal(names, "good");
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
    assert_int_equal(IComponents_Unload(components, "good"), NS_E_NOT_FOUND);
    assert_int_equal(IComponents_Unload(components, "files"), NS_E_NOT_FOUND);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 1);
    release(thing);
}

/* ---- the limit ---- */

static HRESULT load_number(uint32_t number)
{
    char name[16];

    snprintf(name, sizeof(name), "c%u", (unsigned)number);
    return IComponents_Load(components, name, "/files/good.image");
}

static void unload_number(uint32_t number)
{
    char name[16];

    snprintf(name, sizeof(name), "c%u", (unsigned)number);
    assert_int_equal(IComponents_Unload(components, name), S_OK);
}

TEST(too_many_components_are_refused_at_once)
{
    int64_t begin_ns;
    uint32_t i;

    for (i = 0; i < 64; i++)
        assert_int_equal(load_number(i), S_OK);
    begin_ns = port_now_ns();
    assert_int_equal(load_number(64), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(try_bind("good"), RPC_E_OUT_OF_RESOURCES);
    assert_true(port_now_ns() < begin_ns + 10 * MS);
    unload_number(7);
    assert_int_equal(load_number(64), S_OK); /* in its place, as soon as it has gone */
    unload_number(64);
    for (i = 0; i < 64; i++)
        if (i != 7)
            unload_number(i);
}

static void become_quiet(void *argument)
{
    (void)argument;
    sim_sleep(300 * MS);
    images_are_quiet = true;
}

TEST(who_loads_faster_than_code_goes_waits_for_it)
{
    uint32_t i;

    images_are_quiet = false;
    for (i = 0; i < 64; i++) {
        assert_int_equal(load_number(i), S_OK);
        unload_number(i);
    }
    sim_sleep(SECOND);
    assert_int_equal(things, 0);
    assert_int_equal(images, 64);
    assert_int_equal(load_number(64), RPC_E_OUT_OF_RESOURCES); /* not for ever */
    assert_true(port_thread_start("quiet", become_quiet, NULL));
    assert_int_equal(load_number(64), S_OK);
    unload_number(64);
}

/* ---- the node ends ---- */

static void close_root(void)
{
    assert_int_equal(INamespace_Unregister(root, "demand"), S_OK);
    IComponents_Release(components);
    IDemand_Release(demand);
}

TEST(end_of_the_node_takes_everything_away_at_once)
{
    int64_t begin_ns = port_now_ns();

    assert_int_equal(IComponents_Load(components, "other", ""), S_OK); /* which would stay */
    release(bind("good"));
    construct_hr = E_ACCESSDENIED;
    assert_int_equal(try_bind("good2"), E_ACCESSDENIED); /* which would be remembered */
    assert_int_equal(IDemand_Close(demand), S_OK);
    assert_true(port_now_ns() < begin_ns + 200 * MS);
    assert_int_equal(things, 0);
    assert_int_equal(images, 0);
    construct_hr = S_OK;
    assert_int_equal(try_bind("good"), RPC_E_DISCONNECTED);
    assert_int_equal(IComponents_Load(components, "good", ""), RPC_E_DISCONNECTED);
    close_root();
    assert_int_equal(INamespace_Release(root), 0);
    open_node(NULL);
}

TEST(end_of_the_node_waits_neither_for_who_holds_something_nor_for_a_constructor_that_hangs)
{
    int64_t begin_ns;
    struct thing *thing = bind("good");

    assert_int_equal(IComponents_Load(components, "good2", ""), S_OK); /* which goes */
    construct_ns = 20 * SECOND;
    (void)rpc_set_deadline(port_now_ns() + SECOND);
    assert_int_equal(try_bind("other"), RPC_E_TIMEOUT);
    (void)rpc_set_deadline(INT64_MAX);
    begin_ns = port_now_ns();
    assert_int_equal(IDemand_Close(demand), S_OK);
    assert_true(port_now_ns() < begin_ns + 2 * SECOND);
    assert_int_equal(images, 2);
    close_root();
    sim_sleep(20 * SECOND);
    assert_int_equal(things, 2); /* the second's, too: nobody is left who would release it */
    release(thing);              /* its code is there, for ever */
    assert_int_equal(things, 2);
    INamespace_Release(root);
    open_node(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_that_nobody_registered_is_loaded_once),
        cmocka_unit_test(last_release_unloads_within_two_seconds),
        cmocka_unit_test(unused_component_is_kept_as_configured),
        cmocka_unit_test(unknown_and_malformed_names_are_not_found),
        cmocka_unit_test(failure_is_told_and_remembered_for_a_moment),
        cmocka_unit_test(damaged_image_is_told),
        cmocka_unit_test(file_that_is_not_whole_is_told),
        cmocka_unit_test(table_of_interfaces_that_leads_out_of_the_image_is_refused),
        cmocka_unit_test(constructor_without_an_object_is_not_present),
        cmocka_unit_test(constructor_that_hangs_costs_its_binders_only_their_time),
        cmocka_unit_test(image_that_something_leads_into_stays),
        cmocka_unit_test(image_stays_until_nobody_can_be_in_it),
        cmocka_unit_test(constructor_that_fails_and_leaves_something_behind_keeps_its_image),
        cmocka_unit_test(registered_object_keeps_its_image),
        cmocka_unit_test(new_version_takes_the_name_and_the_old_stays_for_who_holds_it),
        cmocka_unit_test(only_allowed_paths_are_loaded_from),
        cmocka_unit_test(image_of_the_search_list_is_loaded_by_hand),
        cmocka_unit_test(unloading_takes_the_name_and_waits_for_who_holds_it),
        cmocka_unit_test(too_many_components_are_refused_at_once),
        cmocka_unit_test(who_loads_faster_than_code_goes_waits_for_it),
        cmocka_unit_test(end_of_the_node_takes_everything_away_at_once),
        cmocka_unit_test(
            end_of_the_node_waits_neither_for_who_holds_something_nor_for_a_constructor_that_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
