using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Says what a call means.</summary>
internal static class Consequences
{
    public static async Task<IReadOnlyList<string>> OfAsync(
        ProxmoxClient client, PlannedCall call, IReadOnlyList<PlanTarget> targets, CancellationToken cancellationToken)
    {
        List<string> lines = [$"{UntrustedText.Clean(call.ToString(), 300)}: {OperationCatalogue.Word(call.Class)}."];
        foreach (PlanTarget target in targets)
        {
            IEnumerable<string> facts = target.Facts.Where(static fact => fact.Value.Length > 0)
                .Select(static fact => $"{fact.Key} {UntrustedText.Clean(fact.Value, 80)}");
            lines.Add($"Acts on {target.Policy.Name}{(target.Facts.Count > 0 ? $": {string.Join(", ", facts)}" : "")}.");
            if (call.Class == OperationClass.Destructive && target.Policy is { Vmid: { } vmid, Node: { } node } && target.Digest is not null)
            {
                lines.Add(await BackupsAsync(client, node, vmid, cancellationToken).ConfigureAwait(false));
            }
        }

        return lines;
    }

    private static async Task<string> BackupsAsync(ProxmoxClient client, string node, int vmid, CancellationToken cancellationToken)
    {
        long latest = 0;
        try
        {
            JsonElement storages = await GetAsync(client, $"/nodes/{node}/storage", new ApiParameters { { "content", "backup" } }, cancellationToken)
                .ConfigureAwait(false);
            foreach (string storage in storages.EnumerateArray().Select(static entry => entry.Text("storage")).OfType<string>())
            {
                ApiParameters filter = new() { { "content", "backup" }, { "vmid", vmid } };
                JsonElement backups = await GetAsync(client, $"/nodes/{node}/storage/{storage}/content", filter, cancellationToken).ConfigureAwait(false);
                latest = backups.EnumerateArray()
                    .Select(static entry => long.TryParse(entry.Text("ctime"), CultureInfo.InvariantCulture, out long time) ? time : 0)
                    .Append(latest).Max();
            }
        }
        catch (ProxmoxApiException e)
        {
            return $"Whether there is a backup of guest {vmid} cannot be told: {UntrustedText.Clean(e.Message, 120)}";
        }

        return latest == 0
            ? $"There is no backup of guest {vmid} on the storages of {node}."
            : $"The latest backup of guest {vmid} is of {DateTimeOffset.FromUnixTimeSeconds(latest):u}.";
    }

    private static async Task<JsonElement> GetAsync(ProxmoxClient client, string path, ApiParameters parameters, CancellationToken cancellationToken) =>
        (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
}
