/*
 * What does it cost until a component that was not there has answered its first call? A node brings the
 * calculator of its RomFS into memory, links it, makes its object and is called; three null calls of the same
 * node are the floor, since there are three round trips in it (load, bind, call). Both take turns in one run.
 */
#include <calculator.idl.h>
#include <mmlite.h>
#include <os/components.idl.h>
#include <os/file.idl.h>
#include <os/probe.idl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 200
#define WARM_UP 20 /* rounds that are not counted */
#define IMAGE "/romfs/calculator.elf"

static struct mmlite *mmlite;

struct node {
    const char *name;
    IComponents *components;
    IProbe *probe;
};

struct times {
    int64_t floor_ns[ROUNDS], load_ns[ROUNDS];
};

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "load_component: %s: %s %s\n", what, mmlite_result_name(mmlite, hr), com_error_detail());
    exit(1);
}

static void *bind(const struct node *node, const char *name, const IID *iid)
{
    char path[128];
    void *object;

    snprintf(path, sizeof(path), "/net/%s/%s", node->name, name);
    require(mmlite_bind(mmlite, path, iid, &object), path);
    return object;
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t call_nothing(const struct node *node)
{
    int64_t begin_ns = now_ns();
    int i;

    for (i = 0; i < 3; i++)
        require(IProbe_Null(node->probe), "Null");
    return now_ns() - begin_ns;
}

static int64_t load_and_call(const struct node *node)
{
    ICalculator *calculator;
    int64_t begin_ns = now_ns(), took_ns;
    int32_t sum;

    require(IComponents_Load(node->components, "calculator", IMAGE), "Load");
    calculator = bind(node, "calculator", &IID_ICalculator);
    require(ICalculator_Add(calculator, 1, 2, &sum), "Add");
    took_ns = now_ns() - begin_ns;
    ICalculator_Release(calculator);
    require(IComponents_Unload(node->components, "calculator"), "Unload");
    return took_ns;
}

static void measure(const struct node *node, struct times *times)
{
    int i;

    for (i = -WARM_UP; i < ROUNDS; i++) {
        int64_t floor_ns = call_nothing(node), load_ns = load_and_call(node);

        if (i < 0)
            continue;
        times->floor_ns[i] = floor_ns;
        times->load_ns[i] = load_ns;
    }
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static void show(const char *what, const int64_t *sorted_ns, const int64_t *less_ns)
{
    static const int at[] = {0, ROUNDS / 2, ROUNDS * 9 / 10};
    double ms[3];
    int i;

    for (i = 0; i < 3; i++)
        ms[i] = (double)(sorted_ns[at[i]] - (less_ns ? less_ns[at[i]] : 0)) / 1e6;
    printf("  %-24s min %6.3f ms, p50 %6.3f ms, p90 %6.3f ms\n", what, ms[0], ms[1], ms[2]);
}

static void run(const char *name)
{
    struct node node = {.name = name};
    static struct times times;
    uint64_t file_bytes = 0;
    IFile *file;

    node.components = bind(&node, "demand", &IID_IComponents);
    node.probe = bind(&node, "probe", &IID_IProbe);
    file = bind(&node, &IMAGE[1], &IID_IFile);
    require(IFile_GetSize(file, &file_bytes), IMAGE);
    measure(&node, &times);
    printf("%s: calculator.elf, %" PRIu64 " bytes of file, %d rounds\n", name, file_bytes, ROUNDS);
    qsort(times.floor_ns, ROUNDS, sizeof(times.floor_ns[0]), compare_times);
    qsort(times.load_ns, ROUNDS, sizeof(times.load_ns[0]), compare_times);
    show("three null calls", times.floor_ns, NULL);
    show("load, bind, first call", times.load_ns, NULL);
    show("the difference", times.load_ns, times.floor_ns);
    IFile_Release(file);
    IProbe_Release(node.probe);
    IComponents_Release(node.components);
}

int main(int argument_count, char **arguments)
{
    static const struct com_interface *const interfaces[] = {&IComponents_interface, &ICalculator_interface,
                                                             NULL};
    struct mmlite_options options = {.interfaces = interfaces};
    int i;

    if (argument_count < 2) {
        fprintf(stderr,
                "usage: bench-load-component NODE...\n"
                "  next: build/bin/mml cluster up --nodes n1=i386,n2=armv7m; then again with n1 n2\n");
        return 2;
    }
    require(mmlite_open(&options, &mmlite), "the cluster");
    for (i = 1; i < argument_count; i++)
        run(arguments[i]);
    mmlite_close(mmlite);
    return 0;
}
