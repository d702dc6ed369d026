/* mml new: a project of one's own. */
#include "new.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mml.h"

#define NAME_MAX_LETTERS 31 /* of what can be loaded by name */
#define UUID_BYTES 36

struct project {
    const char *folder;
    char name[NAME_MAX_LETTERS + 1];  /* my_pump */
    char type[NAME_MAX_LETTERS + 1];  /* MyPump */
    char macro[NAME_MAX_LETTERS + 1]; /* MY_PUMP */
    char uuid[UUID_BYTES + 1];
};

static void print_help(void)
{
    printf(
        "usage: mml new DIR\n"
        "\n"
        "Writes a small project into a new folder (or an empty one): an interface, a component, a client, a\n"
        "test and their build. It is called like the folder, with `_` for `-`: 1 to %d of a-z 0-9 _, a\n"
        "letter first. `scons` builds it anywhere, with what is installed beside this mml.\n"
        "\n"
        "examples:\n"
        "  mml new pump && cd pump && scons test\n"
        "  mml cluster up --nodes n1 --add build/i386/pump.elf\n"
        "  build/pump-client /net/n1/pump 40 2\n",
        NAME_MAX_LETTERS);
}

/* Names */

/* What a struct cannot be called in C or C++, nor, with some compilers, anything. */
static const char *const keywords[] = {
    "alignas",      "alignof", "and",           "and_eq",   "asm",       "auto",     "bitand",
    "bitor",        "bool",    "break",         "case",     "catch",     "char",     "class",
    "compl",        "const",   "constexpr",     "continue", "decltype",  "default",  "delete",
    "do",           "double",  "else",          "enum",     "explicit",  "export",   "extern",
    "false",        "float",   "for",           "friend",   "goto",      "if",       "inline",
    "int",          "linux",   "long",          "mutable",  "namespace", "new",      "noexcept",
    "not",          "not_eq",  "nullptr",       "operator", "or",        "or_eq",    "private",
    "protected",    "public",  "register",      "restrict", "return",    "short",    "signed",
    "sizeof",       "static",  "static_assert", "struct",   "switch",    "template", "this",
    "thread_local", "throw",   "true",          "try",      "typedef",   "typeid",   "typename",
    "typeof",       "union",   "unix",          "unsigned", "using",     "virtual",  "void",
    "volatile",     "wchar_t", "while",         "xor",      "xor_eq",    NULL,
};

static bool is_in(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

/* The three forms of the name; `length` letters of `text` are the folder's own name. Says why not. */
static bool make_names(struct project *project, const char *text, size_t length)
{
    size_t used = 0, i;

    for (i = 0; i < length && i < NAME_MAX_LETTERS; i++) {
        project->name[i] = text[i];
        if (text[i] == '-')
            project->name[i] = '_';
        project->macro[i] = upper(project->name[i]);
        if (project->name[i] != '_')
            project->type[used++] = i == 0 || project->name[i - 1] == '_' ? upper(text[i]) : text[i];
    }
    if (length < 1 || length > NAME_MAX_LETTERS || project->name[0] < 'a' || project->name[0] > 'z' ||
        strspn(project->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length) {
        mml_error("a project cannot be called `%.*s`: 1 to %d of a-z 0-9 _ -, a letter first", (int)length,
                  text, NAME_MAX_LETTERS);
        mml_hint("choose another folder, such as `mml new pump`");
        return false;
    }
    return true;
}

/* Whether the name is free for a component, its interface and its files. Says why not. */
static bool check_names(const struct project *project)
{
    char interface[NAME_MAX_LETTERS + 2];

    snprintf(interface, sizeof(interface), "I%s", project->type);
    if (is_in(keywords, project->name)) {
        mml_error("a project cannot be called `%s`: it is a word of C or C++", project->name);
    } else if (is_in(new_taken_components, project->name)) {
        mml_error("a project cannot be called `%s`: nodes have a component of that name", project->name);
    } else if (is_in(new_taken_interfaces, interface)) {
        mml_error("a project cannot be called `%s`: %s is an interface of every node", project->name,
                  interface);
    } else {
        return true;
    }
    mml_hint("choose another folder, such as `mml new my_%s`", project->name);
    return false;
}

/* A random UUID (RFC 4122, version 4). */
static bool make_uuid(char uuid[UUID_BYTES + 1])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        mml_error("no random numbers: %s", strerror(errno));
        return false;
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    snprintf(uuid, UUID_BYTES + 1, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8],
             bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
    return true;
}

/* Writing */

/* A template's text with the project's own words, to be freed; NULL: out of memory. */
static char *expand(const char *text, const struct project *project)
{
    const struct {
        const char *word;
        const char *own;
    } words[] = {
        {"sample", project->name},
        {"Sample", project->type},
        {"SAMPLE", project->macro},
        {"00000000-0000-4000-8000-000000000000", project->uuid},
    };
    size_t size_bytes, i;
    char *expanded = NULL;
    FILE *memory = open_memstream(&expanded, &size_bytes);

    if (!memory)
        return NULL;
    while (*text) {
        for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (strncmp(text, words[i].word, strlen(words[i].word)) == 0)
                break;
        if (i < sizeof(words) / sizeof(words[0])) {
            fputs(words[i].own, memory);
            text += strlen(words[i].word);
        } else {
            fputc(*text++, memory);
        }
    }
    if (fclose(memory) == 0)
        return expanded;
    free(expanded);
    return NULL;
}

static char *path_of(const struct project *project, const struct new_template *template)
{
    char *name = expand(template->path, project);
    char *path = NULL;

    if (!name || asprintf(&path, "%s/%s", project->folder, name) < 0)
        path = NULL;
    free(name);
    return path;
}

/* Writes one file, which must not be there. Says why not. */
static bool write_file(const struct project *project, const struct new_template *template)
{
    char *path = path_of(project, template);
    char *text = expand(template->text, project);
    bool written = false;
    FILE *file;

    errno = ENOMEM;
    file = path && text ? fopen(path, "wxe") : NULL;
    if (file) {
        written = fputs(text, file) >= 0;
        written = fclose(file) == 0 && written;
    }
    if (!written) {
        mml_error("cannot write %s: %s", path ? path : project->folder, strerror(errno));
        mml_hint("choose a folder that you can write");
        if (file)
            unlink(path); /* half of it is of no use */
    }
    free(path);
    free(text);
    return written;
}

/* Takes back what was written, all or the first `count`; the folder goes if it is empty then. */
static void remove_files(const struct project *project, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        char *path = path_of(project, &new_templates[i]);

        if (path)
            unlink(path);
        free(path);
    }
    rmdir(project->folder);
}

