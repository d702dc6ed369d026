/* The policy alone. */
#include <cmocka_all.h>
#include <com/namespace.idl.h>
#include <com_impl.h>
#include <os/scheduler.idl.h>

HRESULT round_robin_component_main(INamespace *ns, IUnknown **out_object);

static int create(void **state)
{
    return round_robin_component_main(NULL, (IUnknown **)state) == S_OK ? 0 : -1;
}

static void first_come_first_served(void **state)
{
    IScheduler *scheduler = *state;
    struct scheduler_entity entities[3], *taken;
    uint32_t i, round;

    assert_int_equal(IScheduler_HasReady(scheduler), S_FALSE);
    for (round = 0; round < 2; round++) {
        for (i = 0; i < 3; i++)
            assert_int_equal(IScheduler_Ready(scheduler, &entities[i]), S_OK);
        assert_int_equal(IScheduler_HasReady(scheduler), S_OK);
        for (i = 0; i < 3; i++) {
            assert_int_equal(IScheduler_TakeNext(scheduler, &taken), S_OK);
            assert_ptr_equal(taken, &entities[i]);
        }
        assert_int_equal(IScheduler_TakeNext(scheduler, &taken), S_FALSE);
        assert_null(taken);
    }
}

static void who_is_ready_again_goes_to_the_end(void **state)
{
    IScheduler *scheduler = *state;
    struct scheduler_entity one, two, *taken;

    assert_int_equal(IScheduler_Ready(scheduler, &one), S_OK);
    assert_int_equal(IScheduler_Ready(scheduler, &two), S_OK);
    assert_int_equal(IScheduler_TakeNext(scheduler, &taken), S_OK);
    assert_int_equal(IScheduler_Ready(scheduler, taken), S_OK);
    assert_int_equal(IScheduler_TakeNext(scheduler, &taken), S_OK);
    assert_ptr_equal(taken, &two);
    assert_int_equal(IScheduler_TakeNext(scheduler, &taken), S_OK);
    assert_ptr_equal(taken, &one);
    assert_int_equal(IScheduler_HasReady(scheduler), S_FALSE);
}

static void everybody_gets_the_same_quantum(void **state)
{
    int64_t quantum_ns = 0;

    assert_int_equal(IScheduler_GetQuantum((IScheduler *)*state, &quantum_ns), S_OK);
    assert_int_equal(quantum_ns, 10000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(first_come_first_served, create),
        cmocka_unit_test_setup(who_is_ready_again_goes_to_the_end, create),
        cmocka_unit_test_setup(everybody_gets_the_same_quantum, create),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
