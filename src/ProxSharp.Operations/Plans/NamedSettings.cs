using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what stands behind the names that a call on Proxmox VE gives: the privileges of a role, the rules of a security group, the addresses of an alias or a
/// set, those that they name in turn, the device of a mapping, the model of a processor. Others may change those between plan and apply, and the call would mean
/// something else.
/// </summary>
/// <param name="read">Reads an object; null if it cannot be read.</param>
internal sealed class NamedSettings(Func<string, CancellationToken, Task<JsonElement?>> read)
{
    private const string Groups = "/cluster/firewall/groups";
    private const string Name = @"(?<name>[A-Za-z][A-Za-z0-9_.-]*)\z";

    // What it is, the parameter that names it, one item of its value, and where it stands.
    private static readonly (string Kind, Lazy<Regex> Parameter, Lazy<Regex> Item, string Place)[] s_all =
    [
        ("role", Pattern(@"\Aroles\z"), Pattern($@"\A{Name}"), "/access/roles"),
        ("device mapping", Pattern(@"\Ahostpci[0-9]+\z"), Pattern($@"\Amapping={Name}"), "/cluster/mapping/pci"),
        ("device mapping", Pattern(@"\Ausb[0-9]+\z"), Pattern($@"\Amapping={Name}"), "/cluster/mapping/usb"),
        ("directory mapping", Pattern(@"\Avirtiofs[0-9]+\z"), Pattern($@"\A(dirid=)?{Name}"), "/cluster/mapping/dir"),
        ("processor", Pattern(@"\Acpu\z"), Pattern($@"\A(cputype=)?custom-{Name}"), "/cluster/qemu/custom-cpu-models"),
    ];

    /// <summary>What is behind each name, by the kind of the thing and its name; empty where a call names none.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (call.Method is not (ApiMethod.Post or ApiMethod.Put))
        {
            return found;
        }

        if (call.Path.Contains("/firewall/", StringComparison.Ordinal))
        {
            await AddAddressesAsync(found, call, cancellationToken).ConfigureAwait(false);
        }

        foreach ((string kind, string name, string place) in NamedBy(call))
        {
            found[$"{kind} {name}"] = await read($"{place}/{name}", cancellationToken).ConfigureAwait(false) is { } known ? Describe(known) : StandingRules.Unreadable;
        }

        return found;
    }

    // A rule that is changed keeps what the call does not say of it.
    private async Task AddAddressesAsync(Dictionary<string, string> found, PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement? rule = call.Method == ApiMethod.Put && RuleLists.IsOnRule(call) ? await read(call.ConcretePath, cancellationToken).ConfigureAwait(false) : null;
        string? Value(string name) => call.Parameters.Find(name) ?? rule?.Text(name);
        string? guest = GuestNames.IsInPath(call) ? call.ConcretePath[..call.ConcretePath.IndexOf("/firewall/", StringComparison.Ordinal)] : null;
        await FollowAsync(found, [Value("source"), Value("dest"), Value("cidr")], guest, cancellationToken).ConfigureAwait(false);
        if (Value("type") == "group" && Value("action") is { } group)
        {
            JsonElement? rules = await read($"{Groups}/{Uri.EscapeDataString(group)}", cancellationToken).ConfigureAwait(false);
            found[$"security group {group}"] = rules is { } known ? Describe(known) : StandingRules.Unreadable;
            IEnumerable<string?> addresses = RulesOf(rules ?? default).SelectMany(static each => new[] { each.Text("source"), each.Text("dest") });
            await FollowAsync(found, addresses, guest, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<JsonElement> RulesOf(JsonElement rules) => rules.ValueKind == JsonValueKind.Array ? rules.EnumerateArray() : [];

    // Proxmox: a set of addresses has a plus sign before its name, and may have aliases as members. "dc/" before a name is one of the cluster, "guest/" one of the
    // guest; without either that of the guest goes before that of the cluster.
    private async Task FollowAsync(Dictionary<string, string> found, IEnumerable<string?> addresses, string? guest, CancellationToken cancellationToken)
    {
        IEnumerable<Match> items = addresses.OfType<string>().SelectMany(ItemLists.Split).Select(static item => Addresses.Match(item));
        foreach (Match item in items.Where(static match => match.Success).ToArray())
        {
            bool isSet = item.Groups["set"].Success;
            string name = item.Groups["name"].Value;
            string key = $"{(isSet ? "set of addresses" : "alias")} {name}";
            if (found.ContainsKey(key))
            {
                continue;
            }

            string end = $"/firewall/{(isSet ? "ipset" : "aliases")}/{name}";
            bool mayBeOfGuest = guest is not null && item.Groups["place"].Value is not "dc/";
            JsonElement? known = mayBeOfGuest ? await read($"{guest}{end}", cancellationToken).ConfigureAwait(false) : null;
            known ??= item.Groups["place"].Value is "guest/" ? null : await read($"/cluster{end}", cancellationToken).ConfigureAwait(false);
            found[key] = known is not { } behind ? StandingRules.Unreadable
                : behind.ValueKind == JsonValueKind.Array
                    ? $"{behind.GetArrayLength()} addresses, {JsonTexts.HashWithoutDigests(behind)[..12]}"
                    : behind.Text("cidr") ?? StandingRules.Unreadable;
            await FollowAsync(found, RulesOf(known ?? default).Select(static member => member.Text("cidr")), guest, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Regex Addresses => field ??= new($@"\A(?<set>\+)?(?<place>dc/|guest/)?{Name}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    private static IEnumerable<(string Kind, string Name, string Place)> NamedBy(PlannedCall call)
    {
        foreach (ApiParameter parameter in call.Others)
        {
            foreach ((string kind, Lazy<Regex> name, Lazy<Regex> item, string place) in s_all)
            {
                foreach (string value in name.Value.IsMatch(parameter.Name) ? ItemLists.Split(parameter.Text) : [])
                {
                    if (item.Value.Match(value) is { Success: true } match)
                    {
                        yield return (kind, match.Groups["name"].Value, place);
                    }
                }
            }
        }
    }

    // A role is the privileges that are on; a list of rules is told by its length, and compared by all that it says.
    private static string Describe(JsonElement known) => known.ValueKind switch
    {
        JsonValueKind.Object => string.Join(", ", known.EnumerateObject()
            .Where(static member => !FollowedSettings.IsIdle(member.Name) && JsonTexts.Written(member.Value) != "0")
            .OrderBy(static member => member.Name, StringComparer.Ordinal)
            .Select(static member => JsonTexts.Written(member.Value) == "1" ? member.Name : $"{member.Name}={JsonTexts.Written(member.Value)}")),
        JsonValueKind.Array => $"{known.GetArrayLength()} rules, {JsonTexts.HashWithoutDigests(known)[..12]}",
        _ => StandingRules.Unreadable,
    };

    private static Lazy<Regex> Pattern(string pattern) => new(() => new Regex(pattern, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant));
}
