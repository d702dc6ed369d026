/* Stubs of sample/types.idl, made by idlc; do not edit. */
#include <sample/types.idl.h>

/* All its interfaces are [local]. */
