using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>Who may see jobs and who may make, change, remove and run them. The schema leaves it to the server's code.</summary>
internal sealed class JobAccess(PbsState state)
{
    private const string Audit = "Datastore.Audit";
    private const string Backup = "Datastore.Backup";
    private const string Read = "Datastore.Read";
    private const string RemoteAudit = "Remote.Audit";

    /// <summary>Whether a job is shown.</summary>
    public bool Sees(Principal caller, string kind, JobSettings job) => kind switch
    {
        JobKind.Prune => Has(caller, Place(job), Audit, "Datastore.Modify"),
        JobKind.Verify => Has(caller, Place(job), Audit, "Datastore.Verify"),
        _ => Has(caller, Place(job), Audit) && SeesOtherSide(caller, job),
    };

    /// <summary>Fails if the caller may not have or run such a job.</summary>
    /// <exception cref="ApiFault">It may not (403).</exception>
    public void Demand(Principal caller, string kind, JobSettings job)
    {
        bool may = kind switch
        {
            JobKind.Prune => Has(caller, Place(job), "Datastore.Modify"),
            JobKind.Verify => Has(caller, Place(job), "Datastore.Verify"),
            _ => job.IsPush ? MayPush(caller, job, IsOwn(caller, job)) : MayPull(caller, job, IsOwn(caller, job)),
        };
        Refuse(!may);
    }

    /// <summary>Fails if the caller may not copy like this by hand: what is copied will be its own.</summary>
    /// <exception cref="ApiFault">It may not (403).</exception>
    public void DemandCopy(Principal caller, JobSettings job) => Refuse(!(job.IsPush ? MayPush(caller, job, isOwn: true) : MayPull(caller, job, isOwn: true)));

    private static void Refuse(bool isRefused)
    {
        if (isRefused)
        {
            throw new ApiFault(403, "permission check failed");
        }
    }

    // Proxmox: a job without an owner works for root@pam, and a user may work for its own tokens.
    private static bool IsOwn(Principal caller, JobSettings job) =>
        job.Text("owner") is { } owner ? DatastoreAccess.Owns(caller, owner) : caller.AuthId == "root@pam";

    private static string Place(JobSettings job) => DatastoreAccess.PathOf(job.Text("store") ?? "", job.Namespace("ns"));

    private static string Target(JobSettings job)
    {
        string target = $"/remote/{job.Text("remote")}/{job.Text("remote-store")}";
        return job.Namespace("remote-ns") is { IsRoot: false } ns ? $"{target}/{ns}" : target;
    }

    private bool Has(Principal caller, string path, params ReadOnlySpan<string> anyOf) => state.Permissions.HasAny(caller, path, anyOf);

    private bool SeesOtherSide(Principal caller, JobSettings job) => (job.IsPush, job.Text("remote")) switch
    {
        (true, not null) => Has(caller, Target(job), RemoteAudit),
        (true, null) => caller.IsRoot,
        (false, { } remote) => Has(caller, $"/remote/{remote}", RemoteAudit),
        (false, null) => Has(caller, $"/datastore/{job.Text("remote-store")}", Audit),
    };

    private bool MayPull(Principal caller, JobSettings job, bool isOwn)
    {
        string place = Place(job);
        string source = job.Text("remote-store") ?? "";
        return Has(caller, place, Backup)
            && (!job.IsSet("remove-vanished") || Has(caller, place, "Datastore.Prune"))
            && (isOwn || Has(caller, place, "Datastore.Modify"))
            && (job.Text("remote") is { } remote
                ? Has(caller, $"/remote/{remote}/{source}", "Remote.Read")
                : Has(caller, DatastoreAccess.PathOf(source, job.Namespace("remote-ns")), Backup, Read));
    }

    private bool MayPush(Principal caller, JobSettings job, bool isOwn)
    {
        string target = Target(job);
        return job.Text("remote") is not null
            && Has(caller, target, "Remote.DatastoreBackup")
            && (!job.IsSet("remove-vanished") || Has(caller, target, "Remote.DatastorePrune"))
            && (isOwn || Has(caller, target, "Remote.DatastoreModify"))
            && Has(caller, Place(job), Read, Backup);
    }
}
