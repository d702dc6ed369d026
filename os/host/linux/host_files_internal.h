/* Shared by host_files.c, host_directory.c and host_file.c. */
#ifndef HOST_FILES_INTERNAL_H
#define HOST_FILES_INTERNAL_H

#include <com_impl.h>
#include <com_names.h>
#include <os/file.idl.h>
#include <stdbool.h>
#include "host_files.h"

/**
 * The file or directory `name` of the open directory `parent`, as an IFile or INamespace. A symbolic link is
 * not followed, wherever it leads: it is not there (NS_E_NOT_FOUND). Nor is what is neither file nor
 * directory.
 *
 * @param name  one element of a path, any bytes but '/'; never ".."
 */
COM_WARN_UNUSED HRESULT host_open_entry(int parent, const char *name, IUnknown **out_object);

/** The directory `name` of `parent`, only for going on from there. The caller closes it. @retval as
 * host_open_entry */
COM_WARN_UNUSED HRESULT host_open_directory(int parent, const char *name, int *out_directory);

/** What errno means to a caller, with `name` and the system's words as the detail. */
COM_WARN_UNUSED HRESULT host_fail(int error, const char *name);

/** An IFile of an open, regular file; takes over the descriptor, also on failure. host_file.c */
COM_WARN_UNUSED HRESULT host_file_create(int descriptor, const char *name, IUnknown **out_object);

/** A namespace of an open directory; takes over the descriptor, also on failure. host_directory.c */
COM_WARN_UNUSED HRESULT host_directory_create(int descriptor, IUnknown **out_object);

/** Counts one more descriptor that a peer keeps open. @retval false there are HOST_OPEN_FILES_MAX */
bool host_take_descriptor(void);

/** Closes it (not a negative one) and counts it out. */
void host_give_descriptor(int descriptor);

#endif
