using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads which disks of a node a call names, and what lies on them: a path such as /dev/sdb is another disk once one is put in or taken out, and one that was
/// empty when the plan was made may hold something since.
/// </summary>
internal sealed class NamedDisks(ProxmoxClient client)
{
    /// <summary>The fact that says which disk it is.</summary>
    public const string Device = "device";

    /// <summary>The fact that says what lies on it.</summary>
    public const string Content = "holds";

    private const string Unknown = "unknown: the node lists no such disk";

    // In the order in which people know a disk by them. What one product does not tell stays out.
    private static readonly string[] s_members = ["vendor", "model", "serial", "size", "wwn", "by_id_link"];

    /// <summary>True for a call that overwrites disks of a node.</summary>
    public static bool IsAbout(PlannedCall call) => DiskUsers.IsAbout(call) || (HostDisks.IsAbout(call) && call.Method != ApiMethod.Delete);

    /// <summary>Reads the disks, each as a target of its own.</summary>
    public async Task<IReadOnlyList<PlanTarget>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (!IsAbout(call))
        {
            return [];
        }

        string node = call.Parameters.Find("node") ?? "";
        JsonElement? list = await StandingRules.ReadAsync(
            client,
            $"/nodes/{Uri.EscapeDataString(node)}/disks/list",
            new ApiParameters { { "include-partitions", "1" }, { "skipsmart", "1" } },
            cancellationToken).ConfigureAwait(false);
        JsonElement[] all = list is { ValueKind: JsonValueKind.Array } rows ? [.. rows.EnumerateArray().SelectMany(WithParts)] : [];
        List<PlanTarget> targets = [];
        foreach (string name in call.Others.Where(static parameter => DiskUsers.Disks.Contains(parameter.Name)).SelectMany(static parameter => ItemLists.Split(parameter.Text))
            .Distinct(StringComparer.Ordinal))
        {
            targets.Add(Target(name, node, all));
        }

        return targets;
    }

    private static PlanTarget Target(string name, string node, JsonElement[] all)
    {
        string key = $"disk {name} of {node}";
        JsonElement found = all.FirstOrDefault(disk => Is(disk, name));
        Dictionary<string, string> identity = new(StringComparer.Ordinal) { ["path"] = name };
        Dictionary<string, string> facts = new(StringComparer.Ordinal) { [Device] = Unknown };
        if (found.ValueKind == JsonValueKind.Object)
        {
            // A partition is one of its disk.
            JsonElement whole = all.FirstOrDefault(disk => found.Text("parent") is { } parent && disk.Text("devpath") == parent);
            JsonElement disk = whole.ValueKind == JsonValueKind.Object ? whole : found;
            foreach (string member in s_members)
            {
                if (disk.Text(member)?.Trim() is { Length: > 0 } value && value != "unknown")
                {
                    identity[member] = value;
                }
            }

            facts[Device] = string.Join(", ", identity.Skip(1).Select(static member => $"{member.Key} {member.Value}"));
            facts[Content] = string.Join("; ", [Use(found), .. all.Where(part => part.Text("parent") is { } parent && parent == found.Text("devpath"))
                .Select(static part => $"{part.Text("devpath") ?? part.Text("name")} {Use(part)}")]);
        }

        return new PlanTarget(key, identity, "", facts) { Policy = new PolicyTarget(UntrustedText.Clean(key, 200)) { Node = node } };
    }

    private static bool Is(JsonElement disk, string name) => disk.Text("devpath") == name || disk.Text("by_id_link") == name || disk.Text("name") == name;

    private static string Use(JsonElement disk)
    {
        string use = disk.Text("used") is { Length: > 0 } used && used != "unused" ? used : disk.IsSet("gpt") ? "a partition table alone" : "nothing";
        use = use == "filesystem" ? disk.Text("filesystem") ?? use : use;
        string osd = disk.Text("osdid") is { } id && id != "-1" ? $" (osd.{id})" : "";
        return $"{use}{osd}{(disk.IsSet("mounted") ? ", mounted" : "")}";
    }

    // Proxmox: one product lists partitions beside disks, the other within them.
    private static IEnumerable<JsonElement> WithParts(JsonElement disk)
    {
        yield return disk;
        if (disk.TryGetProperty("partitions", out JsonElement parts) && parts.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement part in parts.EnumerateArray())
            {
                yield return JsonTexts.Element(json =>
                {
                    json.WriteStartObject();
                    foreach (JsonProperty member in part.EnumerateObject().Where(static member => member.Name != "parent"))
                    {
                        member.WriteTo(json);
                    }

                    json.WriteString("parent", disk.Text("devpath"));
                    json.WriteEndObject();
                });
            }
        }
    }
}
