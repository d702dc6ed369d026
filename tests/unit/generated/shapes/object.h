/* An object behind shapes.idl's interface, and calls of it with random values that know what must come back.
 */
#ifndef SHAPES_OBJECT_H
#define SHAPES_OBJECT_H

#include "values.h"

extern IShapes shapes_object;

extern uint32_t shapes_calls;   /* methods that ran */
extern struct sight shapes_saw; /* what the last of them was given */
extern HRESULT shapes_result;   /* a failure that they return instead of results */
extern uint32_t
    shapes_deeper; /* so many more nodes than it was given are in what Node makes, one in another */

enum outcome { CAME_BACK, FAILED_CLEANLY, WRONG };

struct shapes_call {
    const char *name;
    /* Calls one method with random values, and frees everything. */
    enum outcome (*run)(IShapes *target);
    uint32_t slot;
};

/** All methods; ends with a NULL name. */
extern const struct shapes_call shapes_calls_list[];

/** What the last call returned. */
extern HRESULT shapes_hr;

#endif
