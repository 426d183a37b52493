using System.Diagnostics;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>Uploads a large stream to the simulator in the same process and reports the peak of the working set above idle.</summary>
internal static class UploadMemoryRun
{
    public static async Task RunAsync(long bytes)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync();
        await using PveClient client = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });
        await client.Raw.GetAsync("/version");
        long idle = WorkingSet();
        long peak = idle;
        Stopwatch watch = Stopwatch.StartNew();
        ApiUpload upload = new(new EndlessStream(bytes), "large.iso")
        {
            Length = bytes,
            Progress = new Sampler(() => peak = Math.Max(peak, WorkingSet())),
        };
        await new PveApi(client.Connection).Nodes.Storage.UploadAsync("pve1", "local", new NodesStorageUploadRequest { Content = UploadContent.Iso }, upload);
        watch.Stop();
        double mebibytes = bytes / 1048576.0;
        Console.WriteLine($"upload of {mebibytes:F0} MiB: peak working set {(peak - idle) / 1048576.0:F0} MiB above idle (client and server together), {mebibytes / watch.Elapsed.TotalSeconds:F0} MiB/s");
    }

    private static long WorkingSet()
    {
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private sealed class Sampler(Action sample) : IProgress<long>
    {
        public void Report(long value) => sample();
    }
}
