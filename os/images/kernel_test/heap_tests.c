#include "kernel_test.h"
#include <string.h>

enum { NESTED_BYTES = 16384, BLOCKS_MAX = 512 };

static bool a_full_heap_says_so_and_recovers(void)
{
    COM_SCOPED(IHeap) nested = NULL;
    static void *blocks[BLOCKS_MAX];
    size_t before, after, largest;
    uint32_t count = 0;

    CHECK(IHeap_CreateNested(heap, NESTED_BYTES, &nested) == S_OK);
    com_ignore(IHeap_GetFree(nested, &before, &largest)); /* cannot fail */
    while (count < BLOCKS_MAX && SUCCEEDED(IHeap_Alloc(nested, 100, 0, &blocks[count])))
        memset(blocks[count++], 0xA5, 100);
    CHECK(count > 50 && count < BLOCKS_MAX);
    CHECK(IHeap_Alloc(nested, 100, 0, &blocks[count]) == E_OUTOFMEMORY);
    while (count)
        CHECK(IHeap_Free(nested, blocks[--count]) == S_OK);
    com_ignore(IHeap_GetFree(nested, &after, &largest)); /* cannot fail */
    CHECK(after == before);
    return true;
}

static bool a_nested_heap_gives_its_memory_back(void)
{
    size_t before, after, largest;
    IHeap *nested;

    com_ignore(IHeap_GetFree(heap, &before, &largest)); /* cannot fail */
    CHECK(IHeap_CreateNested(heap, NESTED_BYTES, &nested) == S_OK);
    CHECK(IHeap_Release(nested) == 0);
    com_ignore(IHeap_GetFree(heap, &after, &largest)); /* cannot fail */
    CHECK(after == before);
    return true;
}

static bool wrong_frees_are_refused(void)
{
    uint32_t foreign[16];
    void *block;

    CHECK(IHeap_Alloc(heap, 64, 4096, &block) == S_OK);
    CHECK((uintptr_t)block % 4096 == 0);
    CHECK(IHeap_Free(heap, (uint8_t *)block + 16) == E_INVALIDARG);
    CHECK(IHeap_Free(heap, foreign) == E_INVALIDARG);
    CHECK(IHeap_Free(heap, block) == S_OK);
    CHECK(IHeap_Free(heap, block) == E_INVALIDARG);
    return true;
}

static volatile uint32_t ended;

static void alloc_and_free(void *argument)
{
    uint32_t i, seed = (uint32_t)(uintptr_t)argument;

    for (i = 0; i < 3000; i++) {
        void *block;

        seed = seed * 1103515245 + 12345;
        if (FAILED(IHeap_Alloc(heap, 1 + (seed >> 16) % 2000, 0, &block)))
            return;
        memset(block, (int)seed, 1 + (seed >> 16) % 2000);
        if ((seed >> 28) == 0)
            com_ignore(IThreads_Yield(threads)); /* cannot fail */
        if (FAILED(IHeap_Free(heap, block)))
            return;
    }
    __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

static bool threads_share_a_heap(void)
{
    uintptr_t i;

    ended = 0;
    for (i = 1; i <= 4; i++)
        CHECK(SUCCEEDED(IThreads_Start(threads, "test", alloc_and_free, (void *)i, 0)));
    CHECK(reaches(&ended, 4));
    return true;
}

const struct kernel_test heap_tests[] = {
    {"a full heap says so and recovers", a_full_heap_says_so_and_recovers},
    {"a nested heap gives its memory back", a_nested_heap_gives_its_memory_back},
    {"wrong frees are refused", wrong_frees_are_refused},
    {"threads share a heap", threads_share_a_heap},
    {NULL, NULL},
};
