/* The back ends: each writes one product of a file from its IR. */
#ifndef IDLC_EMIT_H
#define IDLC_EMIT_H

#include "ir.h"
#include "text.h"

void emit_header(struct text *out, const struct ir_file *file);
void emit_proxy(struct text *out, const struct ir_file *file);
void emit_stub(struct text *out, const struct ir_file *file);
void emit_small_proxy(struct text *out, const struct ir_file *file); /* with tables: --optimize=size */
void emit_small_stub(struct text *out, const struct ir_file *file);
void emit_proto(struct text *out, const struct ir_file *file);
void emit_typeinfo(struct text *out, const struct ir_file *file);
void emit_typeinfo_docs(struct text *out, const struct ir_file *file);

/** The message alone, of one of the file's interfaces. */
void emit_typeinfo_message(struct text *out, const struct ir_file *file, const struct ir_interface *interface,
                           bool with_docs);

/** What the file says, one fact a line, for comparisons with other compilers. */
void emit_facts(struct text *out, const struct ir_file *file);

/* ---- c_text.c: pieces of C that several products share ---- */

/* Widest line of generated code. */
#define EMIT_COLUMNS 110

/** Declaration of `name` with a type, such as "const char *path" or "uint8_t digest[32]"; name "": the type
 * alone. */
const char *c_declaration(struct arena *arena, const struct ir_type *type, const char *name);

/** Whether the text of a struct, union or enum stands before what it is defined in. */
bool c_is_apart(const struct ir_type *type);

/** The same with the text of a struct, union or enum that is defined there. */
const char *c_definition(struct arena *arena, const struct ir_type *type, const char *name);

/** The same with the names of types that IDL files use. */
const char *idl_declaration(struct arena *arena, const struct ir_type *type, const char *name);

/** The fields of a struct or union, and the values of an enum, one a line. */
void c_fields(struct text *out, const struct ir_struct *structure);
void c_enumerators(struct text *out, const struct ir_enum *enumeration, uint32_t indent);

/** A documentation comment, each line indented; longer lines than EMIT_COLUMNS are wrapped. Nothing for NULL.
 */
void c_doc(struct text *out, const char *doc, const char *indent);

/**
 * `head` with a parenthesis, the items separated by commas and wrapped as clang-format does, `tail`. A
 * statement: a call, or an assignment of what it returns.
 */
void c_list(struct text *out, const char *head, const char *const *items, uint32_t count, const char *tail);

/** The same for the declaration of a function. */
void c_declare_list(struct text *out, const char *head, const char *const *items, uint32_t count,
                    const char *tail);

/** A statement of a function, of one line; clang-format is told to leave alone what is longer than its lines.
 */
void c_statement(struct text *out, const char *statement);

/** `head(self, parameters)tail` of a method; `self` is "I *self", or NULL for none. */
void c_signature(struct text *out, const char *head, const char *self, const struct ir_method *method,
                 const char *tail);

/** A method of the class that C++ has for an interface. */
void c_virtual(struct text *out, const struct ir_interface *interface, const struct ir_method *method);

/** What the header calls it in C and C++: COM_WORD(name) of a word of C++. */
const char *c_method_name(struct arena *arena, const struct ir_method *method);

/** "OS_HEAP_IDL_H" of os/heap.idl. */
const char *c_guard(struct arena *arena, const char *path);

/** `wanted`, with underscores behind it until no parameter of the method has that name. */
const char *c_local(struct arena *arena, const struct ir_method *method, const char *wanted);

/** What a quoted string of the IDL means: escapes of quotes, backslashes and newlines are resolved. */
const char *c_unquote(struct arena *arena, const char *text);

#endif
