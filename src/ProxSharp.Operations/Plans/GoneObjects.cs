using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds what a plan has made, or changed in a guest, and what others have removed since: it needs no taking back, and the rest still does.</summary>
internal sealed class GoneObjects(ProxmoxClient client)
{
    private readonly GuestReader _guests = new(client, new GuestConfigs(client));

    /// <summary>Leaves out the ways back that are about what is gone.</summary>
    /// <param name="done">The plan that is taken back.</param>
    /// <param name="steps">The ways back.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The other ones, and what is gone, in words.</returns>
    public async Task<(IReadOnlyList<UndoStep> Steps, IReadOnlyList<string> Gone)> LeaveOutAsync(
        Plan done, IReadOnlyList<UndoStep> steps, CancellationToken cancellationToken)
    {
        List<string> gone = [];
        List<string> words = [];
        HashSet<int> removed = [];
        foreach (UndoStep step in steps)
        {
            if (await GoneAsync(done, step, cancellationToken).ConfigureAwait(false) is { } what)
            {
                // What is named beside its path is not all that has that path.
                gone.AddRange(UndoBuilder.Keys(step.Call).Count == 0 ? [$"{GuestNames.PathOnAnyNode(step.Call)}/"] : []);
                removed.Add(step.Of);
                words.Add(UntrustedText.Clean(what, 200));
            }
        }

        UndoStep[] left = [.. steps.Where(step => !removed.Contains(step.Of) && !gone.Any(path => PathOf(step.Call).StartsWith(path, StringComparison.Ordinal)))];
        bool isAllMade = removed.All(place => RecipeOf(done, place) == UndoBuilder.DeleteCreated);
        return left.Length == 0 && !isAllMade ? (steps, []) : (left, [.. words.Distinct(StringComparer.Ordinal)]);
    }

    private string? RecipeOf(Plan done, int place) => UndoBuilder.RecipeOf(client.Schema, done.Calls[place]);

    private static string PathOf(PlannedCall call) => $"{PoolMembers.PathOf(call) ?? GuestNames.PathOnAnyNode(call)}/";

    /// <summary>What is gone that a way back is about; null if it is there, or nobody can tell.</summary>
    private async Task<string?> GoneAsync(Plan done, UndoStep step, CancellationToken cancellationToken)
    {
        PlannedCall back = step.Call;
        if (GuestNames.IsInPath(back) && back.Parameters.Find("vmid") is { } vmid)
        {
            if (await _guests.FindAsync(vmid, cancellationToken).ConfigureAwait(false) is not { } place)
            {
                return $"guest {vmid}";
            }

            back = back.With(At(back.Parameters, place.Node));
            if (await IsReachedAsync(done, step, back, cancellationToken).ConfigureAwait(false) is { } power)
            {
                return $"guest {vmid} is {power}";
            }
        }

        if (back.Method == ApiMethod.Put && await NamedAndGoneAsync(back, cancellationToken).ConfigureAwait(false) is { } named)
        {
            return $"guest {named}, which {back.ConcretePath} named";
        }

        if (back.Method == ApiMethod.Put && UndoBuilder.Keys(back) is { Count: > 0 } keys && back.Parameters.Find("backup-id") is not null)
        {
            return await HasBackupAsync(back, keys, cancellationToken).ConfigureAwait(false) ? null : $"the backup of {back.ConcretePath}";
        }

        bool isMade = back.Method == ApiMethod.Delete && RecipeOf(done, step.Of) == UndoBuilder.DeleteCreated;
        bool isChanged = back.Method == ApiMethod.Put && back.Path.EndsWith('}') && done.Calls[step.Of].Path == back.Path;
        return (isMade || isChanged) && !RuleLists.IsOnRule(back) && await IsGoneAsync(back, cancellationToken).ConfigureAwait(false)
            ? GuestSnapshots.NamedBy(back) is { } snapshot ? GuestSnapshots.KeyOf(back.Parameters.Find("vmid")!, snapshot) : back.ConcretePath
            : null;
    }

