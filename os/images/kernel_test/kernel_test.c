/* The only application of its image: runs the tests, prints TAP, and stops the machine. */
#include "kernel_test.h"
#include <arch.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <string.h>

/* What QEMU ends with is 33 or 35: it makes 2 * code + 1 of them. */
enum { EXIT_PASSED = 16, EXIT_FAILED = 17 };

IHeap *heap;
IThreads *threads;
ISynchro *synchro;
ITimer *timer;
IInterruptController *icu;

static const struct kernel_test *const parts[] = {thread_tests, synchro_tests,   time_tests,
                                                  heap_tests,   interrupt_tests, load_tests};

bool reaches(const volatile uint32_t *value, uint32_t expected)
{
    int64_t deadline_ns = now_ns() + PATIENCE_NS;

    while (*value != expected && now_ns() < deadline_ns)
        sleep_ns(MS);
    return *value == expected;
}

static HRESULT bind_all(INamespace *ns)
{
    HRESULT hr = com_bind(ns, "heap", &IID_IHeap, (void **)&heap);

    if (SUCCEEDED(hr))
        hr = com_bind(ns, "threads", &IID_IThreads, (void **)&threads);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "synchro", &IID_ISynchro, (void **)&synchro);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "timer", &IID_ITimer, (void **)&timer);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    return hr;
}

/* The word `only=` of the command line: tests with it in their name run; "": all. */
static void get_choice(INamespace *ns, char *word, uint32_t capacity)
{
    COM_SCOPED(IConfig) config = NULL;

    if (FAILED(com_bind(ns, "config", &IID_IConfig, (void **)&config)) ||
        FAILED(IConfig_Get(config, "only", word, capacity)))
        word[0] = '\0';
}

static bool is_chosen(const char *name, const char *word)
{
    size_t length = strlen(word);

    for (; *name && strncmp(name, word, length) != 0; name++)
        ;
    return *name != '\0';
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    uint32_t passed = 0, failed = 0;
    size_t i;
    HRESULT hr = bind_all(ns);
    char word[32];

    (void)out_object;
    if (FAILED(hr))
        return hr;
    get_choice(ns, word, sizeof(word));
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct kernel_test *test;

        for (test = parts[i]; test->name; test++) {
            bool ok;

            if (!is_chosen(test->name, word))
                continue;
            ok = test->run();
            passed += ok;
            failed += !ok;
            os_print("%sok %u - %s\n", ok ? "" : "not ", passed + failed, test->name);
        }
    }
    os_print("%u passed, %u failed\n", passed, failed);
    board_shutdown(failed ? EXIT_FAILED : EXIT_PASSED);
}
