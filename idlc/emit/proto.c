#include "emit.h"

void emit_proto(struct text *out, const struct ir_file *file)
{
    (void)out;
    (void)file;
}
