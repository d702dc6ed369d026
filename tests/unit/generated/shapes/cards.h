/* Cards of shapes.idl: random ones, copies, what they look like. */
#ifndef SHAPES_CARDS_H
#define SHAPES_CARDS_H

#include "values.h"

/** NULL now and then, if it may be; also empty. */
BSTR random_bstr(uint32_t max, bool may_be_null);

/** A copy; NULL of NULL. `good` becomes false if there is no memory. */
BSTR copy_bstr(BSTR text, bool *good);

void random_card(struct card *card);

/** False: memory ran out; `to` is freed by com_free_card in either case. */
bool copy_card(struct card *to, const struct card *from);

/** In a block of its own. NULL: memory ran out, and nothing is left. */
struct card *make_card(const struct card *from);
void free_card(struct card *card);

/** NULL: there is none. */
void see_card(struct sight *sight, const struct card *card);
void see_bstr(struct sight *sight, BSTR text);

/** Of an array: NULL is the same as the empty text. */
void see_element(struct sight *sight, BSTR text);

#endif
