namespace ProxSharp.Simulator.Nodes;

/// <summary>A disk of a node.</summary>
/// <param name="Path">Its device, for example <c>/dev/sdc</c>.</param>
/// <param name="Size">Bytes.</param>
internal sealed record NodeDisk(string Path, long Size)
{
    /// <summary>What is on it, in the server's words; null if nothing is.</summary>
    public string? Use { get; set; }

    /// <summary>True if it has a partition table.</summary>
    public bool HasTable { get; set; }

    /// <summary>The name behind the folder, for example <c>sdc</c>.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
