/* Files of the machine as objects, on real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_impl.h>
#include <com_names.h>
#include <ftw.h>
#include <os/host/linux/host_files.h>
#include <os/file.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char folder[64];
    INamespace *files;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void begin(struct fixture *f)
{
    strcpy(f->folder, "/tmp/mmlite-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(host_files_create(&f->files), S_OK);

    write_file("outside.txt", "secret");
    assert_int_equal(mkdir("tree", 0755), 0);
    assert_int_equal(mkdir("tree/sub", 0755), 0);
    write_file("tree/a.txt", "alpha");
    write_file("tree/sub/b.txt", "bravo");
    assert_int_equal(symlink("../outside.txt", "tree/link"), 0);
    assert_int_equal(symlink("..", "tree/up"), 0);
    assert_int_equal(symlink("/", "tree/sub/root"), 0);
    assert_int_equal(symlink("a.txt", "tree/inner"), 0);
    assert_int_equal(mkfifo("tree/fifo", 0600), 0);
    write_file("tree/not a name", "");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void end(struct fixture *f)
{
    INamespace_Release(f->files);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(f->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static HRESULT bind(struct fixture *f, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = INamespace_Bind(f->files, path, 0, &object);

    assert_true(SUCCEEDED(hr) == !!object);
    return hr;
}

static IFile *open_file(struct fixture *f, const char *path)
{
    IFile *file;

    assert_int_equal(com_bind(f->files, path, &IID_IFile, (void **)&file), S_OK);
    return file;
}

static void exported_file_is_read_at_any_offset(void **state)
{
    COM_SCOPED(IFile) file = NULL;
    uint64_t size_bytes;
    uint8_t data[16];
    uint32_t length;
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "outside.txt"), S_OK);
    file = open_file(&f, "outside.txt");
    assert_int_equal(IFile_GetSize(file, &size_bytes), S_OK);
    assert_int_equal(size_bytes, 6);
    assert_int_equal(IFile_Read(file, 0, sizeof(data), data, &length), S_OK);
    assert_int_equal(length, 6);
    assert_memory_equal(data, "secret", 6);
    assert_int_equal(IFile_Read(file, 4, 1, data, &length), S_OK);
    assert_int_equal(length, 1);
    assert_int_equal(data[0], 'e');
    assert_int_equal(IFile_Read(file, 6, 1, data, &length), S_OK);
    assert_int_equal(length, 0);
    assert_int_equal(IFile_Read(file, UINT64_MAX, 16, data, &length), S_OK);
    assert_int_equal(length, 0);
    assert_int_equal(IFile_Read(file, UINT64_C(1) << 63, 16, data, &length), S_OK);
    assert_int_equal(length, 0);
    assert_int_equal(IFile_Write(file, 0, data, 1), E_ACCESSDENIED);
    IFile_Release(file);
    file = NULL;
    end(&f);
}

static void one_read_moves_at_most_the_declared_maximum(void **state)
{
    COM_SCOPED(IFile) file = NULL;
    uint8_t *data = malloc(100000);
    char *text = malloc(100001);
    uint32_t length;
    struct fixture f;

    (void)state;
    begin(&f);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    write_file("large", text);
    assert_int_equal(host_files_add(f.files, NULL, "large"), S_OK);
    file = open_file(&f, "large");
    assert_int_equal(IFile_Read(file, 0, 100000, data, &length), S_OK);
    assert_int_equal(length, FILE_TRANSFER_MAX);
    IFile_Release(file);
    file = NULL;
    free(text);
    free(data);
    end(&f);
}

static void file_that_shrinks_ends_early_and_one_that_vanishes_is_an_error(void **state)
{
    COM_SCOPED(IFile) file = NULL;
    uint64_t size_bytes = 77;
    uint32_t length = 77;
    uint8_t data[16];
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "outside.txt"), S_OK);
    file = open_file(&f, "outside.txt");
    assert_int_equal(truncate("outside.txt", 3), 0);
    assert_int_equal(IFile_Read(file, 2, 16, data, &length), S_OK);
    assert_int_equal(length, 1);
    assert_int_equal(IFile_Read(file, 3, 16, data, &length), S_OK);
    assert_int_equal(length, 0);

    assert_int_equal(unlink("outside.txt"), 0);
    length = 77;
    assert_int_equal(IFile_Read(file, 0, 16, data, &length), OS_E_IO);
    assert_int_equal(length, 77);
    assert_string_equal(com_error_detail(), "outside.txt: the file vanished");
    assert_int_equal(IFile_GetSize(file, &size_bytes), OS_E_IO);
    assert_int_equal(size_bytes, 77);
    assert_int_equal(bind(&f, "outside.txt"), NS_E_NOT_FOUND);

    write_file("outside.txt", "again"); /* a new file of that name is found again */
    assert_int_equal(bind(&f, "outside.txt"), S_OK);
    IFile_Release(file);
    file = NULL;
    end(&f);
}

