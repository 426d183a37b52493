using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs;

/// <summary>What verbs are made from.</summary>
/// <param name="typed">The words of the command line; null if the whole tree is wanted, for help, completion and documentation.</param>
internal sealed class VerbContext(IReadOnlyList<string>? typed)
{
    /// <summary>The words of the command line; null if the whole tree is wanted.</summary>
    public IReadOnlyList<string>? Typed { get; } = typed;

    /// <summary>True if somebody reads descriptions: they cost time that a run has no use for.</summary>
    public bool WantsText { get; } = typed is null || typed.Any(
        static word => word is "-h" or "--help" or "-?" or "help" or "commands" or "complete" or "explain");

    /// <summary>The schema of Proxmox VE.</summary>
    public static ApiSchema Pve => SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment);

    /// <summary>The schema of Proxmox Backup Server.</summary>
    public static ApiSchema Pbs => SchemaSource.Embedded(ProxmoxProduct.BackupServer);
}
