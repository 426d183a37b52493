using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Doctor;

/// <summary>Where a user or token has its privileges: not only on all guests, storages or datastores, but on single ones too.</summary>
/// <param name="held">The privileges, by path of the access control list.</param>
/// <param name="pools">The pools of guests, by path of the guest.</param>
internal sealed class HeldScopes(IReadOnlyDictionary<string, HashSet<string>> held, IReadOnlyDictionary<string, string> pools)
{
    private const int Shown = 4;

    /// <summary>Asks the server. Its answer has the paths of all entries and those of what is in pools.</summary>
    public static async Task<HeldScopes> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        JsonElement answer = (await session.GetAsync("/access/permissions", null, cancellationToken).ConfigureAwait(false)).Data;
        Dictionary<string, HashSet<string>> held = answer.ValueKind == JsonValueKind.Object
            ? answer.EnumerateObject().ToDictionary(static path => path.Name, static path => KeptRoles.PrivilegesIn(path.Value), StringComparer.Ordinal)
            : [];
        Dictionary<string, string> pools = new(StringComparer.Ordinal);
        if (held.Keys.Any(static path => Ability.IsBelow(path, "/pool")))
        {
            // What cannot be read is told by another check; without it guests are named beside their pools.
            (JsonElement guests, Finding? trouble) = await Checks.ReadListAsync(
                session, "cluster", "/cluster/resources", cancellationToken).ConfigureAwait(false);
            foreach (JsonElement guest in trouble is null ? [.. guests.EnumerateArray()] : Array.Empty<JsonElement>())
            {
                if (guest.TryGetProperty("vmid", out JsonElement number) && guest.TryGetProperty("pool", out JsonElement pool))
                {
                    pools[$"/vms/{number}"] = $"/pool/{pool}";
                }
            }
        }

        return new HeldScopes(held, pools);
    }

    /// <summary>Tells whether a privilege is there on a path itself.</summary>
    public bool Has(string path, string privilege) => held.TryGetValue(path, out HashSet<string>? names) && names.Contains(privilege);

    /// <summary>Tells whether there is anything of the kind on parts of what an ability is about that is not there for all of it.</summary>
    public bool IsScoped(Ability ability)
    {
        string kind = ability.Privilege[..(ability.Privilege.IndexOf('.', StringComparison.Ordinal) + 1)];
        return held.Any(entry => ability.IsPart(entry.Key)
            && entry.Value.Any(privilege => privilege.StartsWith(kind, StringComparison.Ordinal) && !Has(ability.Path, privilege)));
    }

    /// <summary>Says on which parts something can be done; null if on none.</summary>
    public string? Describe(Ability ability)
    {
        string? all = Where(ability, ability.Privilege);
        string? own = ability.OfOwner is not { } privilege ? null : Has(ability.Path, privilege) ? "" : Where(ability, privilege);
        string? ownPart = own is null || own == all ? null : $"its own {own}".TrimEnd();
        return all is null ? ownPart : ownPart is null ? all : $"{all}; {ownPart}";
    }

    // There may be as many paths as guests: each asks for those above it, and not for all others.
    private static bool IsBelowOne(string path, HashSet<string> known)
    {
        for (int end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (known.Contains(path[..end]))
            {
                return true;
            }
        }

        return false;
    }

    private string? Where(Ability ability, string privilege)
    {
        string[] all = [.. held.Keys.Where(path => ability.IsPart(path) && Has(path, privilege)).Order(Comparer<string>.Create(Output.Sorting.Natural))];
        HashSet<string> known = new(all, StringComparer.Ordinal);
        string[] named = [.. all.Where(path => !IsBelowOne(path, known) && !(pools.TryGetValue(path, out string? pool) && known.Contains(pool)))];
        if (named.Length == 0)
        {
            return null;
        }

        string list = string.Join(", ", named.Take(Shown));
        string rest = named.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {named.Length - Shown} more") : "";
        string count = ability.Path == "/vms"
            ? string.Create(CultureInfo.InvariantCulture, $"{all.Count(path => Ability.IsBelow(path, ability.Path))} of them, ")
            : "";
        return $"{count}on {list}{rest}";
    }
}
