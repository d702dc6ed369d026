/* Many threads bind and call across nodes while one of the nodes comes and goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_names.h>
#include <mmlite.h>
#include <os/probe.idl.h>
#include <port.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALLERS = 6, ROUNDS = 60, RESTARTS = 5, BLOCK_BYTES = 20000 };

struct caller {
    pthread_t thread;
    struct mmlite *node;
    const char *path;
    bool node_comes_and_goes;
    uint32_t succeeded;
    uint32_t unreachable;
    HRESULT unexpected; /* S_OK: none */
};

static char folder[64];

static struct mmlite *open_node(const char *name, const char *directory)
{
    char listen[128], endpoint[128];
    struct mmlite *node = NULL;
    HRESULT hr;

    snprintf(listen, sizeof(listen), "unix:%s/%s", folder, name);
    snprintf(endpoint, sizeof(endpoint), "%s%s%s", directory ? "unix:" : "self", directory ? folder : "",
             directory ? directory : "");
    hr = mmlite_open(&(struct mmlite_options){.name = name, .listen = listen, .directory = endpoint}, &node);
    if (FAILED(hr))
        fail_msg("%s: %s %s", name, mmlite_result_name(NULL, hr), com_error_detail());
    return node;
}

/* One bind and two calls; a node that is away may only fail in the two ways that say so. */
static HRESULT call_once(struct caller *caller, uint8_t *block, uint8_t *echoed)
{
    COM_SCOPED(IProbe) probe = NULL;
    int32_t value = 0;
    HRESULT hr;

    hr = mmlite_bind(caller->node, caller->path, &IID_IProbe, (void **)&probe);
    if (SUCCEEDED(hr))
        hr = IProbe_Increment(probe, 1, &value);
    if (SUCCEEDED(hr) && value != 2)
        return E_UNEXPECTED;
    if (SUCCEEDED(hr))
        hr = IProbe_Echo(probe, block, BLOCK_BYTES, echoed);
    if (SUCCEEDED(hr) && memcmp(block, echoed, BLOCK_BYTES))
        return E_UNEXPECTED;
    return hr;
}

static void *run_caller(void *context)
{
    struct caller *caller = context;
    uint8_t *block = malloc(BLOCK_BYTES), *echoed = malloc(BLOCK_BYTES);
    int i;

    for (i = 0; i < BLOCK_BYTES; i++)
        block[i] = (uint8_t)(i * 7 + (i >> 8));
    for (i = 0; i < ROUNDS && caller->unexpected == S_OK; i++) {
        HRESULT hr = call_once(caller, block, echoed);

        if (SUCCEEDED(hr)) {
            caller->succeeded++;
        } else if (caller->node_comes_and_goes &&
                   (hr == NET_E_UNREACHABLE || hr == RPC_E_DISCONNECTED || hr == RPC_E_SERVER_DIED_DNE)) {
            caller->unreachable++;
            usleep(5000);
        } else {
            caller->unexpected = hr;
        }
    }
    free(block);
    free(echoed);
    return NULL;
}

static void start(struct caller *caller, struct mmlite *node, const char *path, bool node_comes_and_goes)
{
    memset(caller, 0, sizeof(*caller));
    caller->node = node;
    caller->path = path;
    caller->node_comes_and_goes = node_comes_and_goes;
    assert_int_equal(pthread_create(&caller->thread, NULL, run_caller, caller), 0);
}

static void finish(struct caller *caller)
{
    assert_int_equal(pthread_join(caller->thread, NULL), 0);
    if (caller->unexpected != S_OK)
        fail_msg("%s: %s", caller->path, mmlite_result_name(caller->node, caller->unexpected));
    assert_int_equal(caller->succeeded + caller->unreachable, ROUNDS);
    if (!caller->node_comes_and_goes)
        assert_int_equal(caller->succeeded, ROUNDS);
}

static void calls_to_other_nodes_go_on_while_one_comes_and_goes(void **state)
{
    static const char *const names[] = {"host", "n1", "n2"};
    struct mmlite *host, *n1, *n2;
    struct caller steady[CALLERS], unsteady[CALLERS];
    char path[128];
    size_t i;

    (void)state;
    strcpy(folder, "/tmp/mmlite-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    host = open_node("host", NULL);
    n1 = open_node("n1", "/host");
    n2 = open_node("n2", "/host");
    for (i = 0; i < CALLERS; i++) {
        start(&steady[i], i % 2 ? host : n1, i % 2 ? "/net/n1/probe" : "/net/host/probe", false);
        start(&unsteady[i], i % 2 ? host : n1, "/net/n2/probe", true);
    }
    for (i = 0; i < RESTARTS; i++) {
        usleep(30000);
        mmlite_close(n2);
        usleep(10000);
        n2 = open_node("n2", "/host");
    }
    for (i = 0; i < CALLERS; i++) {
        finish(&steady[i]);
        finish(&unsteady[i]);
    }
    mmlite_close(n2);
    mmlite_close(n1);
    mmlite_close(host);
    for (i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_to_other_nodes_go_on_while_one_comes_and_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
