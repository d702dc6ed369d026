/* One object, part of the code, with data that every instance has for itself. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc/node.idl.h>
#include <specimen.idl.h>
#include <string.h>

/* A test changes the digit in the file. */
static const volatile char version[] = "specimen version 1";

static struct com_refs refs;
static uint32_t count; /* atomic */
static INamespace *root;
static char left_name[32];

static ISpecimen specimen, part;
static IJob job;

static HRESULT specimen_QueryInterface(ISpecimen *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISpecimen, iid, out_object);
}

static uint32_t specimen_AddRef(ISpecimen *iface)
{
    (void)iface;
    return com_refs_add(&refs);
}

static uint32_t specimen_Release(ISpecimen *iface)
{
    uint32_t left = com_refs_release(&refs);

    (void)iface;
    if (!left)
        INamespace_Release(root);
    return left;
}

static HRESULT specimen_GetVersion(ISpecimen *iface, uint32_t *out_version)
{
    (void)iface;
    *out_version = (uint32_t)(version[sizeof("specimen version ") - 1] - '0');
    return S_OK;
}

static HRESULT specimen_Count(ISpecimen *iface, uint32_t *out_count)
{
    (void)iface;
    *out_count = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    return S_OK;
}

static HRESULT specimen_LeaveName(ISpecimen *iface, const char *name)
{
    (void)iface;
    strncpy(left_name, name, sizeof(left_name) - 1);
    return INamespace_Register(root, name, (IUnknown *)&part, 0);
}

static HRESULT specimen_HandOut(ISpecimen *iface, ISpecimen **out_part)
{
    (void)iface;
    *out_part = &part;
    return S_OK;
}

static HRESULT specimen_LeaveJob(ISpecimen *iface, uint32_t after_ms)
{
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr = com_bind(root, "rpc", &IID_ILocalNode, (void **)&node);

    (void)iface;
    return FAILED(hr) ? hr
                      : ILocalNode_Schedule(node, &job, ILocalNode_Now(node) + after_ms * INT64_C(1000000));
}

static const struct ISpecimenVtbl specimen_vtbl = {
    .QueryInterface = specimen_QueryInterface,
    .AddRef = specimen_AddRef,
    .Release = specimen_Release,
    .GetVersion = specimen_GetVersion,
    .Count = specimen_Count,
    .LeaveName = specimen_LeaveName,
    .HandOut = specimen_HandOut,
    .LeaveJob = specimen_LeaveJob,
};

/* Does not hold the component's object, as it should. */
static uint32_t part_AddRef(ISpecimen *iface)
{
    (void)iface;
    return 2;
}

static HRESULT part_Count(ISpecimen *iface, uint32_t *out_count)
{
    (void)iface;
    *out_count = 0;
    return left_name[0] ? INamespace_Unregister(root, left_name) : S_OK;
}

static const struct ISpecimenVtbl part_vtbl = {
    .QueryInterface = specimen_QueryInterface,
    .AddRef = part_AddRef,
    .Release = part_AddRef,
    .GetVersion = specimen_GetVersion,
    .Count = part_Count,
    .LeaveName = specimen_LeaveName,
    .HandOut = specimen_HandOut,
    .LeaveJob = specimen_LeaveJob,
};

static HRESULT job_QueryInterface(IJob *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IJob, iid, out_object);
}

static uint32_t job_AddRef(IJob *iface)
{
    (void)iface;
    return 2;
}

static HRESULT job_Run(IJob *iface)
{
    (void)iface;
    return S_OK;
}

static const struct IJobVtbl job_vtbl = {
    .QueryInterface = job_QueryInterface,
    .AddRef = job_AddRef,
    .Release = job_AddRef,
    .Run = job_Run,
};

static ISpecimen specimen = {.vtbl = &specimen_vtbl};
static ISpecimen part = {.vtbl = &part_vtbl};
static IJob job = {.vtbl = &job_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    root = ns;
    INamespace_AddRef(ns);
    com_refs_init(&refs);
    *out_object = (IUnknown *)&specimen;
    return S_OK;
}
