// A C++ implementation of a generated interface, and C++ calls of a C object.
#include <everything.idl.h>

namespace
{

class Echo final : public IEcho
{
  public:
    HRESULT QueryInterface(const IID *iid, void **out_object) override
    {
        if (!com_guid_equal(iid, &IID_IEcho) && !com_guid_equal(iid, &IID_IUnknown)) {
            *out_object = nullptr;
            return E_NOINTERFACE;
        }
        *out_object = static_cast<IEcho *>(this);
        references++;
        return S_OK;
    }

    uint32_t AddRef() override
    {
        return ++references;
    }

    uint32_t Release() override
    {
        uint32_t left = --references;

        if (left == 0)
            dispose(this);
        return left;
    }

    HRESULT Nothing() override
    {
        return S_OK;
    }

    HRESULT Signed(int8_t a, int16_t b, int32_t c, int64_t d, ptrdiff_t e, int8_t *out_a, int16_t *out_b,
                   int32_t *out_c, int64_t *out_d, ptrdiff_t *out_e) override
    {
        *out_a = a;
        *out_b = b;
        *out_c = c;
        *out_d = d;
        *out_e = e;
        return S_OK;
    }

    HRESULT Unsigned(uint8_t, uint16_t, uint32_t, uint64_t, size_t, uint8_t *, uint16_t *, uint32_t *,
                     uint64_t *, size_t *) override
    {
        return E_NOTIMPL;
    }

    HRESULT Others(float, double, boolean, char, enum color, enum mode, HRESULT, float *, double *, boolean *,
                   char *, enum color *, enum mode *, HRESULT *) override
    {
        return E_NOTIMPL;
    }

  private:
    static void dispose(Echo *echo)
    {
        delete echo;
    }

    uint32_t references = 1;
};

} // namespace

extern "C" IEcho *cpp_echo_create()
{
    return new Echo;
}

extern "C" int32_t cpp_call(IEverything *target, int32_t value)
{
    int64_t out_d = 0;
    int32_t out_c = 0;
    int16_t out_b = 0;
    int8_t out_a = 0;
    ptrdiff_t out_e = 0;

    if (FAILED(target->Signed(0, 0, value, 0, 0, &out_a, &out_b, &out_c, &out_d, &out_e)))
        return -1;
    IUnknown *unknown = target; // a derived interface is its base
    unknown->AddRef();
    IUnknown_cleanup(&unknown);
    return IEverything_Nothing(target) == S_OK ? out_c : -1;
}
