using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Plans written as verb, path and <c>name=value</c> words.</summary>
internal static class TextPlans
{
    /// <summary>Reads words such as <c>name=one ns=a/b</c>.</summary>
    public static ApiParameters Parameters(string words)
    {
        ApiParameters values = [];
        foreach (string[] pair in words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('=', 2)))
        {
            values.Add(pair[0], pair[1]);
        }

        return values;
    }

    public static PlanRequest Request(string method, string path, string parameters)
    {
        Assert.True(ApiMethods.TryParse(method, out ApiMethod verb));
        return new PlanRequest(verb, path, Parameters(parameters));
    }

    public static Task<Plan> PlanAsync(GuardedCluster cluster, string method, string path, string parameters) =>
        cluster.Guard.PlanAsync([Request(method, path, parameters)]);

    public static async Task<IEnumerable<string>> TargetsAsync(GuardedCluster cluster, string method, string path, string parameters) =>
        (await PlanAsync(cluster, method, path, parameters)).Targets.Select(static target => target.Key);

    /// <summary>Checks that a call is refused because of what it reaches, and that nothing was sent.</summary>
    public static async Task IsProtectedAsync(GuardedCluster cluster, string method, string path, string parameters, string named)
    {
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => PlanAsync(cluster, method, path, parameters));
        Assert.Equal("protected", refusal.Reason);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
    }
}
