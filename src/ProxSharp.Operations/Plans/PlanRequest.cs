using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>A call that somebody wants to make.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">The path below the API root, for example <c>/nodes/pve1/qemu/100/status/stop</c>. The node of a guest is corrected by itself.</param>
/// <param name="Parameters">The other parameters; null for none.</param>
public sealed record PlanRequest(ApiMethod Method, string Path, ApiParameters? Parameters = null)
{
    /// <summary>A file to send with the call; null for none.</summary>
    public PlanUpload? Upload { get; init; }
}
