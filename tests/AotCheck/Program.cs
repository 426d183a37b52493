using ProxSharp;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

// Runs the libraries as a native program: typed reading, property strings, validation, a login and calls over TLS.
await using PveSimulator simulator = await PveSimulator.StartAsync();
await using PveClient client = new(new ProxmoxClientOptions
{
    Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
    Credentials = ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword),
    Trust = ServerTrust.Pin(simulator.Fingerprint),
});
PveApi api = new(client.Connection);

ApiResponse<IReadOnlyList<ClusterResourcesItem>> resources = await api.Cluster.ListResourcesAsync();
Check("resources are read", resources.Data.Count > 12);
Check("the synchronous path works", api.Cluster.ListResources().Data.Count == resources.Data.Count);
Check("property strings are read", QemuNet.Parse("virtio=BC:24:11:00:00:01,bridge=vmbr0", null).Bridge == "vmbr0");
try
{
    await client.Raw.GetAsync("/nodes/pve1/qemu/100/config", new ApiParameters { { "current", "perhaps" } });
    Check("bad parameters are refused", false);
}
catch (ProxmoxValidationException exception)
{
    Check("bad parameters are refused", exception.ParameterErrors.ContainsKey("current"));
}

await using PbsSimulator backupServer = await PbsSimulator.StartAsync();
await using PbsClient backups = new(new ProxmoxClientOptions
{
    Endpoints = [ProxmoxEndpoint.Parse(backupServer.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
    Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
    Trust = ServerTrust.Pin(backupServer.Fingerprint),
});
Check("backup groups are read", (await backups.Datastores["store1"].Groups.ListAsync()).Count == 3);
Check("pruning is tried", backups.Datastores["store1"].Groups["vm/100"].PreviewPrune(new RetentionPolicy { KeepLast = 1 }).Count == 5);

Console.WriteLine("native check passed");

static void Check(string what, bool holds)
{
    if (!holds)
    {
        throw new InvalidOperationException($"Native check failed: {what}.");
    }
}
