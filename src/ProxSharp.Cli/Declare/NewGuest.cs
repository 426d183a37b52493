using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>Makes a guest that a file describes: a copy of another one, or a new one with empty disks. Pure but for what follows a copy.</summary>
internal sealed class NewGuest(JsonElement item, GuestPlace place, JsonElement source)
{
    private const string Section = "guests";

    private static readonly HashSet<string> s_notAtFirst = new(StringComparer.Ordinal) { "lxc" };

    private readonly JsonElement _config = StateValues.Member(item, "config");

    private string NameKey => place.Type == "lxc" ? "hostname" : "name";

    private string? Name => StateValues.Text(_config, NameKey) ?? StateValues.Text(item, "name");

    private string Title => Name is null ? place.Id : $"{place.Id} ({Name})";

    /// <summary>Returns what has to be done.</summary>
    /// <exception cref="CliException">The file does not say enough.</exception>
    public StateChange Plan() => GuestPlace.Source(item) is null ? Make() : Copy();

    private StateChange Make()
    {
        if (place.Type == "lxc" && StateValues.Text(item, "ostemplate") is null)
        {
            throw StateValues.Text(_config, "ostemplate") is { } inside
                ? CliException.Usage($"Container {place.Id} has ostemplate in its config, which says what it has later", $"Write it beside config: ostemplate: {inside}")
                : CliException.Usage(
                    $"Container {place.Id} is not there, and the file does not say what to make it from",
                    "Write ostemplate: local:vztmpl/NAME, or clone: NUMBER");
        }

        ApiParameters parameters = [];
        parameters.Add("vmid", place.Id);
        List<KeyChange> keys = [];
        if (StateValues.Text(item, "ostemplate") is { } volume)
        {
            keys.Add(new KeyChange("ostemplate", null, volume));
        }

        if (StateValues.Text(_config, NameKey) is null && Name is not null)
        {
            keys.Add(new KeyChange(NameKey, null, Name));
        }

        string template = $"/nodes/{{node}}/{place.Type}";
        foreach ((string key, _, string? to) in StateValues.Differences(
            _config, default, StateSchema.Parameters(ApiMethod.Post, template), [.. GuestSection.Own, .. s_notAtFirst]))
        {
            // Disks that a guest no longer uses do not come back.
            if (to is not null && !key.StartsWith("unused", StringComparison.Ordinal))
            {
                keys.Add(new KeyChange(key, null, GuestDisk.IsKey(key) ? GuestDisk.Parse(to).AsWish(key) : to));
            }
        }

        keys.ForEach(key => parameters.Add(key.Key, key.To));
        return new StateChange(Section, Title, "create", StateStage.NewGuests)
        {
            Keys = keys,
            Call = new PlannedCall(ApiMethod.Post, $"/nodes/{Uri.EscapeDataString(place.Node)}/{place.Type}", parameters)
            {
                Template = template,
                Target = Title,
            },
        };
    }

    private StateChange Copy()
    {
        JsonElement clone = StateValues.Member(item, "clone");
        if (clone.ValueKind == JsonValueKind.Object)
        {
            StateValues.Only(clone, Section, "source", "full", "storage");
        }

        if (StateValues.Text(source, "type") != place.Type)
        {
            throw CliException.Usage($"Guest {place.Id} has the type {place.Type}, and what it is to be a copy of has not", "Take the type out of the file");
        }

        string from = StateValues.Text(source, "vmid")!;
        string fromNode = StateValues.Text(source, "node")!;
        ApiParameters parameters = [];
        parameters.Add("newid", place.Id);
        parameters.Add(NameKey, Name);
        parameters.Add("target", place.Node == fromNode ? null : place.Node);
        parameters.Add("full", StateValues.Switch(StateValues.Text(clone, "full")));
        parameters.Add("storage", StateValues.Text(clone, "storage"));
        GuestDifference difference = Difference(StateValues.Member(source, "config"), isSource: true);
        return new StateChange(Section, Title, "create", StateStage.NewGuests)
        {
            Keys = [new("clone", null, from), .. difference.Keys],
            Call = new PlannedCall(ApiMethod.Post, $"/nodes/{Uri.EscapeDataString(fromNode)}/{place.Type}/{from}/clone", parameters)
            {
                Template = $"/nodes/{{node}}/{place.Type}/{{vmid}}/clone",
                Target = Title,
            },
            Following = difference.Calls(place, Title, null, isThere: false),
            Follow = FollowAsync,
        };
    }

    // Only the copy itself says which volumes and addresses it was given.
    private async Task<IReadOnlyList<PlannedCall>> FollowAsync(ServerSession session, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(place.Node)}/{place.Type}/{place.Id}/config";
        JsonElement present = await session.ObjectAsync(path, cancellationToken).ConfigureAwait(false);
        GuestDifference difference = Difference(present, isSource: false);
        return difference.Blocked.Count == 0
            ? difference.Calls(place, Title, StateValues.Text(present, "digest"))
            : throw new CliException(GuestSection.Impossible($"{Section} {Title}", string.Join("; ", difference.Blocked)));
    }

    private GuestDifference Difference(JsonElement present, bool isSource) => GuestDifference.Of(
        place.Type, _config, present, new HashSet<string>(GuestSection.Own)
        {
            // The copy has got its name already.
            NameKey,
        }, isSource: isSource);
}
