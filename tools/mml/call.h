/* One call by name: what call.c (the words) and call_result.c (what came of it) share. */
#ifndef MML_CALL_H
#define MML_CALL_H

#include "types.h"
#include <reflect/reply.h>
#include <reflect/request.h>

/* An object that is called, or came out of a call. */
struct call_target {
    const char *label; /* for messages: its path, or the name of the output */
    IUnknown *object;  /* one reference */
    struct mml_object_types types;
};

/* A method that was found, and what was made of its arguments. */
struct call {
    const struct mml *mml;
    struct mmlite *mmlite;
    struct mml_types *types;
    const struct call_target *target;
    const struct type_info *info;
    const char *interface_name; /* of `info` */
    const struct type_method *method;
    uint32_t timeout_ms;
    const char *raw; /* an output whose bytes are all that is printed; NULL: all outputs */
};

/** Prints what a call that succeeded gave, in the order of the parameters. @retval MML_FAILED no such output
 */
enum mml_exit call_print(const struct call *call, HRESULT hr, const struct reply *reply,
                         IUnknown *const *interfaces);

/** Says why a call failed, whether it was executed, and what to do. */
enum mml_exit call_print_failure(const struct call *call, HRESULT hr);

/** The name of the interface that a type is, or IUnknown. */
const char *call_interface_name(const struct type_interface *interface);

#endif
