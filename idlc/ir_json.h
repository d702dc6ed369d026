/*
 * The IR as JSON, and back: everything that ir.h holds but the places in files. The format is described in
 * docs/ir-json.md; it is stable: members are added, never renamed, and what a reader does not know it
 * refuses.
 */
#ifndef IDLC_IR_JSON_H
#define IDLC_IR_JSON_H

#include "diagnostics.h"
#include "ir.h"
#include "text.h"

/* The member "idlc_ir" of every file. */
#define IR_JSON_VERSION 1

void ir_json_write(struct text *out, const struct ir_file *file);

/** The same without documentation and how code is generated: what is kept to be compared with later. */
void ir_json_write_frozen(struct text *out, const struct ir_file *file);

/** Reads the text of a file for the functions below. @retval NULL why not was reported */
const struct source *ir_json_open(struct arena *arena, struct diagnostics *diagnostics, const char *path);

/**
 * The file again. All that back ends take for granted is checked.
 * @param with_plan  false: without the wire plan that was written, as ir_lower makes it
 * @retval NULL mistakes were reported
 */
struct ir_file *ir_json_read(struct arena *arena, struct diagnostics *diagnostics,
                             const struct source *source, bool with_plan);

/**
 * A file for the back ends: its wire plan is made again, and must be the one that was written, for else
 * what is generated would not talk to what was generated before.
 * @retval NULL mistakes were reported
 */
struct ir_file *ir_json_load(struct arena *arena, struct diagnostics *diagnostics,
                             const struct source *source);

#endif
