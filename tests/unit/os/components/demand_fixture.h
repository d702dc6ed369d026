/* What the tests of loading on demand share: a node in virtual time, with a loader that is played. */
#ifndef DEMAND_FIXTURE_H
#define DEMAND_FIXTURE_H

#include <cmocka_all.h>
#include <fake_world.h>
#include <os/components.idl.h>
#include <os/file.idl.h>
#include <os/loader.idl.h>
#include <os_format.h>
#include <port.h>
#include <sim.h>
#include <stdio.h>
#include <string.h>

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);
HRESULT demand_component_main(INamespace *ns, IUnknown **out_object);

#define MS PORT_NS_PER_MS
#define SECOND (1000 * MS)
#define IMAGE_BYTES 10000u

/* What the node says. */
static char said[1024];

void os_print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(said + strlen(said), sizeof(said) - strlen(said), format, arguments);
    va_end(arguments);
}

/* ---- components ---- */

/* What components' constructors make: an object that counts, and knows whether its code is still there. */
struct thing {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    uint32_t version;
};

static uint32_t things;        /* that live */
static uint32_t constructions; /* since the test began */
static HRESULT construct_hr;
static int64_t construct_ns; /* how long a constructor takes */

static HRESULT thing_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t thing_AddRef(IUnknown *iface)
{
    return com_refs_add(&container_of(iface, struct thing, IUnknown_iface)->refs);
}

static uint32_t thing_Release(IUnknown *iface)
{
    struct thing *thing = container_of(iface, struct thing, IUnknown_iface);
    uint32_t left = com_refs_release(&thing->refs);

    if (!left) {
        things--;
        com_free(thing);
    }
    return left;
}

static const struct IUnknownVtbl thing_vtbl = {thing_QueryInterface, thing_AddRef, thing_Release};

static HRESULT construct(INamespace *ns, IUnknown **out_object)
{
    struct thing *thing;

    assert_ptr_equal(CurrentNamespace(), ns);
    constructions++;
    if (construct_ns)
        sim_sleep(construct_ns);
    if (FAILED(construct_hr))
        return com_fail(construct_hr, "the constructor's reason", NULL);
    if (construct_hr == S_FALSE)
        return S_OK; /* the hardware is absent */
    thing = com_alloc(sizeof(*thing));
    *thing = (struct thing){{&thing_vtbl}, COM_REFS_INIT, constructions};
    things++;
    *out_object = &thing->IUnknown_iface;
    return S_OK;
}

/* ---- the loader ---- */

struct image {
    ILoadedImage ILoadedImage_iface;
    struct com_refs refs;
    const struct com_interface *table[2];
    struct IUnknownVtbl part_vtbl; /* of an object that the image may have beside its component's */
    IUnknown part;
};

static uint32_t images; /* in memory */
static struct image *last_image;
static bool images_in_use;
static bool images_are_quiet;
static const struct com_interface *image_interface; /* that the next image brings */
static HRESULT load_hr;

static HRESULT image_QueryInterface(ILoadedImage *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILoadedImage, iid, out_object);
}

static uint32_t image_AddRef(ILoadedImage *iface)
{
    return com_refs_add(&container_of(iface, struct image, ILoadedImage_iface)->refs);
}

static uint32_t image_Release(ILoadedImage *iface)
{
    struct image *image = container_of(iface, struct image, ILoadedImage_iface);
    uint32_t left = com_refs_release(&image->refs);

    if (!left) {
        images--;
        assert_true(things <= images); /* no object lives without its code */
        com_free(image);
    }
    return left;
}

static component_constructor *image_GetConstructor(ILoadedImage *iface)
{
    (void)iface;
    return construct;
}

static const struct com_interface *const *image_GetInterfaces(ILoadedImage *iface)
{
    return container_of(iface, struct image, ILoadedImage_iface)->table;
}

static HRESULT image_GetRange(ILoadedImage *iface, void **out_start, size_t *out_bytes)
{
    *out_start = iface;
    *out_bytes = sizeof(struct image);
    return S_OK;
}

