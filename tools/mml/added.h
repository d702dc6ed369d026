/*
 * Files that `mml cluster up --add` gives to nodes: a kernel finds them in its RomFS, a Linux node in a
 * folder of components. An ELF file goes to the nodes that can load it, any other file to all nodes. And
 * policies that `--policy` gives to one node each: a kernel has its own as the file "policy".
 */
#ifndef ADDED_H
#define ADDED_H

#include "folder.h"

#define ADDED_FILES_MAX 64

struct added_file {
    const char *path;   /* as the user gave it; borrowed */
    const char *name;   /* its last element, which is its name at the node */
    const char *system; /* of the nodes that get it; NULL: every node */
    const char *node;   /* whose policy it is, borrowed; NULL: it is none */
    void *data;         /* owned */
    size_t size_bytes;
};

struct added_files {
    struct added_file files[ADDED_FILES_MAX];
    size_t count;
};

/* Each of these says on stderr why it returns false, and what to do. */

/** Reads a file and finds out for whom it is. The path is borrowed. */
bool added_read(struct added_files *added, const char *path);

/** The same for NODE=FILE, which the node gets as its policy. The word is borrowed, and changed. */
bool added_read_policy(struct added_files *added, char *word);

/** Whether each file has a node that takes it, and each node can take what is for it. */
bool added_check(const struct added_files *added, const struct cluster *cluster);

/** Writes what each node gets into the cluster's folder and marks the nodes that get something. */
bool added_write(const struct added_files *added, struct cluster *cluster);

/** Prints who got what, a line for each file. */
void added_print(const struct added_files *added, const struct cluster *cluster);

/** Prints the names of what a node got as a JSON array. */
void added_print_json(const struct added_files *added, const struct cluster_node *node);

void added_free(struct added_files *added);

#endif
