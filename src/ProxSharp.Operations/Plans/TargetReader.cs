using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Policies;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads what a call acts on, always anew from the server.</summary>
internal sealed partial class TargetReader(ProxmoxClient client, Door door)
{
    private static readonly string[] s_everybody = ["/stopall", "/startall", "/suspendall", "/migrateall"];

    private readonly GuestReader _guests = new(client);
    private readonly BackupReader _backups = new(client, door);

    /// <summary>Corrects the node of a guest: an agent need not know it, and what it knows may be old.</summary>
    public async Task<PlannedCall> ResolveAsync(PlannedCall call, NewGuests made, CancellationToken cancellationToken)
    {
        if (!GuestPath().IsMatch(call.Path))
        {
            return call;
        }

        if (made.Find(call.Parameters.Find("vmid")) is { } guest)
        {
            return At(call, guest.Vmid, guest.Type, guest.Node);
        }

        GuestPlace place = await _guests.FindAsync(call.Parameters.Find("vmid")!, cancellationToken).ConfigureAwait(false)
            ?? throw new GuardRefusedException("target", $"There is no guest {call.Parameters.Find("vmid")}.");
        return At(call, place.Vmid, place.Type, place.Node);
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
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<IReadOnlyList<PlanTarget>> ReadAsync(PlannedCall call, NewGuests made, CancellationToken cancellationToken)
    {
        List<PlanTarget> targets = [];
        foreach (string vmid in GuestsOf(call))
        {
            targets.Add(made.Find(vmid)?.ToTarget() ?? await _guests.ReadAsync(vmid, cancellationToken).ConfigureAwait(false));
        }

        foreach (string vmid in NewGuests.MadeBy(call))
        {
            targets.Add(await ReadNewAsync(call, vmid, made, cancellationToken).ConfigureAwait(false));
        }

        if (call.Upload is { } upload)
        {
            targets.Add(await UploadedFile.ReadAsync(call, upload, cancellationToken).ConfigureAwait(false));
        }

        if ((!GuestPath().IsMatch(call.Path) && !IsAboutGuestsAlone(call)) || NamedBelowGuest(call))
        {
            targets.Add(await OtherAsync(call, cancellationToken).ConfigureAwait(false));
        }

        return targets;
    }

    /// <summary>Reads who a guest is that the plan itself has made.</summary>
    public Task<PlanTarget> ReadMadeAsync(string vmid, CancellationToken cancellationToken) => _guests.ReadAsync(vmid, cancellationToken);

    private async Task<PlanTarget> ReadNewAsync(PlannedCall call, string vmid, NewGuests made, CancellationToken cancellationToken)
    {
        if (made.Find(vmid) is null && await _guests.FindAsync(vmid, cancellationToken).ConfigureAwait(false) is null)
        {
            return NewGuests.Of(call, vmid).ToTarget();
        }

        return call.Parameters.Find("force") is "1" && made.Find(vmid) is null
            ? await _guests.ReadAsync(vmid, cancellationToken).ConfigureAwait(false)
            : throw new GuardRefusedException("target", $"{call.Title} is refused: there is a guest {vmid} already.");
    }

    private async Task<PlanTarget> OtherAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string? kind = OperationCatalogue.For(client.Schema.Product).Find(call.Method, call.Path).Identity;
        if (kind is "backup-snapshot" or "backup-group")
        {
            return await _backups.ReadAsync(call, kind == "backup-snapshot", cancellationToken).ConfigureAwait(false);
        }

        Dictionary<string, string> identity = new(StringComparer.Ordinal) { ["path"] = call.ConcretePath };
        JsonElement before = await BeforeAsync(call, cancellationToken).ConfigureAwait(false);
        string state = before.ValueKind == JsonValueKind.Undefined ? "" : JsonTexts.Hash(before);
        return Plain(call.ConcretePath, identity, state, new PolicyTarget(call.ConcretePath) { Node = call.Parameters.Find("node") }, before);
    }

    /// <summary>Reads the object that is changed or removed, where the API can show it.</summary>
    private async Task<JsonElement> BeforeAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Method is not (ApiMethod.Put or ApiMethod.Delete)
            || client.Schema.Find(ApiMethod.Get, call.Path) is null
            || OperationCatalogue.For(client.Schema.Product).Find(ApiMethod.Get, call.Path).Class != OperationClass.Read)
        {
            return default;
        }

        return (await client.Raw.GetAsync(call.ConcretePath, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
    }

    private static PlanTarget Plain(string key, Dictionary<string, string> identity, string state, PolicyTarget policy, JsonElement before = default) =>
        new(key, identity, state, new Dictionary<string, string>()) { Policy = policy, Before = before };

    // The guests stand for the call: what it makes, backs up or switches is they, and its path names but the node.
    private static bool IsAboutGuestsAlone(PlannedCall call) => call.Method == ApiMethod.Post
        && (NewGuests.MadeBy(call).Any() || ((call.Path.EndsWith("/vzdump", StringComparison.Ordinal) || IsBulk(call)) && GuestsOf(call).Any()));

    private static bool IsBulk(PlannedCall call) => call.Path.StartsWith("/cluster/bulk-action/", StringComparison.Ordinal)
        || s_everybody.Any(end => call.Path.EndsWith(end, StringComparison.Ordinal));

    private static bool NamedBelowGuest(PlannedCall call) => call.Path.Contains("/firewall/", StringComparison.Ordinal);

    /// <summary>The guests that a call names, wherever it does: in its path, in lists, in names of volumes and HA resources.</summary>
    private static IEnumerable<string> GuestsOf(PlannedCall call)
    {
        if (GuestPath().IsMatch(call.Path))
        {
            return [call.Parameters.Find("vmid")!];
        }

        List<string> found = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            found.AddRange(parameter.Name switch
            {
                "vms" => parameter.Text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries),
                "vmid" when call.Path.EndsWith("/vzdump", StringComparison.Ordinal) =>
                    parameter.Text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries),
                "volume" => VolumeOwner().Matches(parameter.Text).Select(static match => match.Groups["vmid"].Value),
                "sid" => HaResource().Matches(parameter.Text).Select(static match => match.Groups["vmid"].Value),
                _ => [],
            });
        }

        return IsBulk(call) && found.Count == 0
            ? throw new GuardRefusedException("target", $"{call.Title} would act on every guest: name them in 'vms'.")
            : found.Where(static vmid => vmid.All(char.IsAsciiDigit)).Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^/nodes/\{node\}/(qemu|lxc)/\{vmid\}")]
    private static partial Regex GuestPath();

    [GeneratedRegex(@"(?:vm|base|subvol|basevol)-(?<vmid>[0-9]+)-|^(?<vmid>[0-9]+)/|:(?<vmid>[0-9]+)/")]
    private static partial Regex VolumeOwner();

    [GeneratedRegex(@"^(?:(?:vm|ct):)?(?<vmid>[0-9]+)$")]
    private static partial Regex HaResource();
}
