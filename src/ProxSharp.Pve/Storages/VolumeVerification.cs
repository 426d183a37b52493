using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>The latest check of a backup by its backup server.</summary>
public sealed record VolumeVerification
{
    internal VolumeVerification(NodesStorageContentVerificationResult result)
    {
        State = result.State;
        Upid = Ids.Upid.TryParse(result.Upid, out Upid upid) ? upid : null;
    }

    /// <summary>How it went: <c>ok</c> or <c>failed</c>.</summary>
    public string State { get; }

    /// <summary>True if the backup was found intact.</summary>
    public bool IsOk => State == "ok";

    /// <summary>The task of the backup server that made the check; null if it is not known.</summary>
    public Upid? Upid { get; }
}
