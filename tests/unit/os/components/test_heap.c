/* The first-fit heap over memory of the test. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <heap/heap_internal.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_BYTES = 65536, BLOCKS_MAX = 600 };

static uint8_t memory[MEMORY_BYTES];
static IHeap *heap;

static int start_heap(void **state)
{
    (void)state;
    memset(memory, 0xEE, sizeof(memory));
    assert_int_equal(first_fit_heap_create(memory + 3, sizeof(memory) - 3, NULL, &heap), S_OK);
    return 0;
}

static size_t free_bytes(void)
{
    size_t bytes, largest;

    assert_int_equal(IHeap_GetFree(heap, &bytes, &largest), S_OK);
    return bytes;
}

static size_t largest_bytes(void)
{
    size_t bytes, largest;

    assert_int_equal(IHeap_GetFree(heap, &bytes, &largest), S_OK);
    return largest;
}

static void blocks_are_aligned_as_asked(void **state)
{
    size_t alignment, before = free_bytes();
    void *blocks[16];
    uint32_t count = 0;

    (void)state;
    for (alignment = 1; alignment <= 4096; alignment *= 2) {
        assert_int_equal(IHeap_Alloc(heap, 10, alignment, &blocks[count]), S_OK);
        assert_int_equal((uintptr_t)blocks[count++] % alignment, 0);
    }
    assert_int_equal(IHeap_Alloc(heap, 10, 0, &blocks[count]), S_OK);
    assert_int_equal((uintptr_t)blocks[count++] % sizeof(uint64_t), 0);
    while (count)
        assert_int_equal(IHeap_Free(heap, blocks[--count]), S_OK);
    assert_int_equal(free_bytes(), before);
}

static void wrong_sizes_and_alignments_are_refused(void **state)
{
    void *block = &block;

    (void)state;
    assert_int_equal(IHeap_Alloc(heap, 0, 0, &block), E_INVALIDARG);
    assert_int_equal(IHeap_Alloc(heap, 10, 3, &block), E_INVALIDARG);
    assert_int_equal(IHeap_Alloc(heap, 10, 48, &block), E_INVALIDARG);
    assert_int_equal(IHeap_Alloc(heap, MEMORY_BYTES, 0, &block), E_OUTOFMEMORY);
    assert_int_equal(IHeap_Alloc(heap, SIZE_MAX, 0, &block), E_OUTOFMEMORY);
    assert_int_equal(IHeap_Alloc(heap, SIZE_MAX - 20, 0, &block), E_OUTOFMEMORY);
    assert_int_equal(IHeap_Alloc(heap, 10, SIZE_MAX / 2 + 1, &block), E_OUTOFMEMORY);
    assert_ptr_equal(block, &block); /* untouched */
}

static void exhausted_heap_reports_out_of_memory_and_recovers(void **state)
{
    static void *blocks[BLOCKS_MAX];
    size_t before = free_bytes();
    uint32_t count = 0;

    (void)state;
    while (count < BLOCKS_MAX && IHeap_Alloc(heap, 200, 0, &blocks[count]) == S_OK)
        memset(blocks[count++], 0x11, 200);
    assert_in_range(count, 200, BLOCKS_MAX - 1);
    assert_int_equal(IHeap_Alloc(heap, 200, 0, &blocks[count]), E_OUTOFMEMORY);
    while (count)
        assert_int_equal(IHeap_Free(heap, blocks[--count]), S_OK);
    assert_int_equal(free_bytes(), before);
}

/* In whatever order neighbours are freed, one block is left. */
static void freed_neighbours_are_joined(void **state)
{
    static const uint8_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    size_t i, before = largest_bytes();
    void *blocks[3];

    (void)state;
    for (i = 0; i < 6; i++) {
        uint32_t j;

        for (j = 0; j < 3; j++)
            assert_int_equal(IHeap_Alloc(heap, 100, 256, &blocks[j]), S_OK);
        for (j = 0; j < 3; j++)
            assert_int_equal(IHeap_Free(heap, blocks[orders[i][j]]), S_OK);
        assert_int_equal(largest_bytes(), before);
    }
}

