using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// Guests may have their names in a file wherever the product wants their numbers: this puts the numbers in place. A name is that of a guest of the cluster,
/// or of one that the file makes.
/// </summary>
internal sealed class NamedGuests
{
    private static readonly char[] s_separators = [',', ';', ' '];

    // A word that is replaced, and what it has to be: the section, the type of guest or null for any, and the word itself.
    private readonly Func<string, string?, string, FoundGuest> _find;

    private NamedGuests(Func<string, string?, string, FoundGuest> find) => _find = find;

    /// <summary>Puts numbers in the place of names.</summary>
    /// <param name="session">The cluster, which is asked only if there are names.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CliException">A name is nobody's, or that of several guests.</exception>
    public static async Task<JsonElement> NumberAsync(ServerSession session, JsonElement file, CancellationToken cancellationToken)
    {
        bool hasNames = false;
        new NamedGuests((_, _, word) =>
        {
            hasNames = true;
            return new FoundGuest("", word);
        }).Visit(JsonObject.Create(file)!);
        if (!hasNames)
        {
            return file;
        }

        // Proxmox: the list of the cluster shows names up to 10 s late, and another guest may have had the name.
        IReadOnlyList<GuestSummary> guests = session.Pve is { } pve ? await pve.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false) : [];
        NamedGuest[] there = [.. guests.Select(static guest => new NamedGuest(guest.Name ?? "", guest.Type.Value, guest.Id.ToString()))];
        NamedGuest[] known = [.. InFile(file, there), .. there];
        ILookup<string, NamedGuest> byName = known.ToLookup(static guest => guest.Name, StringComparer.Ordinal);
        ILookup<string, NamedGuest> byId = known.ToLookup(static guest => guest.Id, StringComparer.Ordinal);
        JsonObject root = JsonObject.Create(file)!;
        List<MissingGuest> missing = [];
        new NamedGuests((section, type, word) =>
        {
            FoundGuest? found = IsName(word) ? OfName(byName, section, type, word) : OfNumber(byId, word);
            if (found is null)
            {
                missing.Add(new MissingGuest(section, word, Missing(section, type, word)));
            }

            return found ?? new FoundGuest("", word);
        }).Visit(root);
        await CheckAsync(session, missing, cancellationToken).ConfigureAwait(false);
        using JsonDocument numbered = JsonDocument.Parse(root.ToJsonString());
        return numbered.RootElement.Clone();
    }

    // Who does not see all guests cannot know that there is none of a name.
    private static async Task CheckAsync(
        ServerSession session, List<MissingGuest> missing, CancellationToken cancellationToken)
    {
        List<UnseenThing> unseen = [];
        foreach ((string section, string word, _) in missing)
        {
            if (await StateSight.LackOfGuestAsync(session, word, cancellationToken).ConfigureAwait(false) is { } lack)
            {
                unseen.Add(new UnseenThing($"{section} {word}", lack));
            }
        }

        if (missing.Count > 0)
        {
            throw unseen.Count > 0 ? StateSight.Refusal(unseen, " A new guest needs a number: vmid: 100.") : missing[0].Error;
        }
    }

    private static CliException Missing(string section, string? type, string word) => IsName(word)
        ? CliException.Usage(
            $"'{section}' names the {Kind(type)} '{word}', and there is none of that name", "See: prox guest list. A new guest needs a number: vmid: 100")
        : CliException.Usage(
            $"'{section}' names the guest {word}, and there is none of that number", $"See: prox guest list. Or write what it is: vm:{word} or ct:{word}");

    private static string Kind(string? type) => type switch
    {
        "qemu" => "virtual machine",
        "lxc" => "container",
        _ => "guest",
    };

    // What a number belongs to the cluster knows better than the file.
    private static FoundGuest? OfNumber(ILookup<string, NamedGuest> guests, string number) =>
        guests[number].LastOrDefault() is { } guest ? new FoundGuest(guest.Type, number) : null;

    private static FoundGuest? OfName(ILookup<string, NamedGuest> guests, string section, string? type, string word)
    {
        FoundGuest[] found =
        [
            .. guests[word].Where(guest => type is null || guest.Type == type).DistinctBy(static guest => guest.Id)
                .Select(static guest => new FoundGuest(guest.Type, guest.Id)),
        ];
        return found switch
        {
            [var only] => only,
            [] => null,
            _ => throw CliException.Usage(
                $"'{section}' names the {Kind(type)} '{word}', and there are several of that name: {string.Join(", ", found.Select(static guest => guest.Id).Order(StringComparer.Ordinal))}",
                "Write the number"),
        };
    }

    // Only those that have a number: the name of another one says which guest of the cluster is meant.
    private static IEnumerable<NamedGuest> InFile(JsonElement file, NamedGuest[] there)
    {
        JsonElement guests = StateValues.Member(file, "guests");
        foreach (JsonElement item in guests.ValueKind == JsonValueKind.Array ? [.. guests.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            if (StateValues.Text(item, "vmid") is not { } id || IsName(id))
            {
                continue;
            }

            JsonElement config = StateValues.Member(item, "config");
            string? copied = GuestPlace.Source(item);
            string type = StateValues.Text(item, "type")
                ?? (copied is null ? null : there.FirstOrDefault(guest => guest.Id == copied || guest.Name == copied)?.Type)
                ?? (StateValues.Text(item, "ostemplate") is null ? "qemu" : "lxc");
            string?[] names = [StateValues.Text(item, "name"), StateValues.Text(config, "name"), StateValues.Text(config, "hostname")];
            foreach (string name in names.OfType<string>().DefaultIfEmpty(""))
            {
                yield return new NamedGuest(name, type, id);
            }
        }
    }

    private void Visit(JsonObject root)
    {
        foreach (JsonObject guest in Items(root["guests"]))
        {
            if (!guest.ContainsKey("vmid") && TextOf(guest["name"]) is { Length: > 0 } name)
            {
                guest["vmid"] = _find("guests", TextOf(guest["type"]), name).Id;
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
                entry["path"] = "/vms/" + _find("acl", null, guest).Id;
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

    // vm:web-1, ct:dns. Proxmox: a guest without its kind gets it, and so it comes back; the words before other colons are not guests.
    private string Resource(string section, string word) => word.Split(':', 2) switch
    {
        ["vm", { } guest] when IsName(guest) => "vm:" + _find(section, "qemu", guest).Id,
        ["ct", { } guest] when IsName(guest) => "ct:" + _find(section, "lxc", guest).Id,
        [{ Length: > 0 } guest] when _find(section, null, guest) is var (type, id) => $"{(type == "lxc" ? "ct" : "vm")}:{id}",
        _ => word,
    };

    private string Guest(string section, string word) => IsName(word) ? _find(section, null, word).Id : word;

    private void Replace(string section, JsonObject item, string member) => Replace(section, item, member, Guest);

    private static void Replace(string section, JsonObject item, string member, Func<string, string, string> number)
    {
        if (item[member] is JsonArray list)
        {
            HashSet<string> words = new(StringComparer.Ordinal);
            for (int at = 0; at < list.Count; at++)
            {
                if (WordOf(list[at]) is { } word)
                {
                    string numbered = Numbered(section, word, number);
                    if (numbered != word)
                    {
                        list[at] = numbered;
                    }

                    if (!words.Add(numbered))
                    {
                        list.RemoveAt(at--);
                    }
                }
            }
        }
        else if (WordOf(item[member]) is { } words && Numbered(section, words, number) is { } numbered && numbered != words)
        {
            item[member] = numbered;
        }
    }

    // A list without names stays as it is written; one guest by two names is in it once.
    private static string Numbered(string section, string words, Func<string, string, string> number)
    {
        string[] all = words.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        string[] numbered = [.. all.Select(word => number(section, word)).Distinct()];
        return numbered.SequenceEqual(all, StringComparer.Ordinal) ? words : string.Join(',', numbered);
    }

    private static string? WordOf(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : TextOf(node);

    // What looks like a number is one, or a wrong one.
    private static bool IsName(string word) => word.Length > 0 && !word.All(char.IsAsciiDigit);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];

    private sealed record NamedGuest(string Name, string Type, string Id);

    private sealed record FoundGuest(string Type, string Id);

    private sealed record MissingGuest(string Section, string Word, CliException Error);
}
