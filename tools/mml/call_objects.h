/* The objects of one command line: the one at its path, and those that came out of its calls. */
#ifndef MML_CALL_OBJECTS_H
#define MML_CALL_OBJECTS_H

#include "call_words.h"
#include <com/unknown.idl.h>
#include <rpc_dynamic.h>

enum { CALL_OBJECTS_MAX = CALL_CALLS_MAX * RPC_CAPS_MAX + 1 };

/* All zeros: there is none. */
struct call_objects {
    const char *names[CALL_OBJECTS_MAX]; /* of the outputs; "" is the object at the path */
    IUnknown *objects[CALL_OBJECTS_MAX]; /* with one reference each; NULL: that is what came out */
    uint32_t count;
};

/** Keeps an object under a name, which is borrowed; its reference moves. The latest of a name counts. */
void call_objects_add(struct call_objects *objects, const char *name, IUnknown *object);

/**
 * The object of that name, borrowed.
 * @param out_object  NULL may have come out
 * @retval false none came out under that name
 */
bool call_objects_find(const struct call_objects *objects, const char *name, IUnknown **out_object);

/** Writes the names, each once, for a message: "a, b". */
void call_objects_names(const struct call_objects *objects, char *text, size_t size);

void call_objects_release(struct call_objects *objects);

#endif
