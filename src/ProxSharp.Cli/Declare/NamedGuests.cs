using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// Guests may have their names in a file wherever the product wants their numbers: this puts the numbers in place. A name is that of a guest of the cluster,
/// or of one that the file makes.
/// </summary>
internal sealed class NamedGuests
{
    private static readonly char[] s_separators = [',', ';', ' '];

    // A replaced word, and what it has to be: the section, the type of guest or null for any, and the word itself.
    private readonly Func<string, string?, string, string> _number;

    private NamedGuests(Func<string, string?, string, string> number) => _number = number;

    /// <summary>Puts numbers in the place of names.</summary>
    /// <param name="session">The cluster, which is asked only if there are names.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CliException">A name is nobody's, or that of several guests.</exception>
    public static async Task<JsonElement> NumberAsync(ServerSession session, JsonElement file, CancellationToken cancellationToken)
    {
        bool hasNames = false;
        JsonObject root = JsonObject.Create(file)!;
        new NamedGuests((_, _, word) =>
        {
            hasNames = true;
            return word;
        }).Visit(root);
        if (!hasNames)
        {
            return file;
        }

        List<(string Name, string Type, string Id)> known = [.. InFile(file)];
        JsonElement resources = await session.ListAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false);
        known.AddRange(resources.EnumerateArray()
            .Where(static item => StateValues.Text(item, "type") is "qemu" or "lxc" && StateValues.Text(item, "name") is not null)
            .Select(static item => (StateValues.Text(item, "name")!, StateValues.Text(item, "type")!, StateValues.Text(item, "vmid")!)));
        ILookup<string, (string Name, string Type, string Id)> byName = known.ToLookup(static guest => guest.Name, StringComparer.Ordinal);
        new NamedGuests((section, type, word) => Find(byName, section, type, word)).Visit(root);
        using JsonDocument numbered = JsonDocument.Parse(root.ToJsonString());
        return numbered.RootElement.Clone();
    }

    private static string Find(ILookup<string, (string Name, string Type, string Id)> guests, string section, string? type, string word)
    {
        string[] ids = [.. guests[word].Where(guest => type is null || guest.Type == type).Select(static guest => guest.Id).Distinct()];
        string kind = type switch
        {
            "qemu" => "virtual machine",
            "lxc" => "container",
            _ => "guest",
        };
        return ids switch
        {
            [{ } id] => id,
            [] => throw CliException.Usage(
                $"'{section}' names the {kind} '{word}', and there is none of that name", "See: prox guest list. A new guest needs a number: vmid: 100"),
            _ => throw CliException.Usage(
                $"'{section}' names the {kind} '{word}', and there are several of that name: {string.Join(", ", ids.Order(StringComparer.Ordinal))}",
                "Write the number"),
        };
    }

    // Only those that have a number: the name of another one says which guest of the cluster is meant.
    private static IEnumerable<(string Name, string Type, string Id)> InFile(JsonElement file)
    {
        JsonElement guests = StateValues.Member(file, "guests");
        foreach (JsonElement item in guests.ValueKind == JsonValueKind.Array ? [.. guests.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            if (StateValues.Text(item, "vmid") is not { } id || IsName(id))
            {
                continue;
            }

            JsonElement config = StateValues.Member(item, "config");
            bool isContainer = StateValues.Text(item, "type") == "lxc" || StateValues.Text(item, "ostemplate") is not null;
            foreach (string? name in new[] { StateValues.Text(item, "name"), StateValues.Text(config, "name"), StateValues.Text(config, "hostname") })
            {
                if (name is not null)
                {
                    yield return (name, isContainer ? "lxc" : "qemu", id);
                }
            }
        }
    }

    private void Visit(JsonObject root)
    {
        foreach (JsonObject guest in Items(root["guests"]))
        {
            if (!guest.ContainsKey("vmid") && TextOf(guest["name"]) is { Length: > 0 } name)
            {
                guest["vmid"] = _number("guests", TextOf(guest["type"]), name);
            }

            Replace("guests", guest, "vmid");
        }

        foreach (JsonObject pool in Items(root["pools"]))
        {
            Replace("pools", pool, "vms");
        }

        foreach (JsonObject entry in Items(root["acl"]))
        {
            if (TextOf(entry["path"]) is { } path && path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["vms", { } guest] && IsName(guest))
            {
                entry["path"] = "/vms/" + _number("acl", null, guest);
            }
        }

        foreach (JsonObject job in Items(root["backup-jobs"]))
        {
            Replace("backup-jobs", job, "vmid");
            Replace("backup-jobs", job, "exclude");
        }

        foreach (JsonObject guest in Items((root["firewall"] as JsonObject)?["guests"]))
        {
            Replace("firewall", guest, "vmid");
        }

        VisitHighAvailability(root["ha"] as JsonObject);
    }

    private void VisitHighAvailability(JsonObject? section)
    {
        foreach (JsonObject resource in Items(section?["resources"]))
        {
            Replace("ha", resource, "sid", Resource);
        }

        foreach (JsonObject rule in Items(section?["rules"]))
        {
            Replace("ha", rule, "resources", Resource);
        }
    }

    // vm:web-1, ct:dns; without a type as it is.
    private string Resource(string section, string word) => word.Split(':', 2) switch
    {
        ["vm", { } guest] when IsName(guest) => "vm:" + _number(section, "qemu", guest),
        ["ct", { } guest] when IsName(guest) => "ct:" + _number(section, "lxc", guest),
        _ => word,
    };

    private string Guest(string section, string word) => IsName(word) ? _number(section, null, word) : word;

    private void Replace(string section, JsonObject item, string member) => Replace(section, item, member, Guest);

    private static void Replace(string section, JsonObject item, string member, Func<string, string, string> number)
    {
        if (item[member] is JsonArray list)
        {
            for (int at = 0; at < list.Count; at++)
            {
                if (TextOf(list[at]) is { } word)
                {
                    list[at] = Numbered(section, word, number);
                }
            }
        }
        else if (TextOf(item[member]) is { } words)
        {
            item[member] = Numbered(section, words, number);
        }
    }

    // A list without names stays as it is written.
    private static string Numbered(string section, string words, Func<string, string, string> number)
    {
        string[] all = words.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        string[] numbered = [.. all.Select(word => number(section, word))];
        return numbered.SequenceEqual(all, StringComparer.Ordinal) ? words : string.Join(',', numbered);
    }

    // What looks like a number is one, or a wrong one.
    private static bool IsName(string word) => word.Length > 0 && !word.All(char.IsAsciiDigit);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];
}