static void exported_directory_is_a_tree_of_files(void **state)
{
    COM_SCOPED(INamespace) sub = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "tree/"), S_OK);
    assert_int_equal(bind(&f, "tree"), S_OK);
    assert_int_equal(bind(&f, "tree/a.txt"), S_OK);
    assert_int_equal(bind(&f, "tree/sub/b.txt"), S_OK);
    assert_int_equal(bind(&f, "tree/nothing"), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "tree/nothing/below"), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "tree/a.txt/below"), NS_E_NOT_NAMESPACE);
    assert_int_equal(bind(&f, "tree/not a name"), NS_E_BAD_PATH);
    assert_int_equal(bind(&f, "outside.txt"), NS_E_NOT_FOUND);

    assert_int_equal(com_bind(f.files, "tree/sub", &IID_INamespace, (void **)&sub), S_OK);
    assert_int_equal(INamespace_Bind(sub, "b.txt", 0, &object), S_OK);
    assert_int_equal(INamespace_Register(sub, "c.txt", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(sub, "b.txt"), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.files, "c.txt", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(f.files, "tree"), NS_E_READ_ONLY);
    IUnknown_Release(object);
    object = NULL;
    INamespace_Release(sub);
    sub = NULL;
    end(&f);
}

static void nothing_leads_out_of_an_exported_directory(void **state)
{
    static const char *const malformed[] = {
        "tree/..",      "tree/../outside.txt", "tree/sub/../../outside.txt",
        "tree/./a.txt", "tree//a.txt",         "tree//etc/passwd"};
    static const char *const links[] = {"tree/link",     "tree/inner",
                                        "tree/up",       "tree/up/outside.txt",
                                        "tree/sub/root", "tree/sub/root/etc/passwd",
                                        "tree/fifo"};
    struct fixture f;
    size_t i;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "tree"), S_OK);
    for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        assert_int_equal(bind(&f, malformed[i]), NS_E_BAD_PATH);
    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        assert_int_equal(bind(&f, links[i]), NS_E_NOT_FOUND);

    /* A folder that is replaced by a link after it was exported does not lead out either. */
    assert_int_equal(rename("tree/sub", "tree/old"), 0);
    assert_int_equal(symlink("/", "tree/sub"), 0);
    assert_int_equal(bind(&f, "tree/sub/etc"), NS_E_NOT_FOUND);
    assert_int_equal(rename("tree", "moved"), 0);
    assert_int_equal(symlink("/etc", "tree"), 0);
    assert_int_equal(bind(&f, "tree"), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "tree/passwd"), NS_E_NOT_FOUND);
    assert_int_equal(unlink("tree"), 0);
    end(&f);
}

static void list_shows_what_can_be_bound(void **state)
{
    COM_SCOPED(INamespace) tree = NULL;
    struct fixture f;
    char names[64];
    uint32_t length;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "tree"), S_OK);
    assert_int_equal(host_files_add(f.files, NULL, "outside.txt"), S_OK);
    assert_int_equal(INamespace_List(f.files, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 18);
    assert_memory_equal(names, "outside.txt\0tree/", 18);

    assert_int_equal(com_bind(f.files, "tree", &IID_INamespace, (void **)&tree), S_OK);
    assert_int_equal(INamespace_List(tree, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 11);
    assert_memory_equal(names, "a.txt\0sub/", 11);
    assert_int_equal(INamespace_List(tree, "a.txt", sizeof(names), names, &length), S_OK);
    assert_memory_equal(names, "sub/", 5);
    INamespace_Release(tree);
    tree = NULL;
    end(&f);
}

static void large_directory_is_listed_in_pieces(void **state)
{
    COM_SCOPED(INamespace) many = NULL;
    char names[NAMESPACE_LIST_MAX], after[NAMESPACE_NAME_MAX + 1] = "", name[32];
    uint32_t length, count = 0, at;
    struct fixture f;
    HRESULT hr;
    int i;

    (void)state;
    begin(&f);
    assert_int_equal(mkdir("many", 0755), 0);
    for (i = 0; i < 700; i++) {
        snprintf(name, sizeof(name), "many/file-%03d", i);
        write_file(name, "");
    }
    assert_int_equal(host_files_add(f.files, NULL, "many"), S_OK);
    assert_int_equal(com_bind(f.files, "many", &IID_INamespace, (void **)&many), S_OK);
    do {
        hr = INamespace_List(many, after, sizeof(names), names, &length);
        assert_true(SUCCEEDED(hr));
        for (at = 0; at < length; at += strlen(names + at) + 1) {
            snprintf(name, sizeof(name), "file-%03u", count++);
            assert_string_equal(names + at, name);
            strcpy(after, names + at);
        }
    } while (hr == S_FALSE);
    assert_int_equal(count, 700);
    INamespace_Release(many);
    many = NULL;
    end(&f);
}

static void export_takes_the_name_that_its_user_wrote(void **state)
{
    COM_SCOPED(IFile) file = NULL;
    char path[128];
    uint8_t data[8];
    uint32_t length;
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(symlink("outside.txt", "alias"), 0);
    assert_int_equal(host_files_add(f.files, NULL, "alias"), S_OK); /* the user chose it: links count here */
    file = open_file(&f, "alias");
    assert_int_equal(IFile_Read(file, 0, 8, data, &length), S_OK);
    assert_memory_equal(data, "secret", 6);
    snprintf(path, sizeof(path), "%s/tree/sub/..", f.folder);
    assert_int_equal(host_files_add(f.files, NULL, path), S_OK);
    assert_int_equal(bind(&f, "tree/a.txt"), S_OK);
    assert_int_equal(chdir("tree/sub"), 0);
    assert_int_equal(host_files_add(f.files, NULL, "."), S_OK);
    assert_int_equal(bind(&f, "sub/b.txt"), S_OK);
    IFile_Release(file);
    file = NULL;
    end(&f);
}

static void export_may_have_another_name(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, "readme", "tree/not a name"), S_OK);
    assert_int_equal(bind(&f, "readme"), S_OK);
    assert_int_equal(host_files_add(f.files, "a/b", "outside.txt"), NS_E_BAD_PATH);
    assert_int_equal(host_files_add(f.files, "readme", "outside.txt"), NS_E_EXISTS);
    end(&f);
}

