/*
 * Loading on demand in virtual time, with a loader that is played: what binders see, when images come and go,
 * and that none goes while it is needed, in many interleavings.
 */
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
    construct_ns = 0;
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
    assert_int_equal(demand_component_main(root, (IUnknown **)&demand), S_OK);
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

static HRESULT try_bind(const char *name)
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

/* ---- coming and going ---- */

TEST(name_that_nobody_registered_is_loaded_once)
{
    struct thing *first = bind("good"), *second = bind("/good");

    assert_ptr_equal(first, second);
    assert_int_equal(constructions, 1);
    assert_int_equal(images, 1);
    release(first);
    release(second);
}

TEST(last_release_unloads_within_two_seconds)
{
    struct thing *thing = bind("good");

    sim_sleep(20 * SECOND);
    assert_int_equal(things, 1); /* it is held */
    release(thing);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 0);
    assert_int_equal(images, 0);
    release(bind("good")); /* and comes again */
    assert_int_equal(constructions, 2);
}

TEST(unused_component_is_kept_as_configured)
{
    struct thing *thing;

    close_node();
    open_node("10000");
    release(bind("good"));
    sim_sleep(8 * SECOND);
    assert_int_equal(things, 1);
    thing = bind("good");
    sim_sleep(SECOND); /* as long as the sweeper needs to see it */
    release(thing);
    sim_sleep(8 * SECOND);
    assert_int_equal(constructions, 1); /* it counts from the last use */
    assert_int_equal(things, 1);
    sim_sleep(4 * SECOND);
    assert_int_equal(things, 0);
}

TEST(unknown_and_malformed_names_are_not_found)
{
    assert_int_equal(try_bind("nothing"), NS_E_NOT_FOUND);
    assert_int_equal(try_bind("Good"), NS_E_NOT_FOUND); /* no name of a component */
    assert_int_equal(try_bind("good.image"), NS_E_NOT_FOUND);
    assert_int_equal(try_bind("good/more"), NS_E_NOT_NAMESPACE);
    assert_int_equal(constructions, 1); /* for the last one: it had to be asked */
}

/* ---- failures ---- */

TEST(failure_is_told_and_remembered_for_a_moment)
{
    construct_hr = E_ACCESSDENIED;
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    assert_string_equal(com_error_detail(), "the constructor's reason");
    com_set_error_detail("");
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    assert_string_equal(com_error_detail(), "the constructor's reason");
    assert_int_equal(constructions, 1);
    assert_int_equal(images, 0);
    construct_hr = S_OK;
    sim_sleep(2 * SECOND);
    assert_int_equal(try_bind("good"), S_OK);
    assert_int_equal(constructions, 2);
}

TEST(damaged_image_is_told)
{
    load_hr = OS_E_BAD_IMAGE;
    assert_int_equal(try_bind("good"), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "good is damaged");
}

TEST(file_that_is_not_whole_is_told)
{
    static const struct {
        uint64_t claimed_bytes;
        HRESULT hr;
    } cases[] = {{IMAGE_BYTES + 1, OS_E_IO}, {0, OS_E_BAD_IMAGE}, {UINT64_MAX, OS_E_BAD_IMAGE}};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        claimed_bytes = cases[i].claimed_bytes;
        assert_int_equal(IComponents_Load(components, "good", ""), cases[i].hr);
    }
    claimed_bytes = IMAGE_BYTES;
    load_hr = RPC_E_DISCONNECTED;
    assert_int_equal(IComponents_Load(components, "good", ""), RPC_E_DISCONNECTED);
}

