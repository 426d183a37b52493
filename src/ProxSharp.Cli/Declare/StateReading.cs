using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>What is read of a section, and what of it could not be.</summary>
/// <param name="Wanted">The section of the file; undefined if all is wanted.</param>
/// <param name="File">The whole file; undefined if there is none.</param>
internal sealed record StateReading(JsonElement Wanted, JsonElement File)
{
    private const int MostGuests = 20;

    /// <summary>Reads all that is there.</summary>
    public static StateReading All => new(default, default);

    /// <summary>True if what the file does not name goes, so that it is read too.</summary>
    public bool Prune { get; init; }

    /// <summary>True if no file says what is wanted.</summary>
    public bool IsWhole => Wanted.ValueKind == JsonValueKind.Undefined;

    /// <summary>The nodes that are down, with the numbers of the guests there: where all is wanted, nothing of them is read.</summary>
    public SortedDictionary<string, SortedSet<int>> Down { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>The reading of another section, which leaves out the same.</summary>
    public StateReading Of(JsonElement wanted) => this with { Wanted = wanted };

    /// <summary>Notes the nodes that are down among a list of the cluster's resources. What a file names is asked for all the same.</summary>
    public void Note(JsonElement resources)
    {
        IEnumerable<JsonElement> down = resources.EnumerateArray()
            .Where(static item => StateValues.Text(item, "type") == "node" && StateValues.Text(item, "status") == "offline");
        foreach (JsonElement node in IsWhole ? down : [])
        {
            Down.TryAdd(StateValues.Text(node, "node")!, []);
        }
    }

    /// <summary>Tells whether a guest can be read; notes it if its node is down.</summary>
    public bool Reaches(GuestPlace guest)
    {
        if (!IsWhole || !Down.TryGetValue(guest.Node, out SortedSet<int>? guests))
        {
            return true;
        }

        guests.Add(guest.Number);
        return false;
    }

    /// <summary>Tells whether a node can be read.</summary>
    public bool Reaches(string node) => !IsWhole || !Down.ContainsKey(node);

    /// <summary>The error for what could not be read; null if nothing is missing.</summary>
    public CliError? Lack() => Down.Count == 0 ? null : new CliError
    {
        Code = "api_error",
        ExitCode = ExitCodes.Error,
        IsRetryable = true,
        Node = Down.Keys.First(),
        Message = $"Not all of the cluster is in the file: {string.Join("; ", Down.Select(static node => $"{node.Key} is offline{Guests(node.Value)}"))}",
        Hint = "Export again when the node is back. To apply this file changes nothing of what is missing in it, but with --prune it empties the firewalls there.",
    };

    private static string Guests(SortedSet<int> guests)
    {
        string noun = guests.Count == 1 ? "guest" : "guests";
        string more = guests.Count > MostGuests ? string.Create(CultureInfo.InvariantCulture, $" and {guests.Count - MostGuests} more") : "";
        return guests.Count == 0 ? "" : $", with {noun} {string.Join(", ", guests.Take(MostGuests))}{more}";
    }
}
