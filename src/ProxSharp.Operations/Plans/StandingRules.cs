using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what a call goes by without naming it: the settings of the job that it runs, the rule by which a storage keeps backups, the changes that it puts in force,
/// the images that it names, which others may replace, and what stands behind other names. They are facts of what the call acts on: the plan tells them, and is
/// refused once they are others.
/// </summary>
internal sealed class StandingRules(ProxmoxClient client, GuestConfigs configs)
{
    /// <summary>What stands for a rule that cannot be read.</summary>
    public const string Unreadable = "unknown";

    /// <summary>How a rule begins that is a number of backups for each guest; 0 keeps all.</summary>
    public const string Most = "maxfiles=";

    private const string Kept = "backups kept";
    private const string NotThere = "not there";

    private static readonly Dictionary<string, string> s_none = [];

    private static readonly long s_latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly FollowedSettings _settings = new(client.Schema.Product, (path, cancellationToken) => ReadAsync(client, path, null, cancellationToken));

    private readonly DroppedChanges _dropped = new(client, configs);

    private readonly TakenAddresses _addresses = new(client, configs);

    private readonly NamedSettings _names = new((path, cancellationToken) => ReadAsync(client, path, null, cancellationToken));

    /// <summary>Those rules by name; empty where a call names all that it goes by.</summary>
    /// <exception cref="GuardRefusedException">The networks cannot be read, so that nobody can tell what a call puts in force.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> own = await OfCallAsync(call, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> others = await _dropped.ReadAsync(call, cancellationToken).ConfigureAwait(false);
        if (client.Schema.Product == ProxmoxProduct.VirtualEnvironment)
        {
            IReadOnlyDictionary<string, string> named = await _names.ReadAsync(call, cancellationToken).ConfigureAwait(false);
            foreach ((string name, string value) in named.Concat(await _addresses.ReadAsync(call, cancellationToken).ConfigureAwait(false)))
            {
                others[name] = value;
            }
        }

