using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads who a guest is. Its number and name say nothing: both are used again. The lists of all guests and of all replications are read once, because a plan
/// may have hundreds of calls in a cluster with thousands of guests; so is each configuration, while the power of a guest is read each time.
/// </summary>
internal sealed class GuestReader(ProxmoxClient client, GuestConfigs? configs = null)
{
    public const string Hidden = "unknown: the token may not see it";

    private const int MostTasks = 500;

    private readonly GuestConfigs _configs = configs ?? new GuestConfigs(client);
    private Dictionary<string, JsonElement>? _all;
    private JsonElement? _replications;
    private bool _isHidden;

    public async Task<GuestPlace?> FindAsync(string vmid, CancellationToken cancellationToken)
    {
        _all ??= Index(await GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } }, cancellationToken).ConfigureAwait(false));
        return _all.TryGetValue(vmid, out JsonElement resource)
            ? new GuestPlace(vmid, resource.Text("type") ?? "qemu", resource.Text("node") ?? "", resource)
            : null;
    }

    /// <summary>Says that there is no such guest, and whose name it is.</summary>
    /// <param name="vmid">What stands in place of a number.</param>
    public GuardRefusedException None(string vmid)
    {
        string[] named =
        [
            .. _all!.Values.Where(guest => vmid.Equals(guest.Text("name"), StringComparison.OrdinalIgnoreCase))
                .Select(static guest => guest.Text("vmid")).OfType<string>(),
        ];
        return new GuardRefusedException("target", $"There is no guest {Text.UntrustedText.Clean(vmid, 100)}"
            + (named.Length == 0 ? "." : $": in paths guests are called by their numbers, and the name is that of {string.Join(" and of ", named)}."));
    }

    /// <summary>Reads what is read once, so that several guests can be read at once afterwards.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await FindAsync("", cancellationToken).ConfigureAwait(false);
        await ReplicationAsync("", cancellationToken).ConfigureAwait(false);
    }

    public async Task<PlanTarget> ReadAsync(string vmid, CancellationToken cancellationToken)
    {
        GuestPlace place = await FindAsync(vmid, cancellationToken).ConfigureAwait(false)
            ?? throw None(vmid);
        string path = $"/nodes/{place.Node}/{place.Type}/{vmid}";
        JsonElement config = await _configs.ConfigAsync(path, cancellationToken).ConfigureAwait(false);
        JsonElement status = await GetAsync($"{path}/status/current", null, cancellationToken).ConfigureAwait(false);
        string name = config.Text("name") ?? config.Text("hostname") ?? "";
        string[] tags = ItemLists.Split(config.Text("tags") ?? "");
        Dictionary<string, string> facts = Facts(place, config, status);
        facts["replication"] = await ReplicationAsync(vmid, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> identity = Identity(place, config, name);
        if (place.Type == "lxc")
        {
            identity[PlanTarget.Created] = await MakingAsync(place, cancellationToken).ConfigureAwait(false);
        }

        return new PlanTarget($"guest {vmid}", identity, config.Text("digest") ?? JsonTexts.Hash(config), facts)
        {
            Before = config,
            Digest = config.Text("digest"),
            Policy = new PolicyTarget($"guest {vmid} ({Text.UntrustedText.Clean(name, 80)})")
            {
                Vmid = int.Parse(vmid, NumberStyles.None, CultureInfo.InvariantCulture),
                Node = place.Node,
                Pool = place.Resource.Text("pool"),
                Tags = tags,
                IsProtected = config.IsSet("protection"),
            },
        };
    }

    /// <summary>Describes a guest that is no more, and that still has backups or a place in a job.</summary>
    public static PlanTarget Gone(string vmid) => new(
        $"guest {vmid}",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["vmid"] = vmid, ["exists"] = "no" },
        "",
        new Dictionary<string, string>())
    {
        Policy = new PolicyTarget($"guest {vmid} (not there)") { Vmid = VmidRange.TryParse(vmid, out VmidRange number) ? number.First : null },
    };

    private static Dictionary<string, string> Identity(GuestPlace place, JsonElement config, string name)
    {
        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["vmid"] = place.Vmid,
            ["type"] = place.Type,
            ["name"] = name,
        };
        if (place.Type == "qemu")
        {
            identity["vmgenid"] = config.Text("vmgenid") ?? "";
            identity["smbios uuid"] = MemberValue("smbios1", config.Text("smbios1") ?? "");
            identity[PlanTarget.Created] = MadeAt(config);
            return identity;
        }

        // Containers have no number of their own: their network cards and volumes stand for them, and the task that made them.
        foreach (JsonProperty member in config.EnumerateObject().Where(static member => Card.IsMatch(member.Name) || Volume.IsMatch(member.Name)))
        {
            identity[member.Name] = MemberValue(member.Name, member.Value.ToString());
        }

        return identity;
    }

    /// <summary>When a machine was made, in seconds since 1970; empty where its configuration does not tell, as that of a container.</summary>
    public static string MadeAt(JsonElement config) => Created.Match(config.Text("meta") ?? "").Groups["value"].Value;

    // Nothing in a container's configuration tells when it was made, and one that is made anew gets the same volumes. The node's tasks tell, as far back as
    // they are kept: when the number was last given to a container, or taken from one. Proxmox: what copies a container is a task of the one that is copied.
    private async Task<string> MakingAsync(GuestPlace place, CancellationToken cancellationToken)
    {
        ApiParameters filter = new() { { "vmid", place.Vmid }, { "source", "all" }, { "limit", MostTasks } };
        try
        {
            JsonElement tasks = await GetAsync($"/nodes/{place.Node}/tasks", filter, cancellationToken).ConfigureAwait(false);
            return tasks.EnumerateArray().Where(static task => task.Text("type") is "vzcreate" or "vzrestore" or "vzdestroy")
                .Select(static task => task.Text("starttime")).OfType<string>().MaxBy(PlanTarget.Time) ?? "";
        }
        catch (ProxmoxPermissionException)
        {
            // Its cards and volumes are all that this token can tell it by.
            return "";
        }
    }

    /// <summary>What of the value of a key of the configuration says who a guest is.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value; empty for none.</param>
    public static string MemberValue(string key, string value) => key == "smbios1" ? Uuid.Match(value).Groups["value"].Value
        : Card.IsMatch(key) ? HardwareAddress.Match(value).Groups["value"].Value
        : Volume.IsMatch(key) ? value.Split(',')[0]
        : value;

    private static Dictionary<string, string> Facts(GuestPlace place, JsonElement config, JsonElement status) => new(StringComparer.Ordinal)
    {
        ["node"] = place.Node,
        [GuestPower.Fact] = GuestPower.Of(status),
        ["lock"] = config.Text("lock") ?? "",
        ["protection"] = config.IsSet("protection") ? "yes" : "no",
        ["template"] = config.IsSet("template") ? "yes" : "no",
        ["high availability"] = status.TryGetProperty("ha", out JsonElement ha) && ha.IsSet("managed") ? "yes" : "no",
        ["pool"] = place.Resource.Text("pool") ?? "",
        ["tags"] = config.Text("tags") ?? "",
    };

    // Where copies of the disks are kept: they go with the guest when it is destroyed, and stop it from being moved elsewhere.
    private async Task<string> ReplicationAsync(string vmid, CancellationToken cancellationToken)
    {
        if (_isHidden)
        {
            return Hidden;
        }

        try
        {
            _replications ??= await GetAsync("/cluster/replication", null, cancellationToken).ConfigureAwait(false);
            return string.Join(", ", _replications.Value.EnumerateArray()
                .Where(job => job.Text("guest") == vmid)
                .Select(static job => $"{job.Text("id")} to {job.Text("target")}{(job.IsSet("disable") ? " (off)" : "")}")
                .Order(StringComparer.Ordinal));
        }
        catch (ProxmoxPermissionException)
        {
            _isHidden = true;
            return Hidden;
        }
    }

    private static Dictionary<string, JsonElement> Index(JsonElement all)
    {
        Dictionary<string, JsonElement> byNumber = new(StringComparer.Ordinal);
        foreach (JsonElement guest in all.EnumerateArray())
        {
            byNumber.TryAdd(guest.Text("vmid") ?? "", guest);
        }

        return byNumber;
    }

    private async Task<JsonElement> GetAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken) =>
        (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

    private static Regex Uuid => field ??= new("(^|,)uuid=(?<value>[^,]+)", RegexOptions.ExplicitCapture);

    private static Regex Created => field ??= new("(^|,)ctime=(?<value>[0-9]+)", RegexOptions.ExplicitCapture);

    private static Regex HardwareAddress => field ??= new("(^|,)hwaddr=(?<value>[^,]+)", RegexOptions.ExplicitCapture);

    private static Regex Card => field ??= new("^net[0-9]+$");

    private static Regex Volume => field ??= new("^(rootfs|mp[0-9]+)$");
}
