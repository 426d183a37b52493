namespace ProxSharp.Operations.Policies;

/// <summary>The mildest class of operations that needs a privilege; what is not named here counts as privileged.</summary>
internal static class PrivilegeClasses
{
    private static readonly Dictionary<string, OperationClass> s_classes = new(StringComparer.Ordinal)
    {
        ["Sys.Syslog"] = OperationClass.Read,
        ["VM.Allocate"] = OperationClass.Reversible,
        ["VM.Backup"] = OperationClass.Reversible,
        ["VM.Clone"] = OperationClass.Reversible,
        ["VM.PowerMgmt"] = OperationClass.Reversible,
        ["VM.Replicate"] = OperationClass.Reversible,
        ["VM.Snapshot"] = OperationClass.Reversible,
        ["Datastore.AllocateSpace"] = OperationClass.Reversible,
        ["Datastore.AllocateTemplate"] = OperationClass.Reversible,
        ["Datastore.Backup"] = OperationClass.Reversible,
        ["Datastore.Modify"] = OperationClass.Reversible,
        ["Datastore.Verify"] = OperationClass.Reversible,
        ["Mapping.Use"] = OperationClass.Reversible,
        ["Pool.Allocate"] = OperationClass.Reversible,
        ["SDN.Use"] = OperationClass.Reversible,
        ["VM.Migrate"] = OperationClass.Disruptive,
        ["VM.GuestAgent.FileSystemMgmt"] = OperationClass.Disruptive,
        ["SDN.Allocate"] = OperationClass.Disruptive,
        ["Tape.Read"] = OperationClass.Disruptive,
        ["VM.Snapshot.Rollback"] = OperationClass.Destructive,
        ["Datastore.Prune"] = OperationClass.Destructive,
        ["Tape.Write"] = OperationClass.Destructive,
        ["Sys.Console"] = OperationClass.Exec,
        ["VM.Console"] = OperationClass.Exec,
        ["VM.GuestAgent.FileRead"] = OperationClass.Exec,
        ["VM.GuestAgent.FileWrite"] = OperationClass.Exec,
        ["VM.GuestAgent.Unrestricted"] = OperationClass.Exec,
    };

    public static OperationClass Of(string privilege) => s_classes.TryGetValue(privilege, out OperationClass known)
        ? known
        : privilege.EndsWith(".Audit", StringComparison.Ordinal)
            ? OperationClass.Read
            : privilege.StartsWith("VM.Config.", StringComparison.Ordinal) ? OperationClass.Reversible : OperationClass.Privileged;
}
