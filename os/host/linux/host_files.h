/*
 * Files of the Linux machine as objects: what `/files` of a node holds. Read-only.
 */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include <com.h>
#include <com/namespace.idl.h>

/* Most exports of one /files, and most files that peers keep open in this process. */
enum { HOST_EXPORTS_MAX = 64, HOST_OPEN_FILES_MAX = 256 };

/** An empty namespace for exports. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT host_files_create(INamespace **out_files);

/** Adds a file or directory to what host_files_create made; results as mmlite_export. */
COM_WARN_UNUSED HRESULT host_files_add(INamespace *files, const char *name, const char *path);

#endif
