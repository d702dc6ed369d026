/*
 * load_rounds NODE ROUNDS: has a node load a component, calls it and has it unloaded, again and again over
 * one connection; afterwards a kernel must have as much free memory as before (of a Linux node its process
 * tells). Prints what a round took.
 */
#include <calculator.idl.h>
#include <mmlite.h>
#include <os/components.idl.h>
#include <os/probe.idl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Before the first look, so that every free list of the node has been longer than one caller can make it. */
#define WARM_UP_ROUNDS 20
#define WARM_UP_CALLERS 4

static struct mmlite *mmlite;

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "load_rounds: %s: %s %s\n", what, mmlite_result_name(mmlite, hr), com_error_detail());
    exit(1);
}

static void *bind(const char *node, const char *name, const IID *iid)
{
    char path[128];
    void *object;

    snprintf(path, sizeof(path), "/net/%s/%s", node, name);
    require(mmlite_bind(mmlite, path, iid, &object), path);
    return object;
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static uint64_t free_bytes(IProbe *probe)
{
    uint64_t bytes = 0;

    HRESULT hr = IProbe_GetFreeBytes(probe, &bytes);

    if (hr != OS_E_NOT_PRESENT) /* a process has no heap of its own */
        require(hr, "GetFreeBytes");
    return bytes;
}

/* Free bytes once they are what they were, or after the two seconds that the node has for it. */
static uint64_t settle(IProbe *probe, uint64_t wanted)
{
    const struct timespec pause = {0, 10000000};
    int64_t give_up_ns = now_ns() + 2000000000;
    uint64_t bytes;

    while ((bytes = free_bytes(probe)) != wanted && now_ns() < give_up_ns)
        nanosleep(&pause, NULL);
    return bytes;
}

/* One round. @return what loading, making the object and the first call took */
static int64_t load_once(const char *node, IComponents *components, int32_t round)
{
    ICalculator *calculator;
    int64_t begin_ns = now_ns(), took_ns;
    int32_t sum = 0;

    require(IComponents_Load(components, "calculator", ""), "Load");
    calculator = bind(node, "calculator", &IID_ICalculator);
    require(ICalculator_Add(calculator, round, 1, &sum), "Add");
    took_ns = now_ns() - begin_ns;
    if (sum != round + 1)
        require(E_FAIL, "the sum is wrong");
    ICalculator_Release(calculator);
    require(IComponents_Unload(components, "calculator"), "Unload");
    return took_ns;
}

static void *call_slowly(void *probe)
{
    require(IProbe_Sleep((IProbe *)probe, 50), "Sleep");
    return NULL;
}

/* Several calls at once. */
static void warm_up(IProbe *probe)
{
    pthread_t callers[WARM_UP_CALLERS];
    int i;

    for (i = 0; i < WARM_UP_CALLERS; i++)
        if (pthread_create(&callers[i], NULL, call_slowly, probe) != 0)
            require(E_OUTOFMEMORY, "a thread");
    for (i = 0; i < WARM_UP_CALLERS; i++)
        pthread_join(callers[i], NULL);
}

int main(int argument_count, char **arguments)
{
    static const struct com_interface *const interfaces[] = {&IComponents_interface, &ICalculator_interface,
                                                             NULL};
    struct mmlite_options options = {.interfaces = interfaces};
    IComponents *components;
    uint64_t before, after;
    int64_t took_ns = 0;
    int32_t rounds, i;
    IProbe *probe;

    if (argument_count != 3 || (rounds = atoi(arguments[2])) < 1) {
        fprintf(stderr, "usage: load_rounds NODE ROUNDS\n");
        return 2;
    }
    require(mmlite_open(&options, &mmlite), "the cluster");
    components = bind(arguments[1], "demand", &IID_IComponents);
    probe = bind(arguments[1], "probe", &IID_IProbe);
    warm_up(probe);
    for (i = 0; i < WARM_UP_ROUNDS; i++)
        (void)load_once(arguments[1], components, i);
    before = free_bytes(probe);
    if (before) {
        (void)settle(probe, 0);
        before = free_bytes(probe);
    }
    for (i = 0; i < rounds; i++)
        took_ns += load_once(arguments[1], components, i);
    after = settle(probe, before);
    printf("%d rounds, %.3f ms each to load, bind and call; %llu bytes free before, %llu after\n", rounds,
           (double)took_ns / rounds / 1e6, (unsigned long long)before, (unsigned long long)after);
    IProbe_Release(probe);
    IComponents_Release(components);
    mmlite_close(mmlite);
    return before == after ? 0 : 1;
}
