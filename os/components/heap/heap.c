/* First fit over a list of free blocks in address order, with neighbours joined when they are freed. */
#include "heap_internal.h"
#include <arch.h>
#include <component.h>
#include <string.h>

#define GRAIN 16u

/* A part of the memory; the heap itself lies in front of its first, a further one begins with this. */
struct heap_range {
    struct heap_range *next;
    uint8_t *start;
    uint8_t *end;
};

struct first_fit_heap {
    IHeap IHeap_iface;
    struct com_refs refs;
    IHeap *parent;
    struct heap_range range; /* constant once threads share the heap, and those after it */
    struct com_lock lock;
    struct heap_block *free; /* (lock) by address */
};

static const struct IHeapVtbl first_fit_heap_vtbl;

static struct first_fit_heap *impl_from_IHeap(IHeap *iface)
{
    assert(iface->vtbl == &first_fit_heap_vtbl);
    return container_of(iface, struct first_fit_heap, IHeap_iface);
}

static HRESULT first_fit_heap_QueryInterface(IHeap *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IHeap, iid, out_object);
}

static uint32_t first_fit_heap_AddRef(IHeap *iface)
{
    return com_refs_add(&impl_from_IHeap(iface)->refs);
}

static uint32_t first_fit_heap_Release(IHeap *iface)
{
    struct first_fit_heap *heap = impl_from_IHeap(iface);
    IHeap *parent = heap->parent; /* read first: without our reference it may be gone at once */
    uint32_t left = com_refs_release(&heap->refs);

    if (left || !parent)
        return left;
    com_ignore(IHeap_Free(parent, heap)); /* it is the parent's block */
    IHeap_Release(parent);
    return 0;
}

/* Another for every heap, so that the blocks of a nested heap are foreign to the one that it lies in. */
static uint32_t used_magic(const struct first_fit_heap *heap)
{
    return HEAP_USED ^ (uint32_t)(uintptr_t)heap;
}

/* Where the caller's bytes begin if they come from `block`. */
static uint8_t *place(struct heap_block *block, size_t alignment)
{
    uintptr_t at = (uintptr_t)(block + 1);

    return (uint8_t *)((at + alignment - 1) & ~(uintptr_t)(alignment - 1));
}

/* The header that precedes what was handed out says where the block begins. */
static struct heap_block *header_of(void *memory)
{
    struct heap_block *mark = (struct heap_block *)memory - 1;

    return (struct heap_block *)(void *)((uint8_t *)mark - mark->padding_bytes);
}

/* Cuts what is left over behind `needed` bytes into a free block, and takes `block` off the list at `at`. */
static void take(struct first_fit_heap *heap, struct heap_block **at, size_t needed)
{
    struct heap_block *block = *at;

    if (block->size_bytes - needed >= sizeof(*block)) { /* always, or nothing is left */
        struct heap_block *rest = (struct heap_block *)(void *)((uint8_t *)block + needed);

        rest->magic = HEAP_FREE;
        rest->size_bytes = (uint32_t)(block->size_bytes - needed);
        rest->next = block->next;
        block->size_bytes = (uint32_t)needed;
        *at = rest;
    } else {
        *at = block->next;
    }
    block->magic = used_magic(heap);
    block->padding_bytes = 0;
    block->next = NULL;
}

