/* Made by idlc from sample/types.idl; do not edit. */
#ifndef SAMPLE_TYPES_IDL_H
#define SAMPLE_TYPES_IDL_H

#include <com.h>

#ifdef __cplusplus
extern "C" {
#endif

struct store_row;

/** What Put does with a value that is there. */
enum store_mode {
    /** Takes its place. */
    STORE_REPLACE = 0,
    STORE_KEEP = 1,
};

/** What is known about a value. */
struct store_info {
    char key[64];
    uint64_t changed_ns;
    uint32_t history[4];
    enum store_mode mode;
};

/** Called once for each row; false ends the walk. */
typedef bool (*store_visitor)(const struct store_info *info, void *context);

#ifdef __cplusplus
}
#endif

#endif
