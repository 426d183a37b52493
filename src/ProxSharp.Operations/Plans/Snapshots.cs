using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Puts snapshots before the calls of a plan.</summary>
internal static class Snapshots
{
    public static async Task<IReadOnlyList<PlannedCall>> PlanAsync(
        ProxmoxClient client, IEnumerable<PlannedCall> calls, TimeProvider time, CancellationToken cancellationToken)
    {
        List<PlannedCall> snapshots = [];
        string name = $"prox-{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        foreach (string guest in calls.Select(PathOf).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            JsonElement answer = (await client.Raw.GetAsync(
                $"{guest}/feature", new ApiParameters { { "feature", "snapshot" } }, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            if (!answer.IsSet("hasFeature"))
            {
                throw new GuardRefusedException("target", $"The storage of {guest} makes no snapshots; plan without one.");
            }

            ApiParameters parameters = new() { { "snapname", name }, { "description", "Taken before a planned change" } };
            snapshots.Add(PlannedCall.Of(client.Schema, new PlanRequest(ApiMethod.Post, $"{guest}/snapshot", parameters)));
        }

        return snapshots;
    }

    private static string? PathOf(PlannedCall call)
    {
        string[] segments = call.ConcretePath.Split('/');
        return call.Path.Contains("/{vmid}", StringComparison.Ordinal) && segments.Length >= 5 ? string.Join('/', segments[..5]) : null;
    }
}
