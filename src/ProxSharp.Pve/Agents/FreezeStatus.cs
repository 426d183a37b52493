namespace ProxSharp.Pve.Agents;

/// <summary>Whether the file systems of a guest are frozen.</summary>
public enum FreezeStatus
{
    /// <summary>They work as usual.</summary>
    Thawed,

    /// <summary>All writing waits until they are thawed.</summary>
    Frozen,
}
