/* See folder.h. */
#include "folder.h"
#include "upload.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_PATIENCE_NS (10000 * MML_NS_PER_MS)

bool cluster_name_is_valid(const char *name)
{
    size_t length = strlen(name);

    return length >= 1 && length <= CLUSTER_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

bool clusters_folder(char *path, size_t capacity)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    struct stat status;

    if (!base || !*base)
        base = "/tmp";
    if ((size_t)snprintf(path, capacity, "%s/mmlite-%lu", base, (unsigned long)getuid()) >= capacity) {
        mml_error("$XDG_RUNTIME_DIR is too long");
        return false;
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        mml_error("cannot make the folder %s: %s", path, strerror(errno));
        mml_hint("set $XDG_RUNTIME_DIR to a folder that you can write");
        return false;
    }

    /* Under /tmp anybody could have made it: what lies in it is believed, so it must be ours alone. */
    if (lstat(path, &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != getuid() ||
        (status.st_mode & 0077) != 0) {
        mml_error("%s is not a folder that only you can use", path);
        mml_hint("remove it, or set $XDG_RUNTIME_DIR to a folder of your own");
        return false;
    }
    return true;
}

void cluster_file_path(const struct cluster *cluster, const char *node, const char *suffix,
                       char path[CLUSTER_PATH_MAX])
{
    snprintf(path, CLUSTER_PATH_MAX, "%.*s/%s%s", CLUSTER_PATH_MAX - 64, cluster->path, node, suffix);
}

static bool set_path(struct cluster *cluster, const char *name)
{
    char folder[CLUSTER_PATH_MAX - 128];

    if (!clusters_folder(folder, sizeof(folder)))
        return false;
    snprintf(cluster->name, sizeof(cluster->name), "%s", name);
    snprintf(cluster->path, sizeof(cluster->path), "%s/%s", folder, name);
    return true;
}

int cluster_list_names(void (*each)(void *context, const char *name), void *context)
{
    char folder[CLUSTER_PATH_MAX - 128];
    struct dirent *entry;
    int count = 0;
    DIR *directory;

    if (!clusters_folder(folder, sizeof(folder)))
        return -1;
    directory = opendir(folder);
    if (!directory) {
        mml_error("cannot read %s: %s", folder, strerror(errno));
        return -1;
    }
    while ((entry = readdir(directory)) != NULL) {
        struct stat status;

        if (!cluster_name_is_valid(entry->d_name) ||
            fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISDIR(status.st_mode))
            continue;
        if (each)
            each(context, entry->d_name);
        count++;
    }
    closedir(directory);
    return count;
}

/* Nodes */

struct cluster_node *cluster_find_node(struct cluster *cluster, const char *name)
{
    size_t i;

    for (i = 0; i < cluster->node_count; i++)
        if (strcmp(cluster->nodes[i].name, name) == 0)
            return &cluster->nodes[i];
    if (cluster->net_switch.name[0] && strcmp(cluster->net_switch.name, name) == 0)
        return &cluster->net_switch;
    return NULL;
}

struct cluster_node *cluster_add_node(struct cluster *cluster, const char *name, const char *system)
{
    struct cluster_node *node;

    if (cluster->node_count == CLUSTER_NODES_MAX)
        return NULL;
    node = &cluster->nodes[cluster->node_count++];
    memset(node, 0, sizeof(*node));
    snprintf(node->name, sizeof(node->name), "%s", name);
    snprintf(node->system, sizeof(node->system), "%s", system);
    return node;
}

bool cluster_node_add_argument(struct cluster_node *node, const char *argument)
{
    if (node->argument_count == NODE_ARGUMENTS_MAX)
        return false;
    node->arguments[node->argument_count] = strdup(argument);
    return node->arguments[node->argument_count] != NULL && ++node->argument_count > 0;
}

bool cluster_has_endpoint(const char *endpoints, const char *endpoint)
{
    size_t length = strlen(endpoint);

    while (*endpoints) {
        size_t word = strcspn(endpoints, " ");

        if (word == length && strncmp(endpoints, endpoint, length) == 0)
            return true;
        endpoints += word + (endpoints[word] == ' ');
    }
    return false;
}

bool cluster_serves(const struct cluster *cluster, const char *name)
{
    const struct cluster_node *host = &cluster->nodes[0];
    size_t length = strlen(name), i;

    for (i = 1; cluster->node_count && i < host->argument_count; i++)
        if (strcmp(host->arguments[i - 1], "--dir") == 0 && strncmp(host->arguments[i], name, length) == 0 &&
            host->arguments[i][length] == '=')
            return true;
    return false;
}

static void free_nodes(struct cluster *cluster)
{
    size_t i, j;

    for (i = 0; i < cluster->node_count; i++)
        for (j = 0; j < cluster->nodes[i].argument_count; j++)
            free(cluster->nodes[i].arguments[j]);
    cluster->node_count = 0;
    memset(&cluster->net_switch, 0, sizeof(cluster->net_switch));
}

static void take_record_line(struct cluster_node *node, const char *key, const char *value)
{
    if (strcmp(key, "system") == 0)
        snprintf(node->system, sizeof(node->system), "%s", value);
    else if (strcmp(key, "endpoint") == 0)
        snprintf(node->endpoint, sizeof(node->endpoint), "%s", value);
    else if (strcmp(key, "echo") == 0)
        snprintf(node->echo, sizeof(node->echo), "%s", value);
    else if (strcmp(key, "added") == 0)
        node->has_added = strcmp(value, "yes") == 0;
    else if (strcmp(key, "address") == 0)
        snprintf(node->address, sizeof(node->address), "%s", value);
    else if (strcmp(key, "pid") == 0)
        node->process.pid = (pid_t)strtol(value, NULL, 10);
    else if (strcmp(key, "start_time") == 0)
        node->process.start_time = strtoull(value, NULL, 10);
    else if (strcmp(key, "argument") == 0)
        (void)cluster_node_add_argument(node, value); /* the writer kept to the limit */
}

/* The place of a node that is read. */
static struct cluster_node *place_for(struct cluster *cluster, const char *name)
{
    if (strcmp(name, SWITCH_NODE) != 0)
        return cluster_add_node(cluster, name, "");
    snprintf(cluster->net_switch.name, sizeof(cluster->net_switch.name), "%s", name);
    return &cluster->net_switch;
}

static bool read_node(struct cluster *cluster, const char *name)
{
    struct cluster_node *node = place_for(cluster, name);
    char path[CLUSTER_PATH_MAX];
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    FILE *file;

    if (!node)
        return false;
    cluster_file_path(cluster, name, ".node", path);
    file = fopen(path, "re");
    if (!file)
        return false;
    while ((length = getline(&line, &capacity, file)) > 0) {
        char *equals = strchr(line, '=');

        line[strcspn(line, "\n")] = '\0';
        if (equals) {
            *equals = '\0';
            take_record_line(node, line, equals + 1);
        }
    }
    free(line);
    fclose(file);
    return true;
}

static int compare_nodes(const void *left, const void *right)
{
    const struct cluster_node *a = left;
    const struct cluster_node *b = right;
    bool a_is_host = strcmp(a->name, "host") == 0;
    bool b_is_host = strcmp(b->name, "host") == 0;

    return a_is_host != b_is_host ? b_is_host - a_is_host : strcmp(a->name, b->name);
}

static bool read_nodes(struct cluster *cluster)
{
    DIR *directory = opendir(cluster->path);
    struct dirent *entry;

    free_nodes(cluster);
    if (!directory)
        return false;
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);
        char name[NODE_NAME_MAX + 1];

        if (length <= 5 || length - 5 > NODE_NAME_MAX || strcmp(entry->d_name + length - 5, ".node") != 0)
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)(length - 5), entry->d_name);
        if (!read_node(cluster, name))
            break;
    }
    closedir(directory);
    qsort(cluster->nodes, cluster->node_count, sizeof(cluster->nodes[0]), compare_nodes);
    return true;
}

