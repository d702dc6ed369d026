/* Loading on demand for many at once: no image goes while it is needed, and no name stays. */
#include <sim.h>
#include "demand_fixture.h"

static uint32_t users_ended;

static void use(void *argument)
{
    const char *name = argument;
    uint32_t i;

    for (i = 0; i < 30; i++) {
        struct thing *thing = bind(name);

        assert_in_range(things, 1, images); /* the object and its code are there */
        sim_sleep((i * 7 % 5) * 200 * MS);
        assert_in_range(thing->refs.count, 1, 20);
        release(thing);
        sim_sleep((i * 3 % 7) * 150 * MS);
    }
    users_ended++;
}

TEST(nothing_goes_while_somebody_uses_it)
{
    static const char *const names[] = {"good", "other", "good"};
    uint32_t i;

    users_ended = 0;
    for (i = 0; i < 3; i++)
        assert_true(port_thread_start("user", use, (void *)(uintptr_t)names[i]));
    while (users_ended < 3)
        sim_sleep(100 * MS);
}

/* Loads by hand what others bind by its name, and takes it away again, at once. */
static void replace(void *argument)
{
    uint32_t i;

    (void)argument;
    for (i = 0; i < 30; i++) {
        assert_int_equal(IComponents_Load(components, "good", "/files/good2.image"), S_OK);
        sim_sleep(i % 3 * 100 * MS);
        assert_int_equal(IComponents_Unload(components, "good"), S_OK);
        sim_sleep(i % 4 * 100 * MS);
    }
    users_ended++;
}

static void rebind(void *argument)
{
    uint32_t i;

    (void)argument;
    for (i = 0; i < 100; i++) {
        release(bind("good"));
        sim_sleep(i % 5 * 25 * MS);
    }
    users_ended++;
}

TEST(who_binds_while_a_component_is_replaced_leaves_no_name_behind)
{
    users_ended = 0;
    naming_ns = 30 * MS;
    assert_true(port_thread_start("replace", replace, NULL));
    assert_true(port_thread_start("rebind", rebind, NULL));
    assert_true(port_thread_start("rebind", rebind, NULL));
    while (users_ended < 3)
        sim_sleep(100 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_goes_while_somebody_uses_it),
        cmocka_unit_test(who_binds_while_a_component_is_replaced_leaves_no_name_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