static bool write_files(const struct project *project)
{
    size_t i;

    for (i = 0; new_templates[i].path; i++) {
        if (!write_file(project, &new_templates[i])) {
            remove_files(project, i);
            return false;
        }
    }
    return true;
}

/* Makes the folder, or finds it empty. Says why not. */
static bool prepare_folder(const char *folder)
{
    struct dirent *entry;
    DIR *directory;
    int count = 0, error;

    if (mkdir(folder, 0777) == 0)
        return true;
    error = errno;
    if (error != EEXIST) {
        mml_error("cannot make the folder %s: %s", folder, strerror(error));
        mml_hint(error == ENOENT ? "make the folder around it first" : "choose a place that you can write");
        return false;
    }
    directory = opendir(folder);
    if (!directory) {
        mml_error("%s is there already, and no folder that can be read: %s", folder, strerror(errno));
        mml_hint("choose another name");
        return false;
    }
    while (count <= 2 && (entry = readdir(directory)) != NULL)
        count++;
    closedir(directory);
    if (count > 2) { /* beside "." and ".." */
        mml_error("the folder %s is not empty", folder);
        mml_hint("choose a new one; nothing was written");
        return false;
    }
    return true;
}

/* The last element of the folder's real path, so that "." and "../x/" are called right. */
static bool name_folder(struct project *project, const char *folder)
{
    char *real = realpath(folder, NULL);
    const char *path = real ? real : folder; /* it is not there yet */
    size_t end = strlen(path);
    size_t start;
    bool named;

    while (end > 0 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/';)
        start--;
    named = make_names(project, path + start, end - start) && check_names(project);
    free(real);
    return named;
}

static void print_json(const struct project *project)
{
    const char *before = "";
    size_t i;

    printf("{\"name\": \"%s\", \"folder\": ", project->name);
    mml_json_string(stdout, project->folder);
    printf(", \"files\": [");
    for (i = 0; new_templates[i].path; i++) {
        char *name = expand(new_templates[i].path, project);

        if (name) {
            printf("%s", before);
            mml_json_string(stdout, name);
            before = ", ";
        }
        free(name);
    }
    printf("]}\n");
}

static void print_next_steps(const struct project *project)
{
    printf("%s is a project of its own now: an interface, a component, a client and a test\n"
           "next:\n",
           project->folder);
    if (!mml_is_installed())
        printf("  ./dev install ~/.local    in MMLite's folder; then put ~/.local/bin into your PATH:\n"
               "                            projects are built with what is installed\n");
    printf("  cd %s\n"
           "  scons test    builds all, and calls the component in a node of each kind\n"
           "  README.md     says what is what, and how to load it into a running node\n",
           project->folder);
}

enum mml_exit mml_new(const struct mml *mml, int argument_count, char **arguments)
{
    struct project project = {.folder = NULL};

    if (argument_count > 1 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
        print_help();
        return MML_OK;
    }
    if (argument_count > 1 && arguments[1][0] == '-')
        return mml_usage_error("new", "there is no option `%s`", arguments[1]);
    if (argument_count != 2)
        return mml_usage_error("new", "one folder is needed");

    project.folder = arguments[1];
    if (!name_folder(&project, project.folder) || !make_uuid(project.uuid) ||
        !prepare_folder(project.folder) || !write_files(&project))
        return MML_FAILED;
    if (mml->json)
        print_json(&project);
    else
        print_next_steps(&project);
    return MML_OK;
}
