using System.Net;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProvisionVm;

/// <summary>A web server from a template: four cores, 8 GiB, the caller's key, an address by DHCP, a disk of 40 GiB.</summary>
public static class WebServer
{
    private const int Template = 9000;

    /// <summary>Makes it, starts it, and waits until it can be reached.</summary>
    public static async Task<ProvisionedServer> ProvisionAsync(
        PveClient pve, string name, string publicKey, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default)
    {
        Vm template = await pve.FindVmAsync(Template, cancellationToken);
        GuestCloneOptions clone = new() { Name = name, Full = true };
        Vm vm = await template.CloneAsync(clone, cancellationToken).WaitForCompletionAsync(wait, cancellationToken);
        await vm.Config.UpdateAsync(c => c with { Cores = 4, Memory = 8192 }, cancellationToken);
        await vm.CloudInit.ApplyAsync(new CloudInitSettings { SshKeys = [publicKey], IpConfig = [IpConfigs.Dhcp] }, cancellationToken);
        await vm.ResizeDiskAsync("scsi0", DiskSize.FromGibibytes(40), cancellationToken).WaitForCompletionAsync(wait, cancellationToken);
        await vm.StartAsync(cancellationToken).WaitForCompletionAsync(wait, cancellationToken);
        IPAddress address = await vm.Agent.WaitForAddressAsync(cancellationToken: cancellationToken);
        return new ProvisionedServer(vm, address);
    }
}
