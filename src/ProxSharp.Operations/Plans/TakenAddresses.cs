using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds guests that are made with, or get, an address that another guest has: in one network, that one is no longer reached once both run. Addresses that servers
/// choose are new ones.
/// </summary>
/// <param name="client">Reads what is kept in a backup.</param>
/// <param name="configs">Reads the configurations of the others.</param>
internal sealed class TakenAddresses(ProxmoxClient client, GuestConfigs configs)
{
    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " Another guest has an address of it, or nobody could read whether one has: in one network, that guest is no longer reached once both run. "
        + "A restore with unique=1 makes new ones for its cards.";

    private const string Fact = "addresses of others";
    private const string Compared = "addresses";
    private const string Copied = "addresses of its source";
    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    // Each costs a request.
    private const int MostGuests = 300;

    /// <summary>Returns the call, as disruptive if it gives a guest an address that another one has.</summary>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> own) =>
        AreTaken(own) ? call.Also(OperationClass.Disruptive) : call;

    /// <summary>True if the guest of a call gets an address that another one has.</summary>
    public static bool AreTaken(IReadOnlyList<PlanTarget> own) => own is [{ } first, ..] && first.Rules.ContainsKey(Fact);

    /// <summary>True for a call that makes a guest. A change of the network of one is disruptive in any case.</summary>
    public static bool IsOne(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Machines or Containers };

    /// <summary>What is to be told of the addresses, by name; empty where a call gives none.</summary>
    public async Task<Dictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (call.Path.EndsWith("/{vmid}/clone", StringComparison.Ordinal))
        {
            // Proxmox: a copy gets cards with new addresses, and keeps what is fixed above them. A template never runs.
            HashSet<string> copied = await OfGuestAsync(call, cancellationToken).ConfigureAwait(false);
            copied.RemoveWhere(static address => Card.IsMatch(address));
            return copied.Count > 0 ? new(StringComparer.Ordinal) { [Copied] = string.Join(' ', copied.Order(StringComparer.Ordinal)) } : found;
        }

        HashSet<string> own = IsOne(call) || GuestNames.IsConfig(call) ? await GivenAsync(call, cancellationToken).ConfigureAwait(false) : [];
        if (own.Count == 0)
        {
            return found;
        }

        int guests = (await configs.OnAsync(null, cancellationToken).ConfigureAwait(false)).Count;
        if (guests > MostGuests)
        {
            found[Compared] = $"not compared with those of {JsonTexts.Number(guests)} guests";
        }
        else if (await HoldersAsync(call, own, cancellationToken).ConfigureAwait(false) is { Length: > 0 } holders)
        {
            found[Fact] = holders;
        }

        return found;
    }

    private async Task<HashSet<string>> GivenAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        HashSet<string> given = [];
        foreach (ApiParameter parameter in call.Others)
        {
            Add(given, parameter.Name, parameter.Text);
        }

        if (GuestNames.IsConfig(call) && given.Count > 0)
        {
            given.ExceptWith(await OfGuestAsync(call, cancellationToken).ConfigureAwait(false));
        }

        string? backup = call.Parameters.Find("archive") ?? (UndoBuilder.IsSet(call, "restore") ? call.Parameters.Find("ostemplate") : null);
        if (backup is not null && !UndoBuilder.IsSet(call, "unique"))
        {
            await AddKeptAsync(given, call, backup, cancellationToken).ConfigureAwait(false);
        }

        return given;
    }

    // What the call does not say holds as in the configuration that is kept in the backup.
    private async Task AddKeptAsync(HashSet<string> given, PlannedCall call, string backup, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/extractconfig";
        JsonElement? kept = await StandingRules.ReadAsync(client, path, new ApiParameters { { "volume", backup } }, cancellationToken).ConfigureAwait(false);
        foreach (string line in kept is { ValueKind: JsonValueKind.String } text ? text.GetString()!.Split('\n') : [])
        {
            if (line.StartsWith('['))
            {
                return;
            }

            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0 && call.Parameters.Find(line[..colon]) is null)
            {
                Add(given, line[..colon], line[(colon + 2)..]);
            }
        }
    }

    // Of a guest that the plan itself makes there is nothing yet.
    private async Task<HashSet<string>> OfGuestAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        HashSet<string> found = [];
        try
        {
            string path = call.ConcretePath[..call.ConcretePath.LastIndexOf('/')];
            JsonElement config = await configs.ConfigAsync(path, cancellationToken).ConfigureAwait(false);
            foreach (JsonProperty member in config.IsSet("template") ? default : config.EnumerateObject())
            {
                Add(found, member.Name, member.Value.ToString());
            }
        }
        catch (ProxmoxApiException)
        {
            return found;
        }

        return found;
    }

    private async Task<string> HoldersAsync(PlannedCall call, HashSet<string> own, CancellationToken cancellationToken)
    {
        string? self = call.Parameters.Find("vmid");
        try
        {
            IReadOnlyList<string> found = await configs.WithAsync(
                (name, value) => Has(own, name, value), null, "has one of these addresses", cancellationToken, guest => guest.Text("vmid") != self && !guest.IsSet("template"))
                .ConfigureAwait(false);
            return string.Join(", ", found.Select(static vmid => $"guest {vmid}"));
        }
        catch (GuardRefusedException)
        {
            // Whoever cannot read a guest cannot tell: the plan says so, and its class is the one that it would have.
            return StandingRules.Unreadable;
        }
    }

    private static bool Has(HashSet<string> own, string name, string value)
    {
        HashSet<string> others = [];
        Add(others, name, value);
        return own.Overlaps(others);
    }

    // Those of cards, and those that are fixed; what is asked for, or chosen by itself, is none.
    private static void Add(HashSet<string> found, string name, string value)
    {
        if (!Network.IsMatch(name))
        {
            return;
        }

        foreach (string item in ItemLists.Split(value))
        {
            int equals = item.IndexOf('=', StringComparison.Ordinal);
            string text = item[(equals + 1)..];
            if (Card.IsMatch(text))
            {
                found.Add(text.ToUpperInvariant());
            }
            else if (equals > 0 && item[..equals] is "ip" or "ip6" && text is not ("dhcp" or "manual" or "auto"))
            {
                found.Add(text.Split('/')[0].ToUpperInvariant());
            }
        }
    }

    private static Regex Network => field ??= new("^(net|ipconfig)[0-9]+$", RegexOptions.ExplicitCapture);

    private static Regex Card => field ??= new("^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", RegexOptions.ExplicitCapture);
}
