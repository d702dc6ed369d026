/*
 * Files of this machine for nodes to load: copied into the cluster's folder, from where the node `host`
 * serves them read-only and its cluster may load them.
 */
#ifndef UPLOAD_H
#define UPLOAD_H

#include "folder.h"

/* What the folder is called in a cluster's folder and below /net/host/files, and below what nodes may load.
 */
#define UPLOADS_NAME "uploads"
#define UPLOADS_PATH "/net/host/files/" UPLOADS_NAME

/* What it may serve beside that: where all nodes of the cluster look for components that nobody registered.
 */
#define COMPONENTS_NAME "components"
#define COMPONENTS_PATH "/net/host/files/" COMPONENTS_NAME

struct upload {
    int folder; /* open; -1: none */
    int file;   /* open and locked while it is needed */
    char name[NAMESPACE_NAME_MAX + 1];
    char path[NAMESPACE_PATH_MAX + 1]; /* of the copy, as nodes bind it */
};

/** Makes the folder in that of a new cluster, empty. Says why not. */
bool uploads_create(const struct cluster *cluster);

/** Removes it with all that is in it, if it is there. */
void uploads_remove(const struct cluster *cluster);

/**
 * Copies `data` under a name that nobody had, and clears away what commands that were killed have left.
 * Says why not. The caller ends with upload_end.
 *
 * @param mml     says which cluster: it must be one of this machine
 * @param file    what it is a copy of, for messages
 * @param name    of the component, which the copy's begins with
 * @param suffix  of the copy's name
 */
bool upload_begin(const struct mml *mml, const char *file, const char *name, const char *suffix,
                  const void *data, size_t size_bytes, struct upload *out_upload);

/** Removes the copy: who loads a file keeps what is in it. */
void upload_end(struct upload *upload);

#endif