static void the_largest_block_can_be_had(void **state)
{
    void *block;

    (void)state;
    assert_int_equal(IHeap_Alloc(heap, largest_bytes(), 0, &block), S_OK);
    assert_int_equal(free_bytes(), 0);
    assert_int_equal(IHeap_Free(heap, block), S_OK);
}

static void foreign_and_double_frees_are_refused(void **state)
{
    uint64_t outside[8] = {0};
    void *block, *neighbour;
    size_t before;

    (void)state;
    assert_int_equal(IHeap_Free(heap, NULL), S_OK);
    assert_int_equal(IHeap_Alloc(heap, 100, 64, &block), S_OK);
    assert_int_equal(IHeap_Alloc(heap, 100, 0, &neighbour), S_OK);
    memset(block, 0, 100);
    before = free_bytes();
    assert_int_equal(IHeap_Free(heap, &outside[4]), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, (uint8_t *)block + 16), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, (uint8_t *)block + 1), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, memory), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, memory + MEMORY_BYTES), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, (void *)(uintptr_t)16), E_INVALIDARG);
    assert_int_equal(free_bytes(), before);

    assert_int_equal(IHeap_Free(heap, neighbour), S_OK);
    assert_int_equal(IHeap_Free(heap, neighbour), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, block), S_OK);
    assert_int_equal(IHeap_Free(heap, block), E_INVALIDARG);
    assert_int_equal(IHeap_Free(heap, neighbour), E_INVALIDARG);
}

static void nested_heap_returns_its_memory_with_its_last_reference(void **state)
{
    size_t before = free_bytes();
    IHeap *nested, *inner;
    void *block;

    (void)state;
    assert_int_equal(IHeap_CreateNested(heap, 8192, &nested), S_OK);
    assert_int_equal(IHeap_CreateNested(nested, 2048, &inner), S_OK);
    assert_int_equal(IHeap_Alloc(inner, 100, 0, &block), S_OK);
    assert_int_equal(IHeap_Free(nested, block), E_INVALIDARG);
    assert_int_equal(IHeap_Alloc(inner, 2048, 0, &block), E_OUTOFMEMORY);
    assert_int_equal(IHeap_Release(nested), 1); /* the inner one holds it */
    assert_int_equal(IHeap_Release(inner), 0);
    assert_int_equal(free_bytes(), before);

    assert_int_equal(IHeap_CreateNested(heap, 2 * MEMORY_BYTES, &nested), E_OUTOFMEMORY);
    assert_int_equal(IHeap_CreateNested(heap, 16, &nested), E_INVALIDARG);
    assert_null(nested);
    assert_int_equal(free_bytes(), before);
}

struct allocation {
    uint8_t *block;
    size_t size_bytes;
    uint8_t pattern;
};

static void check_and_free(struct allocation *allocation)
{
    size_t i;

    for (i = 0; i < allocation->size_bytes; i++)
        assert_int_equal(allocation->block[i], allocation->pattern);
    assert_int_equal(IHeap_Free(heap, allocation->block), S_OK);
    allocation->block = NULL;
}

static void blocks_never_overlap(void **state)
{
    static struct allocation allocations[64];
    size_t before = free_bytes();
    uint32_t round, i;

    (void)state;
    srand(8151);
    for (round = 0; round < 20000; round++) {
        struct allocation *allocation = &allocations[rand() % 64];
        void *block;

        if (allocation->block) {
            check_and_free(allocation);
            continue;
        }
        allocation->size_bytes = 1 + (size_t)(rand() % 3000);
        allocation->pattern = (uint8_t)rand();
        if (IHeap_Alloc(heap, allocation->size_bytes, (size_t)1 << rand() % 10, &block) != S_OK)
            continue;
        allocation->block = block;
        memset(block, allocation->pattern, allocation->size_bytes);
    }
    for (i = 0; i < 64; i++)
        if (allocations[i].block)
            check_and_free(&allocations[i]);
    assert_int_equal(free_bytes(), before);
}