        return others.Count > 0 ? own.Concat(others).ToDictionary(StringComparer.Ordinal) : own;
    }

    private async Task<IReadOnlyDictionary<string, string>> OfCallAsync(PlannedCall call, CancellationToken cancellationToken) =>
        (client.Schema.Product, call.Method, call.Path) switch
        {
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/nodes/{node}/vzdump") => await OfBackupAsync(call, cancellationToken).ConfigureAwait(false),
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/cluster/backup") or (ProxmoxProduct.VirtualEnvironment, ApiMethod.Put, "/cluster/backup/{id}")
                when call.Parameters.Find("storage") is { Length: > 0 } storage && !HasOwnRule(call) => await OfStorageAsync(storage, cancellationToken).ConfigureAwait(false),
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Delete, "/nodes/{node}/storage/{storage}/prunebackups") when IsByStorage(call) =>
                await OfStorageAsync(call.Parameters.Find("storage")!, cancellationToken).ConfigureAwait(false),
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Put, "/cluster/sdn") or (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/cluster/sdn/rollback") =>
                Fact("pending", await configs.Networks.PendingAsync(cancellationToken).ConfigureAwait(false)),
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/cluster/ha/resources") => Fact(HaStarts.Asked, call.Parameters.Find("state") ?? "started"),
            (ProxmoxProduct.VirtualEnvironment, ApiMethod.Post or ApiMethod.Put, "/nodes/{node}/qemu" or "/nodes/{node}/lxc" or "/nodes/{node}/qemu/{vmid}/config"
                or "/nodes/{node}/lxc/{vmid}/config") => await OfImagesAsync(call, cancellationToken).ConfigureAwait(false),
            (ProxmoxProduct.BackupServer, _, _) when MovedBackups.IsOne(call) =>
                await new MovedBackups(client).JobsAsync(call, cancellationToken).ConfigureAwait(false) is { Length: > 0 } jobs ? Fact(MovedBackups.Fact, jobs) : s_none,
            _ when GuestPower.IsOfService(call) => await OfServiceAsync(call, cancellationToken).ConfigureAwait(false),
            _ => await _settings.ReadAsync(call, cancellationToken).ConfigureAwait(false),
        };

    /// <summary>The rule by which the storage of a backup keeps older ones; null if it was not read.</summary>
    public static string? KeptBy(IReadOnlyList<PlanTarget> targets) => targets is [{ } first, ..] ? first.Rules.GetValueOrDefault(Kept) : null;

    private static bool IsByStorage(PlannedCall call) =>
        !ChangedJob.IsOff(call.Parameters.Find("remove")) && !HasOwnRule(call);

    private static bool HasOwnRule(PlannedCall call) => call.Parameters.Find("prune-backups") is not null || call.Parameters.Find("maxfiles") is not null;

    // Proxmox: a node tells what holds there for a storage, be it by the storage or by the node's vzdump.conf.
    private async Task<Dictionary<string, string>> OfBackupAsync(PlannedCall call, CancellationToken cancellationToken) => HasOwnRule(call)
        ? s_none
        : Fact(Kept, RuleIn(await ReadAsync(
            client,
            $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/defaults",
            new ApiParameters { { "storage", call.Parameters.Find("storage") } },
            cancellationToken).ConfigureAwait(false)));

    private async Task<Dictionary<string, string>> OfStorageAsync(string storage, CancellationToken cancellationToken) =>
        Fact(Kept, RuleIn(await ReadAsync(client, $"/storage/{Uri.EscapeDataString(storage)}", null, cancellationToken).ConfigureAwait(false)));

    private async Task<Dictionary<string, string>> OfServiceAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string state = call.ConcretePath[..call.ConcretePath.LastIndexOf('/')] + "/state";
        return Fact(GuestPower.Service, await ReadAsync(client, state, null, cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.Object } known
            ? known.Text("state") ?? Unreadable
            : Unreadable);
    }

    // Proxmox: an image that is uploaded again takes the place of the one before, and a backup that is written again has the same name if it says the same time.
    // Of both the list tells what the volume itself does not: when it came. Backups are many, so that only those of its guest are listed.
    private async Task<Dictionary<string, string>> OfImagesAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        string node = Uri.EscapeDataString(call.Parameters.Find("node") ?? "");
        foreach (Match image in call.Others.Where(static parameter => IsSource(parameter.Name)).SelectMany(static parameter => Image.Matches(parameter.Text).Cast<Match>()))
        {
            JsonElement? list = await ReadAsync(
                client,
                $"/nodes/{node}/storage/{Uri.EscapeDataString(image.Groups["storage"].Value)}/content",
                new ApiParameters { { "content", image.Groups["content"].Value }, { "vmid", VolumeOwners.OwnersOf(image.Value).FirstOrDefault() } },
                cancellationToken).ConfigureAwait(false);
            found[image.Value] = list is not { ValueKind: JsonValueKind.Array } all ? Unreadable
                : all.EnumerateArray().Where(entry => entry.Text("volid") == image.Value).Select(Describe).FirstOrDefault() ?? NotThere;
        }

        // What is not there brings nothing.
        return RestoredSettings.IsOne(call) && found.Values.All(static state => state != NotThere)
            ? found.Concat(await new RestoredSettings(client, configs).ReadAsync(call, cancellationToken).ConfigureAwait(false)).ToDictionary(StringComparer.Ordinal)
            : found;
    }

    private static bool IsSource(string name) => DiskKeys.IsGiven(name) || name is "ostemplate" or "archive" or "cicustom" or "hookscript";

    private static string Describe(JsonElement image)
    {
        string since = long.TryParse(image.Text("ctime"), NumberStyles.None, CultureInfo.InvariantCulture, out long time) && time <= s_latest
            ? $" of {DateTimeOffset.FromUnixTimeSeconds(time):u}"
            : "";
        return $"{image.Text("size")} bytes{since}";
    }

    private static string RuleIn(JsonElement? place) => place is { ValueKind: JsonValueKind.Object } known
        ? known.Said("prune-backups") ?? (known.Text("maxfiles") is { } most ? Most + most : "all")
        : Unreadable;

    private static Dictionary<string, string> Fact(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    /// <summary>Reads a path; null if it cannot be read.</summary>
    public static async Task<JsonElement?> ReadAsync(ProxmoxClient client, string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException)
        {
            // The plan says that nobody knows, and its class is the worst that the rule may make of it.
            return null;
        }
    }

    private static Regex Image => field ??= new(
        "(?<storage>[A-Za-z][A-Za-z0-9._-]*):(?<content>backup|iso|import|vztmpl|snippets)/[^,;=]+", RegexOptions.ExplicitCapture);
}
