/* Type information of sample/types.idl, made by idlc; do not edit. */
#include <com.h>

/* All its interfaces are [local]. */
