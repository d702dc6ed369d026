/* Tables of structs, and what tables say of a value beside its kind. */
#ifndef IDLC_TABLE_RECORD_H
#define IDLC_TABLE_RECORD_H

#include "marshal.h"

/* The tables of a file. */
struct tables {
    struct text *out;
    struct pieces ranges; /* that are written */
};

bool table_describes_struct(const struct ir_struct *structure);

/** "TEXT" of WIRE_KIND_TEXT. */
const char *table_param_kind(const struct ir_param *param);

/** Whether a size or length of texts or bytes is a constant. */
bool table_is_fixed(const struct ir_param *param);

/** ".range = &..." or what else tells the values of a parameter; NULL: nothing. What it refers to is written
 * before. */
const char *table_param_details(struct tables *tables, const struct ir_interface *interface,
                                const struct ir_method *method, const struct ir_param *param);

/** Tables of the structs and enums that methods with tables use. */
void table_emit_records(struct tables *tables, const struct ir_file *file);

#endif
