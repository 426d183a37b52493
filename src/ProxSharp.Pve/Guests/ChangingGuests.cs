using System.Text.Json;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>Guests that a task brings into another state, or to another node, just now: as long as it runs, their present one decides nothing.</summary>
internal sealed class ChangingGuests(PveClient client)
{
    private const string Path = "/cluster/tasks";

    // A run over many guests need not ask for each of them.
    private static readonly TimeSpan s_good = TimeSpan.FromSeconds(1);

    private static readonly string[] s_actions = ["start", "stop", "shutdown", "reboot", "suspend", "resume"];

    private static readonly HashSet<string> s_types =
        [.. s_actions.SelectMany(static action => new[] { $"qm{action}", $"vz{action}", $"ha{action}" }), "qmigrate", "vzmigrate", "hamigrate"];

    private readonly Lock _gate = new();
    private Task<IReadOnlySet<VmId>>? _reading;
    private IReadOnlySet<VmId>? _read;
    private long _readAt;

    /// <summary>Their numbers.</summary>
    public async Task<IReadOnlySet<VmId>> ListAsync(CancellationToken cancellationToken) =>
        Read((await client.Raw.GetAsync(Path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data);

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlySet<VmId> List(CancellationToken cancellationToken) => Read(client.Raw.Get(Path, cancellationToken: cancellationToken).Data);

    /// <summary>The guest, with whether it is one of them; what was read a moment ago is good enough.</summary>
    public async Task<GuestSummary> TellAsync(GuestSummary guest, CancellationToken cancellationToken)
    {
        Task<IReadOnlySet<VmId>> reading;
        lock (_gate)
        {
            if (_reading is null || _reading.IsFaulted || IsOld)
            {
                (_reading, _readAt) = (ListAsync(cancellationToken), client.Options.TimeProvider.GetTimestamp());
            }

            reading = _reading;
        }

        return guest with { IsChanging = (await reading.ConfigureAwait(false)).Contains(guest.Id) };
    }

    /// <inheritdoc cref="TellAsync"/>
    public GuestSummary Tell(GuestSummary guest, CancellationToken cancellationToken)
    {
        if (_read is null || IsOld)
        {
            (_read, _readAt) = (List(cancellationToken), client.Options.TimeProvider.GetTimestamp());
        }

        return guest with { IsChanging = _read.Contains(guest.Id) };
    }

    private bool IsOld => client.Options.TimeProvider.GetElapsedTime(_readAt) >= s_good;

    // Proxmox: what has ended stays in the list for a while, with its end.
    private static HashSet<VmId> Read(JsonElement tasks)
    {
        HashSet<VmId> found = [];
        foreach (JsonElement task in tasks.EnumerateArray())
        {
            if (!task.TryGetProperty("endtime", out _) && task.TryGetProperty("upid", out JsonElement text) && Upid.TryParse(text.ToString(), out Upid upid)
                && s_types.Contains(upid.Type) && VmId.TryParse(upid.Id, out VmId guest))
            {
                found.Add(guest);
            }
        }

        return found;
    }
}
