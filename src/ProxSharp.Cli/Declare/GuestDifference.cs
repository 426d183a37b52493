using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// What differs between a configuration in a file and the one of a guest. Volumes and addresses that the server chose are not differences, sizes of disks
/// are made by growing them. Pure.
/// </summary>
internal sealed class GuestDifference
{
    private static readonly char[] s_tagSigns = [';', ',', ' '];

    private readonly List<(string Key, string? From, string? To)> _keys = [];
    private readonly List<(string Disk, string From, string To)> _larger = [];
    private readonly List<string> _blocked = [];

    private GuestDifference()
    {
    }

    /// <summary>The keys that differ, with the values to send.</summary>
    public IReadOnlyList<(string Key, string? From, string? To)> Keys => _keys;

    /// <summary>The disks that grow.</summary>
    public IReadOnlyList<(string Disk, string From, string To)> Larger => _larger;

    /// <summary>What cannot be made so.</summary>
    public IReadOnlyList<string> Blocked => _blocked;

    /// <summary>Compares.</summary>
    /// <param name="type">The kind of guest.</param>
    /// <param name="wanted">The configuration of the file.</param>
    /// <param name="present">The configuration that is there.</param>
    /// <param name="except">Keys that do not count.</param>
    /// <param name="isSource">True if <paramref name="present"/> is what a copy is made of: addresses of its network cards are not the copy's.</param>
    public static GuestDifference Of(string type, JsonElement wanted, JsonElement present, IReadOnlySet<string> except, bool isSource = false)
    {
        GuestDifference difference = new();
        IReadOnlyDictionary<string, ApiNode> parameters = StateSchema.Parameters(ApiMethod.Put, $"/nodes/{{node}}/{type}/{{vmid}}/config");
        foreach ((string key, string? from, string? to) in StateValues.Differences(wanted, present, [.. except]))
        {
            if (to is not null && from is not null && GuestDisk.IsKey(key))
            {
                difference.AddDisk(key, from, to);
            }
            else if (to is not null && from is not null && GuestCard.IsKey(key))
            {
                difference.AddCard(key, from, to, isSource);
            }
            else if (!Same(StateSchema.Find(parameters, key), key, to, from))
            {
                difference._keys.Add((key, from, to));
            }
        }

        return difference;
    }

    /// <summary>The calls that make it so.</summary>
    /// <param name="place">The guest.</param>
    /// <param name="title">What it is called in messages.</param>
    /// <param name="digest">The digest of the configuration that was compared.</param>
    /// <param name="isThere">False if the guest is not there yet.</param>
    public IReadOnlyList<PlannedCall> Calls(GuestPlace place, string title, string? digest, bool isThere = true)
    {
        string template = $"/nodes/{{node}}/{place.Type}/{{vmid}}";
        string path = $"/nodes/{Uri.EscapeDataString(place.Node)}/{place.Type}/{place.Id}";
        List<PlannedCall> calls = [];
        if (_keys.Count > 0)
        {
            calls.Add(new PlannedCall(ApiMethod.Put, $"{path}/config", StateValues.Parameters(_keys, digest))
            {
                Template = $"{template}/config",
                Target = title,
                IsThere = isThere,
            });
        }

        foreach ((string disk, _, string size) in _larger)
        {
            ApiParameters parameters = [];
            parameters.Add("disk", disk);
            parameters.Add("size", size);

            // A change of the configuration makes another digest.
            parameters.Add("digest", calls.Count == 0 ? digest : null);
            calls.Add(new PlannedCall(ApiMethod.Put, $"{path}/resize", parameters) { Template = $"{template}/resize", Target = title });
        }

        return calls;
    }

    private static bool Same(ApiNode? node, string key, string? wanted, string? present) => key switch
    {
        "tags" when wanted is not null && present is not null => Tags(wanted).SetEquals(Tags(present)),
        "description" => (wanted ?? "").TrimEnd('\n') == (present ?? "").TrimEnd('\n'),
        _ => StateSchema.Same(node, wanted, present),
    };

    private static HashSet<string> Tags(string text) => new(text.Split(s_tagSigns, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    private void AddDisk(string key, string from, string to)
    {
        GuestDisk wanted = GuestDisk.Parse(to);
        GuestDisk present = GuestDisk.Parse(from);
        if (!wanted.Means(present))
        {
            if (wanted.IsWish && !present.IsDisc)
            {
                _blocked.Add(
                    $"{key} is on '{present.Storage}', and the file asks for one on '{wanted.Storage}': move it with prox vm move-disk or prox ct move-disk");
            }
            else
            {
                _keys.Add((key, from, to));
            }

            return;
        }

        if (!wanted.HasOptionsOf(present))
        {
            _keys.Add((key, from, wanted.Over(present)));
        }

        if (wanted.IsDisc || !GuestDisk.HasChosenSize(key) || wanted.Bytes is not { } size || present.Bytes is not { } now || size == now)
        {
            return;
        }

        if (size < now)
        {
            _blocked.Add($"{key} has {Size(now)} and the file says {Size(size)}: disks never become smaller");
        }
        else
        {
            _larger.Add((key, Size(now), Size(size)));
        }
    }

    private void AddCard(string key, string from, string to, bool isSource)
    {
        GuestCard present = new(from);
        GuestCard wanted = new GuestCard(to).Over(present);
        if (!wanted.Is(present))
        {
            _keys.Add((key, from, isSource ? to : wanted.ToString()));
        }
    }

    private static string Size(double bytes)
    {
        int power = 0;
        while (power < 3 && bytes >= 1024 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            power++;
        }

        return bytes.ToString("0", CultureInfo.InvariantCulture) + (power > 0 ? "KMG"[power - 1].ToString() : "");
    }
}
