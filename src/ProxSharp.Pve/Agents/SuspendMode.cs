namespace ProxSharp.Pve.Agents;

/// <summary>How a guest suspends itself.</summary>
public enum SuspendMode
{
    /// <summary>To its memory.</summary>
    Ram,

    /// <summary>To its own disk.</summary>
    Disk,

    /// <summary>To both.</summary>
    Hybrid,
}
