using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>200 VMs made at once by 20 clients without a number of their own: nobody may get another's, and few requests may be lost to conflicts.</summary>
internal static class ConcurrentCreateRun
{
    private const int Clients = 20;
    private const int Each = 10;

    public static async Task RunAsync()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync();
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        };
        ConcurrentBag<VmId> ids = [];
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => CreateAsync(options, client, ids)));
        watch.Stop();
        await using PveClient pve = new(options);
        HashSet<VmId> present = [.. (await pve.Vms.ListAsync()).Select(static guest => guest.Id)];
        int distinct = ids.Distinct().Count(present.Contains);
        if (distinct != Clients * Each)
        {
            throw new InvalidOperationException($"{Clients * Each} VMs were made, but only {distinct} have a number of their own.");
        }

        long requests = simulator.Traffic.RequestCount - 1;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{distinct} VMs by {Clients} clients at once: no number twice, {requests} requests ({(double)requests / distinct:F2} a VM, 2 without conflicts), {watch.ElapsedMilliseconds} ms"));
    }

    private static async Task CreateAsync(ProxmoxClientOptions options, int client, ConcurrentBag<VmId> ids)
    {
        await using PveClient pve = new(options);
        NodeVmCollection vms = pve.Nodes[string.Create(CultureInfo.InvariantCulture, $"pve{(client % 3) + 1}")].Vms;
        await Task.WhenAll(Enumerable.Range(0, Each).Select(async _ => ids.Add((await vms.CreateAsync(new VmSpec { Name = "claimed" })).Guest.Id)));
    }
}
