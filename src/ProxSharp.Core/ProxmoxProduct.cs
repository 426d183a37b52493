namespace ProxSharp;

/// <summary>The Proxmox server products this library talks to.</summary>
public enum ProxmoxProduct
{
    /// <summary>Proxmox Virtual Environment, port 8006.</summary>
    VirtualEnvironment,

    /// <summary>Proxmox Backup Server, port 8007.</summary>
    BackupServer,
}
