/* Type information of sample/types.idl with its documentation, made by idlc; do not edit. */
#include <com.h>

/* All its interfaces are [local]. */
