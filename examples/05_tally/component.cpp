/*
 * Tallies, in C++17: objects that a component hands out, one for each client that asks. No exceptions, no
 * run-time type information and no library: a class that implements an interface is an object as any other.
 */
#include <com_impl.h>
#include <component.h>
#include <tally.idl.h>

namespace
{

/* What every object of this file has: its count, guarded by nothing but atomic steps. */
class Counted
{
  public:
    uint32_t add()
    {
        return __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    }

    uint32_t remove()
    {
        return __atomic_sub_fetch(&count, 1, __ATOMIC_ACQ_REL);
    }

  private:
    uint32_t count = 1;
};

class Lock
{
  public:
    explicit Lock(com_lock &taken) : lock(taken)
    {
        com_lock_take(&lock);
    }

    ~Lock()
    {
        com_lock_give(&lock);
    }

    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

  private:
    com_lock &lock;
};

class Tally final : public ITally
{
  public:
    explicit Tally(ITallyBook &its_book) : book(its_book)
    {
        book.AddRef(); /* so that the code stays as long as any tally does */
    }

    HRESULT QueryInterface(const IID *iid, void **out_object) override
    {
        return com_query_one(this, &IID_ITally, iid, out_object);
    }

    uint32_t AddRef() override
    {
        return references.add();
    }

    uint32_t Release() override
    {
        uint32_t left = references.remove();

        if (left == 0) {
            ITallyBook &its_book = book;

            com_free(this); /* there is nothing to destroy */
            its_book.Release();
        }
        return left;
    }

    HRESULT Add(int64_t value, int64_t *out_total) override
    {
        Lock locked(lock);
        int64_t sum;

        if (__builtin_add_overflow(total, value, &sum))
            return TALLY_E_OVERFLOW;
        total = sum;
        if (count++ == 0 || value > largest)
            largest = value;
        *out_total = total;
        return S_OK;
    }

    HRESULT GetStatistics(uint32_t *out_count, int64_t *out_largest) override
    {
        Lock locked(lock);

        *out_count = count;
        *out_largest = largest;
        return S_OK;
    }

    void *operator new(size_t, void *memory) noexcept
    {
        return memory;
    }

  private:
    Counted references;
    ITallyBook &book;
    com_lock lock = {};
    int64_t total = 0;   /* (lock) */
    int64_t largest = 0; /* (lock) */
    uint32_t count = 0;  /* (lock) */
};

class TallyBook final : public ITallyBook
{
  public:
    HRESULT QueryInterface(const IID *iid, void **out_object) override
    {
        return com_query_one(this, &IID_ITallyBook, iid, out_object);
    }

    uint32_t AddRef() override
    {
        return references.add();
    }

    uint32_t Release() override
    {
        uint32_t left = references.remove();

        if (left == 0)
            com_free(this);
        return left;
    }

    HRESULT Open(ITally **out_tally) override
    {
        void *memory = com_alloc(sizeof(Tally));

        *out_tally = nullptr;
        if (!memory)
            return E_OUTOFMEMORY;
        *out_tally = new (memory) Tally(*this);
        return S_OK;
    }

    void *operator new(size_t, void *memory) noexcept
    {
        return memory;
    }

  private:
    Counted references;
};

} // namespace

HRESULT component_main(INamespace *, IUnknown **out_object)
{
    void *memory = com_alloc(sizeof(TallyBook));

    if (!memory)
        return E_OUTOFMEMORY;
    *out_object = new (memory) TallyBook;
    return S_OK;
}