static void what_cannot_be_exported_says_why(void **state)
{
    struct fixture f;
    char name[24];
    int i;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "nothing"), NS_E_NOT_FOUND);
    assert_string_equal(com_error_detail(), "nothing: No such file or directory");
    assert_int_equal(host_files_add(f.files, NULL, "tree/not a name"), NS_E_BAD_PATH);
    assert_int_equal(host_files_add(f.files, NULL, "tree/fifo"), NS_E_BAD_PATH);
    assert_string_equal(com_error_detail(), "tree/fifo is neither a file nor a directory");
    assert_int_equal(host_files_add(f.files, NULL, "/"), NS_E_BAD_PATH);
    assert_int_equal(host_files_add(f.files, NULL, ""), NS_E_NOT_FOUND);
    assert_int_equal(host_files_add(f.files, NULL, "tree/a.txt"), S_OK);
    write_file("a.txt", "another");
    assert_int_equal(host_files_add(f.files, NULL, "a.txt"), NS_E_EXISTS);
    assert_string_equal(com_error_detail(), "something named a.txt is exported already");
    for (i = 1; i < HOST_EXPORTS_MAX; i++) {
        snprintf(name, sizeof(name), "file-%d", i);
        write_file(name, "");
        assert_int_equal(host_files_add(f.files, NULL, name), S_OK);
    }
    write_file("one-more", "");
    assert_int_equal(host_files_add(f.files, NULL, "one-more"), RPC_E_OUT_OF_RESOURCES);
    end(&f);
}

static void peers_cannot_use_up_the_descriptors_of_the_process(void **state)
{
    IUnknown *objects[HOST_OPEN_FILES_MAX], *one_more;
    struct fixture f;
    int i;

    (void)state;
    begin(&f);
    assert_int_equal(host_files_add(f.files, NULL, "tree"), S_OK);
    for (i = 0; i < HOST_OPEN_FILES_MAX; i++)
        assert_int_equal(INamespace_Bind(f.files, i % 2 ? "tree" : "tree/a.txt", 0, &objects[i]), S_OK);
    assert_int_equal(INamespace_Bind(f.files, "tree/a.txt", 0, &one_more), RPC_E_OUT_OF_RESOURCES);
    assert_null(one_more);
    for (i = 0; i < HOST_OPEN_FILES_MAX; i++)
        IUnknown_Release(objects[i]);
    assert_int_equal(bind(&f, "tree/a.txt"), S_OK);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exported_file_is_read_at_any_offset),
        cmocka_unit_test(one_read_moves_at_most_the_declared_maximum),
        cmocka_unit_test(file_that_shrinks_ends_early_and_one_that_vanishes_is_an_error),
        cmocka_unit_test(exported_directory_is_a_tree_of_files),
        cmocka_unit_test(nothing_leads_out_of_an_exported_directory),
        cmocka_unit_test(list_shows_what_can_be_bound),
        cmocka_unit_test(large_directory_is_listed_in_pieces),
        cmocka_unit_test(export_takes_the_name_that_its_user_wrote),
        cmocka_unit_test(export_may_have_another_name),
        cmocka_unit_test(what_cannot_be_exported_says_why),
        cmocka_unit_test(peers_cannot_use_up_the_descriptors_of_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
