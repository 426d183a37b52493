using System.Text.Json;
using ProxSharp.Http;

namespace ProxSharp.Operations.Plans;

/// <summary>An object of the virtual networks that changes when what is pending is applied.</summary>
/// <param name="Path">The list that it is in.</param>
/// <param name="Entry">What that list has of it.</param>
internal sealed record PendingNetwork(string Path, JsonElement Entry)
{
    private static readonly Dictionary<string, string> s_kinds = new(StringComparer.Ordinal)
    {
        ["vnets"] = "vnet",
        ["zones"] = "zone",
        ["controllers"] = "controller",
        ["fabric"] = "fabric",
        ["node"] = "node of a fabric",
        ["prefix-lists"] = "prefix list",
        ["entries"] = "route map",
        ["subnets"] = "subnet",
    };

    private static readonly string[] s_names = ["vnet", "zone", "controller", "subnet", "route-map-id", "node_id", "id"];

    /// <summary>What it is and everything that it has, in short.</summary>
    public string Identity => $"{Path}\n{JsonTexts.HashWithoutDigests(Entry)}";

    /// <summary>The change in words: <c>changed vnet vnet1 (alias=office)</c>.</summary>
    public string Line
    {
        get
        {
            string kind = s_kinds.GetValueOrDefault(Path[(Path.LastIndexOf('/') + 1)..], "object");
            string settings = Entry.TryGetProperty("pending", out JsonElement pending) && pending.ValueKind == JsonValueKind.Object && Entry.Text("state") != "deleted"
                ? string.Join(", ", pending.EnumerateObject().Where(static member => member.Name is not ("digest" or "type"))
                    .Select(static member => $"{member.Name}={Secrets.Show(member.Name, member.Value.ToString())}"))
                : "";
            return $"{Entry.Text("state") ?? "changed"} {kind} {Name}{(settings.Length > 0 ? $" ({settings})" : "")}";
        }
    }

    // A subnet tells which vnet it is in, too: its own name counts.
    private string? Name => Path.EndsWith("/subnets", StringComparison.Ordinal)
        ? Entry.Text("subnet") ?? Entry.Text("cidr")
        : s_names.Select(name => Entry.Text(name)).FirstOrDefault(static name => name is not null);
}
