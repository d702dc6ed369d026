/* See added.h. */
#include "added.h"
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "image.h"
#include "machine.h"
#include "romfs_image.h"

/* No machine has room for more; what one can take is checked by machine_module_bytes_max. */
#define FILE_BYTES_MAX (64L << 20)

/* What a policy is called in a kernel's RomFS. */
#define POLICY_NAME "policy"

static const char *last_element(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool read_contents(struct added_file *file)
{
    FILE *stream = fopen(file->path, "re");
    struct stat status;
    bool read = false;

    if (!stream || fstat(fileno(stream), &status) != 0) {
        mml_error("cannot add %s: %s", file->path, strerror(errno));
        mml_hint(file->node
                     ? "`--policy NODE=FILE` takes the path of a file; docs/views.md says what is in it"
                     : "`--add` takes the path of a file, such as build/i386/NAME.elf once it is built");
    } else if (!S_ISREG(status.st_mode)) {
        mml_error("cannot add %s: it is no file", file->path);
        mml_hint(
            "`--add FILE` takes one file; give it several times, or serve a folder with `--dir NAME=PATH`");
    } else if (status.st_size > FILE_BYTES_MAX) {
        mml_error("cannot add %s: it is larger than %ld MiB", file->path, FILE_BYTES_MAX >> 20);
        mml_hint("serve it with `--file %s`: nodes read it as /net/host/files/%s", file->path, file->name);
    } else {
        file->size_bytes = (size_t)status.st_size;
        file->data = malloc(file->size_bytes + 1);
        read = file->data && fread(file->data, 1, file->size_bytes, stream) == file->size_bytes;
        if (!read) {
            mml_error("cannot read %s: %s", file->path, file->data ? strerror(errno) : "out of memory");
            mml_hint("check the file and try again");
        }
    }
    if (stream)
        fclose(stream);
    return read;
}

/* Finds the nodes that a file is for. Says why if there can be none. */
static bool find_system(struct added_file *file)
{
    if (file->size_bytes < SELFMAG || memcmp(file->data, ELFMAG, SELFMAG) != 0)
        return true; /* for everybody */
    file->system = image_system(file->data, file->size_bytes);
    if (file->system)
        return true;
    mml_error("cannot add %s: it is an ELF file that no kind of node loads", file->path);
    mml_hint(
        "add the component that was built for nodes, such as build/i386/NAME.elf or build/linux/NAME.so");
    return false;
}

/* A place for one more. Says why there is none. */
static struct added_file *begin_file(struct added_files *added, const char *path)
{
    struct added_file *file = &added->files[added->count];

    if (added->count == ADDED_FILES_MAX) {
        mml_error("too many files: `--add` and `--policy` can be given %d times", ADDED_FILES_MAX);
        mml_hint("serve a folder instead, with `--dir NAME=PATH`");
        return NULL;
    }
    memset(file, 0, sizeof(*file));
    file->path = path;
    return file;
}

bool added_read_policy(struct added_files *added, char *word)
{
    char *equals = strchr(word, '=');
    struct added_file *file;

    if (!equals || equals == word || !equals[1]) {
        mml_error("`--policy %s` needs NODE=FILE", word);
        mml_hint("give each node its own, such as `--policy n1=keeper.policy`");
        return false;
    }
    file = begin_file(added, equals + 1);
    if (!file)
        return false;
    *equals = '\0';
    file->node = word;
    file->name = POLICY_NAME;
    added->count++;
    return read_contents(file);
}

bool added_read(struct added_files *added, const char *path)
{
    struct added_file *file = begin_file(added, path);

    if (!file)
        return false;
    file->name = last_element(path);
    if (!romfs_image_name_is_valid(file->name)) {
        mml_error("cannot add %s: a file's name is 1 to %d of A-Z a-z 0-9 . _ -", path, ROMFS_IMAGE_NAME_MAX);
        mml_hint("copy it to another name and add that");
        return false;
    }
    added->count++;
    return read_contents(file) && find_system(file);
}

static bool is_for(const struct added_file *file, const struct cluster_node *node)
{
    if (file->node)
        return strcmp(file->node, node->name) == 0;
    return !file->system || strcmp(file->system, node->system) == 0;
}

/* Whether two files that one node would get have the same name. */
static bool check_names(const struct added_files *added, const struct cluster_node *node)
{
    size_t i, j;

    for (i = 0; i < added->count; i++) {
        for (j = 0; j < i; j++) {
            const struct added_file *first = &added->files[j], *second = &added->files[i];

            if (!is_for(first, node) || !is_for(second, node) || strcmp(first->name, second->name) != 0)
                continue;
            if (strcmp(first->path, second->path) == 0)
                mml_error("%s is added twice", second->path);
            else
                mml_error("node %s would get two files %s: %s and %s", node->name, second->name, first->path,
                          second->path);
            mml_hint("add one of them only, or one under another name: a RomFS has no folders");
            return false;
        }
    }
    return true;
}

static bool check_has_node(const struct added_file *file, const struct cluster *cluster)
{
    size_t i;

    for (i = 0; i < cluster->node_count; i++)
        if (is_for(file, &cluster->nodes[i]))
            return true;
    if (file->node) {
        mml_error("cannot give %s to node %s: this cluster has none of that name", file->path, file->node);
        mml_hint("name it in `--nodes`, too");
        return false;
    }
    mml_error("cannot add %s: it is for %s, and no node of this cluster is one", file->path, file->system);
    mml_hint("add the file that was built for these nodes, or a node with `--nodes NAME=%s`",
             machine_short_name(file->system));
    return false;
}

/* What a node gets, as its image wants it; returns how many. */
static size_t collect(const struct added_files *added, const struct cluster_node *node,
                      struct romfs_image_file files[ADDED_FILES_MAX])
{
    size_t count = 0, i;

    for (i = 0; i < added->count; i++)
        if (is_for(&added->files[i], node) && (!added->files[i].node || machine_is_known(node->system)))
            files[count++] = (struct romfs_image_file){added->files[i].name, added->files[i].data,
                                                       added->files[i].size_bytes};
    return count;
}

static bool check_fits(const struct added_files *added, const struct cluster_node *node)
{
    struct romfs_image_file files[ADDED_FILES_MAX];
    size_t count = collect(added, node, files);
    size_t size_bytes = romfs_image_bytes(files, count);

    if (!count || !machine_is_known(node->system) || size_bytes <= machine_module_bytes_max(node->system))
        return true;
    mml_error("node %s has no room for the added files: they are %zu KiB, it takes %zu KiB", node->name,
              (size_bytes + 1023) / 1024, machine_module_bytes_max(node->system) / 1024);
    mml_hint("serve large files with `--file PATH`: nodes read them as /net/host/files/NAME");
    return false;
}

bool added_check(const struct added_files *added, const struct cluster *cluster)
{
    size_t i;

    for (i = 0; i < added->count; i++)
        if (!check_has_node(&added->files[i], cluster))
            return false;
    for (i = 0; i < cluster->node_count; i++)
        if (!check_names(added, &cluster->nodes[i]) || !check_fits(added, &cluster->nodes[i]))
            return false;
    return true;
}

static bool write_image(const struct cluster *cluster, const struct cluster_node *node,
                        struct romfs_image_file *files, size_t count)
{
    size_t size_bytes = romfs_image_bytes(files, count);
    uint8_t *image = malloc(size_bytes);
    char path[CLUSTER_PATH_MAX];
    bool written;

    if (!image) {
        mml_error("out of memory");
        return false;
    }
    romfs_image_pack(files, count, image);
    cluster_file_path(cluster, node->name, CLUSTER_ROMFS_SUFFIX, path);
    written = cluster_write_file(cluster, path, image, size_bytes);
    free(image);
    return written;
}

static bool write_folder(const struct cluster *cluster, const struct cluster_node *node,
                         const struct romfs_image_file *files, size_t count)
{
    char folder[CLUSTER_PATH_MAX], path[CLUSTER_PATH_MAX + ROMFS_IMAGE_NAME_MAX + 1];
    size_t i;

    cluster_file_path(cluster, node->name, CLUSTER_COMPONENTS_SUFFIX, folder);
    if (mkdir(folder, 0700) != 0) {
        mml_error("cannot make the folder %s: %s", folder, strerror(errno));
        return false;
    }
    for (i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
        if (!cluster_write_file(cluster, path, files[i].data, files[i].size_bytes))
            return false;
    }
    return true;
}

/* A node's policy; a Linux node reads it there, and at SIGUSR1 again. */
static bool write_policy(const struct added_files *added, const struct cluster *cluster,
                         struct cluster_node *node)
{
    char path[CLUSTER_PATH_MAX];
    size_t i;

    for (i = 0; i < added->count; i++) {
        const struct added_file *file = &added->files[i];

        if (!file->node || !is_for(file, node))
            continue;
        cluster_file_path(cluster, node->name, CLUSTER_POLICY_SUFFIX, path);
        if (!cluster_write_file(cluster, path, file->data, file->size_bytes))
            return false;
        if (machine_is_known(node->system))
            continue;
        if (!cluster_node_add_argument(node, "--policy") || !cluster_node_add_argument(node, path)) {
            mml_error("node %s has too many arguments", node->name);
            return false;
        }
    }
    return true;
}

bool added_write(const struct added_files *added, struct cluster *cluster)
{
    struct romfs_image_file files[ADDED_FILES_MAX];
    size_t i;

    for (i = 0; i < cluster->node_count; i++) {
        struct cluster_node *node = &cluster->nodes[i];
        size_t count = collect(added, node, files);
        bool written = true;

        if (count && machine_is_known(node->system))
            written = write_image(cluster, node, files, count);
        else if (count)
            written = write_folder(cluster, node, files, count);
        if (!written || !write_policy(added, cluster, node))
            return false;
        node->has_added = count > 0;
    }
    return true;
}

void added_print(const struct added_files *added, const struct cluster *cluster)
{
    size_t i, j;

    for (i = 0; i < added->count; i++) {
        printf("added %s to", added->files[i].name);
        for (j = 0; j < cluster->node_count; j++)
            if (is_for(&added->files[i], &cluster->nodes[j]))
                printf(" %s", cluster->nodes[j].name);
        printf("\n");
    }
}

void added_print_json(const struct added_files *added, const struct cluster_node *node)
{
    const char *before = "";
    size_t i;

    printf("[");
    for (i = 0; i < added->count; i++) {
        if (!is_for(&added->files[i], node))
            continue;
        printf("%s", before);
        mml_json_string(stdout, added->files[i].name);
        before = ", ";
    }
    printf("]");
}

void added_free(struct added_files *added)
{
    size_t i;

    for (i = 0; i < added->count; i++)
        free(added->files[i].data);
    added->count = 0;
}
