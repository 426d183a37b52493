using System.Globalization;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>
/// Who may make reversible calls alone makes any number of them: nothing that was there is lost, stopped or opened, and what is taken back is as it was.
/// <c>PROXSHARP_RANDOM_CALLS</c> says how many calls each seed makes.
/// </summary>
public sealed partial class RandomCallTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible"]}],"limits":{"targetsPerPlan":50,"mutationsPerHour":1000000,"concurrentTasks":1000}}
        """;

    private const string Owner = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50,"mutationsPerHour":1000000},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private static readonly int s_calls =
        int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_RANDOM_CALLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int calls) ? calls : 60;

    public static TheoryData<int> Seeds() =>
        [.. (Environment.GetEnvironmentVariable("PROXSHARP_RANDOM_SEEDS") ?? "1,2,3").Split(',').Select(static seed => int.Parse(seed, CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task ReversibleCalls_AnyNumber_LoseAndOpenNothing(int seed)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, Build);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/nodes/pve1/qemu/106/config", TextPlans.Parameters("scsi1=local-lvm:2 unused0=local-lvm:1"));
        Random random = new(seed);
        RandomCalls calls = new(random, root);
        ApiEndpoint[] endpoints = Endpoints();
        ClusterPicture before = await ClusterPicture.TakeAsync(root);
        int applied = 0;
        for (int made = 0; made < s_calls; made++)
        {
            if (await calls.NextAsync(endpoints[random.Next(endpoints.Length)]) is not { } request || await ApplyAsync(cluster, request) is not var (plan, done))
            {
                continue;
            }

            applied++;
            ClusterPicture after = await ClusterPicture.TakeAsync(root);
            Empty(request, "harms", before.ComparedWith(after).Where(static difference => IsHarm(difference)));
            if (plan.Undo.Count > 0 && done.Steps[0].Succeeded && random.Next(2) == 0)
            {
                await UndoAsync(cluster, done);
                after = await ClusterPicture.TakeAsync(root);
                Empty(request, "taken back, leaves", before.ComparedWith(after).Where(static difference => !IsLeft(difference.Place, difference.Before)));
            }

            before = after;
        }

        Assert.True(applied >= s_calls / 20, $"Only {applied} calls were made.");
    }

    // The token may do everything: it is the guard that refuses.
    private static void Build(ClusterBuilder cluster)
    {
        DefaultCluster.Build(cluster);
        cluster.Grant("/", DefaultCluster.DemoUser, "Administrator").Grant("/", DefaultCluster.TokenId, "Administrator");
    }

    // Half of them are changes of guests. What the manager of high availability does later, by itself, is not seen at once.
    private static ApiEndpoint[] Endpoints()
    {
        ApiEndpoint[] reversible =
        [
            .. OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Entries
                .Where(static entry => entry.Class is OperationClass.Reversible && !entry.Path.StartsWith("/cluster/ha", StringComparison.Ordinal))
                .Select(static entry => PveApiSchema.Embedded.Find(entry.Method, entry.Path)!),
        ];
        ApiEndpoint[] configs = [.. reversible.Where(static endpoint => endpoint.Path.EndsWith("/config", StringComparison.Ordinal))];
        return [.. reversible, .. Enumerable.Repeat(configs, reversible.Length / configs.Length).SelectMany(static all => all)];
    }

    private static void Empty(PlanRequest request, string what, IEnumerable<(string Place, string? Before, string? After)> differences)
    {
        string[] lines = [.. differences.Select(static difference => $"{difference.Place}: “{difference.Before}” → “{difference.After}”")];
        string parameters = string.Join(' ', (request.Parameters ?? []).Select(static parameter => $"{parameter.Name}={parameter.Text}"));
        Assert.True(lines.Length == 0, $"{request.Method.ToVerb()} {request.Path} {parameters} {what} {string.Join("; ", lines)}");
    }

    // Most of what is made up is refused, by the guard or by the server.
    private static async Task<(Plan Plan, ApplyResult Done)?> ApplyAsync(GuardedCluster cluster, PlanRequest request)
    {
        try
        {
            Plan plan = await cluster.Guard.PlanAsync([request]);
            return (plan, await cluster.Guard.ApplyAsync(plan.Id));
        }
        catch (Exception failure) when (failure is GuardRefusedException or ProxmoxException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task UndoAsync(GuardedCluster cluster, ApplyResult done)
    {
        cluster.Policy(Owner);
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).Steps.All(static step => step.Succeeded));
        cluster.Policy(Policy);
    }

    // A new disk is left behind, as unused: to delete it would be worse.
    private static bool IsLeft(string place, string? before) =>
        before is null && (place.Contains("/content[", StringComparison.Ordinal) || place.Contains("/config/unused", StringComparison.Ordinal));

    // What is new harms nobody, but for rights and rules; how a guest is called and how much it has may be another.
    private static bool IsHarm((string Place, string? Before, string? After) difference)
    {
        (string place, string? before, string? after) = difference;
        return place.StartsWith("/access", StringComparison.Ordinal) || place.Contains("/rules[", StringComparison.Ordinal) || (before is not null && (IsLost(place, before)
            || (Inside().IsMatch(place) && after?.Split(',')[0] != before.Split(',')[0])));
    }

    private static bool IsLost(string place, string before) => place.StartsWith("/guests", StringComparison.Ordinal)
        ? (before == "running" && place.EndsWith("/status", StringComparison.Ordinal)) || place.EndsWith("/node", StringComparison.Ordinal)
        : place.Contains("/content[", StringComparison.Ordinal) && !place.EndsWith("/notes", StringComparison.Ordinal);

    // What a machine starts from, holds and is reached by.
    [GeneratedRegex(@"/config/((scsi|virtio|sata|mp|efidisk|tpmstate|net|ipconfig|hostpci)[0-9]+|rootfs|boot|bios|scsihw|args|hookscript|cipassword|sshkeys)\z")]
    private static partial Regex Inside();
}
