/*
 * Shared objects, checked before the dynamic linker sees them: it believes every table of a file, and a
 * damaged one takes the process down. The format: System V ABI, chapters 4 and 5.
 *
 * What passes has no more than a component needs: segments, symbols and relocations; no code that runs while
 * it is loaded, no other libraries, no thread-local storage, no versions of symbols.
 */
#ifndef HOST_SHARED_OBJECT_H
#define HOST_SHARED_OBJECT_H

#include <com.h>

/* Limits of an image; what the build makes is far below. */
#define SHARED_OBJECT_MEMORY_MAX (4u << 20)
#define SHARED_OBJECT_SEGMENTS_MAX 16u
#define SHARED_OBJECT_SYMBOLS_MAX 1024u

/* What was found. Addresses are from where the file's address 0 will be. */
struct shared_object {
    uint64_t first;       /* address of the image's memory; on a page */
    uint64_t bytes;       /* of its memory; whole pages */
    uint64_t constructor; /* address of component_main, which is code */
    uint64_t interfaces;  /* address of component_interfaces */
};

/**
 * Checks a file.
 *
 * @param bytes   of the file, which need not be aligned
 * @param import  says whether a symbol can be imported: S_OK, or the reason with its detail
 * @retval OS_E_BAD_IMAGE the detail says what is wrong
 * @retval others of `import`
 */
COM_WARN_UNUSED HRESULT shared_object_check(const uint8_t *bytes, size_t size,
                                            HRESULT (*import)(const char *name),
                                            struct shared_object *out_object);

#endif
