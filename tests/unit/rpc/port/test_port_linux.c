/* port.h on this machine: the clock, waits that end on time, and storage that is a thread's own. */
#include <cmocka_all.h>
#include <port.h>
#include <string.h>

#define MS PORT_NS_PER_MS
#define LIMIT_NS (30000 * MS)

struct shared {
    struct port_mutex lock;
    struct port_condition changed;
    uint32_t count; /* (lock) */
    uint32_t ended; /* (lock) */
};

static void shared_init(struct shared *shared)
{
    memset(shared, 0, sizeof(*shared));
    assert_true(port_mutex_init(&shared->lock));
    assert_true(port_condition_init(&shared->changed));
}

static void shared_end(struct shared *shared, uint32_t threads)
{
    int64_t deadline_ns = port_now_ns() + LIMIT_NS;

    port_mutex_lock(&shared->lock);
    while (shared->ended < threads && port_condition_wait(&shared->changed, &shared->lock, deadline_ns))
        ;
    assert_int_equal(shared->ended, threads);
    port_mutex_unlock(&shared->lock);
    port_condition_destroy(&shared->changed);
    port_mutex_destroy(&shared->lock);
}

static void note_end(struct shared *shared)
{
    port_mutex_lock(&shared->lock);
    shared->ended++;
    port_condition_wake_all(&shared->changed);
    port_mutex_unlock(&shared->lock);
}

static void count_up(void *argument)
{
    struct shared *shared = argument;
    uint32_t i;

    for (i = 0; i < 10000; i++) {
        port_mutex_lock(&shared->lock);
        shared->count++;
        port_mutex_unlock(&shared->lock);
    }
    note_end(shared);
}

static void mutex_excludes(void **state)
{
    struct shared shared;
    uint32_t i;

    (void)state;
    shared_init(&shared);
    for (i = 0; i < 4; i++)
        assert_true(port_thread_start("counter", count_up, &shared));
    shared_end(&shared, 4);
    assert_int_equal(shared.count, 40000);
}

static void wait_ends_at_its_deadline_with_the_mutex(void **state)
{
    struct shared shared;
    int64_t deadline_ns = port_now_ns() + 20 * MS;

    (void)state;
    shared_init(&shared);
    port_mutex_lock(&shared.lock);
    while (port_condition_wait(&shared.changed, &shared.lock, deadline_ns))
        ; /* nobody wakes it, but it may wake */
    assert_true(port_now_ns() >= deadline_ns);
    assert_false(port_condition_wait(&shared.changed, &shared.lock, port_now_ns() - MS));
    port_mutex_unlock(&shared.lock);
    shared_end(&shared, 0);
}

static void wait_for_a_turn(void *argument)
{
    struct shared *shared = argument;

    port_mutex_lock(&shared->lock);
    while (!shared->count)
        (void)port_condition_wait(&shared->changed, &shared->lock, PORT_FOREVER);
    shared->count--;
    port_mutex_unlock(&shared->lock);
    note_end(shared);
}

static void sleepers_are_woken(void **state)
{
    struct shared shared;
    uint32_t i;

    (void)state;
    shared_init(&shared);
    for (i = 0; i < 4; i++)
        assert_true(port_thread_start("sleeper", wait_for_a_turn, &shared));
    for (i = 0; i < 4; i++) {
        port_mutex_lock(&shared.lock);
        shared.count++;
        port_condition_wake_one(&shared.changed);
        port_mutex_unlock(&shared.lock);
    }
    shared_end(&shared, 4);
    assert_int_equal(shared.count, 0);
}

static void look_at_storage(void *argument)
{
    static const uint8_t zeroes[PORT_THREAD_SLOT_BYTES];

    assert_memory_equal(port_thread_slot(), zeroes, sizeof(zeroes));
    memset(port_thread_slot(), 0xFF, PORT_THREAD_SLOT_BYTES);
    note_end(argument);
}

static void storage_is_the_threads_own_and_zero_at_first(void **state)
{
    struct shared shared;
    uint32_t i;

    (void)state;
    shared_init(&shared);
    for (i = 0; i < 4; i++)
        assert_true(port_thread_start("storage", look_at_storage, &shared));
    shared_end(&shared, 4);
}

static void clock_never_goes_back_and_randomness_varies(void **state)
{
    uint8_t one[16] = {0}, other[16] = {0};
    int64_t before_ns = port_now_ns();
    uint32_t i;

    (void)state;
    assert_true(before_ns > 0);
    for (i = 0; i < 1000; i++) {
        int64_t now_ns = port_now_ns();

        assert_true(now_ns >= before_ns);
        before_ns = now_ns;
    }
    port_random(one, sizeof(one));
    port_random(other, sizeof(other));
    assert_memory_not_equal(one, other, sizeof(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutex_excludes),
        cmocka_unit_test(wait_ends_at_its_deadline_with_the_mutex),
        cmocka_unit_test(sleepers_are_woken),
        cmocka_unit_test(storage_is_the_threads_own_and_zero_at_first),
        cmocka_unit_test(clock_never_goes_back_and_randomness_varies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
