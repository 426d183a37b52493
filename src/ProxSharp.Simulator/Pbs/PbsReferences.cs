using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Jobs;
using ProxSharp.Simulator.Pbs.Tape;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Which objects of a backup server's configuration name which others.</summary>
internal static class PbsReferences
{
    public const string Remotes = "/config/remote";
    public const string TapeJobs = "/config/tape-backup-job";

    /// <summary>The lists of jobs that work on a datastore.</summary>
    public static readonly string[] JobsOfDatastores = [JobKind.Sync, JobKind.Prune, JobKind.Verify, TapeJobs];

    /// <summary>Fails if a job names what the server does not have.</summary>
    /// <exception cref="ApiFault">It does.</exception>
    /// <remarks>Namespaces are not looked for: a job that pulls makes them, and those of remotes are known only to the remotes.</remarks>
    public static void DemandKnown(PbsState state, string parent, JobSettings item)
    {
        if (!JobsOfDatastores.Contains(parent))
        {
            return;
        }

        string? store = item.Text("store");
        string? remote = item.Text("remote");
        DemandDatastore(state, store);
        if (parent == TapeJobs)
        {
            Demand(state, TapeState.PoolConfig, "pool", item.Text("pool"));
            Demand(state, TapeState.DriveConfig, "drive", item.Text("drive"));
        }
        else if (parent == JobKind.Sync && remote is not null)
        {
            Demand(state, Remotes, "remote", remote);
        }
        else if (parent == JobKind.Sync)
        {
            DemandDatastore(state, item.Text("remote-store"));
            if (store is not null && item.Text("remote-store") == store)
            {
                throw new ApiFault(400, "source and target datastore can't be the same");
            }
        }
    }

    /// <summary>Fails if an object is needed by another one.</summary>
    /// <exception cref="ApiFault">It is.</exception>
    public static void DemandUnused(PbsState state, string parent, string id)
    {
        switch (parent)
        {
            case Remotes when User(state, JobKind.Sync, "remote", id) is { } job:
                throw ApiFault.Parameter("name", $"remote '{id}' is used by sync job '{job.Key}' (datastore '{new JobSettings(job.Value).Text("store")}')");
            case TapeState.ChangerConfig when User(state, TapeState.DriveConfig, "changer", id) is { } drive:
                throw new ApiFault(400, $"unable to delete changer '{id}' - used by drive '{drive.Key}'");
            case S3Backend.Config:
                foreach ((string store, JsonObject config) in state.Collections.Items(PbsState.DatastoreConfig))
                {
                    if (S3Backend.Of(config)?.Endpoint == id)
                    {
                        throw new ApiFault(400, $"unable to delete s3 endpoint '{id}' - used by datastore '{store}'");
                    }
                }

                break;
            default:
                break;
        }
    }

    private static KeyValuePair<string, JsonObject>? User(PbsState state, string list, string property, string id)
    {
        foreach (KeyValuePair<string, JsonObject> entry in state.Collections.Items(list))
        {
            if (new JobSettings(entry.Value).Text(property) == id)
            {
                return entry;
            }
        }

        return null;
    }

    private static void DemandDatastore(PbsState state, string? name)
    {
        if (name is not null)
        {
            state.GetDatastore(name);
        }
    }

    private static void Demand(PbsState state, string list, string noun, string? id)
    {
        if (id is not null && state.Collections.Find(list, id) is null)
        {
            throw new ApiFault(400, $"no such {noun} '{id}'");
        }
    }
}
