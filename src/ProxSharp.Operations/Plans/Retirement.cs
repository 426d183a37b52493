using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>The calls that take a guest out of service without losing anything.</summary>
internal static class Retirement
{
    private const string Tag = "retired";
    private const string NoteStart = "Retired. May be removed from ";
    private const string Protection = "protection";

    // Proxmox: the schema of both kinds of guests.
    private const int LongestNotes = 8192;

    private static readonly string[] s_marks = ["tags", "description", "onboot", Protection];
    private static readonly char[] s_tagEnds = [';', ',', ' '];

    public static async Task<IReadOnlyList<PlanRequest>> PlanAsync(ProxmoxClient client, int vmid, DateTimeOffset purge, CancellationToken cancellationToken)
    {
        string number = vmid.ToString(CultureInfo.InvariantCulture);
        GuestPlace place = await new GuestReader(client).FindAsync(number, cancellationToken).ConfigureAwait(false)
            ?? throw new GuardRefusedException("target", $"There is no guest {number}.");
        string path = $"/nodes/{place.Node}/{place.Type}/{number}";
        JsonElement config = (await client.Raw.GetAsync($"{path}/config", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string tags = string.Join(';', Tags(config.Text("tags")).Append(Tag).Distinct());
        string note = string.Create(
            CultureInfo.InvariantCulture, $"{NoteStart}{purge:yyyy-MM-dd} on.\n\n{config.Text("description")}").TrimEnd();
        if (note.Length > LongestNotes)
        {
            throw new GuardRefusedException(
                "target",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Guest {number} cannot be retired: the line with its day goes in front of its notes, which would have {note.Length} characters then, and "
                    + $"Proxmox takes {LongestNotes}. Nothing was changed. Shorten the notes by {note.Length - LongestNotes} characters first."));
        }

        // The list of the cluster may show a guest as stopped that was started seconds ago.
        JsonElement now = (await client.Raw.GetAsync($"{path}/status/current", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        ApiParameters change = new() { { "tags", tags }, { "description", note }, { "onboot", false }, { "protection", true } };
        return [.. Stop(path, GuestPower.Of(now)), new PlanRequest(ApiMethod.Put, $"{path}/config", change)];
    }

    // Proxmox: a machine that is paused is not shut down.
    private static IEnumerable<PlanRequest> Stop(string path, string power)
    {
        if (power is "paused" or "suspended")
        {
            yield return new PlanRequest(ApiMethod.Post, $"{path}/status/resume");
        }

        if (power is not ("" or GuestPower.Stopped))
        {
            yield return new PlanRequest(ApiMethod.Post, $"{path}/status/shutdown");
        }
    }

    /// <summary>True for the call of a retirement that marks and protects the guest.</summary>
    public static bool IsPartOf(PlannedCall call) => GuestNames.IsInPath(call)
        && call.Path.EndsWith("/config", StringComparison.Ordinal)
        && call.Parameters.Find(Protection) == "1"
        && Tags(call.Parameters.Find("tags")).Contains(Tag)
        && call.Parameters.Find("description")?.StartsWith(NoteStart, StringComparison.Ordinal) == true;

    /// <summary>True for the calls that take a retirement back: the old marks on the guest, and its start.</summary>
    public static bool IsWayBack(PlannedCall call) => GuestNames.IsInPath(call) && (call.Path.EndsWith("/status/start", StringComparison.Ordinal)
        ? call.Others.All(static parameter => parameter.Name == "digest")
        : call.Path.EndsWith("/config", StringComparison.Ordinal) && call.Others.All(static parameter => parameter.Name == "delete"
            ? GuestNames.Split(parameter.Text).All(s_marks.Contains)
            : parameter.Name == "digest" || s_marks.Contains(parameter.Name)));

    /// <summary>The calls that destroy a retired guest: its protection off, with nothing else of it changed, and then the guest.</summary>
    public static IEnumerable<PlanRequest> Purge(RetiredRecord record)
    {
        // The node is corrected by itself.
        string path = $"/nodes/{record.Left.Facts.GetValueOrDefault("node")}/{record.Left.Identity.GetValueOrDefault("type")}/{record.Vmid}";
        yield return new PlanRequest(ApiMethod.Put, $"{path}/config", new ApiParameters { { "delete", Protection } });
        yield return new PlanRequest(ApiMethod.Delete, path);
    }

    /// <summary>True for one of those calls.</summary>
    public static bool IsPurge(PlannedCall call) => GuestNames.IsInPath(call) && (call.Method == ApiMethod.Delete
        ? call.Path is "/nodes/{node}/qemu/{vmid}" or "/nodes/{node}/lxc/{vmid}" && !call.Others.Any()
        : call.Method == ApiMethod.Put && call.Path.EndsWith("/config", StringComparison.Ordinal)
            && call.Others.All(static parameter => parameter.Name == "digest" || (parameter.Name == "delete" && parameter.Text == Protection)));

    /// <summary>The day that a retirement has set; null for none.</summary>
    public static DateOnly? DayOf(PlannedCall retired) => FirstLine(retired.Parameters.Find("description")) is { } line
        && line.StartsWith(NoteStart, StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            line[NoteStart.Length..].Split(' ')[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : null;

    /// <summary>True for tags among which is that of a retirement.</summary>
    public static bool HasTag(string? tags) => Tags(tags).Contains(Tag);

    /// <summary>True for a guest that carries the tag of a retirement.</summary>
    public static bool IsTagged(PlanTarget target) => HasTag(target.Facts.GetValueOrDefault("tags"));

    /// <summary>
    /// The guest with what its retirement has put on it released, if it still stands there as the retirement left it; otherwise the guest as it is.
    /// </summary>
    /// <param name="target">The guest as it is now.</param>
    /// <param name="retired">The call that retired it.</param>
    /// <param name="before">The guest as it was before.</param>
    public static PlanTarget Release(PlanTarget target, PlannedCall retired, PlanTarget before)
    {
        string[] old = Tags(before.Facts.GetValueOrDefault("tags"));
        bool wasFree = before.Facts.GetValueOrDefault(Protection) == "no";
        bool isAsLeft = target.Before.IsSet(Protection)
            && Tags(target.Before.Text("tags")).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(Tags(retired.Parameters.Find("tags")))
            && FirstLine(target.Before.Text("description")) == FirstLine(retired.Parameters.Find("description"));
        return wasFree && isAsLeft ? target.AsReleased([.. target.Policy.Tags.Where(tag => tag == Tag && !old.Contains(Tag))]) : target;
    }

    /// <summary>The parameters of a change without what takes the protection of a guest away.</summary>
    public static ApiParameters WithoutRelease(ApiParameters parameters)
    {
        ApiParameters rest = [];
        foreach (ApiParameter parameter in parameters)
        {
            if (parameter.Name == "delete")
            {
                string others = string.Join(',', GuestNames.Split(parameter.Text).Where(static name => name != Protection));
                if (others.Length > 0)
                {
                    rest.Add(parameter with { Text = others });
                }
            }
            else if (parameter.Name != Protection)
            {
                rest.Add(parameter);
            }
        }

        return rest;
    }

    private static string[] Tags(string? text) => (text ?? "").Split(s_tagEnds, StringSplitOptions.RemoveEmptyEntries);

    private static string FirstLine(string? text) => (text ?? "").Split('\n')[0].TrimEnd();
}
