/* Shared by the files that call shapes.idl's methods. */
#ifndef SHAPES_CALLS_H
#define SHAPES_CALLS_H

#include "object.h"

extern struct sight given, back;

void look_anew(void);

/** The method saw what was given, if it ran; what came back is what was expected. */
enum outcome judge(HRESULT hr, const struct sight *expected, const struct sight *got);

/* Of calls_owned.c. */
enum outcome call_card(IShapes *target);
enum outcome call_cards(IShapes *target);
enum outcome call_replace(IShapes *target);
enum outcome call_bstrs(IShapes *target);
enum outcome call_maybe(IShapes *target);
enum outcome call_given(IShapes *target);

#endif
