using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>All sections of the file, and the file as a whole.</summary>
internal static class StateSections
{
    /// <summary>The version of the file's form.</summary>
    public const int Version = 1;

    private const string VersionKey = "prox";

    /// <summary>What a section has that no file says.</summary>
    private static readonly string[] s_unsaid = ["digest", "now"];

    /// <summary>The sections in the order of the file.</summary>
    public static IReadOnlyList<IStateSection> All { get; } =
    [
        CollectionSection.Roles(), CollectionSection.Groups(), CollectionSection.Users(), CollectionSection.Storages(), new PoolSection(), new GuestSection(),
        new AclSection(), new HaSection(), CollectionSection.BackupJobs(), new FirewallSection(),
    ];

    /// <summary>Reads sections of a cluster as a file.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="sections">The sections.</param>
    /// <param name="guests">The guests that are wanted; undefined for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The file, and the error for what is missing in it because nodes are down; null if nothing is.</returns>
    public static async Task<(JsonElement File, CliError? Lack)> ExportAsync(
        ServerSession session, IReadOnlyList<IStateSection> sections, JsonElement guests, CancellationToken cancellationToken)
    {
        StateReading reading = StateReading.All;
        List<StatePart> parts = [];
        foreach (IStateSection section in sections)
        {
            StateReading own = section is GuestSection ? reading.Of(guests) : reading;
            try
            {
                parts.Add(new StatePart(section.Name, await section.ReadAsync(session, own, cancellationToken).ConfigureAwait(false)));
            }
            catch (ProxmoxPermissionException denied)
            {
                throw new CliException(
                    ErrorMapper.Map(denied).Advise($"Or leave the section '{section.Name}' out by naming the others, as in: prox export pools storages"), denied);
            }
        }

        JsonElement file = JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteNumber(VersionKey, Version);
            foreach ((string name, JsonElement value) in parts)
            {
                json.WritePropertyName(name);
                WriteSaid(json, value);
            }

            json.WriteEndObject();
        });
        return (file, reading.Lack());
    }

    /// <summary>Finds out what has to be done to make a cluster as a file says, in the order in which it can be done.</summary>
    /// <exception cref="CliException">The file is wrong.</exception>
    public static async Task<IReadOnlyList<StateChange>> CompareAsync(
        ServerSession session, JsonElement file, StateWish wish, CancellationToken cancellationToken)
    {
        Check(file);
        file = await NamedGuests.NumberAsync(session, file, cancellationToken).ConfigureAwait(false);
        List<StateChange> changes = [];
        foreach (IStateSection section in All)
        {
            if (file.TryGetProperty(section.Name, out JsonElement wanted))
            {
                StateReading reading = new(wanted, file) { Prune = wish.Prune };
                JsonElement present = await section.ReadAsync(session, reading, cancellationToken).ConfigureAwait(false);
                StateChange[] own = [.. section.Compare(wanted, present, wish)];
                changes.AddRange(section.Sight is { } sight
                    ? await sight.CheckAsync(session, own, section.Name, wish.Prune && section.Prunes(wanted), cancellationToken).ConfigureAwait(false)
                    : own);
            }
        }

        CheckSeen(changes);
        return [.. changes.OrderBy(static change => change.Order).Select(InReach)];
    }

    // Proxmox: an object whose name has letters beyond ASCII cannot be named in a path. A call would be about another one, and succeed.
    private static StateChange InReach(StateChange change)
    {
        IEnumerable<PlannedCall> calls = change.Call is null ? [] : change.Following.Prepend(change.Call);
        return calls.Select(static call => CallCheck.OutOfReach(VerbContext.Pve, call)).FirstOrDefault(static why => why is not null) is { } reason
            ? new StateChange(change.Section, change.Subject, "blocked", change.Stage)
            {
                Keys = change.Keys,
                Reason = $"{change.Action}: {reason}",
                IsOutOfReach = true,
            }
            : change;
    }

    private static void CheckSeen(IReadOnlyList<StateChange> changes)
    {
        UnseenThing[] unseen =
        [
            .. changes.Where(static change => change.Unseen is not null)
                .Select(static change => new UnseenThing($"{change.Section} {change.Subject}", change.Unseen!)),
        ];
        if (unseen.Length > 0)
        {
            throw StateSight.Refusal(unseen);
        }
    }

    /// <summary>Finds a section.</summary>
    /// <exception cref="CliException">There is none of that name.</exception>
    public static IStateSection Find(string name) => All.FirstOrDefault(section => section.Name == name)
        ?? throw CliException.Usage($"There is no section '{name}'", $"There are: {string.Join(", ", All.Select(static section => section.Name))}");

    private static void Check(JsonElement file)
    {
        if (file.ValueKind != JsonValueKind.Object)
        {
            throw CliException.Usage("The file holds no sections", "See what prox export writes");
        }

        if (StateValues.Text(file, VersionKey) != "1")
        {
            throw CliException.Usage($"The file does not begin with '{VersionKey}: {Version}'", "See what prox export writes");
        }

        foreach (JsonProperty member in file.EnumerateObject().Where(static member => member.Name != VersionKey))
        {
            // A section that nobody knows would be passed over in silence otherwise.
            Find(member.Name);
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                // With --prune it would mean that everything goes.
                throw CliException.Usage($"The section '{member.Name}' is empty", $"Take it out, or write {member.Name}: [] if there are to be none");
            }
        }
    }

    private static void WriteSaid(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject().Where(
                    static member => !s_unsaid.Contains(member.Name) && !(EndpointParameter.IsSecretName(member.Name) && StateValues.IsMask(member.Value))))
                {
                    json.WritePropertyName(member.Name);
                    WriteSaid(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteSaid(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