static HRESULT first_fit_heap_Alloc(IHeap *iface, size_t size_bytes, size_t alignment, void **out_block)
{
    struct first_fit_heap *heap = impl_from_IHeap(iface);
    struct heap_block **at;
    HRESULT hr = E_OUTOFMEMORY;

    kernel_thread_only("IHeap::Alloc");
    if (alignment < GRAIN)
        alignment = alignment & (alignment - 1) ? 3 : GRAIN;
    if (!size_bytes || alignment & (alignment - 1))
        return E_INVALIDARG;
    if (size_bytes > SIZE_MAX / 2)
        return E_OUTOFMEMORY;
    size_bytes = (size_bytes + GRAIN - 1) & ~(size_t)(GRAIN - 1);
    com_lock_take(&heap->lock);
    for (at = &heap->free; *at; at = &(*at)->next) {
        uint8_t *memory = place(*at, alignment);
        struct heap_block *block = *at, *mark;
        size_t before = (size_t)(memory - (uint8_t *)block);

        /* Their sum may be more than an address can be. */
        if (before > block->size_bytes || size_bytes > block->size_bytes - before)
            continue;
        take(heap, at, before + size_bytes);
        mark = (struct heap_block *)(void *)memory - 1;
        if (mark != block) {
            mark->magic = used_magic(heap);
            mark->size_bytes = 0;
        }
        mark->padding_bytes = (uint32_t)((uint8_t *)mark - (uint8_t *)block);
        *out_block = memory;
        hr = S_OK;
        break;
    }
    com_lock_give(&heap->lock);
    return hr;
}

/* The range that a block at `at` would lie in; NULL: none. */
static const struct heap_range *range_of(const struct first_fit_heap *heap, uintptr_t at)
{
    const struct heap_range *range = &heap->range;

    while (range && (at < (uintptr_t)range->start + sizeof(struct heap_block) || at >= (uintptr_t)range->end))
        range = range->next;
    return range;
}

/* Whether `memory` was handed out by this heap and is still in use, as far as its marks tell. */
static bool is_ours(const struct first_fit_heap *heap, void *memory)
{
    uintptr_t at = (uintptr_t)memory;
    const struct heap_range *range = range_of(heap, at);
    struct heap_block *mark, *block;

    if (at % GRAIN || !range)
        return false;
    mark = (struct heap_block *)memory - 1;
    if (mark->magic != used_magic(heap) || mark->padding_bytes % GRAIN ||
        mark->padding_bytes > at - sizeof(*mark) - (uintptr_t)range->start)
        return false;
    block = header_of(memory);
    return block->magic == used_magic(heap) && block->size_bytes > at - (uintptr_t)block &&
           block->size_bytes <= (size_t)(range->end - (uint8_t *)block);
}

/* Puts a block back in address order and joins it with what touches it. */
static void give(struct first_fit_heap *heap, struct heap_block *block)
{
    struct heap_block *before = NULL, *after = heap->free;

    while (after && after < block) {
        before = after;
        after = after->next;
    }
    block->magic = HEAP_FREE;
    block->next = after;
    if (after && (uint8_t *)block + block->size_bytes == (uint8_t *)after) {
        block->size_bytes += after->size_bytes;
        block->next = after->next;
        after->magic = 0;
    }
    if (!before) {
        heap->free = block;
    } else if ((uint8_t *)before + before->size_bytes == (uint8_t *)block) {
        before->size_bytes += block->size_bytes;
        before->next = block->next;
        block->magic = 0;
    } else {
        before->next = block;
    }
}

static HRESULT first_fit_heap_Free(IHeap *iface, void *memory)
{
    struct first_fit_heap *heap = impl_from_IHeap(iface);
    HRESULT hr = E_INVALIDARG;

    kernel_thread_only("IHeap::Free");
    if (!memory)
        return S_OK;
    com_lock_take(&heap->lock);
    if (is_ours(heap, memory)) {
        struct heap_block *block = header_of(memory);

        ((struct heap_block *)memory - 1)->magic = 0;
        give(heap, block);
        hr = S_OK;
    }
    com_lock_give(&heap->lock);
    return hr;
}

static HRESULT first_fit_heap_GetFree(IHeap *iface, size_t *out_free_bytes, size_t *out_largest_bytes)
{
    struct first_fit_heap *heap = impl_from_IHeap(iface);
    size_t total = 0, largest = 0;
    struct heap_block *block;

    kernel_thread_only("IHeap::GetFree");
    com_lock_take(&heap->lock);
    for (block = heap->free; block; block = block->next) {
        total += block->size_bytes;
        if (block->size_bytes > largest)
            largest = block->size_bytes;
    }
    com_lock_give(&heap->lock);
    *out_free_bytes = total;
    *out_largest_bytes = largest > sizeof(*block) ? largest - sizeof(*block) : 0;
    return S_OK;
}

