/* Calls that other threads have the loop's thread make. */
#include <cmocka_all.h>
#include <pthread.h>
#include <string.h>
#include <switch/loop_call.h>

struct caller {
    struct loop_calls *calls;
    HRESULT hr;
    char detail[COM_DETAIL_MAX + 1];
    pthread_t ran_by;
};

static HRESULT fail_here(void *argument)
{
    struct caller *caller = argument;

    caller->ran_by = pthread_self();
    return com_fail(OS_E_IO, "it does not work", NULL);
}

static void *call(void *argument)
{
    struct caller *caller = argument;

    com_set_error_detail("something else");
    caller->hr = loop_calls_run(caller->calls, fail_here, caller);
    strncpy(caller->detail, com_error_detail(), sizeof(caller->detail) - 1);
    return NULL;
}

/* Starts a caller and waits until its call waits for the loop. */
static pthread_t start(struct caller *caller)
{
    struct loop_call *waiting = NULL;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, call, caller), 0);
    while (!waiting) {
        uv_mutex_lock(&caller->calls->lock);
        waiting = caller->calls->first;
        uv_mutex_unlock(&caller->calls->lock);
    }
    return thread;
}

static void close_loop(uv_loop_t *loop, struct loop_calls *calls)
{
    assert_int_equal(uv_run(loop, UV_RUN_DEFAULT), 0);
    loop_calls_destroy(calls);
    assert_int_equal(uv_loop_close(loop), 0);
}

static void function_runs_in_the_loops_thread_and_its_failure_comes_back(void **state)
{
    struct loop_calls calls;
    struct caller caller = {.calls = &calls};
    pthread_t thread;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_true(loop_calls_init(&calls, &loop));
    thread = start(&caller);
    (void)uv_run(&loop, UV_RUN_ONCE);
    pthread_join(thread, NULL);
    assert_int_equal(caller.hr, OS_E_IO);
    assert_string_equal(caller.detail, "it does not work");
    assert_true(pthread_equal(caller.ran_by, pthread_self()));
    loop_calls_end(&calls);
    close_loop(&loop, &calls);
}

static void calls_that_wait_when_the_loop_ends_fail(void **state)
{
    struct loop_calls calls;
    struct caller caller = {.calls = &calls, .hr = S_OK}, late = {.calls = &calls, .hr = S_OK};
    pthread_t thread;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_true(loop_calls_init(&calls, &loop));
    thread = start(&caller);
    loop_calls_end(&calls);
    pthread_join(thread, NULL);
    assert_int_equal(caller.hr, RPC_E_DISCONNECTED);
    (void)call(&late);
    assert_int_equal(late.hr, RPC_E_DISCONNECTED);
    close_loop(&loop, &calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(function_runs_in_the_loops_thread_and_its_failure_comes_back),
        cmocka_unit_test(calls_that_wait_when_the_loop_ends_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
