using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>The calls that take a guest out of service without losing anything.</summary>
internal static class Retirement
{
    public static async Task<IReadOnlyList<PlanRequest>> PlanAsync(ProxmoxClient client, int vmid, DateTimeOffset purge, CancellationToken cancellationToken)
    {
        string number = vmid.ToString(CultureInfo.InvariantCulture);
        GuestPlace place = await new GuestReader(client).FindAsync(number, cancellationToken).ConfigureAwait(false)
            ?? throw new GuardRefusedException("target", $"There is no guest {number}.");
        string path = $"/nodes/{place.Node}/{place.Type}/{number}";
        JsonElement config = (await client.Raw.GetAsync($"{path}/config", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string tags = string.Join(';', (config.Text("tags") ?? "").Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries).Append("retired").Distinct());
        string note = string.Create(
            CultureInfo.InvariantCulture, $"Retired. May be removed from {purge:yyyy-MM-dd} on.\n\n{config.Text("description")}").TrimEnd();
        ApiParameters change = new() { { "tags", tags }, { "description", note }, { "onboot", false }, { "protection", true } };
        PlanRequest[] stop = place.Resource.Text("status") == "running" ? [new PlanRequest(ApiMethod.Post, $"{path}/status/shutdown")] : [];
        return [.. stop, new PlanRequest(ApiMethod.Put, $"{path}/config", change)];
    }
}
