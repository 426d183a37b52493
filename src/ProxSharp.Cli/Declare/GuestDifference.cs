using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Changes;
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

    private const string EncodedKey = "sshkeys";

    private readonly List<KeyChange> _keys = [];
    private readonly List<KeyChange> _larger = [];
    private readonly List<string> _blocked = [];
    private readonly List<string> _remarks = [];
    private readonly List<AttachedDisk> _attached = [];
    private readonly IReadOnlySet<string> _lost;

    private GuestDifference(IReadOnlySet<string>? lost) => _lost = lost ?? new HashSet<string>();

    /// <summary>The keys that differ, with the values to send.</summary>
    public IReadOnlyList<KeyChange> Keys => _keys;

    /// <summary>The disks that grow.</summary>
    public IReadOnlyList<KeyChange> Larger => _larger;

    /// <summary>What cannot be made so.</summary>
    public IReadOnlyList<string> Blocked => _blocked;

    /// <summary>What was not compared, and why.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Compares.</summary>
    /// <param name="type">The kind of guest.</param>
    /// <param name="wanted">The configuration of the file.</param>
    /// <param name="present">The configuration that is there.</param>
    /// <param name="except">Keys that do not count.</param>
    /// <param name="id">The number of the guest; null for one that is just being made as a copy, whose further disks are made anew.</param>
    /// <param name="isSource">True if <paramref name="present"/> is what a copy is made of: addresses of its network cards are not the copy's.</param>
    /// <param name="lost">Volumes of the guest that no storage has; null if there are none.</param>
    public static GuestDifference Of(
        string type, JsonElement wanted, JsonElement present, IReadOnlySet<string> except, string? id = null, bool isSource = false,
        IReadOnlySet<string>? lost = null)
    {
        GuestDifference difference = new(lost);
        IReadOnlyDictionary<string, ApiNode> parameters = StateSchema.Parameters(ApiMethod.Put, $"/nodes/{{node}}/{type}/{{vmid}}/config");
        foreach ((string key, string? from, string? to) in StateValues.Differences(wanted, present, parameters, [.. except]))
        {
            if (to is not null && GuestDisk.IsKey(key))
            {
                difference.AddDisk(key, from, to, id);
            }
            else if (to is not null && key.StartsWith("unused", StringComparison.Ordinal))
            {
                // Which disks lie unused is nobody's choice.
                continue;
            }
            else if (to is not null && Untold(type, key, from, parameters, id is not null) is { } why)
            {
                difference._remarks.Add(why);
            }
            else if (to is not null && from is not null && GuestCard.IsKey(key))
            {
                difference.AddCard(key, from, to, isSource);
            }
            else if (!Same(StateSchema.Find(parameters, key), key, to, from))
            {
                bool isEncoded = key == EncodedKey;
                difference._keys.Add(isEncoded
                    ? new KeyChange(key, from is null ? null : PublicKeys(from), to is null ? null : PublicKeys(to))
                    : new KeyChange(key, from, to));
            }
        }

        difference.BlockSecondUses(present);
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

        foreach ((string disk, _, string? size) in _larger)
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
        EncodedKey => PublicKeys(wanted) == PublicKeys(present),
        // Proxmox: what is blank at the end goes; within the text it stays.
        "description" => (wanted ?? "").TrimEnd() == (present ?? "").TrimEnd(),
        _ => StateSchema.Same(node, wanted, present),
    };

    private static HashSet<string> Tags(string text) => new(text.Split(s_tagSigns, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    // The server keeps them percent-encoded; in a file they may stand as they are.
    private static string PublicKeys(string? text) => EncodedTexts.Readable(text ?? "").Trim();

    private static string? Untold(string type, string key, string? from, IReadOnlyDictionary<string, ApiNode> parameters, bool isThere)
    {
        if (from is not null && StateValues.IsMask(from) && EndpointParameter.IsSecretName(key))
        {
            return $"{key} is set, and the server does not show it: it stays, whatever the file says (prox {(type == "lxc" ? "ct" : "vm")} set changes it)";
        }

        bool isForNewOnes = isThere && from is null && StateSchema.Find(parameters, key) is null
            && StateSchema.Find(StateSchema.Parameters(ApiMethod.Post, $"/nodes/{{node}}/{type}"), key) is not null;
        return isForNewOnes ? $"{key} counts only when the guest is made" : null;
    }

    private void AddDisk(string key, string? from, string to, string? id)
    {
        GuestDisk wanted = GuestDisk.Parse(to);
        GuestDisk? present = from is null ? null : GuestDisk.Parse(from);
        if (present is null || !wanted.Means(present))
        {
            AddOtherDisk(key, wanted, present, (from, to), id);
            return;
        }

        if (!wanted.HasOptionsOf(present))
        {
            _keys.Add(new KeyChange(key, from, wanted.Over(present)));
        }

        if (!wanted.IsDisc && GuestDisk.HasChosenSize(key) && wanted.Bytes is { } size && present.Bytes is { } now && size != now)
        {
            AddSize(key, wanted, now, size, id is not null && wanted.Volume != present.Volume && wanted.Owner is { } owner && owner != id ? owner : null);
        }
    }

    private void AddOtherDisk(string key, GuestDisk wanted, GuestDisk? present, (string? From, string To) texts, string? id)
    {
        if (present is { IsDisc: false } && wanted is { IsServersChoice: true, IsDisc: false })
        {
            _blocked.Add(present.Storage.Length == 0
                ? $"{key} is '{present.Volume}', which is no volume and cannot be moved, and the file asks for a disk on '{wanted.Storage}': "
                    + $"give the new disk another key, or apply {key}: null first"
                : $"{key} is on '{present.Storage}', and the file asks for one on '{wanted.Storage}': move it with prox vm move-disk or prox ct move-disk");
        }
        else if (id is null || wanted.IsCloudInit)
        {
            _keys.Add(new KeyChange(key, texts.From, wanted.AsWish(key)));
        }
        else if (wanted.Owner is { } owner && owner != id)
        {
            _blocked.Add(
                $"{key} names '{wanted.Volume}', a volume of guest {owner}, and {id} has no such disk: for a new one write '{wanted.Advice(key)}'");
        }
        else if (_lost.Contains(wanted.Volume))
        {
            _blocked.Add($"{key} names '{wanted.Volume}', which its storage does not list: for a new, empty disk write '{wanted.Advice(key)}'");
        }
        else
        {
            _keys.Add(new KeyChange(key, texts.From, texts.To));
            if (wanted.Owner is not null)
            {
                _attached.Add(new AttachedDisk(key, wanted));
            }
        }
    }

    // Two disks of one volume destroy what is on it. One that is taken out under one key may come in under another.
    private void BlockSecondUses(JsonElement present)
    {
        if (_attached.Count == 0)
        {
            return;
        }

        Dictionary<string, string> uses = new(StringComparer.Ordinal);
        foreach (JsonProperty member in present.EnumerateObject().Where(member => GuestDisk.IsKey(member.Name) && !_attached.Exists(disk => disk.Key == member.Name)))
        {
            int at = _keys.FindIndex(key => key.Key == member.Name);
            if ((at < 0 ? StateValues.Text(member.Value) : _keys[at].To) is { } text)
            {
                uses.TryAdd(GuestDisk.Parse(text).Identity, member.Name);
            }
        }

        foreach ((string key, GuestDisk disk) in _attached.Where(disk => !uses.TryAdd(disk.Disk.Identity, disk.Key)))
        {
            string other = uses[disk.Identity];
            _keys.RemoveAll(change => change.Key == key);
            _blocked.Add($"{key} names '{disk.Volume}', which is in use as {other}: for a new disk write '{disk.Advice(key)}'");
        }
    }

    private void AddSize(string key, GuestDisk wanted, double now, double size, string? otherGuest)
    {
        if (size < now)
        {
            _blocked.Add($"{key} has {Size(now)} and the file says {Size(size)}: disks never become smaller");
        }
        else if (otherGuest is not null)
        {
            // Growing cannot be taken back, and the file may mean the other disk.
            _blocked.Add($"{key} names '{wanted.Volume}', a larger volume of guest {otherGuest}: to grow the disk that is there write '{wanted.Advice(key)}'");
        }
        else
        {
            _larger.Add(new KeyChange(key, Size(now), Size(size)));
        }
    }

    private void AddCard(string key, string from, string to, bool isSource)
    {
        GuestCard present = new(from);
        GuestCard wanted = new GuestCard(to).Over(present);
        if (!wanted.Is(present))
        {
            _keys.Add(new KeyChange(key, from, isSource ? to : wanted.ToString()));
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

    private sealed record AttachedDisk(string Key, GuestDisk Disk);
}
