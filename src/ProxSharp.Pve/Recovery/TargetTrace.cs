using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Recovery;

/// <summary>
/// What a lost call that starts a task was to make or remove, where the task's id does not tell: a clone has a number, a snapshot a name. Pure.
/// </summary>
/// <param name="NewGuest">The number of the guest that a clone makes; null for other calls.</param>
/// <param name="Snapshot">The name of the snapshot that is made or removed; null for other calls.</param>
/// <param name="ListPath">The path of the list that the snapshot is, or was, in.</param>
/// <param name="IsRemoval">True if it is removed.</param>
internal sealed record TargetTrace(VmId? NewGuest, string? Snapshot, string ListPath, bool IsRemoval)
{
    /// <summary>What is known about the server if the call has done its work.</summary>
    public string Evidence => NewGuest is { } guest ? $"Guest {guest} exists."
        : IsRemoval ? $"{ListPath} has no {Snapshot} any more, or it is being removed."
        : $"{ListPath} has {Snapshot}.";

    /// <summary>Finds the target of a call; null if its task's id says all.</summary>
    public static TargetTrace? Of(ProxmoxOutcomeUnknownException lost)
    {
        string? Value(string name) => lost.Parameters.FirstOrDefault(parameter => parameter.Name == name).Text;
        (ApiMethod method, string path) = (lost.Operation.Method, lost.Operation.Path);
        if (method == ApiMethod.Post && path.EndsWith("/{vmid}/clone", StringComparison.Ordinal) && VmId.TryParse(Value("newid"), out VmId id))
        {
            return new TargetTrace(id, null, "", IsRemoval: false);
        }

        bool isRemoval = method == ApiMethod.Delete && path.EndsWith("/{vmid}/snapshot/{snapname}", StringComparison.Ordinal);
        bool isCreation = method == ApiMethod.Post && path.EndsWith("/{vmid}/snapshot", StringComparison.Ordinal);
        string list = isRemoval ? lost.Path[..lost.Path.LastIndexOf('/')] : lost.Path;
        return (isCreation || isRemoval) && Value("snapname") is { } name ? new TargetTrace(null, name, list, isRemoval) : null;
    }

    /// <summary>Tells whether the list of snapshots is as the call was to make it, or is on its way there; null if there is no list.</summary>
    public bool? IsReached(JsonElement? snapshots) => snapshots is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Any(item => Has(item, "name", Snapshot!) && !Has(item, "snapstate", "delete")) != IsRemoval
        : null;

    // Proxmox: a snapshot that is being removed stays in the list, with a state that says so.
    private static bool Has(JsonElement item, string member, string text) => item.TryGetProperty(member, out JsonElement value) && value.ValueEquals(text);
}