static HRESULT image_IsInUse(ILoadedImage *iface)
{
    (void)iface;
    return images_in_use ? com_fail(S_OK, "a thread is there", NULL) : S_FALSE;
}

static HRESULT image_IsQuiet(ILoadedImage *iface)
{
    (void)iface;
    return images_are_quiet ? S_OK : S_FALSE;
}

static const struct ILoadedImageVtbl image_vtbl = {
    .QueryInterface = image_QueryInterface,
    .AddRef = image_AddRef,
    .Release = image_Release,
    .GetConstructor = image_GetConstructor,
    .GetInterfaces = image_GetInterfaces,
    .GetRange = image_GetRange,
    .IsInUse = image_IsInUse,
    .IsQuiet = image_IsQuiet,
};

static HRESULT part_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t part_AddRef(IUnknown *iface)
{
    (void)iface;
    return 2;
}

static const struct IUnknownVtbl part_vtbl = {part_QueryInterface, part_AddRef, part_AddRef};

static HRESULT loader_QueryInterface(ILoader *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILoader, iid, out_object);
}

static uint32_t loader_AddRef(ILoader *iface)
{
    (void)iface;
    return 2;
}

static HRESULT loader_Load(ILoader *iface, const uint8_t *bytes, uint32_t size, const char *name,
                           ILoadedImage **out_image)
{
    struct image *image;

    (void)iface;
    assert_int_equal(size, IMAGE_BYTES);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[size - 1], (uint8_t)(size - 1));
    *out_image = NULL;
    if (FAILED(load_hr))
        return com_fail(load_hr, name, " is damaged", NULL);
    image = com_alloc(sizeof(*image));
    *image = (struct image){{&image_vtbl}, COM_REFS_INIT, {image_interface, NULL}, part_vtbl, {NULL}};
    image->part.vtbl = &image->part_vtbl;
    images++;
    last_image = image;
    *out_image = &image->ILoadedImage_iface;
    return S_OK;
}

static const char *loader_GetSuffix(ILoader *iface)
{
    (void)iface;
    return "image";
}

/* ---- files: whatever is bound is one ---- */

static uint64_t claimed_bytes; /* what GetSize says */

static HRESULT file_Read(IFile *iface, uint64_t offset, uint32_t capacity, uint8_t *data,
                         uint32_t *out_length)
{
    uint32_t i;

    (void)iface;
    *out_length = offset < IMAGE_BYTES ? (uint32_t)(IMAGE_BYTES - offset) : 0;
    if (*out_length > capacity)
        *out_length = capacity;
    if (*out_length > 1000)
        *out_length = 1000; /* less than asked for */
    for (i = 0; i < *out_length; i++)
        data[i] = (uint8_t)(offset + i);
    return S_OK;
}

static HRESULT file_GetSize(IFile *iface, uint64_t *out_size_bytes)
{
    (void)iface;
    *out_size_bytes = claimed_bytes;
    return SUCCEEDED(load_hr) || load_hr == OS_E_BAD_IMAGE ? S_OK : load_hr;
}

static HRESULT file_QueryInterface(IFile *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IFile, iid, out_object);
}

static uint32_t file_AddRef(IFile *iface)
{
    (void)iface;
    return 2;
}

static const struct IFileVtbl file_vtbl = {
    .QueryInterface = file_QueryInterface,
    .AddRef = file_AddRef,
    .Release = file_AddRef,
    .Read = file_Read,
    .GetSize = file_GetSize,
};

/* ---- the node ---- */

static INamespace *root;
static IDemand *demand;
static IComponents *components;
static int64_t naming_ns; /* how long it takes until a name is there, or away */

/* ---- the root as the object sees it ---- */

static HRESULT slow_root_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    (void)iface;
    return INamespace_QueryInterface(root, iid, out_object);
}

static uint32_t slow_root_AddRef(INamespace *iface)
{
    (void)iface;
    return INamespace_AddRef(root);
}

static uint32_t slow_root_Release(INamespace *iface)
{
    (void)iface;
    return INamespace_Release(root);
}

