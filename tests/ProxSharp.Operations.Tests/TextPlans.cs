using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Plans written as verb, path and <c>name=value</c> words.</summary>
internal static class TextPlans
{
    private const string Guest = "guest ";

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
        ApiParameters values = Parameters(parameters);

        // Any file will do.
        return path.EndsWith("/upload", StringComparison.Ordinal) && values.Find("filename") is { } name
            ? new PlanRequest(verb, path, values) { Upload = new PlanUpload(typeof(TextPlans).Assembly.Location, name) }
            : new PlanRequest(verb, path, values);
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
        if (named.StartsWith(Guest, StringComparison.Ordinal))
        {
            await IsReachedAsync(cluster, Request(method, path, parameters), named[Guest.Length..]);
        }

        Assert.Equal(before, cluster.Writes);
    }

    // Who makes no plans gets the same answer, but for what only copies a guest.
    private static async Task IsReachedAsync(GuardedCluster cluster, PlanRequest request, string number)
    {
        HashSet<int> among = [.. Enumerable.Range(100, 1000).Where(vmid => vmid.ToString(CultureInfo.InvariantCulture).StartsWith(number, StringComparison.Ordinal))];
        bool isCopied = request.Parameters?.Find("archive")?.Contains($"-{number}", StringComparison.Ordinal) == true || request.Path.EndsWith("/clone", StringComparison.Ordinal);
        Assert.Equal(!isCopied, (await GuestReach.FindAsync(cluster.Other, request, among)).Count > 0);
    }
}
