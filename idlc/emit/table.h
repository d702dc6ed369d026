/* Methods described by tables (--optimize=size): rpc/include/wire_table.h says what they mean. */
#ifndef IDLC_TABLE_H
#define IDLC_TABLE_H

#include "marshal.h"

/** Whether a table can describe the method; else it gets code, as without --optimize=size. */
bool table_describes(const struct ir_method *method);

/** Whether the interface has a method with a table. */
bool table_has_methods(const struct ir_interface *interface);

/** The proxy method. */
void table_emit_call(const struct marshal *m);

/** Of a whole file: tables of its interfaces' methods, with all they need; they are in the file of the stubs.
 */
void table_emit_file(struct text *out, const struct ir_file *file);

/** struct I_frame: room for the frame of any method. @return false there is nothing to keep */
bool table_emit_frame_union(struct text *out, const struct ir_interface *interface, const char *name);

#endif
