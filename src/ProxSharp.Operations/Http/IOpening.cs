using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Http;

/// <summary>What the door lets through at the moment.</summary>
internal interface IOpening
{
    /// <summary>Lets nothing through any more.</summary>
    void Close();

    /// <summary>True if a request is for what was opened.</summary>
    bool Covers(ApiCall call);
}
