using ProvisionVm;
using ProxSharp;
using ProxSharp.Pve;
using Samples;

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync($"Usage: ProvisionVm NAME PUBLIC-KEY-FILE\n{Connection.Help}");
    return 2;
}

await using PveClient pve = Connection.FromEnvironment();
try
{
    ProvisionedServer server = await WebServer.ProvisionAsync(pve, args[0], await File.ReadAllTextAsync(args[1]));
    Console.WriteLine($"{args[0]} is {server.Vm} on {await server.Vm.GetNodeAsync()} at {server.Address}.");
    return 0;
}
catch (ProxmoxException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
