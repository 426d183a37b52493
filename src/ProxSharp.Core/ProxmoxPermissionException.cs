namespace ProxSharp;

/// <summary>The caller is known but lacks a privilege.</summary>
public sealed class ProxmoxPermissionException : ProxmoxApiException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxPermissionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// The access-control path on which a privilege is missing, for example <c>/vms/100</c>; null if the server did not say. Proxmox Backup Server never says:
    /// there it is what the call needs by its declaration, and null if that leaves a choice.
    /// </summary>
    public string? PrivilegePath { get; init; }

    /// <summary>
    /// The missing privilege or privileges as the server names them, for example <c>VM.Audit</c>; null if the server did not say. Proxmox Backup Server never
    /// says: there it is what the call needs by its declaration, and null if that leaves a choice.
    /// </summary>
    public string? Privilege { get; init; }
}
