/* Made by idlc from sample/store.idl; do not edit. */
#ifndef SAMPLE_STORE_IDL_H
#define SAMPLE_STORE_IDL_H

#include <com.h>
#include <com/unknown.idl.h>
#include <sample/types.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IStoreWatcher IStoreWatcher;
typedef struct IUnknown IUnknown;
typedef struct IStore IStore;
typedef struct IStoreMemory IStoreMemory;

/** Most bytes of a value. */
enum { STORE_VALUE_MAX = 1024 };

/** There is no such key. */
enum { STORE_E_NO_KEY = (HRESULT)0x80040401 };

COM_IID IID_IStore = {0x6d6d6c01, 0x0902, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01}};

/**
 * Keeps values under keys.
 *
 * Any thread may call it.
 */
#ifdef __cplusplus
struct IStore : IUnknown {
    virtual HRESULT Put(const char *key, const uint8_t *value, uint32_t length, enum store_mode mode) = 0;
    virtual HRESULT Get(const char *key, uint32_t capacity, uint8_t *value, uint32_t *out_length,
                        struct store_info *out_info) = 0;
    virtual HRESULT Watch(IStoreWatcher *watcher, IUnknown **out_registration) = 0;
    virtual HRESULT Count(uint32_t *out_count) = 0;
};
#else
struct IStoreVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IStore *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IStore *self);
    uint32_t (*Release)(IStore *self);
    HRESULT (*Put)(IStore *self, const char *key, const uint8_t *value, uint32_t length,
                   enum store_mode mode);
    HRESULT (*Get)(IStore *self, const char *key, uint32_t capacity, uint8_t *value, uint32_t *out_length,
                   struct store_info *out_info);
    HRESULT (*Watch)(IStore *self, IStoreWatcher *watcher, IUnknown **out_registration);
    HRESULT (*Count)(IStore *self, uint32_t *out_count);
    // clang-format on
};

struct IStore {
    const struct IStoreVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IStore_QueryInterface(IStore *self, const IID *iid, void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IStore_AddRef(IStore *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IStore_Release(IStore *self)
{
    return COM_CALL0(self, Release);
}

/**
 * Keeps a value.
 * @param key     1..63 bytes of UTF-8
 * @retval E_OUTOFMEMORY
 */
static inline COM_WARN_UNUSED HRESULT IStore_Put(IStore *self, const char *key, const uint8_t *value,
                                                 uint32_t length, enum store_mode mode)
{
    return COM_CALL(self, Put, key, value, length, mode);
}

/** @retval STORE_E_NO_KEY */
static inline COM_WARN_UNUSED HRESULT IStore_Get(IStore *self, const char *key, uint32_t capacity,
                                                 uint8_t *value, uint32_t *out_length,
                                                 struct store_info *out_info)
{
    return COM_CALL(self, Get, key, capacity, value, out_length, out_info);
}

/** Tells the watcher about changes until it is released. */
static inline COM_WARN_UNUSED HRESULT IStore_Watch(IStore *self, IStoreWatcher *watcher,
                                                   IUnknown **out_registration)
{
    return COM_CALL(self, Watch, watcher, out_registration);
}

/** How many keys there are. */
static inline COM_WARN_UNUSED HRESULT IStore_Count(IStore *self, uint32_t *out_count)
{
    return COM_CALL(self, Count, out_count);
}

/** Releases what a COM_SCOPED(IStore) variable holds. */
static inline void IStore_cleanup(IStore **pointer)
{
    if (*pointer)
        (void)IStore_Release(*pointer);
}

/** What a node knows about IStore: its proxy and stub. */
extern const struct com_interface IStore_interface;

COM_IID IID_IStoreWatcher = {0x6d6d6c01, 0x0902, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02}};

/** Told about changes. */
#ifdef __cplusplus
struct IStoreWatcher : IUnknown {
    virtual HRESULT Changed(const struct store_info *changes, uint32_t count) = 0;
};
#else
struct IStoreWatcherVtbl {
    HRESULT (*QueryInterface)(IStoreWatcher *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IStoreWatcher *self);
    uint32_t (*Release)(IStoreWatcher *self);
    HRESULT (*Changed)(IStoreWatcher *self, const struct store_info *changes, uint32_t count);
};

struct IStoreWatcher {
    const struct IStoreWatcherVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IStoreWatcher_QueryInterface(IStoreWatcher *self, const IID *iid,
                                                                   void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IStoreWatcher_AddRef(IStoreWatcher *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IStoreWatcher_Release(IStoreWatcher *self)
{
    return COM_CALL0(self, Release);
}

static inline COM_WARN_UNUSED HRESULT IStoreWatcher_Changed(IStoreWatcher *self,
                                                            const struct store_info *changes, uint32_t count)
{
    return COM_CALL(self, Changed, changes, count);
}

/** Releases what a COM_SCOPED(IStoreWatcher) variable holds. */
static inline void IStoreWatcher_cleanup(IStoreWatcher **pointer)
{
    if (*pointer)
        (void)IStoreWatcher_Release(*pointer);
}

/** What a node knows about IStoreWatcher: its proxy and stub. */
extern const struct com_interface IStoreWatcher_interface;

COM_IID IID_IStoreMemory = {0x6d6d6c01, 0x0902, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03}};

/** How a store works inside. */
#ifdef __cplusplus
struct IStoreMemory : IUnknown {
    virtual void *Map(uint64_t offset) = 0;
    virtual HRESULT Visit(store_visitor visitor, void *context) = 0;
};
#else
struct IStoreMemoryVtbl {
    HRESULT (*QueryInterface)(IStoreMemory *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IStoreMemory *self);
    uint32_t (*Release)(IStoreMemory *self);
    void *(*Map)(IStoreMemory *self, uint64_t offset);
    HRESULT (*Visit)(IStoreMemory *self, store_visitor visitor, void *context);
};

struct IStoreMemory {
    const struct IStoreMemoryVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IStoreMemory_QueryInterface(IStoreMemory *self, const IID *iid,
                                                                  void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IStoreMemory_AddRef(IStoreMemory *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IStoreMemory_Release(IStoreMemory *self)
{
    return COM_CALL0(self, Release);
}

static inline void *IStoreMemory_Map(IStoreMemory *self, uint64_t offset)
{
    return COM_CALL(self, Map, offset);
}

static inline COM_WARN_UNUSED HRESULT IStoreMemory_Visit(IStoreMemory *self, store_visitor visitor,
                                                         void *context)
{
    return COM_CALL(self, Visit, visitor, context);
}

/** Releases what a COM_SCOPED(IStoreMemory) variable holds. */
static inline void IStoreMemory_cleanup(IStoreMemory **pointer)
{
    if (*pointer)
        (void)IStoreMemory_Release(*pointer);
}

#ifdef __cplusplus
}
#endif

#endif
