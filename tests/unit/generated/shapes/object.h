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

/** What the method that runs is given is seen from here on. */
struct sight *shapes_begin(void);

/* Of object_owned.c. */
HRESULT shapes_Card(IShapes *iface, const struct card *card, struct card **out_card, char **out_text);
HRESULT shapes_Cards(IShapes *iface, uint32_t count, const struct card *cards, struct card **out_cards,
                     uint32_t *out_count, BSTR **out_titles, uint16_t *out_title_count);
HRESULT shapes_Replace(IShapes *iface, char **inout_text, uint16_t **inout_wide, IUnknown **inout_object,
                       struct card **inout_card, IUnknown *other, char **out_before);
HRESULT shapes_Bstrs(IShapes *iface, const BSTR *texts, uint8_t count, uint32_t room, BSTR *out_texts,
                     uint32_t *out_count);
HRESULT shapes_Maybe(IShapes *iface, const float *values, int32_t count, const struct memo *memos,
                     double *out_sum, uint32_t *out_there);
HRESULT shapes_Given(IShapes *iface, IUnknown *const *given, uint32_t count, IUnknown ***out_objects,
                     uint32_t *out_count);

/* What goes in and out of Replace. */
struct replaced {
    char *text;
    uint16_t *wide;
    IUnknown *object;
    struct card *card;
};

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