/* By way of another name, so that a reader sees all of it or the old one. */
bool cluster_write_file(const struct cluster *cluster, const char *path, const void *data, size_t size_bytes)
{
    char other[CLUSTER_PATH_MAX];
    FILE *file;
    bool written;

    cluster_file_path(cluster, "new", ".tmp", other);
    file = fopen(other, "we");
    written = file && fwrite(data, 1, size_bytes, file) == size_bytes;
    if (file && fclose(file) != 0)
        written = false;
    if (!written || rename(other, path) != 0) {
        mml_error("cannot write %s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool cluster_write_node(const struct cluster *cluster, const struct cluster_node *node)
{
    char path[CLUSTER_PATH_MAX];
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    bool written;
    size_t i;

    if (!memory) {
        mml_error("out of memory");
        return false;
    }
    fprintf(memory,
            "system=%s\nendpoint=%s\necho=%s\naddress=%s\nadded=%s\npid=%ld\nstart_time=%" PRIu64 "\n",
            node->system, node->endpoint, node->echo, node->address, node->has_added ? "yes" : "no",
            (long)node->process.pid, node->process.start_time);
    for (i = 0; i < node->argument_count; i++)
        fprintf(memory, "argument=%s\n", node->arguments[i]);
    fclose(memory);

    cluster_file_path(cluster, node->name, ".node", path);
    written = text && cluster_write_file(cluster, path, text, length);
    free(text);
    return written;
}

void cluster_log_line(const struct cluster *cluster, const struct cluster_node *node, const char *what)
{
    char path[CLUSTER_PATH_MAX];
    FILE *log;

    cluster_file_path(cluster, node->name, ".log", path);
    log = fopen(path, "ae");
    if (log) {
        fprintf(log, "[mml: %s is %s]\n", node->name, what);
        fclose(log);
    }
}

bool cluster_write_directory(const struct cluster *cluster, const char *endpoint)
{
    char path[CLUSTER_PATH_MAX];
    char line[NODE_ENDPOINTS_MAX + 2];

    cluster_file_path(cluster, "directory", "", path);
    snprintf(line, sizeof(line), "%s\n", endpoint);
    return cluster_write_file(cluster, path, line, strlen(line));
}

/* Clusters */

static void collect_name(void *context, const char *name)
{
    char *names = context;
    size_t length = strlen(names);

    snprintf(names + length, CLUSTER_PATH_MAX - length, "%s%s", length ? ", " : "", name);
}

bool cluster_open(const char *name, struct cluster *out_cluster)
{
    char names[CLUSTER_PATH_MAX] = "";
    int count = cluster_list_names(collect_name, names);
    struct stat status;

    memset(out_cluster, 0, sizeof(*out_cluster));
    out_cluster->lock = -1;
    if (count < 0)
        return false;
    if (count == 0) {
        mml_error("there is no cluster");
        mml_hint("`mml cluster up` starts one");
        return false;
    }
    if (!name && count > 1) {
        mml_error("there are several clusters: %s", names);
        mml_hint("choose one with `--name NAME`");
        return false;
    }

    if (!set_path(out_cluster, name ? name : names))
        return false;
    if (stat(out_cluster->path, &status) != 0 || !read_nodes(out_cluster)) {
        mml_error("there is no cluster %s (there is: %s)", out_cluster->name, names);
        mml_hint("choose one with `--name NAME`");
        return false;
    }
    return true;
}

/* Returns false, quietly, if another mml holds it, and after saying why if it cannot be locked at all. */
static bool try_lock(struct cluster *cluster, bool makes_folder, bool *out_cannot)
{
    char path[CLUSTER_PATH_MAX];
    struct stat ours, there;
    int lock;

    *out_cannot = false;
    if (makes_folder && mkdir(cluster->path, 0700) != 0 && errno != EEXIST) {
        mml_error("cannot make the folder %s: %s", cluster->path, strerror(errno));
        mml_hint("set $XDG_RUNTIME_DIR to a folder that you can write");
        *out_cannot = true;
        return false;
    }
    cluster_file_path(cluster, "lock", "", path);
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 && errno == ENOENT && makes_folder)
        return false; /* another mml took the cluster down just now */
    if (lock < 0) {
        mml_error("cannot lock the cluster %s: %s", cluster->name, strerror(errno));
        mml_hint("another mml may have taken it down just now: `mml cluster ls` shows what is there");
        *out_cannot = true;
        return false;
    }
    /* Whoever held it before may have removed the folder. */
    if (flock(lock, LOCK_EX | LOCK_NB) != 0 || fstat(lock, &ours) != 0 || stat(path, &there) != 0 ||
        ours.st_ino != there.st_ino) {
        close(lock);
        return false;
    }
    cluster->lock = lock;
    return true;
}

static bool wait_for_lock(struct cluster *cluster, bool makes_folder)
{
    int64_t deadline_ns = mml_now_ns() + LOCK_PATIENCE_NS;
    bool cannot;

    while (!try_lock(cluster, makes_folder, &cannot)) {
        if (cannot)
            return false;
        if (mml_now_ns() >= deadline_ns) {
            mml_error("another mml is changing the cluster %s", cluster->name);
            mml_hint("wait for it, or end it, and try again");
            return false;
        }
        mml_sleep_ms(20);
    }
    return read_nodes(cluster);
}

bool cluster_lock(struct cluster *cluster)
{
    return wait_for_lock(cluster, false);
}

/* Removes a file, or a folder of files. */
static void remove_entry(int folder, const char *name)
{
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = inner >= 0 ? fdopendir(inner) : NULL;
    struct dirent *entry;

    if (!directory) {
        unlinkat(folder, name, 0);
        return;
    }
    while ((entry = readdir(directory)) != NULL)
        unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    unlinkat(folder, name, AT_REMOVEDIR);
}

/* Removes what is in the cluster's folder, but the lock; false if it cannot be read. */
static bool empty_folder(const struct cluster *cluster)
{
    DIR *directory = opendir(cluster->path);
    struct dirent *entry;

    if (!directory)
        return false;
    while ((entry = readdir(directory)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, "lock") != 0)
            remove_entry(dirfd(directory), entry->d_name);
    closedir(directory);
    return true;
}

/* A cluster of that name is there as long as one of its processes lives. */
static bool refuse_if_alive(struct cluster *cluster, const struct cluster_node *node)
{
    if (!process_is_alive(&node->process))
        return false;
    mml_error("the cluster %s is already running (node %s, process %ld)", cluster->name, node->name,
              (long)node->process.pid);
    mml_hint("`mml cluster down --name %s` ends it; `--name NAME` starts another one beside it",
             cluster->name);
    cluster_close(cluster);
    return true;
}

bool cluster_create(const char *name, struct cluster *out_cluster)
{
    size_t i;

    memset(out_cluster, 0, sizeof(*out_cluster));
    out_cluster->lock = -1;
    if (!set_path(out_cluster, name))
        return false;
    if (!wait_for_lock(out_cluster, true))
        return false;

    for (i = 0; i < out_cluster->node_count; i++)
        if (refuse_if_alive(out_cluster, &out_cluster->nodes[i]))
            return false;
    if (refuse_if_alive(out_cluster, &out_cluster->net_switch))
        return false;

    /* Of an earlier cluster only the files are left. */
    if (!empty_folder(out_cluster)) {
        mml_error("cannot read %s: %s", out_cluster->path, strerror(errno));
        cluster_close(out_cluster);
        return false;
    }
    free_nodes(out_cluster);
    return true;
}

void cluster_close(struct cluster *cluster)
{
    free_nodes(cluster);
    if (cluster->lock >= 0)
        close(cluster->lock);
    cluster->lock = -1;
}

bool cluster_remove(struct cluster *cluster)
{
    char lock[CLUSTER_PATH_MAX];

    if (!empty_folder(cluster))
        return errno == ENOENT;
    /* Last: another mml that waits for it may make a cluster here at once, of which nothing must be removed.
     */
    cluster_file_path(cluster, "lock", "", lock);
    if (unlink(lock) == 0 && (rmdir(cluster->path) == 0 || access(lock, F_OK) == 0))
        return true;
    mml_error("cannot remove %s: %s", cluster->path, strerror(errno));
    mml_hint("remove it yourself; no process of the cluster is left");
    return false;
}