static HRESULT first_fit_heap_CreateNested(IHeap *iface, size_t size_bytes, IHeap **out_heap)
{
    void *memory;
    HRESULT hr;

    *out_heap = NULL;
    hr = first_fit_heap_Alloc(iface, size_bytes, 0, &memory);
    if (FAILED(hr))
        return hr;
    hr = first_fit_heap_create(memory, size_bytes, iface, out_heap);
    if (FAILED(hr))
        com_ignore(first_fit_heap_Free(iface, memory)); /* it was just made */
    return hr;
}

static const struct IHeapVtbl first_fit_heap_vtbl = {
    .QueryInterface = first_fit_heap_QueryInterface,
    .AddRef = first_fit_heap_AddRef,
    .Release = first_fit_heap_Release,
    .Alloc = first_fit_heap_Alloc,
    .Free = first_fit_heap_Free,
    .GetFree = first_fit_heap_GetFree,
    .CreateNested = first_fit_heap_CreateNested,
};

/*
 * [start, start + size_bytes) in whole grains, with `head_bytes` for the heap's own use at its start.
 * @retval NULL it is too small for even one block
 */
static void *cut_range(void *start, size_t size_bytes, size_t head_bytes, struct heap_range *out_range)
{
    uintptr_t begin = ((uintptr_t)start + GRAIN - 1) & ~(uintptr_t)(GRAIN - 1);
    uintptr_t end = ((uintptr_t)start + size_bytes) & ~(uintptr_t)(GRAIN - 1);
    uintptr_t first = (begin + head_bytes + GRAIN - 1) & ~(uintptr_t)(GRAIN - 1);

    if (end < begin || end < first + 2 * sizeof(struct heap_block))
        return NULL;
    out_range->next = NULL;
    out_range->start = (uint8_t *)first;
    out_range->end = (uint8_t *)end;
    return (void *)begin;
}

/* All of the range is free. */
static void give_range(struct first_fit_heap *heap, const struct heap_range *range)
{
    struct heap_block *block = (struct heap_block *)(void *)range->start;

    block->size_bytes = (uint32_t)(range->end - range->start);
    give(heap, block);
}

HRESULT first_fit_heap_create(void *start, size_t size_bytes, IHeap *parent, IHeap **out_heap)
{
    struct heap_range range;
    struct first_fit_heap *heap =
        (struct first_fit_heap *)cut_range(start, size_bytes, sizeof(*heap), &range);

    *out_heap = NULL;
    if (!heap)
        return E_INVALIDARG;
    memset(heap, 0, sizeof(*heap));
    heap->IHeap_iface.vtbl = &first_fit_heap_vtbl;
    com_refs_init(&heap->refs);
    heap->parent = parent;
    if (parent)
        IHeap_AddRef(parent);
    heap->range = range;
    give_range(heap, &range);
    *out_heap = &heap->IHeap_iface;
    return S_OK;
}

HRESULT first_fit_heap_add(IHeap *iface, void *start, size_t size_bytes)
{
    struct first_fit_heap *heap = impl_from_IHeap(iface);
    struct heap_range range,
        *added = (struct heap_range *)cut_range(start, size_bytes, sizeof(range), &range);

    if (!added)
        return E_INVALIDARG;
    range.next = heap->range.next;
    heap->range.next = added;
    *added = range;
    give_range(heap, added);
    return S_OK;
}

/* The physical heap: all memory that no image uses. It comes first, so it binds nothing. */
HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    size_t size_bytes = 0;
    void *start = NULL;
    uint32_t i = 0;
    HRESULT hr;

    (void)ns;
    (void)board_memory(i++, &start, &size_bytes); /* none is too little */
    hr = first_fit_heap_create(start, size_bytes, NULL, (IHeap **)out_object);
    while (SUCCEEDED(hr) && board_memory(i++, &start, &size_bytes))
        com_ignore(first_fit_heap_add((IHeap *)*out_object, start, size_bytes)); /* too small for a block */
    return hr;
}
