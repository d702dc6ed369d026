/* Made by idlc from sample/shapes.idl; do not edit. */
#ifndef SAMPLE_SHAPES_IDL_H
#define SAMPLE_SHAPES_IDL_H

#include <com.h>
#include <com/unknown.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IUnknown IUnknown;
typedef struct IJournal IJournal;

/** What a reading is. */
enum reading_kind {
    READING_NONE = 0,
    READING_NUMBER = 1,
    READING_TEXT = 2,
    READING_BOX = 3,
};

/** One of several. */
union reading {
    int64_t number;
    char *text;
    struct {
        uint16_t width;
        uint16_t height;
    } box;
};

/** Points to all that may be pointed to. */
struct entry {
    enum reading_kind kind;
    union reading reading;
    char *name;
    char16_t *title;
    uint32_t sample_count;
    float *samples;
    IUnknown *source;
    struct entry *next;
};

COM_IID IID_IJournal = {0x6d6d6c01, 0x0905, 0x4001, {0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01}};

#ifdef __cplusplus
struct IJournal : IUnknown {
    virtual HRESULT Append(const struct entry *entry, const struct entry *before) = 0;
    virtual HRESULT Last(struct entry *out_entry) = 0;
    virtual HRESULT Change(struct entry *inout_entry) = 0;
    virtual HRESULT Read(enum reading_kind kind, const union reading *reading, enum reading_kind *out_kind,
                         union reading *out_reading) = 0;
    virtual HRESULT Sources(uint32_t room, IUnknown **out_sources, uint32_t *out_count, uint32_t count,
                            const char *const *names) = 0;
};
#else
struct IJournalVtbl {
    // clang-format off
    HRESULT (*QueryInterface)(IJournal *self, const IID *iid, void **out_object);
    uint32_t (*AddRef)(IJournal *self);
    uint32_t (*Release)(IJournal *self);
    HRESULT (*Append)(IJournal *self, const struct entry *entry, const struct entry *before);
    HRESULT (*Last)(IJournal *self, struct entry *out_entry);
    HRESULT (*Change)(IJournal *self, struct entry *inout_entry);
    HRESULT (*Read)(IJournal *self, enum reading_kind kind, const union reading *reading,
                    enum reading_kind *out_kind, union reading *out_reading);
    HRESULT (*Sources)(IJournal *self, uint32_t room, IUnknown **out_sources, uint32_t *out_count,
                       uint32_t count, const char *const *names);
    // clang-format on
};

struct IJournal {
    const struct IJournalVtbl *vtbl;
};
#endif

static inline COM_WARN_UNUSED HRESULT IJournal_QueryInterface(IJournal *self, const IID *iid,
                                                              void **out_object)
{
    return COM_CALL(self, QueryInterface, iid, out_object);
}

static inline uint32_t IJournal_AddRef(IJournal *self)
{
    return COM_CALL0(self, AddRef);
}

static inline uint32_t IJournal_Release(IJournal *self)
{
    return COM_CALL0(self, Release);
}

static inline COM_WARN_UNUSED HRESULT IJournal_Append(IJournal *self, const struct entry *entry,
                                                      const struct entry *before)
{
    return COM_CALL(self, Append, entry, before);
}

static inline COM_WARN_UNUSED HRESULT IJournal_Last(IJournal *self, struct entry *out_entry)
{
    return COM_CALL(self, Last, out_entry);
}

static inline COM_WARN_UNUSED HRESULT IJournal_Change(IJournal *self, struct entry *inout_entry)
{
    return COM_CALL(self, Change, inout_entry);
}

static inline COM_WARN_UNUSED HRESULT IJournal_Read(IJournal *self, enum reading_kind kind,
                                                    const union reading *reading, enum reading_kind *out_kind,
                                                    union reading *out_reading)
{
    return COM_CALL(self, Read, kind, reading, out_kind, out_reading);
}

static inline COM_WARN_UNUSED HRESULT IJournal_Sources(IJournal *self, uint32_t room, IUnknown **out_sources,
                                                       uint32_t *out_count, uint32_t count,
                                                       const char *const *names)
{
    return COM_CALL(self, Sources, room, out_sources, out_count, count, names);
}

/** Releases what a COM_SCOPED(IJournal) variable holds. */
static inline void IJournal_cleanup(IJournal **pointer)
{
    if (*pointer)
        (void)IJournal_Release(*pointer);
}

/** What a node knows about IJournal: its proxy and stub. */
extern const struct com_interface IJournal_interface;

/** Frees what a struct entry of results points to, and releases its interfaces. */
void com_free_entry(struct entry *value);

#ifdef __cplusplus
}
#endif

#endif
