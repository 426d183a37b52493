using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads what calls act on, from the server. It is made anew for each look: within one, the list of all guests, that of
/// replications and each configuration are read once.
/// </summary>
internal sealed class TargetReader(ProxmoxClient client, Door door)
{
    // The job can be taken back.
    private static readonly Dictionary<string, string> s_sifting = new(StringComparer.Ordinal) { ["backups that it removes"] = "do not come back" };

    private readonly Guests _all = new(client);
    private readonly BackupReader _backups = new(client, door);
    private readonly NamespaceReader _namespaces = new(client);
    private readonly GuestSnapshots _snapshots = new(client);
    private readonly BackupScopes _scopes = new(client);

    private StandingRules Rules => field ??= new StandingRules(client, _all.Configs);

    /// <summary>Corrects the node of a guest: an agent need not know it, and what it knows may be old.</summary>
    public async Task<PlannedCall> ResolveAsync(PlannedCall call, NewGuests made, CancellationToken cancellationToken)
    {
        if (!GuestNames.IsInPath(call))
        {
            return call;
        }

        if (made.Find(call.Parameters.Find("vmid")) is { } guest)
        {
            return At(call, guest.Vmid, guest.Type, made.PlaceOf(guest.Vmid) ?? guest.Node);
        }

        GuestPlace place = await _all.Reader.FindAsync(call.Parameters.Find("vmid")!, cancellationToken).ConfigureAwait(false)
            ?? throw _all.Reader.None(call.Parameters.Find("vmid")!);
        return At(call, place.Vmid, place.Type, made.PlaceOf(place.Vmid) ?? place.Node);
    }

    private static PlannedCall At(PlannedCall call, string vmid, string type, string node)
    {
        if (!call.Path.StartsWith($"/nodes/{{node}}/{type}/", StringComparison.Ordinal))
        {
            throw new GuardRefusedException("target", $"Guest {vmid} is of type {type}, and {call.Title} is for the other one.");
        }

        ApiParameters parameters = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            parameters.Add(parameter.Name == "node" ? parameter with { Text = node } : parameter);
        }