TEST(table_of_interfaces_that_leads_out_of_the_image_is_refused)
{
    image_interface = &IComponents_interface;
    assert_int_equal(try_bind("good"), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the table of interfaces leads out of the image");
    assert_int_equal(images, 0);
}

TEST(constructor_without_an_object_is_not_present)
{
    construct_hr = S_FALSE;
    assert_int_equal(try_bind("good"), OS_E_NOT_PRESENT);
    assert_int_equal(images, 0);
}

TEST(constructor_that_hangs_costs_its_binders_only_their_time)
{
    int64_t begin_ns = port_now_ns(), before_ns = rpc_set_deadline(begin_ns + SECOND);

    construct_ns = 60 * SECOND;
    assert_int_equal(try_bind("good"), RPC_E_TIMEOUT);
    assert_string_equal(com_error_detail(), "the constructor of good has not returned");
    assert_true(port_now_ns() < begin_ns + SECOND + 100 * MS);
    (void)rpc_set_deadline(before_ns);
    construct_ns = 0;
    assert_int_equal(try_bind("other"), S_OK); /* others go on */
    begin_ns = port_now_ns();
    assert_int_equal(try_bind("good"), RPC_E_TIMEOUT);
    assert_true(port_now_ns() < begin_ns + 5 * SECOND + 100 * MS); /* who has no deadline waits for 5 s */
    sim_sleep(60 * SECOND);
    assert_int_equal(try_bind("good"), S_OK); /* it did return */
}

TEST(image_that_something_leads_into_stays)
{
    struct thing *thing = bind("good");

    images_in_use = true;
    release(thing);
    sim_sleep(10 * SECOND);
    assert_int_equal(things, 1);
    assert_int_equal(images, 1);
    assert_int_equal(try_bind("good"), S_OK); /* another instance: the name is free */
    assert_int_equal(constructions, 2);
    images_in_use = false;
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
    assert_string_equal(said,
                        "components: good stays: a thread is there\n"); /* once, though it looked often */
}

TEST(image_stays_until_nobody_can_be_in_it)
{
    images_are_quiet = false;
    release(bind("good"));
    sim_sleep(10 * SECOND);
    assert_int_equal(things, 0); /* the object need not wait */
    assert_int_equal(images, 1);
    images_are_quiet = true;
    sim_sleep(SECOND);
    assert_int_equal(images, 0);
}

TEST(constructor_that_fails_and_leaves_something_behind_keeps_its_image)
{
    construct_hr = E_ACCESSDENIED;
    images_in_use = true;
    assert_int_equal(try_bind("good"), E_ACCESSDENIED);
    sim_sleep(10 * SECOND);
    assert_int_equal(images, 1);
    construct_hr = S_OK;
    assert_int_equal(try_bind("good"), S_OK); /* tried again */
    images_in_use = false;
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
}

/* Something of the component's image that it registered beside its object. */
TEST(registered_object_keeps_its_image)
{
    struct thing *thing = bind("good");

    fake_register(root, "part", &last_image->part);
    release(thing);
    sim_sleep(10 * SECOND);
    assert_int_equal(images, 1);
    assert_int_equal(things, 1);
    assert_string_equal(said, "components: good stays: good is registered as part\n");
    assert_int_equal(INamespace_Unregister(root, "part"), S_OK);
    sim_sleep(2 * SECOND);
    assert_int_equal(images, 0);
}

/* ---- by hand ---- */

TEST(new_version_takes_the_name_and_the_old_stays_for_who_holds_it)
{
    struct thing *old = bind("good"), *fresh;

    assert_int_equal(IComponents_Load(components, "good", "/files/good2.image"), S_OK);
    fresh = bind("good");
    assert_ptr_not_equal(fresh, old);
    assert_int_equal(old->version, 1);
    assert_int_equal(fresh->version, 2);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 2);
    release(old);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 1);
    release(fresh);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 1); /* loaded by hand: it stays */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(only_allowed_paths_are_loaded_from)
{
    static const char *const denied[] = {"/elsewhere/good.image", "/filesX/good.image", "/files",
                                         "/more/good.image",      "/more/filesX/a",     "/mor/e/files/a"};
    static const char *const malformed[] = {"/files/../secret/good.image", "/files/./good.image",
                                            "/files//good.image",          "/files/good.image/",
                                            "//files/good.image",          "/files/a b"};
    size_t i;

    for (i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
        assert_int_equal(IComponents_Load(components, "good", denied[i]), E_ACCESSDENIED);
    for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        assert_int_equal(IComponents_Load(components, "good", malformed[i]), NS_E_BAD_PATH);
    assert_int_equal(IComponents_Load(components, "Good", "/files/good.image"), E_INVALIDARG);
    assert_int_equal(IComponents_Load(components, "good", "/files/nothing.image"), NS_E_NOT_FOUND);
    assert_int_equal(IComponents_Load(components, "good", "/more/files/good.image"),
                     NS_E_NOT_FOUND); /* allowed */
    assert_int_equal(constructions, 0);
    assert_int_equal(IComponents_Load(components, "good", "files/good2.image"),
                     S_OK); /* the slash means nothing */
    assert_int_equal(IComponents_Load(components, "loader", "/files/good.image"),
                     NS_E_EXISTS); /* not loaded */
    assert_int_equal(images, 2);   /* of the last: for a moment */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(image_of_the_search_list_is_loaded_by_hand)
{
    assert_int_equal(IComponents_Load(components, "good", ""), S_OK);
    assert_int_equal(IComponents_Load(components, "nothing", ""), NS_E_NOT_FOUND);
    sim_sleep(5 * SECOND);
    assert_int_equal(things, 1); /* it stays */
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
}

TEST(unloading_takes_the_name_and_waits_for_who_holds_it)
{
    char names[64];
    uint32_t length;
    struct thing *thing = bind("good");

    assert_int_equal(IComponents_List(components, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 5);
    assert_string_equal(names, "good");
    assert_int_equal(IComponents_Unload(components, "good"), S_OK);
    assert_int_equal(IComponents_Unload(components, "good"), NS_E_NOT_FOUND);
    assert_int_equal(IComponents_Unload(components, "files"), NS_E_NOT_FOUND);
    sim_sleep(2 * SECOND);
    assert_int_equal(things, 1);
    release(thing);
}

/* ---- the limit ---- */

static HRESULT load_number(uint32_t number)
{
    char name[16];

    snprintf(name, sizeof(name), "c%u", (unsigned)number);
    return IComponents_Load(components, name, "/files/good.image");
}

static void unload_number(uint32_t number)
{
    char name[16];

    snprintf(name, sizeof(name), "c%u", (unsigned)number);
    assert_int_equal(IComponents_Unload(components, name), S_OK);
}

TEST(too_many_components_are_refused_at_once)
{
    int64_t begin_ns;
    uint32_t i;

    for (i = 0; i < 64; i++)
        assert_int_equal(load_number(i), S_OK);
    begin_ns = port_now_ns();
    assert_int_equal(load_number(64), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(try_bind("good"), RPC_E_OUT_OF_RESOURCES);
    assert_true(port_now_ns() < begin_ns + 10 * MS);
    unload_number(7);
    assert_int_equal(load_number(64), S_OK); /* in its place, as soon as it has gone */
    unload_number(64);
    for (i = 0; i < 64; i++)
        if (i != 7)
            unload_number(i);
}

static void become_quiet(void *argument)
{
    (void)argument;
    sim_sleep(300 * MS);
    images_are_quiet = true;
}

TEST(who_loads_faster_than_code_goes_waits_for_it)
{
    uint32_t i;

    images_are_quiet = false;
    for (i = 0; i < 64; i++) {
        assert_int_equal(load_number(i), S_OK);
        unload_number(i);
    }
    sim_sleep(SECOND);
    assert_int_equal(things, 0);
    assert_int_equal(images, 64);
    assert_int_equal(load_number(64), RPC_E_OUT_OF_RESOURCES); /* not for ever */
    assert_true(port_thread_start("quiet", become_quiet, NULL));
    assert_int_equal(load_number(64), S_OK);
    unload_number(64);
}

/* ---- the node ends ---- */

static void close_root(void)
{
    assert_int_equal(INamespace_Unregister(root, "demand"), S_OK);
    IComponents_Release(components);
    IDemand_Release(demand);
}

TEST(end_of_the_node_takes_everything_away_at_once)
{
    int64_t begin_ns = port_now_ns();

    assert_int_equal(IComponents_Load(components, "other", ""), S_OK); /* which would stay */
    release(bind("good"));
    construct_hr = E_ACCESSDENIED;
    assert_int_equal(try_bind("good2"), E_ACCESSDENIED); /* which would be remembered */
    assert_int_equal(IDemand_Close(demand), S_OK);
    assert_true(port_now_ns() < begin_ns + 200 * MS);
    assert_int_equal(things, 0);
    assert_int_equal(images, 0);
    construct_hr = S_OK;
    assert_int_equal(try_bind("good"), RPC_E_DISCONNECTED);
    assert_int_equal(IComponents_Load(components, "good", ""), RPC_E_DISCONNECTED);
    close_root();
    assert_int_equal(INamespace_Release(root), 0);
    open_node(NULL);
}

TEST(end_of_the_node_waits_neither_for_who_holds_something_nor_for_a_constructor_that_hangs)
{
    int64_t begin_ns;
    struct thing *thing = bind("good");

    assert_int_equal(IComponents_Load(components, "good2", ""), S_OK); /* which goes */
    construct_ns = 20 * SECOND;
    (void)rpc_set_deadline(port_now_ns() + SECOND);
    assert_int_equal(try_bind("other"), RPC_E_TIMEOUT);
    (void)rpc_set_deadline(INT64_MAX);
    begin_ns = port_now_ns();
    assert_int_equal(IDemand_Close(demand), S_OK);
    assert_true(port_now_ns() < begin_ns + 2 * SECOND);
    assert_int_equal(images, 2);
    close_root();
    sim_sleep(20 * SECOND);
    assert_int_equal(things, 2); /* the second's, too: nobody is left who would release it */
    release(thing);              /* its code is there, for ever */
    assert_int_equal(things, 2);
    INamespace_Release(root);
    open_node(NULL);
}

/* ---- many at once ---- */

static uint32_t users_ended;

static void use(void *argument)
{
    const char *name = argument;
    uint32_t i;

    for (i = 0; i < 30; i++) {
        struct thing *thing = bind(name);

        assert_in_range(things, 1, images); /* the object and its code are there */
        sim_sleep((i * 7 % 5) * 200 * MS);
        assert_in_range(thing->refs.count, 1, 20);
        release(thing);
        sim_sleep((i * 3 % 7) * 150 * MS);
    }
    users_ended++;
}

TEST(nothing_goes_while_somebody_uses_it)
{
    static const char *const names[] = {"good", "other", "good"};
    uint32_t i;

    users_ended = 0;
    for (i = 0; i < 3; i++)
        assert_true(port_thread_start("user", use, (void *)(uintptr_t)names[i]));
    while (users_ended < 3)
        sim_sleep(100 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_that_nobody_registered_is_loaded_once),
        cmocka_unit_test(last_release_unloads_within_two_seconds),
        cmocka_unit_test(unused_component_is_kept_as_configured),
        cmocka_unit_test(unknown_and_malformed_names_are_not_found),
        cmocka_unit_test(failure_is_told_and_remembered_for_a_moment),
        cmocka_unit_test(damaged_image_is_told),
        cmocka_unit_test(file_that_is_not_whole_is_told),
        cmocka_unit_test(table_of_interfaces_that_leads_out_of_the_image_is_refused),
        cmocka_unit_test(constructor_without_an_object_is_not_present),
        cmocka_unit_test(constructor_that_hangs_costs_its_binders_only_their_time),
        cmocka_unit_test(image_that_something_leads_into_stays),
        cmocka_unit_test(image_stays_until_nobody_can_be_in_it),
        cmocka_unit_test(constructor_that_fails_and_leaves_something_behind_keeps_its_image),
        cmocka_unit_test(registered_object_keeps_its_image),
        cmocka_unit_test(new_version_takes_the_name_and_the_old_stays_for_who_holds_it),
        cmocka_unit_test(only_allowed_paths_are_loaded_from),
        cmocka_unit_test(image_of_the_search_list_is_loaded_by_hand),
        cmocka_unit_test(unloading_takes_the_name_and_waits_for_who_holds_it),
        cmocka_unit_test(too_many_components_are_refused_at_once),
        cmocka_unit_test(who_loads_faster_than_code_goes_waits_for_it),
        cmocka_unit_test(end_of_the_node_takes_everything_away_at_once),
        cmocka_unit_test(
            end_of_the_node_waits_neither_for_who_holds_something_nor_for_a_constructor_that_hangs),
        cmocka_unit_test(nothing_goes_while_somebody_uses_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
