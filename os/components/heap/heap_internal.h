/* The first-fit heap without its interface, so that tests can give it any memory. */
#ifndef HEAP_INTERNAL_H
#define HEAP_INTERNAL_H

#include <com_impl.h>
#include <os/heap.idl.h>

/* In front of every block; a multiple of 16 bytes, as are all blocks. */
struct heap_block {
    uint32_t magic;          /* made of HEAP_USED, or HEAP_FREE; 0 where no block is any more */
    uint32_t size_bytes;     /* with this header */
    struct heap_block *next; /* of a free block: the next free one, by address */
    uint32_t padding_bytes;  /* of a used block: between its header and what was handed out */
} __attribute__((aligned(16)));

#define HEAP_USED 0x55534544u
#define HEAP_FREE 0x46524545u

/**
 * A heap over [start, start + size_bytes). `parent` is NULL, or the heap that the memory came from: it gets
 * it back with the last reference, which `parent` is referenced for.
 * @retval E_INVALIDARG too small for even one block
 */
HRESULT first_fit_heap_create(void *start, size_t size_bytes, IHeap *parent, IHeap **out_heap);

/**
 * Gives a heap without a parent more memory, anywhere; before threads share it.
 * @retval E_INVALIDARG too small for even one block: it is left as it is
 */
HRESULT first_fit_heap_add(IHeap *heap, void *start, size_t size_bytes);

#endif