    // Others may have started or stopped it meanwhile. What comes back in several steps goes through all of them.
    private async Task<string?> IsReachedAsync(Plan done, UndoStep step, PlannedCall back, CancellationToken cancellationToken)
    {
        if (GuestPower.Goal(back) is not { } goal || GuestPower.Goal(done.Calls[step.Of]) is null
            || done.Draft.Undo.Count(other => GuestPower.Goal(other.Call) is not null && other.Call.Parameters.Find("vmid") == back.Parameters.Find("vmid")) > 1)
        {
            return null;
        }

        string path = back.ConcretePath[..back.ConcretePath.IndexOf("/status/", StringComparison.Ordinal)] + "/status/current";
        return await StandingRules.ReadAsync(client, path, null, cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.Object } now
            && GuestPower.Of(now) == goal
            ? goal
            : null;
    }

    private async Task<string?> NamedAndGoneAsync(PlannedCall back, CancellationToken cancellationToken)
    {
        foreach (TouchedGuest guest in client.Schema.Product == ProxmoxProduct.VirtualEnvironment ? GuestNames.NamedBy(back) : [])
        {
            if (await _guests.FindAsync(guest.Vmid, cancellationToken).ConfigureAwait(false) is null)
            {
                return guest.Vmid;
            }
        }

        return null;
    }

    // Where the server says nothing of it nobody can tell, and the way back is left in.
    private async Task<bool> HasBackupAsync(PlannedCall back, ApiParameters keys, CancellationToken cancellationToken)
    {
        ApiParameters group = [];
        foreach (ApiParameter key in keys.Where(static key => key.Name != "backup-time"))
        {
            group.Add(key);
        }

        string path = $"/admin/datastore/{Uri.EscapeDataString(back.Parameters.Find("store") ?? "")}/snapshots";
        return await StandingRules.ReadAsync(client, path, group, cancellationToken).ConfigureAwait(false) is not { ValueKind: JsonValueKind.Array } all
            || all.EnumerateArray().Any(snapshot => keys.Find("backup-time") is not { } time || snapshot.Text("backup-time") == time);
    }

    private static ApiParameters At(ApiParameters parameters, string node)
    {
        ApiParameters moved = [];
        foreach (ApiParameter parameter in parameters)
        {
            moved.Add(parameter.Name == "node" ? parameter with { Text = node } : parameter);
        }

        return moved;
    }

    // Gone is what its own path does not show and its list does not name. What a list writes in another way than the path is shown by its path.
    private async Task<bool> IsGoneAsync(PlannedCall back, CancellationToken cancellationToken)
    {
        int slash = back.Path.LastIndexOf('/');
        if (client.Schema.Find(ApiMethod.Get, back.Path[..slash]) is null || client.Schema.Find(ApiMethod.Get, back.Path) is null)
        {
            return false;
        }

        string path = back.ConcretePath;
        string name = back.Parameters.Find(back.Path[(slash + 1)..].Trim('{', '}')) ?? "";
        try
        {
            if (GuestSnapshots.NamedBy(back) is null && await ShowsAsync(path, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            JsonElement all = (await client.Raw.GetAsync(path[..path.LastIndexOf('/')], cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return all.ValueKind == JsonValueKind.Array && !all.EnumerateArray().Any(row => Names(row, name));
        }
        catch (ProxmoxApiException)
        {
            // Whoever cannot tell leaves the way back in; it says then what is wrong.
            return false;
        }
    }

    private async Task<bool> ShowsAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement shown = (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return shown.ValueKind != JsonValueKind.Array || shown.GetArrayLength() > 0;
        }
        catch (ProxmoxApiException e) when (e is not ProxmoxPermissionException and not ProxmoxAuthenticationException)
        {
            return false;
        }
    }

    private static bool Names(JsonElement row, string name) => row.ValueKind == JsonValueKind.Object
        && row.EnumerateObject().Any(member => string.Equals(row.Text(member.Name), name, StringComparison.OrdinalIgnoreCase));
}
