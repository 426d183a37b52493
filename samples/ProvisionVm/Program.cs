using ProvisionVm;
using ProxSharp;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Tls;

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync("""
        Usage: ProvisionVm NAME PUBLIC-KEY-FILE
        The environment says where: PVE_URL (https://pve1:8006), PVE_TOKEN (user@realm!name=secret), and PVE_FINGERPRINT (SHA-256) if the certificate
        is not trusted otherwise.
        """);
    return 2;
}

string token = Setting("PVE_TOKEN") ?? throw new InvalidOperationException("PVE_TOKEN is not set.");
int secret = token.LastIndexOf('=');
await using PveClient pve = new(new ProxmoxClientOptions
{
    Endpoints = [ProxmoxEndpoint.Parse(Setting("PVE_URL") ?? throw new InvalidOperationException("PVE_URL is not set."), ProxmoxProduct.VirtualEnvironment)],
    Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
    Trust = Setting("PVE_FINGERPRINT") is { } fingerprint ? ServerTrust.Pin(fingerprint) : ServerTrust.System,
});
try
{
    Vm vm = await WebServer.ProvisionAsync(pve, args[0], await File.ReadAllTextAsync(args[1]));
    Console.WriteLine($"{args[0]} is {vm} on {await vm.GetNodeAsync()}.");
    return 0;
}
catch (ProxmoxException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
