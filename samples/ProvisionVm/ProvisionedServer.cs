using System.Net;
using ProxSharp.Pve;

namespace ProvisionVm;

/// <summary>A machine that was made.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Address">Where it can be reached.</param>
public sealed record ProvisionedServer(Vm Vm, IPAddress Address);
