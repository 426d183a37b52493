using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Sites;

/// <summary>Reads lists that servers give out in pages. Who asks for no page gets the first 50 entries or so, and takes them for all.</summary>
internal static class ServerPages
{
    /// <summary>The most entries that are looked at for one answer.</summary>
    public const int Most = 10_000;

    private const int AtOnce = 1000;
    private const string MostName = "max";

    /// <summary>True if a list comes in pages.</summary>
    public static bool IsPaged(ApiEndpoint endpoint) => endpoint.Parameters.ContainsKey("start") && endpoint.Parameters.ContainsKey("limit");

    /// <summary>The parameters of a list that has no pages, and gives out its newest entries only unless it is asked for more.</summary>
    /// <param name="endpoint">The list.</param>
    /// <param name="parameters">What the caller gives; null for nothing.</param>
    public static ApiParameters? Whole(ApiEndpoint endpoint, ApiParameters? parameters)
    {
        if (!endpoint.Parameters.ContainsKey(MostName) || parameters?.Find(MostName) is not null)
        {
            return parameters;
        }

        ApiParameters whole = [.. parameters ?? []];
        whole.Add(MostName, (long)Most);
        return whole;
    }

    /// <summary>Reads entries.</summary>
    /// <param name="get">Sends the call.</param>
    /// <param name="parameters">Which entries; those that choose a page are added.</param>
    /// <param name="start">The first entry, counted from 0.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="entries">Where they go.</param>
    /// <returns>How many there are on the server.</returns>
    public static async Task<long> ReadAsync(
        Func<ApiParameters, Task<ApiResponse<JsonElement>>> get, ApiParameters parameters, int start, int most, List<JsonElement> entries)
    {
        while (true)
        {
            int limit = Math.Min(most - entries.Count, AtOnce);
            int first = start + entries.Count;
            ApiParameters page = new() { { "start", first }, { "limit", limit } };
            foreach (ApiParameter parameter in parameters)
            {
                page.Add(parameter);
            }

            ApiResponse<JsonElement> answer = await get(page).ConfigureAwait(false);
            int count = answer.Data.ValueKind == JsonValueKind.Array ? answer.Data.GetArrayLength() : 0;
            entries.AddRange(count == 0 ? [] : answer.Data.EnumerateArray());

            // Where the server does not say how many there are, a full page may be followed by more.
            long total = answer.Total ?? first + count + (count < limit ? 0 : 1);
            if (count == 0 || entries.Count >= most || first + count >= total)
            {
                return total;
            }
        }
    }
}
