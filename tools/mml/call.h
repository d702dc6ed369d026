/* One call by name: what call.c (the words) and call_result.c (what came of it) share. */
#ifndef MML_CALL_H
#define MML_CALL_H

#include "call_objects.h"
#include "types.h"
#include <reflect/reply.h>
#include <reflect/request.h>

/* An object that is called, or came out of a call. */
struct call_target {
    const char *label; /* for messages: its path, or the name of the output */
    IUnknown *object;  /* borrowed from call_objects */
    struct mml_object_types types;
};

/* A method that was found, and what was made of its arguments. */
struct call {
    const struct mml *mml;
    struct mmlite *mmlite;
    struct mml_types *types;
    const char *path; /* of the command line */
    const struct call_target *target;
    struct call_objects *objects; /* what came out so far */
    const struct type_info *info;
    const char *interface_name; /* of `info` */
    const struct type_method *method;
    uint32_t timeout_ms;
    const char *raw; /* an output whose bytes are all that is printed; NULL: all outputs */
};

/**
 * The method that `text`, METHOD or INTERFACE.METHOD, means among those of the target: sets `method`, `info`
 * and `interface_name`.
 * @retval MML_USAGE it means none, or several; MML_FAILED nobody says what the object's interfaces look like
 */
enum mml_exit call_find_method(struct call *call, const char *text);

/** Prints what a method takes and gives, with an example; @retval as of call_find_method. */
enum mml_exit call_print_method(struct call *call, const char *text);

/** Prints all methods that the target has. */
enum mml_exit call_print_methods(const struct call *call);

/** Adds NAME or NAME.METHOD to a list, behind a separator if it is not the first. */
void call_add_text(char *text, size_t size, const char *separator, const char *name, const char *method);

/** Prints what a call that succeeded gave, in the order of the parameters. @retval MML_FAILED no such output
 */
enum mml_exit call_print(const struct call *call, HRESULT hr, const struct reply *reply,
                         IUnknown *const *interfaces);

/** Says why a call failed, whether it was executed, and what to do. */
enum mml_exit call_print_failure(const struct call *call, HRESULT hr);

/** Says of outputs that may have been cut how more of them is asked for. */
void call_note_rooms(const struct request *request, const struct reply *reply, HRESULT hr);

/** Says of a call that failed which rooms were taken for it: they may have been too large or too small. */
void call_note_taken_rooms(const struct request *request);

/** The name of the interface that a type is, or IUnknown. */
const char *call_interface_name(const struct type_interface *interface);

#endif