static HRESULT slow_root_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    if (naming_ns)
        sim_sleep(naming_ns);
    return INamespace_Register(root, path, object, flags);
}

static HRESULT slow_root_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    if (naming_ns)
        sim_sleep(naming_ns);
    return INamespace_Unregister(root, path);
}

static HRESULT slow_root_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    (void)iface;
    return INamespace_Bind(root, path, flags, out_object);
}

static HRESULT slow_root_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                              uint32_t *out_length)
{
    (void)iface;
    return INamespace_List(root, after, capacity, names, out_length);
}

static const struct INamespaceVtbl slow_root_vtbl = {
    .QueryInterface = slow_root_QueryInterface,
    .AddRef = slow_root_AddRef,
    .Release = slow_root_Release,
    .Register = slow_root_Register,
    .Unregister = slow_root_Unregister,
    .Bind = slow_root_Bind,
    .List = slow_root_List,
};

static INamespace slow_root = {&slow_root_vtbl};

static void open_node(const char *keep)
{
    static const struct ILoaderVtbl loader_vtbl = {loader_QueryInterface, loader_AddRef, loader_AddRef,
                                                   loader_Load, loader_GetSuffix};
    static ILoader loader = {&loader_vtbl};
    static IFile file = {&file_vtbl};
    static const char *const names[] = {"good.image", "other.image", "good2.image", "good.elf"};
    IConfig *config = fake_config_create((const char *const[][2]){{"components", "/nowhere, files/"},
                                                                  {"load_from", "/more/files/,/files"},
                                                                  {"keep", keep},
                                                                  {NULL, NULL}});
    INamespace *files = fake_namespace_create();
    size_t i;

    things = images = constructions = 0;
    construct_hr = load_hr = S_OK;
    construct_ns = naming_ns = 0;
    images_in_use = false;
    images_are_quiet = true;
    image_interface = NULL;
    claimed_bytes = IMAGE_BYTES;
    said[0] = '\0';
    assert_int_equal(boot_namespace_component_main(NULL, (IUnknown **)&root), S_OK);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        fake_register(files, names[i], &file);
    fake_register(root, "files", files);
    fake_register(root, "config", config);
    fake_register(root, "loader", &loader);
    assert_int_equal(demand_component_main(&slow_root, (IUnknown **)&demand), S_OK);
    fake_register(root, "demand", demand);
    assert_int_equal(IDemand_QueryInterface(demand, &IID_IComponents, (void **)&components), S_OK);
    INamespace_Release(files);
    IConfig_Release(config);
}

/* Everything that was loaded is gone by then, within the two seconds that are promised. */
static void close_node(void)
{
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 0);
    assert_int_equal(images, 0);
    assert_int_equal(IDemand_Close(demand), S_OK);
    assert_int_equal(INamespace_Unregister(root, "demand"), S_OK);
    IComponents_Release(components);
    IDemand_Release(demand);
    assert_int_equal(INamespace_Release(root), 0); /* nobody holds it any more */
}

static struct thing *bind(const char *name)
{
    IUnknown *object;

    assert_int_equal(INamespace_Bind(root, name, 0, &object), S_OK);
    return container_of(object, struct thing, IUnknown_iface);
}

static void release(struct thing *thing)
{
    IUnknown_Release(&thing->IUnknown_iface);
}

static inline HRESULT try_bind(const char *name)
{
    IUnknown *object = (IUnknown *)&object;
    HRESULT hr = INamespace_Bind(root, name, 0, &object);

    if (SUCCEEDED(hr))
        IUnknown_Release(object);
    else
        assert_null(object);
    return hr;
}

typedef void body(void);

static void run_body(void *argument)
{
    open_node(NULL);
    ((body *)argument)();
    close_node();
}

#define TEST(name)                                        \
    static void name##_body(void);                        \
    static void name(void **state)                        \
    {                                                     \
        uint64_t seed;                                    \
                                                          \
        (void)state;                                      \
        for (seed = 0; seed <= 50; seed++)                \
            sim_run(seed, run_body, (void *)name##_body); \
    }                                                     \
    static void name##_body(void)

#endif
