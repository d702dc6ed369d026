#include "check.h"
#include "attributes.h"
#include "compile.h"

void check(struct compilation *compilation)
{
    (void)compilation;
}
