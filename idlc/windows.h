/* The names that rpc/include/com_windows.h gives: what Windows' own headers have and IDL files take for
 * granted. */
#ifndef IDLC_WINDOWS_H
#define IDLC_WINDOWS_H

#include "ir.h"

/** Whether com_windows.h has a type of this name. */
bool windows_has_type(const char *name);

/** Whether it is this type: a file may mean something else by the name. */
bool windows_is_type(const char *name, const struct ir_type *type);

/** Whether quoted C uses a type or macro of com_windows.h. */
bool windows_is_used(const char *text);

/** Whether com_windows.h stands for this C header. */
bool windows_has_header(const char *path);

/** "VARIANT" or "SAFEARRAY" of the names that their types and structs have; NULL of others. */
const char *windows_automation(const char *name);

/** The file of Windows' SDK that declares a name which own files often use; NULL: nobody knows. */
const char *windows_file_of(const char *name);

#endif