        return call.With(parameters);
    }

    /// <summary>Reads all targets of a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="made">The guests that earlier calls of the plan make and that do not exist yet.</param>
    /// <param name="most">How many targets the plan may have: many more than that are not even read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A target is not there, or there are far too many.</exception>
    public async Task<IReadOnlyList<PlanTarget>> ReadAsync(PlannedCall call, NewGuests made, int most, CancellationToken cancellationToken)
    {
        List<PlanTarget> targets = [];
        bool isInPath = GuestNames.IsInPath(call);
        if (isInPath)
        {
            string vmid = call.Parameters.Find("vmid")!;
            targets.Add(made.Find(vmid)?.ToTarget() ?? await _all.Reader.ReadAsync(vmid, cancellationToken).ConfigureAwait(false));
        }

        JsonElement config = isInPath ? targets[0].Before : default;
        _all.Configs.Most = most == int.MaxValue ? null : most;
        TouchedGuest[] touched = [.. await _all.Touched.ReadAsync(call, config, cancellationToken).ConfigureAwait(false)];
        if (touched.Length > Math.Max(most, GuestConfigs.AlwaysRead))
        {
            throw new GuardRefusedException("limit", $"{call.Title} acts on {touched.Length} guests; the policy allows {most} targets in one plan.");
        }

        bool isBystander = isInPath || NewGuests.MadeBy(call).Any();
        targets.AddRange((await ReadTouchedAsync(touched, made, cancellationToken).ConfigureAwait(false))
            .Zip(touched, (target, guest) => VolumeUsers.Mark(isBystander ? target.AsBystander() : target.AsReached(), guest.Holds)));

        await AddOthersAsync(targets, call, made, cancellationToken).ConfigureAwait(false);
        if (isInPath)
        {
            targets[0] = await _all.Volumes.TellAsync(targets[0], call, config, cancellationToken).ConfigureAwait(false);
        }

        if (targets.Count > 0)
        {
            targets[0] = await FollowAsync(targets[0], call, cancellationToken).ConfigureAwait(false);
        }

        return targets;
    }

    /// <summary>Returns what a call acts on, with what it goes by.</summary>
    public async Task<PlanTarget> FollowAsync(PlanTarget target, PlannedCall call, CancellationToken cancellationToken) =>
        target.Following(await Rules.ReadAsync(call, cancellationToken).ConfigureAwait(false));

    /// <summary>Adds what is no guest that is there: the guests that a call makes, the file that it sends, and what else it is about.</summary>
    private async Task AddOthersAsync(List<PlanTarget> targets, PlannedCall call, NewGuests made, CancellationToken cancellationToken)
    {
        bool isInPath = GuestNames.IsInPath(call);
        bool hasGuests = targets.Count > 0;
        IReadOnlyList<string> tags = NewGuests.TagsCopied(call, targets);
        foreach (string vmid in NewGuests.MadeBy(call))
        {
            targets.Add(await ReadNewAsync(call, vmid, tags, made, cancellationToken).ConfigureAwait(false));
        }

        if (isInPath && GuestSnapshots.NamedBy(call) is { } snapshot)
        {
            targets.Add(await _snapshots.ReadAsync(call, snapshot, targets[0], made, cancellationToken).ConfigureAwait(false));
        }

        if (call.Upload is { } upload)
        {
            targets.Add(await UploadedFile.ReadAsync(call, upload, cancellationToken).ConfigureAwait(false));
        }

        if ((!isInPath && !IsAboutGuestsAlone(call, hasGuests)) || NamedBelowGuest(call))
        {
            PlanTarget other = await OtherAsync(call, cancellationToken).ConfigureAwait(false);
            string? whole = GuestParts.GuestOf(call);
            targets.Add(targets.FirstOrDefault(target => target.Key == $"guest {whole}") is { } guest ? other.AsPartOf(guest) : other);
        }

        targets.AddRange(await new NamedDisks(client).ReadAsync(call, cancellationToken).ConfigureAwait(false));
        if (await new LoadedTape(client).ReadAsync(call, cancellationToken).ConfigureAwait(false) is { } tape)
        {
            targets.Add(tape);
        }
    }

    /// <summary>Reads who a guest is that the plan itself has made.</summary>
    public Task<PlanTarget> ReadMadeAsync(string vmid, CancellationToken cancellationToken) => _all.Reader.ReadAsync(vmid, cancellationToken);

    /// <summary>Reads which snapshot a call has taken.</summary>
    /// <exception cref="GuardRefusedException">It is not there.</exception>
    public async Task<PlanTarget> ReadMadeAsync(PlannedCall call, string snapshot, CancellationToken cancellationToken) => await _snapshots.ReadAsync(
        call,
        snapshot,
        await ReadMadeAsync(call.Parameters.Find("vmid")!, cancellationToken).ConfigureAwait(false),
        new NewGuests(),
        cancellationToken).ConfigureAwait(false);

    private async Task<PlanTarget> ReadNewAsync(
        PlannedCall call, string vmid, IReadOnlyList<string> tags, NewGuests made, CancellationToken cancellationToken)
    {
        GuestPlace? taken = made.Find(vmid) is null ? await _all.Reader.FindAsync(vmid, cancellationToken).ConfigureAwait(false) : null;
        if (made.Find(vmid) is null && taken is null)
        {
            await CheckPoolAsync(call, cancellationToken).ConfigureAwait(false);
            return NewGuests.Of(call, vmid, tags).ToTarget();
        }

        return taken is not null && call.Parameters.Find("force") is "1"
            ? await _all.Reader.ReadAsync(vmid, cancellationToken).ConfigureAwait(false)
            : throw new GuardRefusedException("target", $"The number {vmid} is taken, by {(taken is null ? "an earlier call of the plan" : $"a guest on {taken.Node}")}: "
                + $"{call.Title} is refused. Choose another number.");
    }

    /// <summary>Refuses a call that moves a guest to a node which the cluster does not have.</summary>
    /// <exception cref="GuardRefusedException">It has none of that name.</exception>
    public async Task CheckDestinationAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        // The node of a remote migration is one of another cluster.
        if (!call.Path.EndsWith("/{vmid}/migrate", StringComparison.Ordinal) || call.Parameters.Find("target") is not { } target)
        {
            return;
        }

        IReadOnlyList<string> nodes = await _all.Configs.NodesAsync(cancellationToken).ConfigureAwait(false);
        if (nodes.Count > 0 && !nodes.Contains(target))
        {
            throw new GuardRefusedException("target", $"{UntrustedText.Clean(call.Title, 200)} is refused: the cluster has no node '{UntrustedText.Clean(target, 80)}'. "
                + $"It has {string.Join(", ", nodes.Order(StringComparer.Ordinal))}.");
        }
    }

    // What a rule allows in a pool, nobody can tell of one that is not to be seen.
    private async Task CheckPoolAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.Find("pool") is not { Length: > 0 } pool)
        {
            return;
        }

        JsonElement all = (await client.Raw.GetAsync("/pools", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        if (!all.EnumerateArray().Any(entry => entry.Text("poolid") == pool))
        {
            throw new GuardRefusedException("target", $"{call.Title} is refused: there is no pool '{pool}', or the token may not see it (Pool.Audit).");
        }
    }

    private async Task<PlanTarget> OtherAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string? kind = OperationCatalogue.For(client.Schema.Product).Find(call.Method, call.Path).Identity;
        if (kind is "backup-snapshot" or "backup-group")
        {
            return await _backups.ReadAsync(call, kind == "backup-snapshot", cancellationToken).ConfigureAwait(false);
        }

        BackupScope? scope = client.Schema.Product == ProxmoxProduct.BackupServer
            ? await _scopes.FindAsync(call, cancellationToken).ConfigureAwait(false)
            : null;
        if (scope is { Effect: BackupEffect.Removed or BackupEffect.Sifted })
        {
            return await _namespaces.ReadAsync(call, scope, cancellationToken).ConfigureAwait(false);
        }

        Dictionary<string, string> identity = new(StringComparer.Ordinal) { ["path"] = call.ConcretePath };
        JsonElement before = await BeforeAsync(call, cancellationToken).ConfigureAwait(false);
        string state = before.ValueKind == JsonValueKind.Undefined ? "" : Lasting(call, before);
        PolicyTarget policy = new(call.ConcretePath)
        {
            Node = IndirectGuests.NodeOf(call),
            Pool = IndirectGuests.PoolOf(call),
            Vmid = client.Schema.Product == ProxmoxProduct.BackupServer ? GuestNames.OfBackupTask(call) : null,
            BackupsOf = await BackupsOfAsync(call, scope, cancellationToken).ConfigureAwait(false),
        };
        Dictionary<string, string> facts = RuleLists.IsOnRule(call)
            ? new(StringComparer.Ordinal) { [RuleLists.Fact] = RuleLists.Describe(before) }
            : await FactsAsync(call, scope, cancellationToken).ConfigureAwait(false);
        return Plain(call.ConcretePath, identity, state, policy, before, facts);
    }

    private async Task<IReadOnlyList<int>> BackupsOfAsync(PlannedCall call, BackupScope? scope, CancellationToken cancellationToken)
    {
        if (scope is not null)
        {
            return await _namespaces.GuestsAsync(call, scope, cancellationToken).ConfigureAwait(false);
        }

        if (client.Schema.Product == ProxmoxProduct.BackupServer && HostDisks.IsAbout(call))
        {
            return await new HostDisks(client, _namespaces).GuestsAsync(call, cancellationToken).ConfigureAwait(false);
        }

        if (client.Schema.Product == ProxmoxProduct.BackupServer && BackupRights.IsAbout(call))
        {
            return await new BackupRights(client, _namespaces).GuestsAsync(call, cancellationToken).ConfigureAwait(false);
        }

        return TapeReader.IsAbout(call) ? await new TapeReader(client).GuestsAsync(call, cancellationToken).ConfigureAwait(false) : [];
    }

    private async Task<Dictionary<string, string>> FactsAsync(PlannedCall call, BackupScope? scope, CancellationToken cancellationToken) =>
        scope?.Effect is BackupEffect.SiftedLater or BackupEffect.SiftedElsewhere ? s_sifting
        : await new PrunePreview(client).OfStorageAsync(call, cancellationToken).ConfigureAwait(false) is { Count: > 0 } pruned ? pruned
        : await WrittenFile.FactsAsync(client, call, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the object that is changed or removed, where the API can show it.</summary>
    private async Task<JsonElement> BeforeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        // What is set by POST is read for its way back alone: where no object is shown there is none.
        if (client.Schema.Find(ApiMethod.Get, call.Path) is not { } shown
            || (call.Method == ApiMethod.Post && (RecipeOf(call) != UndoBuilder.RestoreBefore || shown.Returns.Type != ApiValueType.Object))
            || OperationCatalogue.For(client.Schema.Product).Find(ApiMethod.Get, call.Path).Class != OperationClass.Read)
        {
            return default;
        }

        string path = call.ConcretePath;
        JsonElement before = (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        if (call.Method != ApiMethod.Delete || before.ValueKind != JsonValueKind.Array || before.GetArrayLength() > 0)
        {
            return before;
        }

        // Of sets and groups their own path shows the members alone. What has none is described by its line in the list; what has some is not made again by one call.
        JsonElement all = (await client.Raw.GetAsync(path[..path.LastIndexOf('/')], cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string name = call.Path[(call.Path.LastIndexOf('/') + 1)..].Trim('{', '}');
        return all.EnumerateArray().Where(line => string.Equals(line.Text(name), call.Parameters.Find(name), StringComparison.OrdinalIgnoreCase))
            .Append(before).First();
    }

    private string? RecipeOf(PlannedCall call) => UndoBuilder.RecipeOf(client.Schema, call);

    /// <summary>What does not change by itself: neither the clock, nor what the members of a pool use.</summary>
    private static string Lasting(PlannedCall call, JsonElement before)
    {
        if (call.Path.EndsWith("/time", StringComparison.Ordinal))
        {
            return before.Text("timezone") ?? "";
        }

        return call.Path == "/pools/{poolid}" && before.TryGetProperty("members", out JsonElement members) && members.ValueKind == JsonValueKind.Array
            ? JsonTexts.Hash(string.Join('\n', members.EnumerateArray().Select(static member => member.Text("id") ?? "")
                .Order(StringComparer.Ordinal).Append(before.Text("comment") ?? "")))
            : JsonTexts.Hash(before);
    }

    private static PlanTarget Plain(
        string key, Dictionary<string, string> identity, string state, PolicyTarget policy, JsonElement before, Dictionary<string, string> facts) =>
        new(key, identity, state, facts) { Policy = policy, Before = before };

    // The guests stand for the call: what it makes, backs up or switches is they, and its path names but the node.
    private static bool IsAboutGuestsAlone(PlannedCall call, bool hasGuests) => call.Method == ApiMethod.Post
        && (NewGuests.MadeBy(call).Any()
            || (hasGuests && (call.Path.EndsWith("/vzdump", StringComparison.Ordinal) || GuestGroups.IsBulk(call))));

    // What gets its own values back needs them: those of the guest are not those of its snapshot.
    private bool NamedBelowGuest(PlannedCall call) => call.Path.Contains("/firewall/", StringComparison.Ordinal)
        || (GuestNames.IsInPath(call) && !GuestNames.IsConfig(call) && RecipeOf(call) == UndoBuilder.RestoreBefore);

    /// <summary>Reads some at once; the order is that of the guests.</summary>
    private async Task<IReadOnlyList<PlanTarget>> ReadTouchedAsync(TouchedGuest[] guests, NewGuests made, CancellationToken cancellationToken)
    {
        List<PlanTarget> targets = [];
        if (guests.Length > 1)
        {
            await _all.Reader.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (TouchedGuest[] some in guests.Chunk(GuestConfigs.AtOnce))
        {
            targets.AddRange(await Task.WhenAll(some.Select(guest => ReadTouchedAsync(guest, made, cancellationToken))).ConfigureAwait(false));
        }

        return targets;
    }

    private async Task<PlanTarget> ReadTouchedAsync(TouchedGuest guest, NewGuests made, CancellationToken cancellationToken)
    {
        if (made.Find(guest.Vmid) is { } planned)
        {
            return planned.ToTarget();
        }

        return guest.MayBeGone && await _all.Reader.FindAsync(guest.Vmid, cancellationToken).ConfigureAwait(false) is null
            ? GuestReader.Gone(guest.Vmid)
            : await _all.Reader.ReadAsync(guest.Vmid, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What reads guests, with the configurations that one of them has read.</summary>
    private sealed class Guests
    {
        public Guests(ProxmoxClient client)
        {
            Configs = new GuestConfigs(client);
            Reader = new GuestReader(client, Configs);
            Volumes = new VolumeUsers(client, Configs);
            Touched = new TouchedGuests(client, Configs, Volumes);
        }

        public GuestConfigs Configs { get; }

        public GuestReader Reader { get; }

        public VolumeUsers Volumes { get; }

        public TouchedGuests Touched { get; }
    }
}
