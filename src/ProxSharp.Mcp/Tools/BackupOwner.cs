using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Whose backups are wanted.</summary>
/// <param name="Type"><c>vm</c>, <c>ct</c> or <c>host</c>; null if any.</param>
/// <param name="Id">The number of a guest or the name of a host.</param>
internal sealed record BackupOwner(string? Type, string Id)
{
    /// <summary>Reads <c>100</c>, <c>vm/100</c>, <c>ct/101</c>, <c>host/laptop</c>, or the name of a guest or a host.</summary>
    /// <exception cref="ToolException">It is neither, or several guests have the name.</exception>
    public static async Task<BackupOwner> FindAsync(AgentSites sites, AgentSite site, Reading reading, string text, CancellationToken cancellationToken)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string? type = slash < 0 ? null : TypeOf(text[..slash]);
        string id = text[(slash + 1)..];
        if (id.Length == 0 || id.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            || (slash >= 0 && (type is null || (type != "host" && !IsNumber(id)))))
        {
            throw new ToolException("usage", $"'{text}' is no guest; write its number, its name, vm/100, ct/101, or host/NAME.");
        }

        if (type is not null || IsNumber(id))
        {
            return type == "host" && !site.IsBackup
                ? throw new ToolException("usage", $"'{text}' is a host, and {site.Name} has backups of guests alone.")
                : new BackupOwner(type, id);
        }

        // A backup server knows guests by their numbers alone; a cluster that is served too knows the names.
        BackupOwner[] named = [.. (await GuestsAsync(sites, site, reading, cancellationToken).ConfigureAwait(false))
            .Where(guest => id.Equals(guest.Text("name"), StringComparison.OrdinalIgnoreCase))
            .Select(static guest => new BackupOwner(KindOf(guest), guest.Text("vmid") ?? "")).Distinct()];
        return named.Length switch
        {
            1 => named[0],
            > 1 => throw new ToolException(
                "usage", $"Several guests are named '{text}': {string.Join(", ", named.Select(static each => each.ToString()))}. Choose one of them."),
            _ => site.IsBackup ? new BackupOwner(null, id) : throw None(site, text),
        };
    }

    /// <summary>Makes sure that a guest without backups is one that is there.</summary>
    /// <exception cref="ToolException">It is not.</exception>
    public async Task CheckThereAsync(AgentSites sites, AgentSite site, Reading reading, string text, CancellationToken cancellationToken)
    {
        IEnumerable<JsonElement> guests = await GuestsAsync(sites, site, reading, cancellationToken).ConfigureAwait(false);
        if (reading.IsWhole && !guests.Any(guest => guest.Text("vmid") == Id && (Type is null || Type == KindOf(guest))))
        {
            throw None(site, text);
        }
    }

    /// <summary>True if an archive of a storage is of this kind of guest, or does not tell.</summary>
    public bool Fits(JsonElement archive) => Type is null || archive.Text("subtype") switch
    {
        "qemu" => Type == "vm",
        "lxc" => Type == "ct",
        _ => archive.Text("volid") is not { } volume
            || !volume.Contains(Type == "vm" ? "vzdump-lxc-" : "vzdump-qemu-", StringComparison.Ordinal),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Type}/{Id}";

    private static ToolException None(AgentSite site, string text) => new(
        "not-found",
        $"There is no backup of '{text}' in {site.Name}, and no guest like that. guest_list shows the guests, backup_list without guest all backups.");

    private static async Task<IEnumerable<JsonElement>> GuestsAsync(AgentSites sites, AgentSite site, Reading reading, CancellationToken cancellationToken)
    {
        List<JsonElement> all = [];
        foreach (AgentSite cluster in site.IsBackup ? sites.All.Where(static each => !each.IsBackup) : [site])
        {
            await reading.OfContextAsync(
                cluster, site.IsBackup, async () => all.AddRange(await cluster.ResourcesAsync("vm", cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        }

        return all;
    }

    private static string KindOf(JsonElement guest) => guest.Text("type") == "lxc" ? "ct" : "vm";

    private static string? TypeOf(string word) => word switch
    {
        "vm" or "qemu" => "vm",
        "ct" or "lxc" => "ct",
        "host" => "host",
        _ => null,
    };

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);
}
