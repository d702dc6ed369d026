/* See upload.h. */
#include "upload.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_ATTEMPTS 100

/* ---- the folder ---- */

static int open_folder(const struct cluster *cluster)
{
    char path[CLUSTER_PATH_MAX];

    cluster_file_path(cluster, UPLOADS_NAME, "", path);
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Removes files: all, or only those that no mml has locked. */
static void clear_folder(int folder, bool all)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;

    while (entries && (entry = readdir(entries)) != NULL) {
        int file = openat(folder, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

        if (entry->d_type != DT_DIR && (all || (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)))
            unlinkat(folder, entry->d_name, 0);
        if (file >= 0)
            close(file);
    }
    if (entries)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
}

bool uploads_create(const struct cluster *cluster)
{
    char path[CLUSTER_PATH_MAX];

    cluster_file_path(cluster, UPLOADS_NAME, "", path);
    if (mkdir(path, 0700) == 0)
        return true;
    if (errno == EEXIST) { /* of an earlier cluster */
        uploads_remove(cluster);
        if (mkdir(path, 0700) == 0)
            return true;
    }
    mml_error("cannot make the folder %s: %s", path, strerror(errno));
    return false;
}

void uploads_remove(const struct cluster *cluster)
{
    char path[CLUSTER_PATH_MAX];
    int folder = open_folder(cluster);

    if (folder < 0)
        return;
    clear_folder(folder, true);
    close(folder);
    cluster_file_path(cluster, UPLOADS_NAME, "", path);
    (void)rmdir(path); /* whoever removes the cluster's folder says why that fails */
}

/* ---- the cluster ---- */

struct search {
    const char *endpoint; /* of the directory; NULL: any */
    char name[CLUSTER_NAME_MAX + 1];
    int count;
};

static void look_at_cluster(void *context, const char *name)
{
    char folder[CLUSTER_PATH_MAX - 128], path[CLUSTER_PATH_MAX], line[NODE_ENDPOINTS_MAX + 2] = "";
    struct search *search = context;
    FILE *file;

    if (!clusters_folder(folder, sizeof(folder)))
        return;
    snprintf(path, sizeof(path), "%s/%s/directory", folder, name);
    file = fopen(path, "re");
    if (!file)
        return; /* it is not up */
    if (!fgets(line, sizeof(line), file))
        line[0] = '\0';
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    if (search->endpoint && !cluster_has_endpoint(line, search->endpoint))
        return;
    snprintf(search->name, sizeof(search->name), "%s", name);
    search->count++;
}

/* The folder for uploads of the cluster that the command is about; -1 after saying why there is none. */
static int find_folder(const struct mml *mml, const char *file)
{
    const char *chosen = mml->node ? mml->node : getenv("MML_NODE");
    struct search search = {.endpoint = chosen && *chosen ? chosen : NULL};
    struct cluster cluster = {.lock = -1};
    int folder = -1;

    if (cluster_list_names(look_at_cluster, &search) >= 0 && search.count == 1 &&
        cluster_open(search.name, &cluster))
        folder = open_folder(&cluster);
    if (search.count == 1)
        cluster_close(&cluster);
    if (folder < 0) {
        mml_error("%s cannot be handed to that node: its cluster was not started here by `mml cluster up`",
                  file);
        mml_hint("serve the file (`mml node --file %s ...`) and load it by its path, /net/NODE/files/...; a "
                 "node loads from where its `--load-from` says",
                 file);
    }
    return folder;
}

/* ---- a copy ---- */

/* A file that nobody had, locked from before others can take it for one that was left. */
static bool create_file(struct upload *upload, const char *name, const char *suffix)
{
    int attempt;

    for (attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        struct stat status;

        snprintf(upload->name, sizeof(upload->name), "%.31s-%ld-%ld-%d.%.4s", name, (long)time(NULL),
                 (long)getpid(), attempt, suffix);
        upload->file = openat(upload->folder, upload->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (upload->file < 0 && errno == EEXIST)
            continue;
        if (upload->file < 0)
            return false;
        if (flock(upload->file, LOCK_EX) == 0 && fstat(upload->file, &status) == 0 && status.st_nlink)
            return true;
        close(upload->file);
        upload->file = -1;
    }
    return false;
}

static bool write_all(int file, const void *data, size_t size_bytes)
{
    const char *at = data;

    while (size_bytes) {
        ssize_t written = write(file, at, size_bytes);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        size_bytes -= (size_t)written;
    }
    return true;
}

bool upload_begin(const struct mml *mml, const char *file, const char *name, const char *suffix,
                  const void *data, size_t size_bytes, struct upload *out_upload)
{
    *out_upload = (struct upload){.folder = find_folder(mml, file), .file = -1};
    if (out_upload->folder < 0)
        return false;
    clear_folder(out_upload->folder, false);
    if (!create_file(out_upload, name, suffix) || !write_all(out_upload->file, data, size_bytes)) {
        mml_error("cannot copy %s into the cluster's folder: %s", file, strerror(errno));
        mml_hint("check that there is space for it");
        upload_end(out_upload);
        return false;
    }
    snprintf(out_upload->path, sizeof(out_upload->path), "%s/%s", UPLOADS_PATH, out_upload->name);
    return true;
}

void upload_end(struct upload *upload)
{
    if (upload->file >= 0) {
        unlinkat(upload->folder, upload->name, 0);
        close(upload->file);
    }
    if (upload->folder >= 0)
        close(upload->folder);
    upload->file = upload->folder = -1;
}
