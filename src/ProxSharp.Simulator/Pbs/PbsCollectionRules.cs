using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Certificates;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Pbs.Jobs;
using ProxSharp.Simulator.Pbs.Tape;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Who sees which objects of a backup server's configuration, where its schema says only that anyone may ask.</summary>
internal sealed class PbsCollectionRules(PbsState state, JobAccess jobs) : ICollectionRules
{
    public bool Shows(ApiCall call, string parent, string id, JsonObject item) => parent switch
    {
        JobKind.Sync => jobs.Sees(call.Caller, parent, new JobSettings(item)) && new JobSettings(item).IsListed(call),
        JobKind.Prune or JobKind.Verify => jobs.Sees(call.Caller, parent, new JobSettings(item)),
        PbsState.DatastoreConfig => Has(call, $"/datastore/{id}", "Datastore.Audit"),
        "/config/remote" => Has(call, $"/remote/{id}", "Remote.Audit"),
        "/config/s3" => Has(call, $"/system/s3-endpoint/{id}", "Sys.Audit"),
        "/config/encryption-keys" => Has(call, $"/system/encryption-keys/{id}", "Sys.Audit"),
        TapeState.PoolConfig => Has(call, $"/tape/pool/{id}", "Tape.Audit"),
        TapeState.DriveConfig or TapeState.ChangerConfig => Has(call, $"/tape/device/{id}", "Tape.Audit"),
        "/config/tape-backup-job" => Has(call, $"/tape/job/{id}", "Tape.Audit"),
        _ => true,
    };

    public void DemandRead(ApiCall call, string parent, string id, JsonObject item)
    {
        if (IsJob(parent) && !jobs.Sees(call.Caller, parent, new JobSettings(item)))
        {
            throw new ApiFault(403, "permission check failed");
        }
    }

    public void DemandWrite(ApiCall call, string parent, string id, JsonObject item)
    {
        if (IsJob(parent))
        {
            jobs.Demand(call.Caller, parent, new JobSettings(item));
        }

        if (parent == "/config/acme/plugins" && item["data"] is { } data && AcmeChallenges.Decode(ApiCall.TextOf(data)) is null)
        {
            throw ApiFault.Parameter("data", "value is not base64 encoded");
        }

        if (parent.StartsWith("/nodes/", StringComparison.Ordinal) && parent.EndsWith("/network", StringComparison.Ordinal))
        {
            DemandMask(item, "cidr", 32, "IPv4");
            DemandMask(item, "cidr6", 128, "IPv6");
            item["name"] = id;
        }

        new JobSettings(item).DemandFilters();
    }

    // Proxmox: the pattern takes any number of two or three digits.
    private static void DemandMask(JsonObject item, string name, int most, string kind)
    {
        if (item[name] is { } value && ApiCall.TextOf(value) is var text
            && !(int.TryParse(text.AsSpan(text.IndexOf('/', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int mask) && mask >= 1 && mask <= most))
        {
            throw ApiFault.Parameter(name, string.Create(CultureInfo.InvariantCulture, $"{kind} mask of '{text}' is out of range (1..{most})."));
        }
    }

    public void DemandKnown(string parent, JsonObject item) => PbsReferences.DemandKnown(state, parent, new JobSettings(item));

    public void DemandUnused(string parent, string id) => PbsReferences.DemandUnused(state, parent, id);

    private static bool IsJob(string parent) => parent is JobKind.Sync or JobKind.Prune or JobKind.Verify;

    private bool Has(ApiCall call, string path, string privilege) => state.Permissions.Has(call.Caller, path, privilege);
}