/* Memory in several places, with a hole between them that is not to be touched. */
static void a_heap_takes_memory_from_several_ranges(void **state)
{
    uint8_t *hole = memory + MEMORY_BYTES / 4, *second = memory + MEMORY_BYTES / 2;
    size_t before, after, largest;
    IHeap *ranges;
    void *blocks[64], *block;
    uint32_t count = 0, i;

    (void)state;
    memset(memory, 0xEE, sizeof(memory));
    assert_int_equal(first_fit_heap_create(second, MEMORY_BYTES / 4, NULL, &ranges), S_OK);
    assert_int_equal(first_fit_heap_add(ranges, hole, 16), E_INVALIDARG);
    assert_int_equal(first_fit_heap_add(ranges, memory, (size_t)(hole - memory)), S_OK);
    assert_int_equal(IHeap_GetFree(ranges, &before, &largest), S_OK);
    assert_in_range(largest, MEMORY_BYTES / 4 - 256, MEMORY_BYTES / 4);
    assert_in_range(before, MEMORY_BYTES / 2 - 256, MEMORY_BYTES / 2);

    while (IHeap_Alloc(ranges, 1000, 0, &blocks[count]) == S_OK)
        memset(blocks[count++], 0x11, 1000);
    assert_in_range(count, 28, 32); /* of both ranges */
    for (i = 0; i < count; i++)
        assert_true((uint8_t *)blocks[i] + 1000 <= hole || (uint8_t *)blocks[i] >= second);
    for (i = 0; i < (uint32_t)(second - hole); i++)
        assert_int_equal(hole[i], 0xEE);
    assert_int_equal(IHeap_Free(ranges, hole + 64), E_INVALIDARG);
    while (count)
        assert_int_equal(IHeap_Free(ranges, blocks[--count]), S_OK);
    assert_int_equal(IHeap_GetFree(ranges, &after, &largest), S_OK);
    assert_int_equal(after, before);
    assert_int_equal(IHeap_Alloc(ranges, MEMORY_BYTES / 4, 0, &block), E_OUTOFMEMORY); /* in no single one */
}

static void alloc(void *argument)
{
    com_ignore(IHeap_Alloc(heap, 16, 0, argument)); /* it panics */
}

static void give_back(void *argument)
{
    com_ignore(IHeap_Free(heap, argument)); /* it panics */
}

static void ask_what_is_free(void *argument)
{
    size_t *bytes = argument;

    com_ignore(IHeap_GetFree(heap, &bytes[0], &bytes[1])); /* it panics */
}

static void an_interrupt_routine_gets_no_memory(void **state)
{
    size_t bytes[2];
    void *block;

    (void)state;
    kernel_interrupt_owner = "device";
    fake_machine_expect_panic(alloc, &block, "called inside an interrupt routine", "IHeap::Alloc");
    fake_machine_expect_panic(give_back, memory, "called inside an interrupt routine", "IHeap::Free");
    fake_machine_expect_panic(ask_what_is_free, bytes, "called inside an interrupt routine",
                              "IHeap::GetFree");
    kernel_interrupt_owner = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blocks_are_aligned_as_asked, start_heap),
        cmocka_unit_test_setup(wrong_sizes_and_alignments_are_refused, start_heap),
        cmocka_unit_test_setup(exhausted_heap_reports_out_of_memory_and_recovers, start_heap),
        cmocka_unit_test_setup(freed_neighbours_are_joined, start_heap),
        cmocka_unit_test_setup(the_largest_block_can_be_had, start_heap),
        cmocka_unit_test_setup(foreign_and_double_frees_are_refused, start_heap),
        cmocka_unit_test_setup(nested_heap_returns_its_memory_with_its_last_reference, start_heap),
        cmocka_unit_test_setup(blocks_never_overlap, start_heap),
        cmocka_unit_test_setup(a_heap_takes_memory_from_several_ranges, start_heap),
        cmocka_unit_test_setup(an_interrupt_routine_gets_no_memory, start_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
